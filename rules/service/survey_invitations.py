"""Asking somebody: once it is time, and only if nothing speaks against it then."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import CUSTOMERS, Role
from rules.service.surveys import ABOUT_THE_RELATIONSHIP, SurveyKind, SurveyTerms
from rules.states import Move, StateMachine

A_YEAR = timedelta(days=365)
QUIET_AFTER_DECLINE = timedelta(days=7)
"""So long after he was declined nobody is asked about the relationship."""
LINKS_A_DAY = 50
"""Links that one member of staff may hand out in 24 hours."""
LINK_AGAIN_AFTER = timedelta(days=30)
"""An address is given no other link before."""
_SYSTEM = frozenset({Role.SYSTEM})


class SurveyInvitationStatus(StrEnum):
    """Where it stands that somebody is asked."""

    WAITING = "WAITING"
    """He was drawn; when it is time it is looked at whether he is asked."""
    SENT = "SENT"
    """He was asked, and can answer until it ends."""
    ANSWERED = "ANSWERED"
    """He answered."""
    SKIPPED = "SKIPPED"
    """He was not asked, for a reason."""


SURVEY_INVITATION_MOVES = StateMachine(
    SurveyInvitationStatus.WAITING,
    (
        Move(SurveyInvitationStatus.WAITING, SurveyInvitationStatus.SENT, _SYSTEM, "ask"),
        Move(SurveyInvitationStatus.WAITING, SurveyInvitationStatus.SKIPPED, _SYSTEM, "let be"),
        Move(SurveyInvitationStatus.SENT, SurveyInvitationStatus.ANSWERED, CUSTOMERS | _SYSTEM, "answer"),
    ),
)


class SurveySkip(StrEnum):
    """Why somebody was not asked."""

    ENDED = "ENDED"
    """The survey has ended."""
    UNDONE = "UNDONE"
    """What it was about did not happen after all."""
    RESTRICTED = "RESTRICTED"
    """His file is restricted."""
    HELP_ASKED = "HELP_ASKED"
    """He asked for help, and waits for an answer."""
    OVERDUE = "OVERDUE"
    """Something that he owes is overdue or was written off, or he promised to pay it."""
    COMPLAINT = "COMPLAINT"
    """A complaint of his is open."""
    DECLINED = "DECLINED"
    """An application of his was declined within seven days."""
    ASKED_LATELY = "ASKED_LATELY"
    """He was asked by some survey not long ago."""
    ASKED_OFTEN = "ASKED_OFTEN"
    """He was asked as often as anybody is in a year."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What is known of somebody when it is time to ask him."""

    is_ended: bool
    is_undone: bool
    holds: Collection[SurveySkip]
    """What speaks against asking him about anything."""
    declined_at: datetime | None
    """When an application of his was last declined."""
    asked_at: Collection[datetime]
    """When he was asked within a year."""


def why_not(kind: SurveyKind, terms: SurveyTerms, now: datetime, look: Look) -> SurveySkip | None:
    """Say why somebody is not asked; None where he is. Of several reasons the first, in the order of `SurveySkip`."""
    reasons = set(look.holds)
    if look.is_ended:
        reasons.add(SurveySkip.ENDED)
    if look.is_undone:
        reasons.add(SurveySkip.UNDONE)
    was_declined = look.declined_at is not None and now < look.declined_at + QUIET_AFTER_DECLINE
    if kind in ABOUT_THE_RELATIONSHIP and was_declined:
        reasons.add(SurveySkip.DECLINED)
    asked = [moment for moment in look.asked_at if moment > now - A_YEAR]
    if any(now < moment + timedelta(days=terms.cooldown_days) for moment in asked):
        reasons.add(SurveySkip.ASKED_LATELY)
    if len(asked) >= terms.most_a_year:
        reasons.add(SurveySkip.ASKED_OFTEN)
    return next((reason for reason in SurveySkip if reason in reasons), None)


@dataclass(eq=False)
class LinksSpent(Refused):
    """You have handed out as many links as anybody may in a day."""

    code = "LINKS_SPENT"
    limit: int
    """How many that are."""


@dataclass(eq=False)
class InvitedLately(Refused):
    """This address was given a link not long ago."""

    code = "INVITED_LATELY"
    path = ("address",)
    again_at: datetime
    """From when on it can have another."""


def check_links(handed_out: int) -> None:
    """Raises `LinksSpent`."""
    if handed_out >= LINKS_A_DAY:
        raise LinksSpent(LINKS_A_DAY)


def check_address(now: datetime, last_at: datetime | None) -> None:
    """Raises `InvitedLately`."""
    if last_at is not None and now < last_at + LINK_AGAIN_AFTER:
        raise InvitedLately(last_at + LINK_AGAIN_AFTER)
