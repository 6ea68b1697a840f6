"""Discounts on the contract rate: how far a product's can go, one for a single customer, and what they come to."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import models
import rules.money
from resolvers.loyalty import rate_discounts
from rules.loans.repayments import CurrencyMismatch
from rules.loyalty.rate_discounts import MOST_BP, DiscountDateNotAllowed, DiscountProposed, FloorTooHigh
from rules.people.access import AUDITORS, IN_CHARGE, MANAGERS
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    connection,
    day,
    decimal,
    filter_of,
    id_of,
    input,
    matches,
    money,
    mutation,
    node,
    query,
    relation,
    root,
    text,
    value,
    whole,
)
from schema.money import Money, money_input
from schema.scalars import Rate

if TYPE_CHECKING:
    from schema.people.customers import Customer
    from schema.people.staff import Staff
    from schema.products.products import Product


@node(models.RateDiscountPolicy)
class RateDiscountPolicy(Node):
    """How far the rate of a product's loans can be lowered: proposed by one person, decided by another."""

    product: Product = relation("product_id")
    """Whose loans it is for."""
    status: ProposalStatus
    """Where it stands."""
    valid_from: date
    """The first day on which it holds; the newest that was approved decides."""
    ends_on: date | None
    """The last day on which it holds; null: until another one begins."""
    floor: Rate
    """No discount goes below this rate."""
    budget: Money | None = money()
    """Once so much interest is forgone on the loans signed with it there are no more discounts; null: no bound."""
    raises_at_repricing: bool
    """Whether a floating loan gets today's discount on a day of repricing, where that is more than its own."""
    created_at: datetime
    """When it was proposed."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposes it."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before."""
    decided_at: datetime | None
    """When it was decided; null before."""


@node(models.RateDiscount)
class RateDiscount(Node):
    """A discount for one customer: proposed by one person, decided by another."""

    customer: Customer | None = relation("customer_id")
    """Whose."""
    status: ProposalStatus
    """Where it stands."""
    basis_points: int
    """What comes off a rate; a level's discount or this one, whichever is more, and no further than the product's floor."""
    reason: str
    """Why, for whoever decides."""
    ends_on: date
    """The last day on which it is given; loans signed with it keep it."""
    created_at: datetime
    """When it was proposed."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposes it."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before."""
    decided_at: datetime | None
    """When it was decided; null before."""


@filter_of(models.RateDiscountPolicy)
class RateDiscountPolicyFilter:
    """Narrows a list of policies."""

    status: ProposalStatus | None = matches("status")
    """Those that stand here."""


@filter_of(models.RateDiscount)
class RateDiscountFilter:
    """Narrows a list of discounts."""

    status: ProposalStatus | None = matches("status")
    """Those that stand here: PROPOSED ones wait for somebody who decides."""


@root
class RateDiscountRoot:
    rate_discount_policies: Connection[RateDiscountPolicy] = connection(
        filter=RateDiscountPolicyFilter, allow=IN_CHARGE | AUDITORS
    )
    """How far rates can be lowered, oldest first."""
    rate_discounts: Connection[RateDiscount] = connection(filter=RateDiscountFilter, allow=IN_CHARGE | AUDITORS)
    """Discounts for single customers, oldest first."""


@input
class ProposeRateDiscountPolicyInput(Input):
    """How far the rate of a product's loans can be lowered."""

    product_id: int = id_of(models.Product)
    """Whose loans it is for."""
    valid_from: date = day()
    """Today or later, and after the day of every policy of the product that was approved."""
    ends_on: date | None = day()
    """The last day on which it holds; until another one begins, if nothing is said."""
    floor: Rate = decimal(Decimal(0), Decimal(10))
    """No discount goes below this rate; it is below the product's."""
    budget: rules.money.Money | None = money_input()
    """Give no more discounts once so much interest is forgone; no bound if nothing is said."""
    raises_at_repricing: bool | None
    """Give floating loans today's discount on a day of repricing, where that is more; not if nothing is said."""


POLICY_REFUSALS = (DiscountDateNotAllowed, FloorTooHigh)


