"""What happens to a loan after it was paid out, and which of it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rules.errors import Refused
from rules.money import LARGEST, Money, is_whole_cents
from rules.products.kinds import DueComponent

MOST_PERIODS = 120
"""The most periods that are added at once."""
LAST = 2**62
"""The number of an event that is not written yet: it comes after all others of its day."""


class LoanEventKind(StrEnum):
    """What can happen to a loan."""

    TRANCHE = "TRANCHE"
    """More of it is paid out; the lines to come are worked out again."""
    PAYMENT = "PAYMENT"
    """Money is received, and pays what is due; a voucher pays only the interest, or the fees, of it."""
    REVERSAL = "REVERSAL"
    """An earlier event did not happen after all, as where a payment bounced."""
    PREPAYMENT = "PREPAYMENT"
    """Money is received to repay early: it settles what is due and accrued, and the rest repays principal."""
    RATE_CHANGE = "RATE_CHANGE"
    """The contract rate changes from this day on; the lines to come are worked out again."""
    EXTENSION = "EXTENSION"
    """It runs for some periods more, as agreed; the lines to come are worked out again over all of them."""
    HOLIDAY = "HOLIDAY"
    """The next periods ask for nothing, as agreed, and as many are added; their interest comes on top of the line after."""
    CAPITALISATION = "CAPITALISATION"
    """Interest that is due or has accrued becomes principal, as agreed, and with what is overdue of it is spread anew."""
    DUE_DAY = "DUE_DAY"
    """From the period after the one that runs, installments fall due on another day of the month, as agreed."""
    WAIVER = "WAIVER"
    """Penalty interest that has run until this day, and was not paid, is not asked for; from then on it runs again."""
    WRITE_OFF = "WRITE_OFF"
    """What is owed leaves the books; it stays owed, and what is paid later is a recovery."""
    REFUND = "REFUND"
    """Kept credit is sent back to the customer."""


class PrepaymentEffect(StrEnum):
    """What a prepayment makes smaller, or that it undoes the loan."""

    REDUCE_TERM = "REDUCE_TERM"
    """The number of installments; each stays as it is."""
    REDUCE_PAYMENT = "REDUCE_PAYMENT"
    """The installments; as many stay."""
    WITHDRAW = "WITHDRAW"
    """Undoes the loan within its cooling-off time: fees are given back, and interest is owed until the day."""


@dataclass(frozen=True)
class Event:
    """Something that happened; of one day, the first in the list is the first."""

    number: int
    """Its place in the list, from 1."""
    on: date
    kind: LoanEventKind
    amount: Decimal | None = None
    """Of a tranche, payment, prepayment or refund."""
    annual_rate: Decimal | None = None
    """The new rate."""
    effect: PrepaymentEffect | None = None
    reverses: int | None = None
    """The number of the event that did not happen after all."""
    periods: int | None = None
    """Of an extension or a holiday."""
    due_day: int | None = None
    """The new day of the month."""
    is_taken: bool = False
    """It was written down, or its money has moved, so it is never refused, whatever is learned of the time before:
    money that does not fit is kept as credit, a tranche for which no line is left is due with the last one, what was
    refunded beyond the credit is lent again, and another change for which nothing is left changes nothing."""
    pays_only: DueComponent | None = None
    """Of a payment by a voucher: what it pays, of the lines that are due and the next one."""


@dataclass(eq=False)
class EventIncomplete(Refused):
    """The event lacks what its kind needs: an amount, a rate, an effect, or the number of the event it reverses."""

    code = "EVENT_INCOMPLETE"
    path = ("events",)
    event: int
    """The number of the event, from 1."""


@dataclass(eq=False)
class EventBeforePayout(Refused):
    """Nothing can happen to a loan before it is paid out."""

    code = "EVENT_BEFORE_PAYOUT"
    path = ("events",)
    event: int
    """The number of the event, from 1."""
    earliest: date
    """The day of the payout."""


@dataclass(eq=False)
class ReversalNotAllowed(Refused):
    """It names no earlier event, or one that was reversed before, or a reversal."""

    code = "REVERSAL_NOT_ALLOWED"
    path = ("events",)
    event: int
    """The number of the reversal, from 1."""


@dataclass(eq=False)
class PaymentBeyondDue(Refused):
    """The payment is more than is due on its day, and the terms refuse that; or more than a voucher can pay."""

    code = "PAYMENT_BEYOND_DUE"
    path = ("events",)
    event: int
    """The number of the payment, from 1."""
    maximum: Money
    """All that is due on its day, or that the voucher can pay."""


@dataclass(eq=False)
class PrepaymentTooLarge(Refused):
    """The prepayment is more than would settle the whole loan on its day."""

    code = "PREPAYMENT_TOO_LARGE"
    path = ("events",)
    event: int
    """The number of the prepayment, from 1."""
    maximum: Money
    """What settles the loan on its day."""


@dataclass(eq=False)
class PrepaymentTooSmall(Refused):
    """The prepayment does not even settle what is due and accrued on its day: nothing is repaid early."""

    code = "PREPAYMENT_TOO_SMALL"
    path = ("events",)
    event: int
    """The number of the prepayment, from 1."""
    settled: Money
    """What has to be settled first; more than this repays early."""


@dataclass(eq=False)
class RefundTooLarge(Refused):
    """The refund is more than the credit that is kept on its day."""

    code = "REFUND_TOO_LARGE"
    path = ("events",)
    event: int
    """The number of the refund, from 1."""
    maximum: Money
    """The credit on its day."""


@dataclass(eq=False)
class NoLinesLeft(Refused):
    """No line is left over which a tranche could be repaid."""

    code = "NO_LINES_LEFT"
    path = ("events",)
    event: int
    """The number of the tranche, from 1."""


@dataclass(eq=False)
class ChangeNotPossible(Refused):
    """The loan's schedule cannot be changed so: it was entered by hand, is repaid at once, or is due by the week."""

    code = "CHANGE_NOT_POSSIBLE"
    path = ("events",)
    event: int
    """The number of the change, from 1."""


