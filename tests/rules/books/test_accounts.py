from rules.books.accounts import CHART, KINDS, AccountCode


def test_every_account_stands_on_a_side_and_in_the_chart():
    assert set(KINDS) == set(CHART) == set(AccountCode)


def test_the_chart_is_in_the_order_of_its_numbers_each_once():
    numbers = [line.number for line in CHART.values()]
    assert numbers == sorted(set(numbers))
    assert all(number.isdecimal() for number in numbers)


def test_names_are_told_apart_in_both_languages():
    for names in ([line.name_zh for line in CHART.values()], [line.name_en for line in CHART.values()]):
        assert len(set(names)) == len(CHART)
