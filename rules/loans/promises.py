"""Promises to pay: what a customer says he will pay, by when, and whether he did."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from rules.errors import Refused
from rules.money import CENT, Money, is_whole_cents, round_money
from rules.people.access import CUSTOMERS, IN_CHARGE, Role
from rules.states import Move, StateMachine

LONGEST_DAYS = 31
"""No promise is for later: a longer delay is a matter of a plan."""
LEAST_SHARE = Decimal("0.1")
"""Of what is due by its day: less keeps nobody from calling, so it is no promise. Our own bound."""
BROKEN_DAYS = 31
"""For so long after a broken promise another one is written down, but does not keep calls away: our own bound."""
CORRECTED_DAYS = 31
"""For so long after its day it is looked at again whether a promise was kept: our own bound."""


class PromiseStatus(StrEnum):
    """Where a promise stands."""

    OPEN = "OPEN"
    """Its day has not passed, and the money is not there yet."""
    KEPT = "KEPT"
    """The money came in time."""
    BROKEN = "BROKEN"
    """Its day passed without."""
    CANCELLED = "CANCELLED"
    """Taken back, or overtaken: nothing is late any more."""


PROMISE_MOVES = StateMachine(
    PromiseStatus.OPEN,
    (
        Move(PromiseStatus.OPEN, PromiseStatus.KEPT, frozenset({Role.SYSTEM}), "keep"),
        Move(PromiseStatus.OPEN, PromiseStatus.BROKEN, frozenset({Role.SYSTEM}), "break"),
        Move(PromiseStatus.BROKEN, PromiseStatus.KEPT, frozenset({Role.SYSTEM}), "learn of money in time"),
        Move(PromiseStatus.KEPT, PromiseStatus.BROKEN, frozenset({Role.SYSTEM}), "learn that it bounced"),
        Move(PromiseStatus.OPEN, PromiseStatus.CANCELLED, CUSTOMERS | IN_CHARGE | {Role.SYSTEM}, "take back"),
    ),
)


@dataclass(eq=False)
class PromiseRuns(Refused):
    """A promise runs: he is left in peace until its day, and makes no second one."""

    code = "PROMISE_RUNS"
    until: date
    """Its day."""


@dataclass(eq=False)
class PromiseDateNotAllowed(Refused):
    """A promise is for today or the days after, not for months ahead."""

    code = "PROMISE_DATE_NOT_ALLOWED"
    path = ("dueOn",)
    earliest: date
    """The first day it can be for."""
    latest: date
    """The last one."""


@dataclass(eq=False)
class OwnWord(Refused):
    """He promised it himself: only he takes it back."""

    code = "OWN_WORD"


@dataclass(eq=False)
class PromiseAmountNotAllowed(Refused):
    """No more is promised than is due by that day, and no less than a tenth of it."""

    code = "PROMISE_AMOUNT_NOT_ALLOWED"
    path = ("amount",)
    minimum: Money
    """A tenth of `maximum`."""
    maximum: Money
    """What is due by then."""


def check_promise(amount: Decimal, due_on: date, today: date, due: Money) -> None:
    """Raise `PromiseDateNotAllowed` or `PromiseAmountNotAllowed`; `due` is what will be due on its day."""
    latest = today + timedelta(days=LONGEST_DAYS)
    if not today <= due_on <= latest:
        raise PromiseDateNotAllowed(earliest=today, latest=latest)
    least = max(round_money(due.amount * LEAST_SHARE), CENT)
    if not least <= amount <= due.amount or not is_whole_cents(amount):
        raise PromiseAmountNotAllowed(minimum=Money(min(least, due.amount), due.currency), maximum=due)


def is_own_word(recorded_by_id: int | None) -> bool:
    """Say whether the customer made a promise himself."""
    return recorded_by_id is None


def outcome_of(
    status: PromiseStatus, promised: Decimal, received: Decimal, due_on: date, today: date, *, is_late: bool = True
) -> PromiseStatus:
    """Say where a promise stands on a day, after so much was received from its day to its due day, and stayed.

    What was found out is corrected once its day is over: money may bounce, or be booked later than it came. One whose
    loan is not late any more, as after a plan, ends without being broken.
    """
    if status is PromiseStatus.CANCELLED:
        return status
    if received >= promised:
        return PromiseStatus.KEPT
    if today <= due_on:
        return status
    return PromiseStatus.CANCELLED if status is PromiseStatus.OPEN and not is_late else PromiseStatus.BROKEN
