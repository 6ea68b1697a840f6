"""Doing something about a cause: its life, and whether the cause became rarer."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import IN_CHARGE, MANAGERS, Role
from rules.service.survey_scores import Z, rounded
from rules.states import Move, StateMachine

MEASURED_DAYS = 90
"""So many days after an action was done are held against as many before."""
DETECTED_DUE_AFTER = timedelta(days=28)
"""By when something is done about what the house found by itself, unless a manager says otherwise."""
QUIET_AFTER = timedelta(days=28)
"""So long after an action about a cause has ended the house opens no other: it sees what was, not what is done."""
LATEST_DUE = timedelta(days=366)


class ImprovementStatus(StrEnum):
    """Where an action stands."""

    OPEN = "OPEN"
    """Nobody has begun."""
    IN_PROGRESS = "IN_PROGRESS"
    """Somebody works on it."""
    DONE = "DONE"
    """It is done, and somebody said what shows it."""
    DROPPED = "DROPPED"
    """It is not done, for a reason."""


UNDER_WAY = (ImprovementStatus.OPEN, ImprovementStatus.IN_PROGRESS)
IMPROVEMENT_MOVES = StateMachine(
    ImprovementStatus.OPEN,
    (
        Move(ImprovementStatus.OPEN, ImprovementStatus.IN_PROGRESS, IN_CHARGE, "begin"),
        Move(ImprovementStatus.IN_PROGRESS, ImprovementStatus.DONE, IN_CHARGE, "prove that it is done"),
        *(Move(status, ImprovementStatus.DROPPED, MANAGERS, "drop") for status in UNDER_WAY),
    ),
)


class EffectVerdict(StrEnum):
    """What can be said of an effect."""

    TOO_EARLY = "TOO_EARLY"
    """The ninety days are not over."""
    FELL = "FELL"
    """The cause is rarer: its whole interval says so."""
    ROSE = "ROSE"
    """The cause is more frequent: its whole interval says so."""
    UNCLEAR = "UNCLEAR"
    """There are too few cases to say."""


@dataclass(eq=False)
class ImprovementDueDateWrong(Refused):
    """An action is due today at the earliest, and within a year. Choose another day."""

    code = "IMPROVEMENT_DUE_DATE_WRONG"
    path = ("dueOn",)


@dataclass(eq=False)
class NotItsOwner(Refused):
    """Somebody else does this. A manager can give it to you."""

    code = "NOT_ITS_OWNER"


def check_due_on(today: date, due_on: date) -> None:
    """Let an action be due. Raises `ImprovementDueDateWrong`."""
    if not today <= due_on <= today + LATEST_DUE:
        raise ImprovementDueDateWrong


def check_owner(role: Role, staff_id: int | None, owner_id: int | None) -> None:
    """Let a manager, or whoever is to do it, work on an action; one that nobody has is anybody's. Raises `NotItsOwner`."""
    if owner_id is not None and owner_id != staff_id and role not in MANAGERS:
        raise NotItsOwner


def is_overdue(status: ImprovementStatus, due_on: date, today: date) -> bool:
    """Say whether the day of an action is over, and it is not."""
    return status in UNDER_WAY and due_on < today


def fall_back(seen: int, usual: float) -> int:
    """Give by how many per cent a cause should fall to be as frequent as before: 1 to 100."""
    return max(1, min(100, round(100 * (1 - usual / seen))))


@dataclass(frozen=True)
class Counted:
    """How many cases there were in how many days."""

    cases: int
    days: int


@dataclass(frozen=True, kw_only=True)
class Change:
    """By how many per cent a rate changed, less than 0 for a fall, with the ends of its 95 % interval; two places."""

    value: Decimal
    lowest: Decimal
    highest: Decimal | None
    """None where no number is too large."""


def change_of(before: Counted, after: Counted) -> Change | None:
    """Compare two rates; None where there was nothing before, or no day after.

    Given how many cases there were in all, those after are binomial with p = t₂r / (t₂r + t₁), where r is the ratio of the
    rates (Przyborowski and Wilenski, 1940): Wilson's interval of p, turned back, is that of r = p / (1 − p) · t₁ / t₂.
    """
    if not before.cases or not before.days or not after.days:
        return None
    total, scale = Decimal(before.cases + after.cases), Decimal(before.days) / after.days
    share, squared = after.cases / total, Z**2
    middle = share + squared / (2 * total)
    margin = Z * (share * (1 - share) / total + squared / (4 * total**2)).sqrt()
    lowest, highest = (max(Decimal(0), (middle + side) / (1 + squared / total)) for side in (-margin, margin))
    return Change(
        value=_percent(Decimal(after.cases) / before.cases * scale),
        lowest=_percent(lowest / (1 - lowest) * scale),
        highest=None if highest >= 1 else _percent(highest / (1 - highest) * scale),
    )


def verdict_of(change: Change | None, days_after: int) -> EffectVerdict:
    """Say what a change shows: nothing before its time is over, and nothing while its interval holds 0."""
    if days_after < MEASURED_DAYS:
        return EffectVerdict.TOO_EARLY
    if change is not None and change.highest is not None and change.highest < 0:
        return EffectVerdict.FELL
    if change is not None and change.lowest > 0:
        return EffectVerdict.ROSE
    return EffectVerdict.UNCLEAR


def hundredths(number: float) -> int:
    """Keep a number to two places."""
    return int((Decimal(str(number)) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def from_hundredths(kept: int | None) -> Decimal | None:
    """Give a number that was kept to two places."""
    return None if kept is None else Decimal(kept) / 100


def _percent(ratio: Decimal) -> Decimal:
    return rounded(100 * (ratio - 1))
