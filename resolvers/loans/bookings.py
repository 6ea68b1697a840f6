"""Booking on a locked loan: what happens to it, what that leaves owed, and what it earns.

Worked out by `resolvers.loans.replays`; locked, loaded and written in SQL by `models.loans.bookings`.
"""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from models import Installment, Loan, ProductVersion, Repayment, Viewer
from models.database.handwritten import as_rows
from models.loans import bookings as sql
from models.loans import replays as replays_sql
from models.loans.bookings import LockedLoan, Sought
from notifications.events import Event as Told
from notifications.loans.prepayments import LoanWithdrawn
from notifications.loans.refunds import CreditLeft
from notifications.loans.repayments import LoanRepaid, RepaymentReceived
from notifications.loyalty.points import PointsEarned
from notifications.loyalty.vouchers import VoucherUsed
from notifications.service.cases import FeeGivenBack
from resolvers.keys import Asked
from resolvers.loans import projections, replays
from rules.books.accounts import AccountCode
from rules.loans.events import LAST, Event, LoanEventKind, PrepaymentEffect
from rules.loans.numbers import loan_number
from rules.loans.states import OWED, SETTLED, LoanStatus
from rules.money import ZERO, Money, to_cents
from rules.payments.states import PaymentChannel, PaymentStatus
from rules.products.kinds import DueComponent, ExcessRule


@dataclass(frozen=True)
class Repaid:
    """A payment received and booked, the loan as it is now, and the points it earned."""

    repayment: Repayment
    loan: Loan
    points_earned: int


@dataclass(frozen=True, kw_only=True)
class Received:
    """Money that reached us for a loan."""

    provider: str
    provider_reference: str
    intent_id: int | None = None
    amount: Money
    channel: PaymentChannel
    value_on: date
    came_from: AccountCode = AccountCode.CASH
    """The account that is debited: money in suspense is in the bank already."""
    effect: PrepaymentEffect | None = None
    """What it makes smaller, where it repays early by a quote."""
    pays_only: DueComponent | None = None
    """What it pays, where it is a voucher."""


def locked_for_key(
    viewer: Viewer, loan_id: int, asked: Asked, received: Received | None = None
) -> AbstractAsyncContextManager[LockedLoan]:
    """Begin to book what was asked for under a key, and look up what was received before. Raises `NotFound`."""
    sought = Sought(key=asked.key)
    if received is not None:
        sought = Sought(key=asked.key, provider=received.provider, provider_reference=received.provider_reference)
    return sql.locked_loan(viewer, asked.operation, loan_id, sought)


def locked_for_intent(
    viewer: Viewer, operation: str, loan_id: int, intent_id: int
) -> AbstractAsyncContextManager[LockedLoan]:
    """Begin to book what a provider collected for an intent. Raises `NotFound`."""
    return sql.locked_loan(viewer, operation, loan_id, Sought(intent_id=intent_id))


async def book(held: LockedLoan, received: Received, asked: Asked | None = None) -> Repaid:
    """Book money against a locked loan that was paid out. Money received is never refused.

    What exceeds the debt is the customer's credit. Principal of a loan written off has left the books: what is paid of
    it is a recovery. The key it was asked for under, or its intent, is settled along with it.
    """
    unit, loan = held.unit, held.loan
    before = loan.status
    event = _event(received)
    changes = replays.repriced(held.stored, unit.today)  # Of a day whose end has not come to this loan yet.
    ledger = replays.replayed(held.stored, unit.today, event, *changes)
    rebooked = await projections.rebook(
        held.stored,
        ledger,
        unit.today,
        role=unit.viewer.role,
        source=None,
        moved={received.came_from: received.amount.amount},
    )
    rebooked.changes += projections.rate_changes(held.stored, changes)
    earned = max(rebooked.earned, 0)
    statements = [*([sql.INTENT] if received.intent_id else []), sql.RECEIPT, sql.REPAYMENT, sql.EVENT]
    statements += [*rebooked.statements(), replays_sql.OUTBOX, *([sql.KEY] if asked else [])]
    values = {
        **rebooked.values(),
        **_values_of_receipt(received),
        **_values_of_event(event),
        "told": _as_told(told(loan, received.amount, earned, before, received.channel)),
        **(asked.values() if asked else {}),
    }
    ids = await held.write(statements, values)
    return Repaid(_repayment(held, received, ids), loan, earned)


