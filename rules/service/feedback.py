"""Praise, ideas and troubles: what they are about, who reads them, and what comes of them."""

from dataclasses import dataclass
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import IN_CHARGE
from rules.states import Move, StateMachine

GIVEN_AN_HOUR = 10
"""So often one customer says something within an hour."""


class FeedbackKind(StrEnum):
    """What somebody says."""

    PRAISE = "PRAISE"
    """Something was good."""
    IDEA = "IDEA"
    """Something could be better."""
    TROUBLE = "TROUBLE"
    """Something is wrong. Who wants an answer by a day opens a case."""


class FeedbackTopic(StrEnum):
    """What it is about."""

    LOAN = "LOAN"
    """A loan of his."""
    SCREEN = "SCREEN"
    """A screen of the app."""
    PERSON = "PERSON"
    """One of us: managers read it."""
    OTHER = "OTHER"
    """Something else."""


class FeedbackDesk(StrEnum):
    """Who reads it."""

    OFFICERS = "OFFICERS"
    """All who are in charge."""
    MANAGERS = "MANAGERS"
    """Managers: it is about a colleague, or a file that not every officer sees."""


class FeedbackStatus(StrEnum):
    """Where it stands."""

    NEW = "NEW"
    """Nobody has said anything to it."""
    ANSWERED = "ANSWERED"
    """Somebody has."""
    CLOSED = "CLOSED"
    """It was read, and needs no answer, or there is nobody to give it to."""


FEEDBACK_MOVES = StateMachine(
    FeedbackStatus.NEW,
    (
        Move(FeedbackStatus.NEW, FeedbackStatus.ANSWERED, IN_CHARGE, "answer"),
        Move(FeedbackStatus.NEW, FeedbackStatus.CLOSED, IN_CHARGE, "read"),
        Move(FeedbackStatus.CLOSED, FeedbackStatus.ANSWERED, IN_CHARGE, "answer after all"),
    ),
)


@dataclass(eq=False)
class SaysWhoYouAre(Refused):
    """A loan of yours says who you are. Leave it out to stay anonymous, or give your name."""

    code = "SAYS_WHO_YOU_ARE"
    path = ("loanId",)


@dataclass(eq=False)
class NobodyToAnswer(Refused):
    """Nobody knows who said this. Say in public what was done about it."""

    code = "NOBODY_TO_ANSWER"


@dataclass(eq=False)
class FeedbackLimitReached(Refused):
    """You have told us a lot within an hour, and we have all of it. Please go on a little later."""

    code = "FEEDBACK_LIMIT_REACHED"


def desk_of(topic: FeedbackTopic, *, is_restricted: bool) -> FeedbackDesk:
    """Say who reads it."""
    return FeedbackDesk.MANAGERS if topic is FeedbackTopic.PERSON or is_restricted else FeedbackDesk.OFFICERS


def check_anonymous(*, is_anonymous: bool, loan_id: int | None) -> None:
    """Let nobody who wants to stay anonymous name his loan. Raises `SaysWhoYouAre`."""
    if is_anonymous and loan_id is not None:
        raise SaysWhoYouAre
