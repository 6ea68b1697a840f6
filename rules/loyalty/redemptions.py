"""Redemptions: points exchanged for a reward, until it is handed out or taken back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import CUSTOMERS, MANAGERS, Role
from rules.states import Move, StateMachine

CANCEL_HOURS = 24
"""For so long the customer can change his mind."""
REVERSAL_DAYS = 90
"""For so long a manager can take back a voucher that was not used."""
CONFIRM_DAYS = 14
"""For so long a partner can confirm an order."""


class RedemptionStatus(StrEnum):
    """Where a redemption stands."""

    RESERVED = "RESERVED"
    """The points are spent, and the partner has not confirmed yet that he handed it out."""
    FULFILLED = "FULFILLED"
    """The customer has it: a voucher at once, anything else once the partner says so."""
    CANCELLED = "CANCELLED"
    """It was not to be had after all, or not wanted: the points are back."""


class CancelReason(StrEnum):
    """Why a redemption was cancelled."""

    CUSTOMER = "CUSTOMER"
    """The customer changed his mind."""
    STAFF = "STAFF"
    """A manager took it back."""
    REFUSED = "REFUSED"
    """The partner does not hand it out."""
    NOT_CONFIRMED = "NOT_CONFIRMED"
    """The partner did not say in time that he handed it out."""


REDEMPTION_MOVES = StateMachine(
    RedemptionStatus.RESERVED,
    (
        Move(RedemptionStatus.RESERVED, RedemptionStatus.FULFILLED, CUSTOMERS | {Role.SYSTEM}, "hand out"),
        Move(RedemptionStatus.RESERVED, RedemptionStatus.CANCELLED, CUSTOMERS | MANAGERS | {Role.SYSTEM}, "cancel"),
        Move(RedemptionStatus.FULFILLED, RedemptionStatus.CANCELLED, CUSTOMERS | MANAGERS, "take back, unused"),
    ),
)


@dataclass(eq=False)
class CancelTooLate(Refused):
    """It can no longer be cancelled: a day has passed, or for a manager 90."""

    code = "CANCEL_TOO_LATE"
    path = ("redemptionId",)


@dataclass(eq=False)
class HandedOut(Refused):
    """It was handed out or used already."""

    code = "HANDED_OUT"
    path = ("redemptionId",)


def check_cancellable(role: Role, redeemed_at: datetime, redeemed_on: date, now: datetime, today: date) -> None:
    """Let a redemption be cancelled in time. Raises `CancelTooLate`."""
    if role in CUSTOMERS and now >= redeemed_at + timedelta(hours=CANCEL_HOURS):
        raise CancelTooLate
    if role in MANAGERS and today > redeemed_on + timedelta(days=REVERSAL_DAYS):
        raise CancelTooLate