async def keep_known(held: LockedLoan, repayment: Repayment, asked: Asked) -> None:
    """Keep what was booked before, under another key, for this key too."""
    await held.write([sql.KEY], {**asked.values(), "repayment_id": repayment.id, "event_id": None})


async def open_installments(loan: Loan) -> list[Installment]:
    """Give the installments that are not paid in full, oldest first."""
    return await Installment.filter(loan_id=loan.id, is_open=True).order_by("number")


async def payable(loan: Loan, today: date) -> Money:
    """Sum up what may be asked for: all that the schedule still asks for or, by the product's terms, what is due.

    Nothing unless the loan is owed.
    """
    installments = await open_installments(loan) if loan.status in OWED else []
    refuses = ProductVersion.filter(id=loan.product_version_id, excess=ExcessRule.REFUSED)
    if installments and await refuses.exists():
        installments = [each for each in installments if each.due_on <= today]
    owed = sum((_owed(each) for each in installments), ZERO) - loan.credit
    return Money(max(owed, ZERO), loan.currency)


def _owed(each: Installment) -> Decimal:
    asked = each.costs + each.penalty + each.interest + each.principal
    return asked - each.paid_costs - each.paid_penalty - each.paid_interest - each.paid_principal


def _as_told(events: Iterable[Told]) -> str:
    """Make the value of the rows of the outbox."""
    return as_rows({"customer_id": each.customer_id, "kind": each.kind, "body": each.to_json()} for each in events)


def _values_of_receipt(received: Received) -> dict[str, Any]:
    return {
        "provider": received.provider,
        "provider_reference": received.provider_reference,
        "intent_id": received.intent_id,
        "currency": received.amount.currency,
        "channel": received.channel,
        "value_on": received.value_on,
        "succeeded": PaymentStatus.SUCCEEDED,
    }


def _event(received: Received) -> Event:
    return Event(
        number=LAST,
        on=received.value_on,
        kind=LoanEventKind.PREPAYMENT if received.effect else LoanEventKind.PAYMENT,
        amount=received.amount.amount,
        effect=received.effect,
        is_taken=True,
        pays_only=received.pays_only,
    )


def _values_of_event(event: Event) -> dict[str, Any]:
    assert event.amount is not None
    return {"kind": event.kind, "amount": to_cents(event.amount), "effect": event.effect, "pays_only": event.pays_only}


_SAID_OF: dict[PaymentChannel, type[RepaymentReceived | VoucherUsed | FeeGivenBack]] = {
    PaymentChannel.VOUCHER: VoucherUsed,
    PaymentChannel.REDRESS: FeeGivenBack,
}
"""The word that goes out where no money came."""
_TOLD_OF = {LoanStatus.CLOSED: LoanRepaid, LoanStatus.CANCELLED: LoanWithdrawn}
"""The word that goes out once a payment has brought a loan so far."""


def told(
    loan: Loan, received: Money, earned: int, before: LoanStatus, channel: PaymentChannel | None = None
) -> Iterable[Told]:
    """Say what goes out about money that was booked, and points with it, on a loan that was in a status before."""
    customer_id, number = loan.customer_id, loan_number(loan.id, loan.created_at)
    said = _SAID_OF.get(channel, RepaymentReceived) if channel else RepaymentReceived
    yield said(customer_id=customer_id, loan_id=loan.id, number=number, amount=received)
    if earned:
        yield PointsEarned(customer_id=customer_id, points=earned)
    yield from settled(loan, before)


def settled(loan: Loan, before: LoanStatus) -> Iterable[Told]:
    """Say what goes out of a loan that owes nothing: that it is so now, and that money is left."""
    owner = {"customer_id": loan.customer_id, "loan_id": loan.id}
    number = loan_number(loan.id, loan.created_at)
    if loan.status is not before and loan.status in _TOLD_OF:
        yield _TOLD_OF[loan.status](number=number, **owner)
    if loan.status in SETTLED and loan.credit:
        yield CreditLeft(number=number, amount=Money(loan.credit, loan.currency), **owner)


def _repayment(held: LockedLoan, received: Received, ids: dict[str, int]) -> Repayment:
    """Make the row that was written, as it would be read."""
    return Repayment(
        id=ids["repayment_id"],
        created_at=held.unit.now,
        loan_id=held.loan.id,
        customer_id=held.loan.customer_id,
        receipt_id=ids["receipt_id"],
        currency=received.amount.currency,
        amount=received.amount.amount,
        channel=received.channel,
        value_on=received.value_on,
        received_at=held.unit.now,
    )
