"""Documents that we make of a loan."""

from dataclasses import dataclass
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import Role
from rules.states import Move, StateMachine


class PaperType(StrEnum):
    """Which document."""

    CONTRACT = "CONTRACT"
    """What was signed, with its signature."""
    SCHEDULE = "SCHEDULE"
    """Every installment as it stands."""
    STATEMENT = "STATEMENT"
    """What is owed, due and was paid."""
    SETTLEMENT_LETTER = "SETTLEMENT_LETTER"
    """That a loan is repaid and nothing is owed."""
    INTEREST_CERTIFICATE = "INTEREST_CERTIFICATE"
    """The interest paid in a year."""


class PaperStatus(StrEnum):
    """Where a document stands."""

    MAKING = "MAKING"
    """It is being made: look again in a moment."""
    READY = "READY"
    """It can be read."""
    FAILED = "FAILED"
    """It could not be made; we have been told. Ask for it again later."""


PAPER_MOVES = StateMachine(
    PaperStatus.MAKING,
    (
        Move(PaperStatus.MAKING, PaperStatus.READY, frozenset({Role.SYSTEM}), "make"),
        Move(PaperStatus.MAKING, PaperStatus.FAILED, frozenset({Role.SYSTEM}), "fail"),
    ),
)


MOST_MAKING = 5
"""For one customer at a time, so that nobody's documents wait for somebody else's."""


@dataclass(eq=False)
class NotSettled(Refused):
    """There is a settlement letter once nothing is owed any more."""

    code = "NOT_SETTLED"


@dataclass(eq=False)
class NotPaidOut(Refused):
    """The loan was not paid out: so far there is its contract only."""

    code = "NOT_PAID_OUT"


class Year(int):
    """A year, which is written without a sign for thousands."""


@dataclass(eq=False)
class YearNotAllowed(Refused):
    """A certificate of interest is for a year of the loan, up to this one."""

    code = "YEAR_NOT_ALLOWED"
    path = ("year",)
    first: int
    """The first year."""
    last: int
    """The last one."""


@dataclass(eq=False)
class PapersUnderWay(Refused):
    """Several documents are being made already. Wait a moment until they are ready."""

    code = "PAPERS_UNDER_WAY"
    maximum: int
    """How many are made for one customer at a time."""


@dataclass(eq=False)
class PaperNotReady(Refused):
    """The document is still being made. Look again in a moment."""

    code = "PAPER_NOT_READY"
