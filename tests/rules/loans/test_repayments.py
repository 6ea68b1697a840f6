from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.loans.repayments import (
    AmountNotAllowed,
    CurrencyMismatch,
    DateNotAllowed,
    OpenInstallment,
    Overpayment,
    Share,
    Split,
    allocate,
    check_offered,
    check_received_on,
)
from rules.money import ZERO, Money, from_cents

START = date(2026, 1, 15)

sums = st.integers(0, 10**8).map(from_cents)
payments = st.integers(1, 10**9).map(from_cents)


@st.composite
def open_installments(draw):
    parts = draw(st.lists(st.tuples(sums, sums), max_size=12))
    made = [
        OpenInstallment(100 + number, number, START + timedelta(days=30 * number), principal, interest)
        for number, (principal, interest) in enumerate(parts, start=1)
    ]
    return draw(st.permutations(made))


@pytest.mark.parametrize("amount", ["0", "-1"])
def test_a_payment_of_nothing_is_our_mistake(amount):
    with pytest.raises(AssertionError):
        allocate(Decimal(amount), [])


def installment(number, principal, interest):
    due_on = START + timedelta(days=30 * number)
    return OpenInstallment(100 + number, number, due_on, Decimal(principal), Decimal(interest))


def test_the_oldest_installment_is_paid_first_whatever_their_order():
    split, shares = allocate(Decimal(150), [installment(2, 90, 10), installment(1, 95, 15)])
    assert shares == (
        Share(101, interest=Decimal(15), principal=Decimal(95), closes=True),
        Share(102, interest=Decimal(10), principal=Decimal(30), closes=False),
    )
    assert split == Split(ZERO, ZERO, interest=Decimal(25), principal=Decimal(125), excess=ZERO)


def test_an_installment_paid_to_the_cent_is_closed_and_the_next_untouched():
    _, shares = allocate(Decimal(110), [installment(1, 95, 15), installment(2, 90, 10)])
    assert shares == (Share(101, Decimal(15), Decimal(95), closes=True),)


def test_a_cent_short_leaves_it_open():
    _, shares = allocate(Decimal("109.99"), [installment(1, 95, 15)])
    assert shares == (Share(101, Decimal(15), Decimal("94.99"), closes=False),)


def test_what_exceeds_everything_is_excess():
    split, shares = allocate(Decimal(120), [installment(1, 95, 15)])
    assert split.excess == 10
    assert shares[0].closes


def test_without_open_installments_all_is_excess():
    assert allocate(Decimal(7), []) == (Split(ZERO, ZERO, ZERO, ZERO, Decimal(7)), ())


def test_an_installment_with_nothing_to_pay_is_closed_on_the_way():
    _, shares = allocate(Decimal(100), [installment(1, 90, 10), installment(2, 0, 0), installment(3, 5, 5)])
    assert shares == (Share(101, Decimal(10), Decimal(90), closes=True), Share(102, ZERO, ZERO, closes=True))


def test_nothing_after_an_installment_left_open_is_touched():
    _, shares = allocate(Decimal(50), [installment(1, 90, 10), installment(2, 0, 0)])
    assert [share.installment_id for share in shares] == [101]


@given(payments, open_installments())
def test_an_allocation_conserves_the_payment(amount, installments):
    split, shares = allocate(amount, installments)
    assert split.interest + split.principal + split.excess == amount
    assert (split.costs, split.penalty) == (0, 0)
    assert split.interest == sum(share.interest for share in shares)
    assert split.principal == sum(share.principal for share in shares)
    owed = sum(each.interest + each.principal for each in installments)
    assert split.excess == max(ZERO, amount - owed)


@given(payments, open_installments())
def test_shares_run_from_the_oldest_without_a_gap_and_only_the_last_may_stay_open(amount, installments):
    oldest_first = sorted(installments, key=lambda each: each.number)
    _, shares = allocate(amount, installments)
    assert [share.installment_id for share in shares] == [each.id for each in oldest_first[: len(shares)]]
    assert all(share.closes for share in shares[:-1])
    for share, each in zip(shares, oldest_first, strict=False):
        assert 0 <= share.interest <= each.interest
        assert 0 <= share.principal <= each.principal
        assert not share.principal or share.interest == each.interest
        assert share.closes == (share.interest == each.interest and share.principal == each.principal)


@given(payments, payments, open_installments())
def test_two_payments_pay_what_one_of_their_sum_would(first, second, installments):
    _, shares = allocate(first, installments)
    paid = {share.installment_id: share for share in shares}
    nothing = Share(0, ZERO, ZERO, closes=False)
    left = [
        OpenInstallment(
            each.id,
            each.number,
            each.due_on,
            each.principal - paid.get(each.id, nothing).principal,
            each.interest - paid.get(each.id, nothing).interest,
        )
        for each in installments
        if not paid.get(each.id, nothing).closes
    ]
    before, after = allocate(first, installments)[0], allocate(second, left)[0]
    both = allocate(first + second, installments)[0]
    assert before.interest + after.interest == both.interest
    assert before.principal + after.principal == both.principal
    assert before.excess + after.excess == both.excess


OWED = Money(Decimal("110.00"), "CNY")


@pytest.mark.parametrize("amount", ["0.01", "110", "110.00", "110.000"])
def test_up_to_the_whole_debt_may_be_paid(amount):
    check_offered(Decimal(amount), "CNY", OWED)


@pytest.mark.parametrize("amount", ["0", "-0.01", "1.005", "NaN", "sNaN", "Infinity", "-Infinity"])
def test_no_other_amounts_than_positive_whole_cents_may_be_paid(amount):
    with pytest.raises(AmountNotAllowed):
        check_offered(Decimal(amount), "CNY", OWED)


@pytest.mark.parametrize("amount", ["110.01", "1E+18"])
def test_more_than_the_debt_is_refused_with_the_debt(amount):
    with pytest.raises(Overpayment) as refused:
        check_offered(Decimal(amount), "CNY", OWED)
    assert refused.value.maximum == OWED


def test_another_currency_is_refused_with_the_right_one():
    with pytest.raises(CurrencyMismatch) as refused:
        check_offered(Decimal(100), "USD", OWED)
    assert refused.value.expected == "CNY"


def test_money_is_recorded_from_the_payout_to_today():
    opened_on, today = date(2026, 3, 1), date(2026, 3, 16)
    for received_on in (opened_on, date(2026, 3, 8), today):
        check_received_on(received_on, opened_on, today)
    for received_on in (date(2026, 2, 28), date(2026, 3, 17)):
        with pytest.raises(DateNotAllowed) as refused:
            check_received_on(received_on, opened_on, today)
        assert (refused.value.earliest, refused.value.latest) == (opened_on, today)
