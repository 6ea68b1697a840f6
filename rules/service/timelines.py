"""All that happened to one customer, in one order: what kinds of things there are, and which are told as one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

MERGED_WITHIN = timedelta(minutes=10)
"""What one side repeats within so much time is told once, with how often it was."""
MOST_OPEN = 20
"""So many promises, and cases, are shown that wait for their day."""


class TimelineKind(StrEnum):
    """What happened. There will be more kinds: show the summary of those you do not know."""

    APPLICATION = "APPLICATION"
    """An application got somewhere."""
    CALLBACK = "CALLBACK"
    """The customer asked to be called."""
    CASE = "CASE"
    """A complaint or request reached us."""
    CASE_ENTRY = "CASE_ENTRY"
    """Something happened to it."""
    CONSENT = "CONSENT"
    """He said yes or no to a purpose."""
    CONTACT = "CONTACT"
    """He was called or written to about what is overdue; for staff."""
    DECISION = "DECISION"
    """An application was decided."""
    DOCUMENT = "DOCUMENT"
    """He handed a paper in."""
    HELP = "HELP"
    """Help with a loan was asked for."""
    LOAN = "LOAN"
    """A loan was signed."""
    LOAN_EVENT = "LOAN_EVENT"
    """Something happened to a loan that is no payment."""
    MESSAGE = "MESSAGE"
    """One wrote to the other."""
    MILESTONE = "MILESTONE"
    """He reached something."""
    NOTIFICATION = "NOTIFICATION"
    """He was told something."""
    PAYOUT = "PAYOUT"
    """A loan was paid out."""
    PROMISE = "PROMISE"
    """He promised to pay."""
    REDEMPTION = "REDEMPTION"
    """He took a reward."""
    REGISTRATION = "REGISTRATION"
    """He registered for an event."""
    REPAYMENT = "REPAYMENT"
    """A payment came."""
    REVERSAL = "REVERSAL"
    """Something booked on a loan was taken back."""
    SURVEY = "SURVEY"
    """He answered a survey."""
    TIER = "TIER"
    """He got another level."""
    VISIT = "VISIT"
    """He came to a branch, or was visited; for staff."""


class TimelineActor(StrEnum):
    """Who did it."""

    CUSTOMER = "CUSTOMER"
    """The customer, or who shares a loan with him."""
    STAFF = "STAFF"
    """One of us."""
    HOUSE = "HOUSE"
    """The house by itself, or nobody in particular."""


class ConsentWord(StrEnum):
    """What somebody said to a purpose."""

    GIVEN = "GIVEN"
    """Yes."""
    WITHDRAWN = "WITHDRAWN"
    """No."""


@dataclass(frozen=True)
class TimelineEntry:
    """One line of a timeline, or several that were one after the other."""

    kind: TimelineKind
    actor: TimelineActor
    happened_at: datetime
    recorded_at: datetime
    node_id: str
    """The global id of the row; of several, that of the newest."""
    summary: str
    count: int = 1


def merged(entries: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """Tell as one what stands one after the other, newest first, and says the same of the same side within `MERGED_WITHIN`."""
    told: list[TimelineEntry] = []
    for entry in entries:
        last = told[-1] if told else None
        if last is not None and _is_same(last, entry):
            told[-1] = replace(last, count=last.count + 1)
        else:
            told.append(entry)
    return told


def _is_same(last: TimelineEntry, entry: TimelineEntry) -> bool:
    said = (last.kind, last.actor, last.summary) == (entry.kind, entry.actor, entry.summary)
    return said and last.happened_at - entry.happened_at < MERGED_WITHIN
