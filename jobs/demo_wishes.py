"""What people wish for in the demo, and how far they get."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from rules.applications.kinds import Purpose

FIRST_DAY_AGO = 730
"""How long ago the house opened: two years."""


class Stage(Enum):
    """How far somebody went, or was let go."""

    DRAFT = auto()
    WITHDRAWN = auto()
    SUBMITTED = auto()
    RETURNED = auto()
    """Sent back to him; he has not answered yet."""
    CORRECTED = auto()
    """Sent back, corrected, and submitted again."""
    RECOMMENDED = auto()
    DECLINED = auto()
    OFFERED = auto()
    """Never accepts: after a month the offer expires."""
    ACCEPTED = auto()
    CANCELLED = auto()
    """Signed, and cancelled by him before the money left."""
    UNPAID = auto()
    """Signed; the transfer to him waits to be released by hand."""
    RELEASED = auto()
    """Released; it waits to be confirmed."""
    NOT_ARRIVED = auto()
    """The bank sent it back; it waits to be released again."""
    PAID_BY_HAND = auto()
    """Released by one, confirmed by another: a loan from then on."""
    LOAN = auto()
    DOUBTFUL = auto()
    """A loan that is proposed to be written off."""
    WRITTEN_OFF = auto()
    RECOVERED = auto()
    """Written off, and repaid after all."""


SIGNED = frozenset(
    {
        Stage.CANCELLED,
        Stage.UNPAID,
        Stage.RELEASED,
        Stage.NOT_ARRIVED,
        Stage.PAID_BY_HAND,
        Stage.LOAN,
        Stage.DOUBTFUL,
        Stage.WRITTEN_OFF,
        Stage.RECOVERED,
    }
)
"""Stages at which there is a loan."""
GIVEN_UP_AFTER_DAYS = 300
"""Days from the wish to the proposal to write its loan off."""
RECOVERED_AFTER_DAYS = 360


@dataclass(frozen=True)
class Wish:
    """One loan asked for, and how many of its installments are paid in time, or late, before they stop."""

    product: str
    amount: Decimal
    term: int
    days_ago: int
    """When it was asked for."""
    stage: Stage = Stage.LOAN
    purpose: Purpose = Purpose.HOUSEHOLD
    pays: int = 0
    """At most so many installments."""
    delay_days: int = -2
    """Days after the due day on which they are paid."""
