"""Money that matches no loan: it waits in suspense until it is assigned to one, or sent back."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from rules.errors import Refused
from rules.loans.repayments import AmountNotAllowed
from rules.money import LARGEST, is_whole_cents
from rules.people.access import IN_CHARGE
from rules.states import Move, StateMachine

OLDEST_DAYS = 366
"""As many days may pass before money that was received is recorded."""


class SuspenseStatus(StrEnum):
    """Where money in suspense stands."""

    OPEN = "OPEN"
    """Nobody has said yet what it is for."""
    ASSIGNED = "ASSIGNED"
    """Booked as a repayment of a loan."""
    RETURNED = "RETURNED"
    """Sent back to the payer."""


SUSPENSE_MOVES = StateMachine(
    SuspenseStatus.OPEN,
    (
        Move(SuspenseStatus.OPEN, SuspenseStatus.ASSIGNED, IN_CHARGE, "assign"),
        Move(SuspenseStatus.OPEN, SuspenseStatus.RETURNED, IN_CHARGE, "return"),
        Move(SuspenseStatus.ASSIGNED, SuspenseStatus.OPEN, IN_CHARGE, "unassign"),
    ),
)


@dataclass(eq=False)
class ReceivedOnNotAllowed(Refused):
    """Money is put in suspense for a day of the last year, today at the latest."""

    code = "RECEIVED_ON_NOT_ALLOWED"
    path = ("receivedOn",)
    earliest: date
    """The first day that is taken."""
    latest: date
    """Today."""


def check_received(amount: Decimal, received_on: date, today: date) -> None:
    """Let money pass that can have been received. Raises `AmountNotAllowed`, `ReceivedOnNotAllowed`."""
    if not is_whole_cents(amount) or not 0 < amount <= LARGEST:
        raise AmountNotAllowed
    earliest = today - timedelta(days=OLDEST_DAYS)
    if not earliest <= received_on <= today:
        raise ReceivedOnNotAllowed(earliest, today)


def value_day(received_on: date, opened_on: date) -> date:
    """Give the day from which money in suspense counts for a loan: its receipt, but not before the loan was paid out."""
    return max(received_on, opened_on)
