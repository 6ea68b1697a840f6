import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.service.searches import (
    LONGEST_PHRASE,
    LONGEST_WORD,
    MOST_ASKED,
    asked_words,
    fewest_matched,
    index_words,
    normalised,
    phrase_to_keep,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("提前还款", ("提前", "前还", "还款")),
        ("怎么提前还款？", ("怎么", "么提", "提前", "前还", "还款")),
        ("息", ("息",)),
        ("利息，罚息", ("利息", "罚息")),
        ("LPR利率3.5%", ("lpr", "利率", "3", "5")),
        ("ＬＰＲ", ("lpr",)),
        ("How do I repay EARLY, early?", ("repay", "early")),
        ("how to do", ("how", "to", "do")),
        ("Café İstanbul Straße", ("cafe", "istanbul", "strasse")),
        ("𠮷野家", ("𠮷野", "野家")),
        ("대출 상환", ("대출", "상환")),
        ("", ()),
        ("？！…  \t\n\"'*()-:^", ()),
        ('NEAR("a" b) OR c* AND NOT title:d -e', ("near", "b", "c", "not", "title", "d", "e")),
        ("a\0b' & | ! <-> :*", ("b",)),
        ("\ud800利息\udfff", ("利息",)),
        ("x" * 100, ("x" * LONGEST_WORD,)),
    ],
)
def test_a_question_is_cut_into_words_and_pairs_of_characters(text, words):
    assert asked_words(text) == words


def test_a_text_holds_single_characters_too():
    assert index_words("利息, the Interest") == "interest the 利 利息 息"


@pytest.mark.parametrize(("asked", "fewest"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (24, 12)])
def test_half_of_the_words_are_enough(asked, fewest):
    assert fewest_matched(asked) == fewest


MIXED = st.text(st.one_of(st.characters(), st.sampled_from("提前还款利息 aB9éſKﬁ①½'\"*&\0")), max_size=200)


@given(MIXED)
def test_whatever_is_asked_of_itself_is_found(text):
    assert set(asked_words(text)) <= set(index_words(text).split(" "))


@given(MIXED)
def test_words_are_letters_and_digits_in_small_letters_and_few(text):
    words = asked_words(text)
    assert len(words) <= MOST_ASKED
    for word in [*words, *index_words(text).split()]:
        assert word.isalnum(), word
        assert word.encode().lower() == word.encode(), "no database folds it again"
        assert len(word) <= LONGEST_WORD


@given(MIXED)
def test_a_text_is_normalised_once(text):
    assert normalised(normalised(text)) == normalised(text)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("  怎么　提前还款？ ", "怎么 提前还款"),
        ("Café LPR利率!", "cafe lpr 利率"),
        ("loan of 50000", "loan of 50000"),
        ("2026", "2026"),
        ("!?", None),
        ("x" * LONGEST_PHRASE, "x" * LONGEST_PHRASE),
        ("x" * (LONGEST_PHRASE + 1), None),
    ],
)
def test_a_question_is_kept_in_one_way(text, phrase):
    assert phrase_to_keep(text) == phrase


@pytest.mark.parametrize(
    "text",
    [
        "13812345678",
        "+86 138 1234 5678",
        "my number is 138-1234-5678",
        "138a1234b567",
        "１３８１２３４５６７８",
        "一三八一二三四五六七八",
        "壹叁捌 壹贰叁肆伍",
        "٠١٢٣٤٥٦٧",
        "①②③④⑤⑥⑦",
        "11010519491231002X",
        "6222 0212 3456 7890 128",
        "loan 6222.0212.3456",
        "8765432",
        "li.xiaoyu@example.com",
        "李小雨＠example.com",
    ],
)
def test_what_may_be_a_number_of_somebody_is_never_kept(text):
    assert phrase_to_keep(text) is None
