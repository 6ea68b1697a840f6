from rules.service.similar_cases import ranked


def test_rare_words_count_for_more_and_the_later_case_comes_first_where_they_are_equal():
    asked = frozenset({"fee", "twice", "loan"})
    others = {
        1: frozenset({"loan"}),
        2: frozenset({"loan", "x"}),
        3: frozenset({"twice"}),
        4: frozenset({"fee", "loan"}),
        5: frozenset({"nothing"}),
    }
    assert ranked(asked, others) == [(4, 2), (3, 1), (2, 1), (1, 1)]
    assert ranked(frozenset(), others) == []
