"""Booking money received: what it pays for, what it leaves owed, and what it earns.

Decided here, by the rules; locked, loaded and written in SQL by `models.loans.bookings`.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

from models import Installment, Loan, Repayment, Viewer
from models.database.handwritten import Statement, as_rows
from models.loans import bookings as sql
from models.loans.bookings import LockedLoan, Sought
from notifications.events import Event
from notifications.loans.repayments import LoanRepaid, RepaymentReceived
from notifications.loyalty.points import PointsEarned
from resolvers.books import journal
from resolvers.keys import Asked
from rules.books.accounts import AccountCode
from rules.loans.numbers import loan_number
from rules.loans.repayments import OpenInstallment, Share, Split, allocate
from rules.loans.states import LOAN_MOVES, OWED, LoanStatus
from rules.loyalty.kinds import PointsKind, PointsSide
from rules.loyalty.points import expires_on, points_for_installment
from rules.money import ZERO, Money, to_cents
from rules.payments.states import PaymentChannel, PaymentStatus


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


@dataclass(frozen=True)
class _Award:
    source: str
    points: int


def locked_for_key(
    viewer: Viewer, loan_id: int, received: Received, asked: Asked
) -> AbstractAsyncContextManager[LockedLoan]:
    """Begin to book what was asked for under a key. Raises `NotFound`."""
    sought = Sought(key=asked.key, provider=received.provider, provider_reference=received.provider_reference)
    return sql.locked_loan(viewer, asked.operation, loan_id, sought)


def locked_for_intent(
    viewer: Viewer, operation: str, loan_id: int, intent_id: int
) -> AbstractAsyncContextManager[LockedLoan]:
    """Begin to book what a provider collected for an intent. Raises `NotFound`."""
    return sql.locked_loan(viewer, operation, loan_id, Sought(intent_id=intent_id))


async def book(held: LockedLoan, received: Received, asked: Asked | None = None) -> Repaid:
    """Book money against a locked loan. Money received is never refused.

    What exceeds the debt is the customer's credit; what arrives for a loan that is not owed waits in suspense. Principal
    of a loan written off has left the books: what is paid of it is a recovery. The key it was asked for under, or its
    intent, is settled along with it.
    """
    loan = held.loan
    before = loan.status
    was_owed = before in OWED
    installments = held.installments if was_owed else ()
    split, shares = allocate(received.amount.amount, installments)
    closes = was_owed and {share.installment_id for share in shares if share.closes} == {
        installment.id for installment in installments
    }
    _reduce(held, split, closes=closes)
    awards = _awards(held, received, installments, shares)
    earned = sum(award.points for award in awards)
    values = {
        **_values_of_payment(received, split, shares),
        **await _values_of_entry(held, received, split, before),
        **_values_of_points(held, awards, earned),
        "outstanding": to_cents(loan.outstanding),
        "status": loan.status,
        "is_open": loan.is_open,
        "events": _rows_of_events(_events(loan, received, earned, is_repaid=closes)),
        "succeeded": PaymentStatus.SUCCEEDED,
        **(asked.values() if asked else {}),
    }
    statements: list[Statement] = [sql.INTENT] if received.intent_id else []
    statements += [*sql.RECEIVED, *(sql.PAID if was_owed else ()), *(sql.REWARDED if awards else ())]
    ids = await held.write([*statements, *([sql.KEY] if asked else ())], values)
    return Repaid(_repayment(held, received, ids), loan, earned)


async def keep_known(held: LockedLoan, repayment: Repayment, asked: Asked) -> None:
    """Keep what was booked before, under another key, for this key too."""
    await held.write([sql.KEY], {**asked.values(), "repayment_id": repayment.id})


async def open_installments(loan: Loan) -> list[Installment]:
    """Give the installments that are not paid in full, oldest first."""
    return await Installment.filter(loan_id=loan.id, is_open=True).order_by("number")


def remaining(installment: Installment) -> OpenInstallment:
    """Say what of an installment is still to be paid."""
    return OpenInstallment(
        id=installment.id,
        number=installment.number,
        due_on=installment.due_on,
        principal=installment.principal - installment.paid_principal,
        interest=installment.interest - installment.paid_interest,
    )


async def payable(loan: Loan) -> Money:
    """Sum up what the schedule still asks for; nothing unless the loan is owed."""
    installments = await open_installments(loan) if loan.status in OWED else []
    parts = [remaining(installment) for installment in installments]
    return Money(sum((part.principal + part.interest for part in parts), ZERO), loan.currency)


def _reduce(held: LockedLoan, split: Split, *, closes: bool) -> None:
    loan = held.loan
    loan.outstanding -= split.principal
    if closes:
        assert loan.outstanding == 0, f"loan {loan.id}: all installments are paid, the principal is not"
        LOAN_MOVES.check(loan.status, LoanStatus.CLOSED, held.unit.viewer.role)
        loan.status, loan.is_open = LoanStatus.CLOSED, False


def _values_of_payment(received: Received, split: Split, shares: Sequence[Share]) -> dict[str, Any]:
    return {
        "provider": received.provider,
        "provider_reference": received.provider_reference,
        "intent_id": received.intent_id,
        "currency": received.amount.currency,
        "amount": to_cents(received.amount.amount),
        "channel": received.channel,
        "value_on": received.value_on,
        **{kind: to_cents(amount) for kind, amount in vars(split).items()},
        "shares": as_rows(
            {
                "installment_id": share.installment_id,
                "interest": to_cents(share.interest),
                "principal": to_cents(share.principal),
                "closes": share.closes,
            }
            for share in shares
        ),
    }


async def _values_of_entry(held: LockedLoan, received: Received, split: Split, before: LoanStatus) -> dict[str, Any]:
    written_off = before is LoanStatus.WRITTEN_OFF
    posted = journal.balanced(
        {
            received.came_from: received.amount.amount,
            AccountCode.RECOVERY_INCOME if written_off else AccountCode.LOANS_RECEIVABLE: -split.principal,
            AccountCode.INTEREST_INCOME: -split.interest,
            AccountCode.PENALTY_INCOME: -split.penalty,
            AccountCode.FEE_INCOME: -split.costs,
            AccountCode.CUSTOMER_CREDIT if before in OWED else AccountCode.SUSPENSE: -split.excess,
        }
    )
    ids = held.accounts
    if not posted.keys() <= ids.keys():  # Once for each currency and account: here more statements are taken.
        opened = await journal.accounts_of(received.amount.currency, posted)
        ids = {code: account.id for code, account in opened.items()}
    return {
        "postings": as_rows({"account_id": ids[code], "amount": to_cents(amount)} for code, amount in posted.items())
    }


def _awards(
    held: LockedLoan, received: Received, installments: Iterable[OpenInstallment], shares: Sequence[Share]
) -> list[_Award]:
    """Give the borrower points for every installment that is now paid in full, and was so in time: once for each."""
    due_on = {installment.id: installment.due_on for installment in installments}
    awards = []
    for share in shares:
        reward = points_for_installment(due_on[share.installment_id], received.value_on) if share.closes else 0
        if reward and share.installment_id not in held.rewarded:
            awards.append(_Award(f"Installment:{share.installment_id}", reward))
    return awards


def _values_of_points(held: LockedLoan, awards: Sequence[_Award], earned: int) -> dict[str, Any]:
    assert not awards or held.points_account_id, f"customer {held.loan.customer_id} has a points account"
    return {
        "points_account_id": held.points_account_id,
        "points": earned,
        "awards": as_rows(map(vars, awards)),
        "expires_on": expires_on(held.unit.today),
        "earned": PointsKind.EARNED,
        "held": PointsSide.HELD,
        "issued": PointsSide.ISSUED,
    }


def _events(loan: Loan, received: Received, earned: int, *, is_repaid: bool) -> Iterable[Event]:
    customer_id, number = loan.customer_id, loan_number(loan.id, loan.created_at)
    yield RepaymentReceived(customer_id=customer_id, loan_id=loan.id, number=number, amount=received.amount)
    if earned:
        yield PointsEarned(customer_id=customer_id, points=earned)
    if is_repaid:
        yield LoanRepaid(customer_id=customer_id, loan_id=loan.id, number=number)


def _rows_of_events(events: Iterable[Event]) -> str:
    return as_rows({"kind": event.kind, "body": event.to_json()} for event in events)


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
