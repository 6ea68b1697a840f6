"""Events to which customers are invited: seminars, briefings, family days, talks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import MANAGERS, MARKETERS, Role
from rules.states import Move, StateMachine

ORGANISERS = MANAGERS | MARKETERS
MOST_SEATS = 2_000
LONGEST_AHEAD = timedelta(days=366)
LONGEST = timedelta(days=3)
"""From its beginning to its end."""
REMINDED_DAYS_BEFORE = timedelta(days=3)
REMINDED_HOURS_BEFORE = timedelta(hours=3)


class CustomerEventKind(StrEnum):
    """What kind of event it is."""

    SEMINAR = "SEMINAR"
    """One learns something."""
    BRIEFING = "BRIEFING"
    """What is new is explained."""
    FAMILY_DAY = "FAMILY_DAY"
    """For customers and their families."""
    ONLINE_TALK = "ONLINE_TALK"
    """A talk that is held online."""


class CustomerEventStatus(StrEnum):
    """Where an event stands."""

    DRAFT = "DRAFT"
    """Being written, or waiting for a manager who publishes it; no customer sees it."""
    PUBLISHED = "PUBLISHED"
    """Those who are invited see it, and register."""
    CANCELLED = "CANCELLED"
    """It does not take place; everybody registered was told."""
    OVER = "OVER"
    """It took place."""


CUSTOMER_EVENT_MOVES = StateMachine(
    CustomerEventStatus.DRAFT,
    (
        Move(CustomerEventStatus.DRAFT, CustomerEventStatus.PUBLISHED, MANAGERS, "publish"),
        Move(CustomerEventStatus.DRAFT, CustomerEventStatus.CANCELLED, ORGANISERS, "drop"),
        Move(CustomerEventStatus.PUBLISHED, CustomerEventStatus.CANCELLED, ORGANISERS, "cancel"),
        Move(CustomerEventStatus.PUBLISHED, CustomerEventStatus.OVER, frozenset({Role.SYSTEM}), "take place"),
    ),
)


@dataclass(eq=False)
class EventTimesWrong(Refused):
    """An event begins within a year, ends within three days after that, and takes registrations until it begins at the latest."""

    code = "EVENT_TIMES_WRONG"
    path = ("startsAt",)


def check_times(now: datetime, closes_at: datetime, starts_at: datetime, ends_at: datetime) -> None:
    """Let an event be ahead, and not last for ever. Raises `EventTimesWrong`."""
    is_in_order = now < closes_at <= starts_at < ends_at
    if not (is_in_order and starts_at <= now + LONGEST_AHEAD and ends_at <= starts_at + LONGEST):
        raise EventTimesWrong


def shown_count(count: int, fewest: int) -> int | None:
    """Give a number of people as it may be read; None where it would speak of fewer than `fewest`."""
    return count if count >= fewest else None
