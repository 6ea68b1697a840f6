"""Speaking with people about what is overdue: at which hours, how often, with whom, and what must not be said.

Sources: no contact 22:00–08:00, at most 6 unanswered calls a day and number, a third party only after the borrower could not
be reached and never told the debt [S]. How often in all is our own bound.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from rules.errors import Refused

FIRST_HOUR, LAST_HOUR = time(8), time(22)
"""From the first, before the last, where the lender is [S]."""
MOST_UNANSWERED_CALLS = 6
"""A day and number [S]."""
CONTACTS_A_DAY = 2
"""Conversations and messages about what is overdue, together, for a customer and for each person: our own bound."""
CONTACTS_A_WEEK = 7
"""The same in any seven days: our own bound."""
TRIES_BEFORE_OTHERS = 3
"""Unanswered calls to the borrower before somebody else is asked to pass a word on: our own bound, as the next two."""
DAYS_BEFORE_OTHERS = 2
"""On so many days."""
TRIED_WITHIN_DAYS = 30
LEFT_ALONE_DAYS = 180
"""For so long a number is left alone that is somebody else's, or whose owner, a contact person, hung up: our own bound."""
CONTACT_PERSONS = 5
"""So many a customer names at the most: our own bound."""


class ContactChannel(StrEnum):
    """How somebody was spoken to."""

    CALL = "CALL"
    """By phone."""
    MESSAGE = "MESSAGE"
    """By a message about what is overdue."""


class ContactOutcome(StrEnum):
    """What came of a call."""

    ANSWERED = "ANSWERED"
    """They spoke."""
    NO_ANSWER = "NO_ANSWER"
    """Nobody answered, or it was busy."""
    WRONG_NUMBER = "WRONG_NUMBER"
    """Somebody else's number."""
    HUNG_UP = "HUNG_UP"
    """He did not want to speak."""


SPOKEN = frozenset({ContactOutcome.ANSWERED, ContactOutcome.HUNG_UP})
"""Somebody was there, and knows."""


class Acquaintance(StrEnum):
    """Who a contact person is to the customer."""

    FAMILY = "FAMILY"
    """A relative."""
    FRIEND = "FRIEND"
    """A friend or neighbour."""
    COLLEAGUE = "COLLEAGUE"
    """Somebody at work."""


@dataclass(eq=False)
class OutsideLegalHours(Refused):
    """Nobody is spoken to about debts at this hour."""

    code = "OUTSIDE_LEGAL_HOURS"
    allowed_from: datetime
    """From when he may be called."""


@dataclass(eq=False)
class CallLimitReached(Refused):
    """This number was called as often as a day allows without an answer. Try again tomorrow."""

    code = "CALL_LIMIT_REACHED"
    limit: int
    """How many unanswered calls a day allows."""


@dataclass(eq=False)
class ContactBudgetSpent(Refused):
    """This customer was spoken to often enough. Leave him in peace until then."""

    code = "CONTACT_BUDGET_SPENT"
    next_on: date
    """The first day on which he may be spoken to again."""


@dataclass(eq=False)
class BorrowerNotTriedYet(Refused):
    """Somebody else is asked to pass a word on only after the borrower could not be reached. Call him first."""

    code = "BORROWER_NOT_TRIED_YET"
    missing: int
    """How many more calls to him have to go unanswered, on two days at least."""


@dataclass(eq=False)
class NumberLeftAlone(Refused):
    """This number is somebody else's, or whoever has it wants no calls. Ask the customer for another one."""

    code = "NUMBER_LEFT_ALONE"
    until: date
    """The first day on which it may be called again."""


@dataclass(eq=False)
class OwnNumber(Refused):
    """This is the customer's own number. Give somebody else's."""

    code = "OWN_NUMBER"
    path = ("phone",)


@dataclass(eq=False)
class TooManyContactPersons(Refused):
    """No more can be named. Take one back first."""

    code = "TOO_MANY_CONTACT_PERSONS"
    maximum: int
    """How many there can be."""


@dataclass(eq=False)
class CallEnded(Refused):
    """What came of this call is written down already."""

    code = "CALL_ENDED"


@dataclass(eq=False)
class NothingOverdue(Refused):
    """Nothing of this loan is overdue: there is nothing to speak about."""

    code = "NOTHING_OVERDUE"


def check_hours(local: datetime) -> None:
    """Let somebody be spoken to at this local time. Raises `OutsideLegalHours`."""
    clock = local.timetz().replace(tzinfo=None)
    if FIRST_HOUR <= clock < LAST_HOUR:
        return
    day = local.date() + timedelta(days=clock >= LAST_HOUR)
    raise OutsideLegalHours(allowed_from=datetime.combine(day, FIRST_HOUR, tzinfo=local.tzinfo))


def check_unanswered(count: int) -> None:
    """Let a number be called that did not answer so often today. Raises `CallLimitReached`."""
    if count >= MOST_UNANSWERED_CALLS:
        raise CallLimitReached(limit=MOST_UNANSWERED_CALLS)


def check_budget(contacted_on: Collection[date], today: date) -> None:
    """Let a customer be spoken to; one day for each contact of the last week, today's too. Raises `ContactBudgetSpent`."""
    next_on = next_within_budget(contacted_on, today)
    if next_on > today:
        raise ContactBudgetSpent(next_on=next_on)


def next_within_budget(contacted_on: Collection[date], today: date) -> date:
    """Give the first day from today on when a customer may be spoken to; one day for each contact of the last week."""
    week = sorted(day for day in contacted_on if day > today - timedelta(days=7))
    if len(week) >= CONTACTS_A_WEEK:
        return week[len(week) - CONTACTS_A_WEEK] + timedelta(days=7)
    return today + timedelta(days=week.count(today) >= CONTACTS_A_DAY)


def check_tried(unanswered_on: Collection[date]) -> None:
    """Let somebody else be called after the borrower's unanswered calls since he was last heard of, one day for each.

    Raises `BorrowerNotTriedYet`.
    """
    missing = max(TRIES_BEFORE_OTHERS - len(unanswered_on), DAYS_BEFORE_OTHERS - len(set(unanswered_on)))
    if missing > 0:
        raise BorrowerNotTriedYet(missing=missing)
