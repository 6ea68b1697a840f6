"""What is written down about a case, and what of it moves its clocks."""

from collections.abc import Mapping
from enum import StrEnum

from rules.service.case_clocks import Happening


class CaseEntryKind(StrEnum):
    """What happened to a case."""

    OPENED = "OPENED"
    """It reached us, with what was said."""
    ASSIGNED = "ASSIGNED"
    """Somebody is to answer it."""
    BEGUN = "BEGUN"
    """Somebody has begun to look into it."""
    WRITTEN = "WRITTEN"
    """The customer wrote something."""
    REPLIED = "REPLIED"
    """One of us wrote something to him."""
    ASKED = "ASKED"
    """We asked him something, and wait."""
    REMINDED = "REMINDED"
    """We reminded him that we wait."""
    WENT_ON = "WENT_ON"
    """He answered, or we go on without."""
    NOTED = "NOTED"
    """One of us wrote something down for the others."""
    PRIORITISED = "PRIORITISED"
    """It is answered sooner, or later."""
    FOUND_COMPLEX = "FOUND_COMPLEX"
    """It is complex: the law gives more days."""
    EXTENDED = "EXTENDED"
    """It takes longer still, with a manager's approval."""
    WARNED_HALF = "WARNED_HALF"
    """Half of a clock's time is over."""
    ESCALATED = "ESCALATED"
    """A clock has nearly run out: a manager looks after it."""
    RAN_OUT = "RAN_OUT"
    """A clock has run out."""
    RECUSED = "RECUSED"
    """One of us has nothing to do with it any more."""
    REDRESSED = "REDRESSED"
    """Something was made up for."""
    JOINED = "JOINED"
    """Another case goes on in this one."""
    MERGED = "MERGED"
    """It goes on in another one."""
    DECIDED = "DECIDED"
    """It was answered."""
    UNHEARD = "UNHEARD"
    """It was closed because we heard no more of it."""
    WITHDRAWN = "WITHDRAWN"
    """The customer took it back."""
    REOPENED = "REOPENED"
    """It goes on."""
    REVIEW_ASKED = "REVIEW_ASKED"
    """The customer brought it before the unit above."""
    REVIEWED = "REVIEWED"
    """The unit above has answered."""
    REFERRED = "REFERRED"
    """An authority has it, too."""
    CAUSE_SET = "CAUSE_SET"
    """Somebody said why it had to be opened."""


class Audience(StrEnum):
    """Who reads an entry."""

    EVERYBODY = "EVERYBODY"
    """The customer, and the staff who look after him."""
    STAFF = "STAFF"
    """Staff only."""


STAFF_ONLY = frozenset(
    {
        CaseEntryKind.NOTED,
        CaseEntryKind.RECUSED,
        CaseEntryKind.WARNED_HALF,
        CaseEntryKind.PRIORITISED,
        CaseEntryKind.CAUSE_SET,
    }
)
HAPPENINGS: Mapping[CaseEntryKind, tuple[Happening, ...]] = {
    CaseEntryKind.OPENED: (Happening.OPENED,),
    CaseEntryKind.REPLIED: (Happening.REPLIED,),
    CaseEntryKind.ASKED: (Happening.REPLIED, Happening.WAITS),
    CaseEntryKind.WENT_ON: (Happening.GOES_ON,),
    CaseEntryKind.PRIORITISED: (Happening.RETARGETED,),
    CaseEntryKind.FOUND_COMPLEX: (Happening.RESCHEDULED,),
    CaseEntryKind.EXTENDED: (Happening.RESCHEDULED,),
    CaseEntryKind.JOINED: (Happening.JOINED,),
    CaseEntryKind.DECIDED: (Happening.REPLIED, Happening.ENDED),
    CaseEntryKind.UNHEARD: (Happening.ENDED,),
    CaseEntryKind.WITHDRAWN: (Happening.ENDED,),
    CaseEntryKind.MERGED: (Happening.ENDED,),
    CaseEntryKind.REOPENED: (Happening.REOPENED,),
    CaseEntryKind.REVIEW_ASKED: (Happening.REVIEW_ASKED,),
    CaseEntryKind.REVIEWED: (Happening.REVIEWED,),
}
"""What moves a clock; the others move none."""


def audience_of(kind: CaseEntryKind) -> Audience:
    """Say who reads entries of a kind."""
    return Audience.STAFF if kind in STAFF_ONLY else Audience.EVERYBODY
