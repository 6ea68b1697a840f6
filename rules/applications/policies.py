"""The policy: what of an application is looked at, what is declined or decided by a person, and at which rate is lent.

A policy is data. It never declines what it does not know, and it approves within its bounds only: all else a person decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from rules.applications.drafts import WORKING, ApplicationPart, Employment
from rules.applications.kinds import IN_FAVOUR, DecisionReason
from rules.errors import Refused
from rules.money import ZERO, round_money_up
from rules.products.kinds import Frequency


class Fact(StrEnum):
    """What a policy can look at."""

    AGE = "AGE"
    """Full years."""
    AMOUNT = "AMOUNT"
    """What is asked for."""
    TERM = "TERM"
    """In periods."""
    MONTHLY_INCOME = "MONTHLY_INCOME"
    """What comes in each month, as stated."""
    DEBT_SHARE = "DEBT_SHARE"
    """Which share of the income all debts would take each month, this one included: 0.55 is 55 %; at most 1000."""
    LEFT_TO_LIVE = "LEFT_TO_LIVE"
    """Income less costs, debts and the new installment, each month; can be negative."""
    DAYS_PAST_DUE = "DAYS_PAST_DUE"
    """Of the loan with us that is overdue for longest; 0 if none is."""
    LOSSES = "LOSSES"
    """Loans with us that were written off."""
    OPEN_LOANS = "OPEN_LOANS"
    """Loans with us that run, or are about to."""
    EXPOSURE = "EXPOSURE"
    """Principal that would be owed to us, this loan included."""
    REPAID_LOANS = "REPAID_LOANS"
    """Loans with us that were repaid."""
    MONTHS_EMPLOYED = "MONTHS_EMPLOYED"
    """Full months in the present work; 0 for who does not work."""


class PolicyOutcome(StrEnum):
    """What a policy says of an application."""

    APPROVE = "APPROVE"
    """Lend, without asking a person."""
    DECLINE = "DECLINE"
    """Do not lend; a person looks at it again if the customer asks."""
    REFER = "REFER"
    """A person decides."""


@dataclass(eq=False)
class PolicyGap(Refused):
    """The bands of prices leave out some values, or name some twice. Begin each where the one before it ends."""

    code = "POLICY_GAP"
    path = ("bands",)
    band: int
    """The number of the first band that does not begin where the one before it ends, from 1."""


@dataclass(eq=False)
class PolicyContradicts(Refused):
    """A rule lets nothing through, or nothing at all is stopped by it. Give at least one bound, the lower one first."""

    code = "POLICY_CONTRADICTS"
    path = ("rules",)
    rule: int
    """Its number, from 1."""


@dataclass(eq=False)
class PolicyDateNotAllowed(Refused):
    """A policy holds from today or later: what was handed in before is not judged anew."""

    code = "POLICY_DATE_NOT_ALLOWED"
    path = ("validFrom",)
    earliest: date
    """The earliest day."""


@dataclass(frozen=True)
class PolicyRule:
    """What stops an application from being approved by itself: a fact outside of its bounds, both of which are within."""

    fact: Fact
    minimum: Decimal | None
    maximum: Decimal | None
    outcome: PolicyOutcome
    """DECLINE or REFER."""
    reason: DecisionReason

    def stops(self, value: Decimal) -> bool:
        """Say whether a value is outside."""
        return (self.minimum is not None and value < self.minimum) or (
            self.maximum is not None and value > self.maximum
        )


@dataclass(frozen=True)
class PriceBand:
    """By how much the rate differs from the product's where the priced fact is in a band."""

    starts_at: Decimal | None
    """Within; None: everything below the end."""
    ends_at: Decimal | None
    """Not within; None: everything from the start on."""
    spread_bp: int
    """Basis points on top of the product's rate; negative ones off it."""

    def holds(self, value: Decimal) -> bool:
        """Say whether a value is within."""
        return (self.starts_at is None or value >= self.starts_at) and (self.ends_at is None or value < self.ends_at)


@dataclass(frozen=True)
class Policy:
    """Rules in their order, and prices."""

    rules: tuple[PolicyRule, ...]
    automatic_up_to: Decimal
    """The largest amount that is approved without a person; 0: none is."""
    price_fact: Fact | None = None
    bands: tuple[PriceBand, ...] = ()

    @property
    def facts(self) -> frozenset[Fact]:
        """What it looks at."""
        priced = set() if self.price_fact is None else {self.price_fact}
        return frozenset({rule.fact for rule in self.rules} | priced)


@dataclass(frozen=True)
class Evaluated:
    """What a policy says of an application, and why."""

    outcome: PolicyOutcome
    reason: DecisionReason
    rule: int | None = None
    """The number of the rule that stopped it, from 1."""
    spread_bp: int = 0


