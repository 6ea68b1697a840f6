"""Visits: a customer came to a branch, or one of us went to see him."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.errors import Refused

WRITTEN_DOWN_WITHIN = timedelta(days=30)
"""So long after it a visit is still written down."""


class VisitPlace(StrEnum):
    """Where they met."""

    BRANCH = "BRANCH"
    """He came to a branch."""
    HOME = "HOME"
    """He was visited where he lives."""
    WORK = "WORK"
    """He was visited where he works."""
    ELSEWHERE = "ELSEWHERE"
    """They met somewhere else."""


class VisitTopic(StrEnum):
    """What a visit was about."""

    APPLICATION = "APPLICATION"
    """A loan that he wants, or applied for."""
    LOAN = "LOAN"
    """A loan that he has."""
    ARREARS = "ARREARS"
    """What is overdue, or help with it."""
    COMPLAINT = "COMPLAINT"
    """Something that went wrong."""
    SERVICE = "SERVICE"
    """Papers, data, the app, points."""
    OTHER = "OTHER"
    """Something else."""


class VisitOutcome(StrEnum):
    """What came of a visit."""

    SETTLED = "SETTLED"
    """What it was about is done."""
    FOLLOW_UP = "FOLLOW_UP"
    """Somebody has something left to do."""
    NOT_MET = "NOT_MET"
    """He was not there."""


@dataclass(eq=False)
class VisitedNotThen(Refused):
    """A visit was within the last thirty days, and is over. Put the time right."""

    code = "VISITED_NOT_THEN"
    path = ("visitedAt",)


def check_visited(visited_at: datetime, now: datetime) -> None:
    """Raise `VisitedNotThen`."""
    if not now - WRITTEN_DOWN_WITHIN <= visited_at <= now:
        raise VisitedNotThen
