"""What earns points: rules that hold for some time, and which acts of a loan's life they reward.

Good conduct earns, never borrowing: nothing here looks at how much is lent. Which rule counts for an act follows from
the day of the act, so that a loan that is worked out again earns what it did; what a rule gave stays as it was given.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from rules.errors import Refused
from rules.loyalty.kinds import Act, CapPeriod
from rules.loyalty.points import LIFETIME_MONTHS, PENDING_DAYS

FULL_PERCENT = 100
MEASURED = frozenset({Act.STREAK, Act.EARLY_SETTLEMENT})
"""Acts of which a rule says how many installments or days they take."""
LOAN_ACTS = frozenset({Act.ON_TIME, Act.STREAK, Act.EARLY_SETTLEMENT})
"""Acts that are read off a loan; others are said by whoever sees them happen."""


@dataclass(eq=False)
class CapTooLow(Refused):
    """The most in a period is less than one award: nobody would get it in full."""

    code = "CAP_TOO_LOW"
    path = ("capPoints",)
    points: int
    """What one award gives."""


@dataclass(eq=False)
class RuleIncomplete(Refused):
    """A streak needs its number of installments and an early settlement its number of days; a cap needs its period."""

    code = "RULE_INCOMPLETE"
    path = ("atLeast",)


@dataclass(eq=False)
class RulesOverlap(Refused):
    """Another rule for the same act holds in that time. End it first, or begin later."""

    code = "RULES_OVERLAP"
    path = ("validFrom",)
    other_from: date
    """The first day of the other rule."""


@dataclass(eq=False)
class RuleDateNotAllowed(Refused):
    """A rule begins today or later, and ends after it has begun and not in the past: what was earned stays earned."""

    code = "RULE_DATE_NOT_ALLOWED"
    path = ("validFrom",)
    earliest: date
    """The first day that is allowed."""


@dataclass(frozen=True, kw_only=True)
class EarningTerms:
    """What an act earns, from when until when."""

    id: int
    act: Act
    points: int
    at_least: int | None = None
    """Of a streak, how many installments; of an early settlement, how many days."""
    pending_days: int = PENDING_DAYS
    lifetime_months: int = LIFETIME_MONTHS
    cap_points: int | None = None
    """The most that a customer gets in a period; None: as often as he earns it."""
    cap_period: CapPeriod | None = None
    is_qualifying: bool = True
    """Whether it counts for the tier, too."""
    valid_from: date
    valid_to: date | None = None
    """The first day it does not hold any more."""

    def holds(self, on: date) -> bool:
        """Say whether it counts for what happens on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


def check_terms(terms: EarningTerms, today: date) -> None:
    """Let a rule be proposed. Raises `CapTooLow`, `RuleIncomplete`, `RuleDateNotAllowed`."""
    check_conditions(terms)
    if terms.valid_from < today:
        raise RuleDateNotAllowed(earliest=today)
    if terms.valid_to is not None and terms.valid_to <= terms.valid_from:
        raise RuleDateNotAllowed(earliest=terms.valid_from + timedelta(days=1))


def check_conditions(terms: EarningTerms) -> None:
    """Let a rule say what its act needs. Raises `CapTooLow`, `RuleIncomplete`."""
    if (terms.act in MEASURED) != (terms.at_least is not None):
        raise RuleIncomplete
    if (terms.cap_points is None) != (terms.cap_period is None):
        raise RuleIncomplete
    if terms.cap_points is not None and terms.cap_points < terms.points:
        raise CapTooLow(points=terms.points)


def check_no_overlap(terms: EarningTerms, others: Iterable[EarningTerms]) -> None:
    """Let at most one rule for an act hold on any day. Raises `RulesOverlap`."""
    for other in others:
        begins_before_end = terms.valid_to is None or other.valid_from < terms.valid_to
        if (
            other.act is terms.act
            and begins_before_end
            and (other.valid_to is None or terms.valid_from < other.valid_to)
        ):
            raise RulesOverlap(other_from=other.valid_from)


class Line(NamedTuple):
    """An installment, as far as it earns."""

    number: int
    due_on: date
    paid_on: date | None
    """When it was wholly paid; None while it is not."""
    was_asked: bool
    """Something was asked for: nothing is earned by paying nothing."""

    @property
    def is_in_time(self) -> bool:
        """Whether it is wholly paid, by its due day."""
        return self.paid_on is not None and self.paid_on <= self.due_on


