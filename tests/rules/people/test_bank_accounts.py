import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.people.bank_accounts import BankAccountInvalid, check_account_number, satisfies_luhn


def card(digits):
    return next(digits + check for check in "0123456789" if satisfies_luhn(digits + check))


@pytest.mark.parametrize("number", ["4111111111111111", "79927398713", card("622202123456789012")])
def test_known_numbers_satisfy_luhn(number):
    assert satisfies_luhn(number)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4111 1111 1111 1111", "4111111111111111"),
        (" 4111-1111-1111-1111 ", "4111111111111111"),
        ("12345678", "12345678"),
        ("123456789012345", "123456789012345"),
        ("0200000609021234567", "0200000609021234567"),  # Long, yet no card.
        ("1" * 32, "1" * 32),
    ],
)
def test_accounts_and_cards_are_kept_as_digits(text, number):
    assert check_account_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "1234567", "1" * 33, "4111111111111112", "6222021234567890", "12345678a", "DE89370400440532013000",
     "１２３４５６７８", "1234\n5678", "1234.5678", "-" * 10, "12345678\x00"],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(BankAccountInvalid):
        check_account_number(text)


@given(st.from_regex(r"62[0-9]{13,16}", fullmatch=True).map(card), st.integers(0, 18), st.sampled_from("0123456789"))
def test_any_one_wrong_digit_of_a_card_is_noticed(number, place, wrong):
    assume(2 <= place < len(number))
    assert check_account_number(number) == number
    assume(number[place] != wrong)
    with pytest.raises(BankAccountInvalid):
        check_account_number(number[:place] + wrong + number[place + 1 :])
