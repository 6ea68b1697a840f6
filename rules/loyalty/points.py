"""Points: how long they wait, how long they last, and which of them go first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from rules.errors import Refused
from rules.products.due_dates import add_months

PENDING_DAYS = 14
"""For how long a payment may still bounce."""
LIFETIME_MONTHS = 24
LEAST_DAYS_RETURNED = 30
"""For so long points that come back can be spent at least."""
FORGIVEN_AFTER_MONTHS = 12
"""When points that were taken back from a lot already spent are asked for no more."""
NOTICE_DAYS = (30, 7)
"""So many days before points expire the customer is told."""
MOST_AT_ONCE = 10_000_000
"""The most points of any one movement."""


@dataclass(eq=False)
class NotEnoughPoints(Refused):
    """You do not have so many points that can be spent."""

    code = "NOT_ENOUGH_POINTS"
    balance: int
    """How many you have; less than none where some were taken back after they had been spent."""


@dataclass(eq=False)
class SpendingFrozen(Refused):
    """Points cannot be spent while an installment is overdue. They stay yours; once it is paid they can be spent again."""

    code = "SPENDING_FROZEN"


class Lot(NamedTuple):
    """What is left of points that were earned together."""

    id: int
    remaining: int
    """Less than none where they were taken back when they had been spent."""
    expires_on: date
    """The last day on which they can be spent."""


class Part(NamedTuple):
    """Points that leave a lot, or come into it."""

    lot_id: int
    points: int


def expires_on(usable_from: date, lifetime_months: int = LIFETIME_MONTHS) -> date:
    """Give the last day on which points can be spent: the end of the month, so many months after they could be at first."""
    return add_months(usable_from.replace(day=1), lifetime_months + 1) - timedelta(days=1)


def returned_until(today: date) -> date:
    """Give the last day on which points that come back can be spent, where theirs would come sooner."""
    return today + timedelta(days=LEAST_DAYS_RETURNED)


def filled(lots: Iterable[Lot]) -> list[Part]:
    """Let lots that have some make up for those that owe some: parts, taken (less than 0) and given, that sum to zero.

    Those that expire first are taken from first. As many as there are at the most.
    """
    lots = list(lots)
    debts = [lot for lot in lots if lot.remaining < 0]
    wanted = min(-sum(lot.remaining for lot in debts), sum(lot.remaining for lot in lots if lot.remaining > 0))
    given, rest = list[Part](), wanted
    for lot in sorted(debts, key=_soonest):
        part = min(rest, -lot.remaining)
        rest -= part
        given += [Part(lot.id, part)] if part else []
    return [*_taken(lots, wanted), *given]


def spent(lots: Sequence[Lot], points: int) -> list[Part]:
    """Take points out of lots, from those that expire first; parts are less than 0. Raises `NotEnoughPoints`.

    Of lots that owe some, `filled` is to be asked first.
    """
    assert points > 0, "something is spent"
    balance = sum(lot.remaining for lot in lots)
    if points > balance:
        raise NotEnoughPoints(balance=balance)
    return _taken(lots, points)


def _taken(lots: Iterable[Lot], points: int) -> list[Part]:
    parts, rest = list[Part](), points
    for lot in sorted(lots, key=_soonest):
        part = min(rest, max(lot.remaining, 0))
        rest -= part
        parts += [Part(lot.id, -part)] if part else []
    assert not rest, "there were as many"
    return parts


def _soonest(lot: Lot) -> tuple[date, int]:
    return lot.expires_on, lot.id