@dataclass(frozen=True)
class Conduct:
    """How a loan was repaid so far."""

    lines: Sequence[Line]
    """By number."""
    settled_on: date | None = None
    """When it was wholly repaid, and not out of a new loan; None while it is not."""
    ends_on: date | None = None
    """Its last due day, had it run to its end."""
    is_undone: bool = False
    """It was withdrawn from, or never ran: nothing about it was earned."""


class Done(NamedTuple):
    """One thing that earns."""

    act: Act
    number: int
    """The installment that it was or ended with; 0 for the loan as a whole."""


def done(conduct: Conduct, act: Act, at_least: int | None) -> dict[int, date]:
    """Give what was done of an act: by the number of the installment, the day."""
    if conduct.is_undone:
        return {}
    match act:
        case Act.ON_TIME:
            lines = [line for line in conduct.lines if line.was_asked and line.is_in_time]
            return {line.number: line.paid_on for line in lines if line.paid_on is not None}
        case Act.STREAK:
            return _streaks(conduct.lines, at_least or 1)
        case Act.EARLY_SETTLEMENT:
            settled, end = conduct.settled_on, conduct.ends_on
            is_early = settled is not None and end is not None and (end - settled).days >= (at_least or 0)
            return {0: settled} if settled is not None and is_early else {}


def _streaks(lines: Sequence[Line], length: int, used: Collection[int] = ()) -> dict[int, date]:
    """Give the installments with which another so many in a row were in time, and the day on which the last was paid.

    Those that are `used` belong to a streak that was rewarded: none of them counts again.
    """
    found, run = dict[int, date](), list[date]()
    for line in lines:
        if not line.was_asked:
            continue
        if line.number in used or not line.is_in_time or line.paid_on is None:
            run = []
            continue
        run.append(line.paid_on)
        if len(run) == length:
            found[line.number] = max(run)
            run = []
    return found


def members(lines: Sequence[Line], number: int, length: int) -> list[Line]:
    """Give the installments of the streak that ended with one: so many that asked for something, itself the last."""
    return [line for line in lines if line.was_asked and line.number <= number][-length:]


def standing(conduct: Conduct, rewarded: Mapping[Done, int | None]) -> dict[Done, int | None]:
    """Give what of that which was rewarded is still so; each with what its rule asked for."""
    still = {asked: done(conduct, *asked) for asked in {(what.act, least) for what, least in rewarded.items()}}

    def stands(what: Done, at_least: int | None) -> bool:
        if what.act is not Act.STREAK:
            return what.number in still[what.act, at_least]
        run = members(conduct.lines, what.number, at_least or 1)
        return not conduct.is_undone and len(run) == (at_least or 1) and all(line.is_in_time for line in run)

    return {what: at_least for what, at_least in rewarded.items() if stands(what, at_least)}


def earned(
    conduct: Conduct, rules: Iterable[EarningTerms], rewarded: Mapping[Done, int | None]
) -> dict[Done, EarningTerms]:
    """Give what was done of a loan that a rule rewards, and which rule that is.

    `rewarded` is what was rewarded and stands: an installment counts in one streak, also where another rule asks for a
    shorter or longer one.
    """
    used = {
        line.number
        for what, length in rewarded.items()
        if what.act is Act.STREAK
        for line in members(conduct.lines, what.number, length or 1)
    }
    found = dict[Done, EarningTerms]()
    for rule in sorted(rules, key=lambda rule: rule.valid_from):
        is_streak = rule.act is Act.STREAK and not conduct.is_undone
        acts = (
            _streaks(conduct.lines, rule.at_least or 1, used) if is_streak else done(conduct, rule.act, rule.at_least)
        )
        for number, on in acts.items():
            if rule.act in LOAN_ACTS and rule.holds(on):
                found[Done(rule.act, number)] = rule
                if is_streak:
                    used |= {line.number for line in members(conduct.lines, number, rule.at_least or 1)}
    return found


def award(rule: EarningTerms, percent: int, used: Mapping[Act, int]) -> int:
    """Give what a rule gives now, as a tier multiplies it, less what goes beyond its cap; `used` of it is in its period."""
    whole = rule.points * percent // FULL_PERCENT
    if rule.cap_points is None:
        return whole
    return min(whole, max(rule.cap_points - used.get(rule.act, 0), 0))
