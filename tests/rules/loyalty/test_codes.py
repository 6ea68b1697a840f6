import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.loyalty import referrals, registrations, vouchers
from rules.loyalty.codes import ALPHABET, read_code


def test_the_alphabet_has_nothing_that_is_mistaken():
    assert len(set(ALPHABET)) == len(ALPHABET) == 30
    assert not set(ALPHABET) & set("0O1ILU")


def test_each_code_is_as_long_as_it_has_to_be():
    assert registrations.CODE_LENGTH == 6
    assert len(ALPHABET) ** referrals.CODE_LENGTH > 6.5e11
    assert len(ALPHABET) ** vouchers.CODE_LENGTH > 2**58


@given(st.text(ALPHABET, min_size=6, max_size=12), st.integers(0, 12))
def test_a_code_is_read_whatever_its_case_and_gaps(code, gap):
    assert read_code(f" {code[:gap].lower()} {code[gap:]} ", len(code)) == code


@pytest.mark.parametrize("said", ["7KQ2MXWP", "7kq2mxwp", "7kq2-mxwp", "7KQ2\u3000MXWP"])
def test_hyphens_and_wide_spaces_are_gaps(said):
    assert read_code(said, 8) == "7KQ2MXWP"


@pytest.mark.parametrize("said", ["", "7KQ2MXW", "7KQ2MXWPP", "7KQ2MXW0", "7KQ2MXWU", "７KQ2MXWP", "7KQ2_MXWP"])
def test_what_cannot_be_a_code_is_none(said):
    assert read_code(said, 8) is None
