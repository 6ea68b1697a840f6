from datetime import date
from decimal import Decimal

import pytest

from rules.books.accounts import AccountCode
from rules.loans.events import Event, LoanEventKind, RefundTooLarge
from rules.loans.ledger import Ledger, replay
from rules.loans.terms import LoanTerms
from rules.money import ZERO
from rules.products.kinds import DayCount, RepaymentMethod
from rules.products.schedules import ScheduleTerms

LENT_ON, PAID_ON, SENT_ON, BOUNCED_ON = date(2026, 3, 16), date(2026, 3, 20), date(2026, 3, 25), date(2026, 3, 30)
TERMS = LoanTerms(
    ScheduleTerms(
        method=RepaymentMethod.EQUAL_INSTALLMENT,
        principal=Decimal("1000.00"),
        annual_rate=ZERO,
        term=2,
        disbursed_on=LENT_ON,
        day_count=DayCount.TWELFTHS,
    ),
    "CNY",
)
PAYMENTS = (
    Event(1, PAID_ON, LoanEventKind.PAYMENT, Decimal("1000.00"), is_taken=True),
    Event(2, PAID_ON, LoanEventKind.PAYMENT, Decimal("30.00"), is_taken=True),
)


def refund(amount: str, *, is_taken: bool = False) -> Event:
    return Event(3, SENT_ON, LoanEventKind.REFUND, Decimal(amount), is_taken=is_taken)


def books(ledger: Ledger) -> dict[AccountCode, Decimal]:
    sums: dict[AccountCode, Decimal] = {}
    for entry in ledger.entries:
        for code, amount in entry.amounts.items():
            sums[code] = sums.get(code, ZERO) + amount
    return {code: amount for code, amount in sums.items() if amount}


def test_a_refund_takes_its_money_from_the_credit():
    ledger = replay(TERMS, (*PAYMENTS, refund("20.00")), SENT_ON)
    assert (ledger.credit, ledger.outstanding, ledger.lent) == (Decimal("10.00"), 0, Decimal("1000.00"))
    assert books(ledger) == {AccountCode.CASH: 10, AccountCode.CUSTOMER_CREDIT: -10}
    assert books(replay(TERMS, (*PAYMENTS, refund("30.00")), SENT_ON)) == {}


def test_no_more_than_the_credit_is_refunded():
    with pytest.raises(RefundTooLarge) as refused:
        replay(TERMS, (*PAYMENTS, refund("30.01")), SENT_ON)
    assert (refused.value.event, refused.value.maximum.amount) == (3, Decimal("30.00"))


def test_what_was_sent_and_never_came_is_owed_from_the_day_it_was_sent():
    bounced = Event(4, BOUNCED_ON, LoanEventKind.REVERSAL, reverses=2)
    ledger = replay(TERMS, (*PAYMENTS, refund("30.00", is_taken=True), bounced), BOUNCED_ON)
    assert (ledger.credit, ledger.outstanding, ledger.lent) == (0, Decimal("30.00"), Decimal("1030.00"))
    assert books(ledger) == {AccountCode.LOANS_RECEIVABLE: 30, AccountCode.CASH: -30}
    paid = Event(5, BOUNCED_ON, LoanEventKind.PAYMENT, Decimal("30.00"), is_taken=True)
    settled = replay(TERMS, (*PAYMENTS, refund("30.00", is_taken=True), bounced, paid), BOUNCED_ON)
    assert (settled.outstanding, settled.credit, books(settled)) == (0, 0, {})


def test_what_is_sent_of_a_loan_that_is_written_off_is_no_asset_again():
    off = Event(1, PAID_ON, LoanEventKind.WRITE_OFF)
    ledger = replay(TERMS, (off, refund("30.00", is_taken=True)), SENT_ON)
    assert ledger.outstanding == Decimal("1030.00")
    assert books(ledger) == {AccountCode.WRITE_OFF_EXPENSE: 1030, AccountCode.CASH: -1030}
