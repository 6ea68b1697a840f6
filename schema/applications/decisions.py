"""Recommending and deciding."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
import rules.money
from resolvers.applications import decisions
from rules.applications.decisions import AboveLimit, NotRecommended, ReasonContradicts
from rules.applications.kinds import DecisionReason, Outcome
from rules.loans.refinancings import NotRefinanceable, RefinancingTooSmall
from rules.loans.repayments import CurrencyMismatch
from rules.people.access import CUSTOMERS, IN_CHARGE, OFFICERS
from rules.people.staff import SamePerson
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange, CostTooHigh, TermOutOfRange
from rules.states import NotPossibleNow
from schema.applications.assignments import WORKING_REFUSALS
from schema.context import Info
from schema.declarations import Input, Node, computed, id_of, input, mutation, node, relation, text, whole
from schema.money import money_input

if TYPE_CHECKING:
    from schema.people.staff import Staff


@node(models.Assessment)
class Assessment(Node):
    """What an officer recommends to whoever decides; customers do not see it."""

    outcome: Outcome
    """What he would decide."""
    comment: str
    """Why, for colleagues."""
    created_at: datetime
    """When it was recommended."""
    staff: Staff | None = relation("staff_id")
    """Who recommends it."""


def _is_automatic(policy_id: int | None) -> bool:
    return policy_id is not None


@node(models.Decision)
class Decision(Node):
    """Approved or declined, why, and by whom."""

    outcome: Outcome
    """Whether the loan is offered or not."""
    reason: DecisionReason
    """The main reason."""
    explanation: str
    """The reason in words, in the customer's language of that day; empty for one of the years before."""
    decided_by: str
    """The name of who decided; that no person did, where a policy decided by itself: he can ask for one (`askForPerson`)."""
    is_automatic: bool = computed(_is_automatic, "policy_id")
    """Whether a policy decided by itself."""
    created_at: datetime
    """When it was decided."""
    staff: Staff | None = relation("staff_id")
    """Who decided; null to the customer, who reads the name."""


@input
class RecommendApplicationInput(Input):
    """What you recommend."""

    application_id: int = id_of(models.Application)
    """One that waits for a decision."""
    outcome: Outcome
    """What you would decide."""
    comment: str = text(1, 1000)
    """Why, for whoever decides."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(allow=OFFICERS, refusals=WORKING_REFUSALS)
async def recommend_application(info: Info, input: RecommendApplicationInput) -> models.Application:
    """Recommend a decision that is above your limit; somebody else decides."""
    return await decisions.recommend_application(info.context.viewer, **input.values())


@input
class DecideApplicationInput(Input):
    """What you decide."""

    application_id: int = id_of(models.Application)
    """One that waits for a decision."""
    outcome: Outcome
    """Approve or decline."""
    reason: DecisionReason
    """The main reason; the customer reads it."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""
    amount: rules.money.Money | None = money_input()
    """Offer less than was asked for; nothing to offer that."""


@input
class AskForPersonInput(Input):
    """Which application."""

    application_id: int = id_of(models.Application)
    """One of yours that is not decided yet, or that was declined without a person in the last 30 days."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow,))
async def ask_for_person(info: Info, input: AskForPersonInput) -> models.Application:
    """Have a person decide, or look again at what was decided without one."""
    return await decisions.ask_for_person(info.context.viewer, **input.values())


DECIDER_REFUSALS = (AboveLimit, SamePerson, NotRecommended)
"""What somebody can be refused who would decide what he may work on."""
OFFER_REFUSALS = (
    AmountOutOfRange,
    AmountNotWholeCents,
    CurrencyMismatch,
    CostTooHigh,
    NotRefinanceable,
    RefinancingTooSmall,
)
"""What an amount that is offered can be refused for."""


@mutation(
    allow=IN_CHARGE,
    refusals=(*WORKING_REFUSALS, *DECIDER_REFUSALS, *OFFER_REFUSALS, ReasonContradicts),
)
async def decide_application(info: Info, input: DecideApplicationInput) -> models.Application:
    """Decide an application within your limit; approving it makes the offer."""
    return await decisions.decide_application(info.context.viewer, **input.values())


@input
class CounterOfferInput(Input):
    """What you offer instead."""

    application_id: int = id_of(models.Application)
    """One whose offer was not accepted yet."""
    amount: rules.money.Money = money_input()
    """How much, within the product's limits and yours."""
    term: int = whole(1, 600)
    """For how many months."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(
    allow=IN_CHARGE,
    refusals=(*WORKING_REFUSALS, *DECIDER_REFUSALS, TermOutOfRange, *OFFER_REFUSALS),
)
async def counter_offer(info: Info, input: CounterOfferInput) -> models.Application:
    """Offer another amount or term in the place of an offer that was not accepted; it is kept."""
    return await decisions.counter_offer(info.context.viewer, **input.values())