VOUCHERED = frozenset({DueComponent.INTEREST, DueComponent.COSTS})
"""What a voucher can pay."""
RESPREADING = frozenset(LoanEventKind) - {
    LoanEventKind.PAYMENT,
    LoanEventKind.REVERSAL,
    LoanEventKind.WAIVER,
    LoanEventKind.WRITE_OFF,
}
"""What works the lines to come out again."""


def check_events(events: Sequence[Event], disbursed_on: date) -> None:
    """Let events pass that can have happened.

    Raises `EventIncomplete`, `EventBeforePayout`, `ReversalNotAllowed`.
    """
    by_number = {event.number: event for event in events}
    reversed_before: set[int] = set()
    for event in events:
        if not _is_complete(event):
            raise EventIncomplete(event.number)
        if event.on < disbursed_on:
            raise EventBeforePayout(event.number, disbursed_on)
        if event.kind is LoanEventKind.REVERSAL:
            assert event.reverses is not None
            target = by_number.get(event.reverses)
            is_earlier = target is not None and (target.on, target.number) < (event.on, event.number)
            if not is_earlier or target.kind is LoanEventKind.REVERSAL or target.number in reversed_before:  # type: ignore[union-attr]
                raise ReversalNotAllowed(event.number)
            reversed_before.add(event.reverses)


def _is_complete(event: Event) -> bool:
    if event.pays_only is not None and (event.kind is not LoanEventKind.PAYMENT or event.pays_only not in VOUCHERED):
        return False
    match event.kind:
        case LoanEventKind.REVERSAL:
            return event.reverses is not None
        case LoanEventKind.RATE_CHANGE:
            return event.annual_rate is not None
        case LoanEventKind.EXTENSION | LoanEventKind.HOLIDAY:
            return event.periods is not None and 1 <= event.periods <= MOST_PERIODS
        case LoanEventKind.DUE_DAY:
            return event.due_day is not None and 1 <= event.due_day <= 31
        case LoanEventKind.WRITE_OFF | LoanEventKind.WAIVER | LoanEventKind.CAPITALISATION:
            return True
        case LoanEventKind.PREPAYMENT if event.effect is None:
            return False
    return event.amount is not None and is_whole_cents(event.amount) and 0 < event.amount <= LARGEST


def standing(events: Sequence[Event], as_of: date) -> list[Event]:
    """Give the events that count on a day, in the order in which they happened."""
    undone = reversed_by(events, as_of)
    counting = [
        event
        for event in events
        if event.on <= as_of and event.kind is not LoanEventKind.REVERSAL and event.number not in undone
    ]
    return sorted(counting, key=lambda event: (event.on, event.number))


def reversed_by(events: Sequence[Event], as_of: date) -> set[int]:
    """Give the numbers of the events that were reversed by a day."""
    return {
        event.reverses
        for event in events
        if event.on <= as_of and event.kind is LoanEventKind.REVERSAL and event.reverses is not None
    }
