from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.people.identity_numbers import (
    IdentityNumber,
    IdentityNumberInvalid,
    check_character,
    parse_identity_number,
)
from rules.people.kinds import Sex


@st.composite
def numbers(draw):
    place = draw(st.integers(110000, 659999))
    birth_on = draw(st.dates(date(1900, 1, 1), date(2025, 12, 31)))
    digits = f"{place}{birth_on:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return digits + check_character(digits)


def test_the_example_of_the_standard_is_a_womans_number():
    assert parse_identity_number("11010519491231002X") == IdentityNumber(
        "11010519491231002X", date(1949, 12, 31), Sex.FEMALE
    )


def test_a_mans_number_has_an_odd_order():
    digits = "44052419800101001"
    assert parse_identity_number(digits + check_character(digits)).sex is Sex.MALE


def test_a_small_x_and_spaces_around_are_accepted():
    assert parse_identity_number(" 11010519491231002x\n").number == "11010519491231002X"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "110105194912310021",  # Another check character.
        "1101051949123100",
        "11010519491231002XX",
        "1101051949123100 2X",
        "01010519491231002X",
        "1101051949123100２X",  # A full-width digit.
        "X1010519491231002X",
        "110105491231002",  # The 15 digits of old cards.
    ],
)
def test_what_is_no_identity_number_is_refused(text):
    with pytest.raises(IdentityNumberInvalid):
        parse_identity_number(text)


@pytest.mark.parametrize("birth", ["19490230", "19491301", "19490001", "18991231", "00000101"])
def test_a_birth_date_that_never_was_is_refused_though_the_check_character_fits(birth):
    digits = f"110105{birth}002"
    with pytest.raises(IdentityNumberInvalid):
        parse_identity_number(digits + check_character(digits))


@given(numbers())
def test_birth_date_and_sex_follow_from_the_number(number):
    parsed = parse_identity_number(number)
    assert parsed.number == number
    assert f"{parsed.birth_on:%Y%m%d}" == number[6:14]
    assert (parsed.sex is Sex.MALE) == (int(number[16]) % 2 == 1)


@given(numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_one_wrong_character_is_noticed(number, place, wrong):
    assume(number[place] != wrong)
    with pytest.raises(IdentityNumberInvalid):
        parse_identity_number(number[:place] + wrong + number[place + 1 :])


@given(numbers(), st.integers(0, 16))
def test_two_neighbours_swapped_are_noticed(number, place):
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    with pytest.raises(IdentityNumberInvalid):
        parse_identity_number(swapped)


@given(numbers())
def test_the_weighted_sum_is_one_modulo_eleven(number):
    values = [10 if character == "X" else int(character) for character in number]
    assert sum(value * 2 ** (17 - place) for place, value in enumerate(values)) % 11 == 1


@given(st.text())
def test_any_text_is_read_or_refused(text):
    with pytest.raises(IdentityNumberInvalid):
        parse_identity_number(text)
