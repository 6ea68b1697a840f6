"""What decides of applications by itself: making policies, trying them out, and what they said."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import strawberry

import models
import rules.money
from resolvers.applications import policies
from rules.applications.kinds import DecisionReason, Outcome
from rules.applications.policies import (
    Fact,
    PolicyContradicts,
    PolicyDateNotAllowed,
    PolicyGap,
    PolicyOutcome,
)
from rules.applications.policies import (
    PolicyRule as Rule,
)
from rules.applications.policies import (
    PriceBand as Band,
)
from rules.loans.repayments import CurrencyMismatch
from rules.people.access import AUDITORS, IN_CHARGE, MANAGERS
from rules.people.staff import SamePerson
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    children,
    connection,
    day,
    decimal,
    filter_of,
    id_of,
    input,
    list_of,
    matches,
    money,
    mutation,
    node,
    one_of,
    query,
    relation,
    root,
    value,
    whole,
)
from schema.money import Money, money_input

if TYPE_CHECKING:
    from schema.people.staff import Staff
    from schema.products.products import Product

LEAST, MOST = Decimal(-(10**12)), Decimal(10**12)


@node(models.PolicyRule)
class PolicyRule(Node):
    """A rule: what is outside of its bounds is declined, or decided by a person."""

    number: int
    """Its place: knock-outs first, then in this order."""
    fact: Fact
    """What it looks at."""
    minimum: Decimal | None
    """The least that passes; null: no lower bound."""
    maximum: Decimal | None
    """The most that passes; null: no upper bound."""
    outcome: PolicyOutcome
    """DECLINE or REFER."""
    reason: DecisionReason
    """What the customer is told."""


@node(models.PriceBand)
class PriceBand(Node):
    """By how much the rate differs from the product's where the priced fact is in this band."""

    number: int
    """Its place."""
    starts_at: Decimal | None
    """Within; null: everything below the end."""
    ends_at: Decimal | None
    """Not within; null: everything from the start on."""
    spread_bp: int
    """Basis points on top of the product's rate; negative ones off it."""


@node(models.Policy)
class Policy(Node):
    """What of a product's applications is declined, decided by a person, or approved at once."""

    number: int
    """Counts the policies of a product."""
    status: ProposalStatus
    """Where it stands."""
    automatic_up_to: Money = money()
    """The largest amount that is approved without a person; 0.00: none is."""
    price_fact: Fact | None
    """Which fact its prices follow; null: none does."""
    valid_from: date
    """From when it holds, until a later one does."""
    rules: list[PolicyRule] = children(via="policy_id", order_by="number")
    """In their order."""
    bands: list[PriceBand] = children(via="policy_id", order_by="number")
    """Prices, from the lowest value of their fact to the highest."""
    product: Product = relation("product_id")
    """Whose applications it is about."""
    created_at: datetime
    """When it was proposed."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposes it."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before."""
    decided_at: datetime | None
    """When it was decided; null before."""


@node(models.EvaluatedFact)
class EvaluatedFact(Node):
    """A fact as it was known when the application was handed in."""

    fact: Fact
    """Which one."""
    value: Decimal
    """In the fact's unit, to the hundredth."""


@node(models.Evaluation)
class Evaluation(Node):
    """What was known of an application when it was handed in, and what the policy said; customers see none."""

    evaluated_on: date
    """The day."""
    outcome: PolicyOutcome | None
    """What the policy said; null where none held."""
    reason: DecisionReason | None
    """Why; null where none held."""
    rule_number: int | None
    """The number of the rule that stopped it; null if none did."""
    spread_bp: int
    """The price: basis points on top of the product's rate."""
    facts: list[EvaluatedFact] = children(via="evaluation_id")
    """What was known."""
    policy: Policy | None = relation("policy_id")
    """The policy that held; null if none did."""


@filter_of(models.Policy)
class PolicyFilter:
    """Narrows a list of policies."""

    status: ProposalStatus | None = matches("status")
    """Those that stand here: PROPOSED ones wait for somebody who decides."""
    product: strawberry.ID | None = matches("product_id", id_of=models.Product)
    """Those of this product."""


@root
class PolicyRoot:
    policies: Connection[Policy] = connection(filter=PolicyFilter, allow=IN_CHARGE | AUDITORS)
    """All policies, oldest first."""


