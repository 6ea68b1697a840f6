"""A voucher pays one component of the lines that are due and of the next one, and nothing else."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.books.accounts import AccountCode
from rules.loans.events import Event, EventIncomplete, LoanEventKind, PaymentBeyondDue, PrepaymentEffect
from rules.loans.ledger import Ledger, replay
from rules.loans.terms import LoanTerms
from rules.money import ZERO, exactly
from rules.products.fees import FeeTerms
from rules.products.kinds import DayCount, DueComponent, FeeKind, RepaymentMethod
from rules.products.schedules import ScheduleTerms
from tests.rules.loans.lives import lives

LENT_ON, BEFORE, FIRST_DUE, LATER = date(2026, 3, 16), date(2026, 3, 20), date(2026, 4, 16), date(2026, 5, 20)
TERMS = LoanTerms(
    ScheduleTerms(
        method=RepaymentMethod.EQUAL_PRINCIPAL,
        principal=Decimal("1200.00"),
        annual_rate=Decimal("0.12"),
        term=12,
        disbursed_on=LENT_ON,
        day_count=DayCount.TWELFTHS,
    ),
    "CNY",
    (FeeTerms(FeeKind.PERIODIC, ZERO, Decimal("3.00")),),
)
"""Each line asks for 100.00 and a fee of 3.00; the interest is 12.00, 11.00, 10.00, …"""


def voucher(amount: str, component=DueComponent.INTEREST, on=BEFORE, number=1, *, is_taken=False) -> Event:
    return Event(number, on, LoanEventKind.PAYMENT, Decimal(amount), is_taken=is_taken, pays_only=component)


def payable(ledger: Ledger, on: date, component=DueComponent.INTEREST) -> Decimal:
    with exactly():
        return ledger.payable_by_voucher(component, on)


def test_before_anything_is_due_it_pays_the_next_line():
    assert payable(replay(TERMS, (), BEFORE), BEFORE) == Decimal("12.00")
    ledger = replay(TERMS, (voucher("12.00"),), BEFORE)
    (part,) = ledger.booked
    assert (part.line, part.interest, part.costs, part.principal, part.credit) == (1, Decimal("12.00"), 0, 0, 0)
    assert ledger.entries[-1].amounts == {AccountCode.CASH: 12, AccountCode.INTEREST_INCOME: -12}
    assert (ledger.outstanding, ledger.credit) == (Decimal("1200.00"), 0)


def test_of_several_lines_it_pays_those_that_are_due_and_the_next_one():
    assert payable(replay(TERMS, (), LATER), LATER) == Decimal("33.00")
    ledger = replay(TERMS, (voucher("30.00", on=LATER),), LATER)
    assert [(part.line, part.interest) for part in ledger.booked] == [(1, 12), (2, 11), (3, 7)]
    assert all(line.paid[DueComponent.PRINCIPAL] == 0 for line in ledger.lines)


def test_a_waiver_pays_fees_and_no_interest():
    ledger = replay(TERMS, (voucher("3.00", DueComponent.COSTS),), BEFORE)
    (part,) = ledger.booked
    assert (part.costs, part.interest) == (Decimal("3.00"), 0)
    assert ledger.entries[-1].amounts == {AccountCode.CASH: 3, AccountCode.FEE_INCOME: -3}


def test_it_is_refused_beyond_what_it_can_pay():
    with pytest.raises(PaymentBeyondDue) as refused:
        replay(TERMS, (voucher("12.01"),), BEFORE)
    assert (refused.value.event, refused.value.maximum.amount) == (1, Decimal("12.00"))


def test_a_second_one_does_not_reach_further_while_the_next_line_asks_for_something():
    ledger = replay(TERMS, (voucher("12.00"),), BEFORE)
    assert payable(ledger, BEFORE) == 0


def test_what_an_earlier_payment_has_paid_since_pays_what_else_is_due():
    paid = Event(1, LATER, LoanEventKind.PAYMENT, Decimal("229.00"), is_taken=True)
    found = replay(TERMS, (paid, voucher("33.00", on=LATER, number=2, is_taken=True)), LATER)
    # Both due lines are paid: 10.00 go to the third line's interest, and what is not due is kept.
    assert [(part.line, part.interest, part.credit) for part in found.booked if part.event == 2] == [
        (3, 10, 0),
        (None, 0, 23),
    ]


def test_only_a_payment_can_be_a_voucher_and_it_pays_neither_principal_nor_penalty():
    for component in (DueComponent.PRINCIPAL, DueComponent.PENALTY):
        with pytest.raises(EventIncomplete):
            replay(TERMS, (voucher("1.00", component),), BEFORE)
    early = Event(
        1,
        BEFORE,
        LoanEventKind.PREPAYMENT,
        Decimal("500.00"),
        effect=PrepaymentEffect.REDUCE_TERM,
        pays_only=DueComponent.INTEREST,
    )
    with pytest.raises(EventIncomplete):
        replay(TERMS, (early,), BEFORE)


def test_who_withdraws_gets_no_fee_back_that_a_voucher_paid():
    with exactly():
        plain = replay(TERMS, (), BEFORE).withdrawal(BEFORE)
        waived = replay(TERMS, (voucher("3.00", DueComponent.COSTS),), BEFORE).withdrawal(BEFORE)
        paid = replay(TERMS, (Event(1, FIRST_DUE, LoanEventKind.PAYMENT, Decimal("115.00")),), FIRST_DUE)
        given_back = paid.withdrawal(FIRST_DUE)
    assert waived == plain
    assert given_back == Decimal("1100.00") - Decimal("3.00")
    used = voucher("3.00", DueComponent.COSTS)
    away = Event(2, BEFORE, LoanEventKind.PREPAYMENT, waived, effect=PrepaymentEffect.WITHDRAW)
    ledger = replay(TERMS, (used, away), BEFORE)
    assert (ledger.outstanding, ledger.credit, ledger.is_withdrawn) == (0, 0, True)


def test_of_a_settled_loan_nothing_is_left_to_pay():
    with exactly():
        payoff = replay(TERMS, (), BEFORE).payoff(BEFORE).total
    settled = Event(1, BEFORE, LoanEventKind.PREPAYMENT, payoff, effect=PrepaymentEffect.REDUCE_TERM)
    assert payable(replay(TERMS, (settled,), BEFORE), BEFORE) == 0


@given(lives(), st.sampled_from([DueComponent.INTEREST, DueComponent.COSTS]))
def test_it_never_pays_more_than_is_owed_nor_anything_else(life, component):
    terms, events, as_of = life
    before = replay(terms, events, as_of)
    most = payable(before, as_of, component)
    if not most:
        return
    used = Event(len(events) + 1, as_of, LoanEventKind.PAYMENT, most, pays_only=component)
    after = replay(terms, (*events, used), as_of)
    assert sum(part.interest + part.costs for part in after.booked if part.event == used.number) == most
    assert (after.outstanding, after.credit) == (before.outstanding, before.credit)
    for line, unpaid in zip(after.lines, before.lines, strict=True):
        others = [each for each in DueComponent if each is not component]
        assert [line.paid[each] for each in others] == [unpaid.paid[each] for each in others]
        assert line.left(component) >= 0
    more = Event(len(events) + 1, as_of, LoanEventKind.PAYMENT, most + 1, pays_only=component)
    with pytest.raises(PaymentBeyondDue):
        replay(terms, (*events, more), as_of)
