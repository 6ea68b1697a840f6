"""When somebody is reminded of what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from rules.errors import Refused

DEFAULT_DAYS = (-7, -3, -1, 0, 1, 3, 7, 15)
"""Days after the due day, those before it negative, where a product has no plan of its own."""
FIRST_DAY, LAST_DAY = -31, 60
MOST_DAYS = 20
CHOSEN_FROM = time(9)
"""From this time on where the lender is, the day's reminders are chosen."""
FALLBACK_AT = time(12)
"""Who has not opened the due day's reminder by then, on his own clock, gets it by SMS."""
LONGEST_AHEAD = timedelta(days=366)
LONGEST_SNOOZE = timedelta(days=30)
MOST_OWN_REMINDERS = 20


@dataclass(eq=False)
class PlanMalformed(Refused):
    """A plan names each day once, the earliest first, and not too many. Put the days right."""

    code = "PLAN_MALFORMED"
    path = ("days",)
    most: int
    """How many days a plan can have."""


@dataclass(eq=False)
class ReminderInPast(Refused):
    """A reminder has to lie ahead, and not too far. Choose another time."""

    code = "REMINDER_IN_PAST"
    until: datetime
    """The last moment that can be chosen."""


@dataclass(eq=False)
class TooManyReminders(Refused):
    """You have as many reminders of your own as we keep. Take one back first."""

    code = "TOO_MANY_REMINDERS"
    most: int
    """How many there can be."""


@dataclass(eq=False)
class NotAReminder(Refused):
    """Only reminders of what is due can be put off."""

    code = "NOT_A_REMINDER"


def check_plan(days: Sequence[int]) -> None:
    """Refuse days that are named twice, are out of order or too many. Raises `PlanMalformed`."""
    if list(days) != sorted(set(days)) or len(days) > MOST_DAYS:
        raise PlanMalformed(most=MOST_DAYS)


def check_ahead(moment: datetime, now: datetime, longest: timedelta = LONGEST_AHEAD) -> None:
    """Refuse a moment that has passed, or is too far ahead. Raises `ReminderInPast`."""
    if not now < moment <= now + longest:
        raise ReminderInPast(until=now + longest)