@input
class PolicyRuleInput(Input):
    """A rule: at least one bound."""

    fact: Fact
    """What it looks at."""
    minimum: Decimal | None = decimal(LEAST, MOST, places=2)
    """The least that passes."""
    maximum: Decimal | None = decimal(LEAST, MOST, places=2)
    """The most that passes."""
    outcome: PolicyOutcome = one_of(PolicyOutcome.DECLINE, PolicyOutcome.REFER)
    """What becomes of what is outside."""
    reason: DecisionReason
    """What the customer is told."""


@input
class PriceBandInput(Input):
    """A band of prices, from one value to the next."""

    starts_at: Decimal | None = decimal(LEAST, MOST, places=2)
    """Within; nothing in the first band."""
    ends_at: Decimal | None = decimal(LEAST, MOST, places=2)
    """Not within, and where the next band starts; nothing in the last one."""
    spread_bp: int = whole(-10_000, 10_000)
    """Basis points on top of the product's rate."""


@input
class ProposePolicyInput(Input):
    """A policy as a whole."""

    product_id: int = id_of(models.Product)
    """Whose applications it is about."""
    valid_from: date = day()
    """Today or later."""
    automatic_up_to: rules.money.Money = money_input()
    """The largest amount to approve without a person; 0.00: none."""
    rules: list[PolicyRuleInput] = list_of(PolicyRuleInput, 100)
    """In their order."""
    price_fact: Fact | None
    """Which fact its prices follow."""
    bands: list[PriceBandInput] | None = list_of(PriceBandInput, 100)
    """From the lowest value of the priced fact to the highest, none left out."""


@mutation(
    allow=MANAGERS,
    refusals=(
        PolicyDateNotAllowed,
        CurrencyMismatch,
        AmountOutOfRange,
        AmountNotWholeCents,
        PolicyContradicts,
        PolicyGap,
    ),
)
async def propose_policy(info: Info, input: ProposePolicyInput) -> models.Policy:
    """Propose what decides of a product's applications by itself; another manager approves it."""
    said = input.values()
    given = [Rule(**{"minimum": None, "maximum": None, **each}) for each in said.pop("rules")]
    bands = [Band(**{"starts_at": None, "ends_at": None, **each}) for each in said.pop("bands", None) or []]
    return await policies.propose_policy(info.context.viewer, rules=given, bands=bands, **said)


@input
class ApprovePolicyInput(Input):
    """Which policy."""

    policy_id: int = id_of(models.Policy)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def approve_policy(info: Info, input: ApprovePolicyInput) -> models.Policy:
    """Let a policy hold from its day on; try it out before (`policyDryRun`)."""
    return await policies.approve_policy(info.context.viewer, **input.values())


@input
class DeclinePolicyInput(Input):
    """Which policy."""

    policy_id: int = id_of(models.Policy)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_policy(info: Info, input: DeclinePolicyInput) -> models.Policy:
    """Leave applications to the policy that holds, or to people."""
    return await policies.decline_policy(info.context.viewer, **input.values())


@value(policies.DryRunCase)
class DryRunCase:
    """An application that was decided otherwise."""

    number: str
    """The application's."""
    decided: Outcome
    """What was decided."""
    would: PolicyOutcome
    """What the policy says."""
    reason: DecisionReason
    """Why the policy says so."""
    rule_number: int | None
    """The rule that stops it; null if none does."""


@value(policies.DryRun)
class PolicyDryRunSuccess:
    """What a policy would have made of past applications; an application counts each time it was handed in."""

    applications: int
    """How many there were."""
    approved: int
    """Approved without a person."""
    declined: int
    """Declined without a person."""
    referred: int
    """Left to a person."""
    differing: int
    """Decided otherwise than they were."""
    examples: list[DryRunCase]
    """The first of these, at most 50."""


@input
class PolicyDryRunInput(Input):
    """Which policy, on what."""

    policy_id: int = id_of(models.Policy)
    """One that is proposed, holds, or held."""
    since: date = day()
    """The first day on which applications were handed in."""
    until: date = day()
    """The last one."""


@query(allow=MANAGERS, refusals=())
async def policy_dry_run(info: Info, input: PolicyDryRunInput) -> policies.DryRun:
    """Try a policy out on past applications of the customers you look after; nothing is written."""
    return await policies.policy_dry_run(info.context.viewer, **input.values())