def check_policy(policy: Policy) -> None:
    """Raise `PolicyContradicts` or `PolicyGap` for a policy that cannot be."""
    for number, rule in enumerate(policy.rules, start=1):
        no_bound = rule.minimum is None and rule.maximum is None
        crossed = rule.minimum is not None and rule.maximum is not None and rule.minimum > rule.maximum
        is_told_wrongly = rule.outcome is PolicyOutcome.DECLINE and rule.reason in IN_FAVOUR
        if no_bound or crossed or is_told_wrongly or rule.outcome is PolicyOutcome.APPROVE:
            raise PolicyContradicts(rule=number)
    if (policy.price_fact is None) != (not policy.bands):
        raise PolicyGap(band=1)
    expected: Decimal | None = None
    for number, band in enumerate(policy.bands, start=1):
        is_last = number == len(policy.bands)
        is_empty = band.starts_at is not None and band.ends_at is not None and band.starts_at >= band.ends_at
        if band.starts_at != expected or is_empty or (band.ends_at is None) != is_last:
            raise PolicyGap(band=number)
        expected = band.ends_at


def evaluate(policy: Policy, facts: Mapping[Fact, Decimal | None]) -> Evaluated:
    """Say what a policy makes of an application: knock-outs first, then what is not known, then what a person looks at."""
    stopping = [
        (number, rule)
        for number, rule in enumerate(policy.rules, start=1)
        if (value := facts.get(rule.fact)) is not None and rule.stops(value)
    ]
    for number, rule in stopping:
        if rule.outcome is PolicyOutcome.DECLINE:
            return Evaluated(PolicyOutcome.DECLINE, rule.reason, number)
    spread_bp = spread(policy, facts)
    if any(facts.get(fact) is None for fact in policy.facts):
        return Evaluated(PolicyOutcome.REFER, DecisionReason.INFORMATION_UNVERIFIED, None, spread_bp)
    if stopping:
        number, rule = stopping[0]
        return Evaluated(PolicyOutcome.REFER, rule.reason, number, spread_bp)
    amount = facts.get(Fact.AMOUNT)
    if amount is None or amount > policy.automatic_up_to:
        return Evaluated(PolicyOutcome.REFER, DecisionReason.AFFORDABLE, None, spread_bp)
    return Evaluated(PolicyOutcome.APPROVE, DecisionReason.AFFORDABLE, None, spread_bp)


def spread(policy: Policy, facts: Mapping[Fact, Decimal | None]) -> int:
    """Give what a policy asks on top of a product's rate, in basis points; 0 where what it goes by is not known."""
    value = None if policy.price_fact is None else facts.get(policy.price_fact)
    if value is None:
        return 0
    return next(band.spread_bp for band in policy.bands if band.holds(value))


_PARTS = {
    Fact.MONTHLY_INCOME: {ApplicationPart.INCOME},
    Fact.DEBT_SHARE: {ApplicationPart.INCOME, ApplicationPart.DEBTS},
    Fact.LEFT_TO_LIVE: {ApplicationPart.INCOME, ApplicationPart.COSTS, ApplicationPart.DEBTS},
    Fact.MONTHS_EMPLOYED: {ApplicationPart.EMPLOYMENT},
}


def parts_of(facts: frozenset[Fact]) -> frozenset[ApplicationPart]:
    """Give what a customer has to say so that these facts are known."""
    return frozenset(part for fact in facts for part in _PARTS.get(fact, ()))


MOST_SHARE = Decimal(1000)


def debt_share(income: Decimal | None, debts: Sequence[Decimal | None]) -> Decimal | None:
    """Give which share of an income debts take, in hundredths, rounded up; None where one is not known.

    An income of 0 gives 1000.
    """
    known = [debt for debt in debts if debt is not None]
    if income is None or len(known) < len(debts):
        return None
    total = sum(known, ZERO)
    return min(MOST_SHARE, round_money_up(total / income)) if income > 0 else MOST_SHARE


def monthly(amount: Decimal, frequency: Frequency) -> Decimal:
    """Give what an amount that is due each period makes in a month, a twelfth of a year, rounded up to the cent."""
    return round_money_up(amount * frequency.periods_a_year / 12)


def left_to_live(income: Decimal | None, outgoings: Sequence[Decimal | None]) -> Decimal | None:
    """Give what is left of an income; None where something is not known."""
    known = [amount for amount in outgoings if amount is not None]
    return None if income is None or len(known) < len(outgoings) else income - sum(known, ZERO)


def months_employed(employment: Employment | None, since: date | None, today: date) -> Decimal | None:
    """Count the full months of the present work; 0 for who does not work; None where it is not known."""
    if employment is None:
        return None
    if employment not in WORKING:
        return Decimal(0)
    if since is None:
        return None
    months = (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)
    return Decimal(max(0, months))


def age(birth_on: date, today: date) -> Decimal:
    """Count the full years."""
    return Decimal(today.year - birth_on.year - ((today.month, today.day) < (birth_on.month, birth_on.day)))
