"""Deciding applications: who may decide which."""

from dataclasses import dataclass
from decimal import Decimal

from rules.applications.kinds import IN_FAVOUR, DecisionReason, Outcome
from rules.errors import Refused
from rules.money import ZERO, Money
from rules.people.access import IN_CHARGE, Role
from rules.people.staff import SamePerson

OFFER_DAYS = 30
"""For how many days after it was made an offer can be accepted."""
LOOKED_AT_AGAIN_DAYS = 30
"""For how many days what a policy declined by itself is looked at again by a person who is asked for."""
AUTOMATIC_DAYS = 30
"""What a policy approved within so many days counts for its bound, and what a person declined is for a person."""


@dataclass(eq=False)
class OwnApplication(Refused):
    """Nobody works on his own application, or his family's."""

    code = "OWN_APPLICATION"


@dataclass(eq=False)
class AboveLimit(Refused):
    """The amount is above what you may decide alone: recommend it, and a manager decides."""

    code = "ABOVE_LIMIT"
    limit: Money
    """The largest amount you may decide; 0.00 if none."""


@dataclass(eq=False)
class NotRecommended(Refused):
    """A loan that settles an older one is approved by two: a colleague recommends it first, then you decide."""

    code = "NOT_RECOMMENDED"
    path = ("outcome",)


@dataclass(eq=False)
class ReasonContradicts(Refused):
    """This reason speaks for the other outcome, and the customer reads it. Choose one that says why."""

    code = "REASON_CONTRADICTS"
    path = ("reason",)


def check_reason_of(outcome: Outcome, reason: DecisionReason) -> None:
    """Let a decision be told by a reason that speaks for it. Raises `ReasonContradicts`."""
    if (outcome is Outcome.APPROVE) != (reason in IN_FAVOUR):
        raise ReasonContradicts


def check_decider(
    role: Role,
    decision_limit: Decimal | None,
    amount: Decimal,
    currency: str,
    *,
    recommended_by_him: bool,
    lacks_recommendation: bool,
) -> None:
    """Let somebody decide an application. Raises `SamePerson`, `NotRecommended` or `AboveLimit`.

    Without a limit an officer decides nothing and a manager anything. The limit is in `currency`, as the amount is.
    """
    assert role in IN_CHARGE
    if recommended_by_him:
        raise SamePerson
    if lacks_recommendation:
        raise NotRecommended
    if decision_limit is None and role is Role.MANAGER:
        return
    limit = decision_limit or ZERO
    if amount > limit:
        raise AboveLimit(Money(limit, currency))