@mutation(allow=MANAGERS, refusals=(*POLICY_REFUSALS, CurrencyMismatch, AmountOutOfRange, AmountNotWholeCents))
async def propose_rate_discount_policy(info: Info, input: ProposeRateDiscountPolicyInput) -> models.RateDiscountPolicy:
    """Propose how far the rate of a product's loans can be lowered; another manager decides."""
    said = {name: sent for name, sent in input.values().items() if sent is not None}
    return await rate_discounts.propose_rate_discount_policy(info.context.viewer, **said)


@input
class ApproveRateDiscountPolicyInput(Input):
    """Which policy."""

    policy_id: int = id_of(models.RateDiscountPolicy)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson, *POLICY_REFUSALS))
async def approve_rate_discount_policy(info: Info, input: ApproveRateDiscountPolicyInput) -> models.RateDiscountPolicy:
    """Let a policy hold from its day on; loans that are signed stay as they are."""
    return await rate_discounts.approve_rate_discount_policy(info.context.viewer, **input.values())


@input
class DeclineRateDiscountPolicyInput(Input):
    """Which policy."""

    policy_id: int = id_of(models.RateDiscountPolicy)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_rate_discount_policy(info: Info, input: DeclineRateDiscountPolicyInput) -> models.RateDiscountPolicy:
    """Leave a product's rate as it is."""
    return await rate_discounts.decline_rate_discount_policy(info.context.viewer, **input.values())


@input
class ProposeRateDiscountInput(Input):
    """A discount for one customer."""

    customer_id: int = id_of(models.Customer)
    """Whose."""
    basis_points: int = whole(1, MOST_BP)
    """What comes off a rate."""
    reason: str = text(1, 500)
    """Why, for whoever decides."""
    ends_on: date = day()
    """The last day on which it is given, within a year."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, DiscountDateNotAllowed, DiscountProposed))
async def propose_rate_discount(info: Info, input: ProposeRateDiscountInput) -> models.RateDiscount:
    """Propose a discount for one customer; another manager decides."""
    return await rate_discounts.propose_rate_discount(info.context.viewer, **input.values())


@input
class ApproveRateDiscountInput(Input):
    """Which discount."""

    discount_id: int = id_of(models.RateDiscount)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow, SamePerson, DiscountDateNotAllowed))
async def approve_rate_discount(info: Info, input: ApproveRateDiscountInput) -> models.RateDiscount:
    """Let a customer have a discount from now on: quotes and new applications show it at once."""
    return await rate_discounts.approve_rate_discount(info.context.viewer, **input.values())


@input
class DeclineRateDiscountInput(Input):
    """Which discount."""

    discount_id: int = id_of(models.RateDiscount)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow, SamePerson))
async def decline_rate_discount(info: Info, input: DeclineRateDiscountInput) -> models.RateDiscount:
    """Give a customer no discount."""
    return await rate_discounts.decline_rate_discount(info.context.viewer, **input.values())


@value(rate_discounts.RateDiscountLine)
class RateDiscountLine:
    """What discounts came to on one product's loans, and what was waived of their fees."""

    product: Product
    """Whose loans these are."""
    loans: int
    """How many loans were signed with a discount on the rate."""
    principal: Money = money()
    """What was lent with them."""
    least_bp: int
    """The smallest discount among them, in basis points; 0 where fees were waived only, as `mostBp` is."""
    most_bp: int
    """The largest."""
    forgone: Money = money()
    """The interest that their schedules ask for less, as signed."""
    loans_with_waiver: int
    """How many loans were signed with fees waived; some of them may have a discount as well."""
    fees_forgone: Money = money()
    """The fees that were waived."""


@value(rate_discounts.RateDiscountReport)
class RateDiscountReportSuccess:
    """What discounts on the rate and waived fees came to on loans that were paid out in some time."""

    since: date
    """The first day."""
    until: date
    """The last day."""
    lines: list[RateDiscountLine]
    """By product and currency; none where no loan was signed with a discount or a waiver."""


@input
class RateDiscountReportInput(Input):
    """Of which time."""

    since: date
    """The first day."""
    until: date
    """The last day."""


@query(allow=MANAGERS | AUDITORS, refusals=())
async def rate_discount_report(info: Info, input: RateDiscountReportInput) -> rate_discounts.RateDiscountReport:
    """Sum up discounts and waived fees of loans that were paid out in some time, of those that you may see."""
    return await rate_discounts.rate_discount_report(info.context.viewer, **input.values())
