"""Paying money out."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from rules.errors import Refused


class PayoutFailure(StrEnum):
    """Why a payout made by hand did not reach the customer."""

    ACCOUNT_UNKNOWN = "ACCOUNT_UNKNOWN"
    """The bank knows no such account, or it is closed."""
    NAME_DIFFERS = "NAME_DIFFERS"
    """The account is in another name."""
    REFUSED_BY_BANK = "REFUSED_BY_BANK"
    """The bank refused or returned it for another reason."""
    NOT_SENT = "NOT_SENT"
    """It was not sent after all; nothing is wrong with the account."""


@dataclass(eq=False)
class PayoutFailed(Refused):
    """The bank did not take the money for this account. Ask again with a new key, for this account or another one."""

    code = "PAYOUT_FAILED"
    path = ("bankAccountId",)
    reason: str
    """The provider's reason, in its own short code."""


@dataclass(eq=False)
class PayoutUnderWay(Refused):
    """The money is on its way to the customer already: wait until it has arrived or failed."""

    code = "PAYOUT_UNDER_WAY"


@dataclass(eq=False)
class NothingToRefund(Refused):
    """Nothing was paid too much, or it was sent back already."""

    code = "NOTHING_TO_REFUND"


@dataclass(eq=False)
class PayoutDateNotAllowed(Refused):
    """A payout is confirmed for a day on which it can have been paid: from its release to today."""

    code = "PAYOUT_DATE_NOT_ALLOWED"
    path = ("paidOn",)
    earliest: date
    """The day it was released."""
    latest: date
    """Today."""


def payout_number(id: int, created_at: datetime) -> str:
    """Give the reference of a transfer made by hand, P-2026-000123: unique by its id; the year is that of creation, in UTC."""
    return f"P-{created_at.year}-{id:06d}"


def check_paid_on(paid_on: date, released_on: date, today: date) -> None:
    """Let a day pass on which a payout can have been paid. Raises `PayoutDateNotAllowed`."""
    if not released_on <= paid_on <= today:
        raise PayoutDateNotAllowed(released_on, today)
