import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.people.masks import hidden, one_and_last, one_and_one, six_and_four, three_and_four

values = st.text(st.characters(exclude_characters="*", exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(
    ("name", "mask"),
    [("张小三", "张*三"), ("欧阳娜娜", "欧**娜"), ("李雷", "李*"), ("李", "*"), ("", "*"), ("Li Lei", "L****i")],
)
def test_a_name_shows_its_first_and_last_character(name, mask):
    assert one_and_last(name) == mask


@pytest.mark.parametrize(
    ("phone", "mask"),
    [
        ("+8613812341234", "138****1234"),
        ("13812341234", "138****1234"),
        ("+4520123456", "+45****3456"),
        ("+861234567", "****"),
        ("", "****"),
    ],
)
def test_a_phone_shows_three_and_four_digits(phone, mask):
    assert three_and_four(phone) == mask


@pytest.mark.parametrize(
    ("number", "mask"),
    [("11010519491231002X", "1****************X"), ("1234567", "****"), ("12", "****"), ("1", "****"), ("", "****")],
)
def test_an_identity_number_shows_its_first_and_last_character(number, mask):
    assert one_and_one(number) == mask


@pytest.mark.parametrize(
    ("card", "mask"),
    [
        ("6222021234561234", "622202******1234"),
        ("6222021234567891234", "622202******1234"),
        ("123456789012345", "****"),
        ("", "****"),
    ],
)
def test_a_card_shows_six_and_four_digits_and_a_short_account_nothing(card, mask):
    assert six_and_four(card) == mask


def test_hidden_shows_only_that_there_is_something():
    assert hidden("secret") == hidden("") == "****"


@pytest.mark.parametrize(
    ("mask", "first", "last", "least_hidden"),
    [
        (one_and_last, 1, 1, 1),
        (three_and_four, 3, 4, 4),
        (one_and_one, 1, 1, 6),
        (six_and_four, 6, 4, 6),
        (hidden, 0, 0, 0),
    ],
)
@given(value=values)
def test_no_mask_ever_shows_more_than_it_promises(mask, first, last, least_hidden, value):
    shown = mask(value)
    national = value.removeprefix("+86") if mask is three_and_four else value
    head, _, tail = shown.partition("*")
    tail = tail.lstrip("*")
    assert len(head) <= first
    assert len(tail) <= last
    assert national.startswith(head)
    assert national.endswith(tail)
    assert not (head or tail) or len(national) - len(head) - len(tail) >= least_hidden
