"""What we lend."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from rules.people.access import ALL_STAFF
from rules.people.kinds import in_language
from rules.products.kinds import (
    DayCount,
    DueComponent,
    ExcessRule,
    FeeKind,
    Frequency,
    GraceKind,
    HolidayInterest,
    HolidayRule,
    PayoffRule,
    PenaltyStart,
    RepaymentMethod,
    Rounding,
    components,
)
from rules.products.repricing import RateType, RepricingRule
from rules.products.states import ProposalStatus
from schema.declarations import (
    LOCALE,
    Connection,
    Node,
    children,
    computed,
    connection,
    filter_of,
    matches,
    money,
    node,
    relation,
    root,
)
from schema.money import Money
from schema.scalars import Rate

if TYPE_CHECKING:
    from schema.people.staff import Staff


@node(models.Product)
class Product(Node):
    """A kind of loan we offer."""

    code: str
    """Short and stable, such as EASY."""
    current_version: ProductVersion | None = relation(via="product_id", order_by="number", is_current=True)
    """The terms that new applications get; null while there are none."""
    versions: list[ProductVersion] = children(via="product_id", order_by="number", allow=ALL_STAFF)
    """All terms it had, has, and may get, oldest first."""


@node(models.ProductVersion)
class ProductVersion(Node):
    """The terms of a product for some time; a loan keeps those it was signed under."""

    product: Product = relation("product_id")
    """The product these are terms of."""
    number: int
    """Counts the versions of the product."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """In the viewer's language."""
    status: ProposalStatus
    """Where these terms stand."""
    is_current: bool
    """Whether new applications get them."""
    method: RepaymentMethod
    """How principal and interest are spread over the term."""
    annual_rate: Rate
    """Contract rate a year, without fees; the quote says what it costs in all. Of a floating one, that of its first day."""
    rate_type: RateType
    """Whether the rate can change."""
    reference_rate: str | None
    """The reference rate that a floating one follows."""
    spread_bp: int
    """Basis points on top of it."""
    repricing: RepricingRule | None
    """When a floating rate follows."""
    min_amount: Money = money()
    """The least that is lent."""
    max_amount: Money = money()
    """The most that is lent."""
    min_term: int
    """The shortest term, in periods: months, unless `frequency` says otherwise."""
    max_term: int
    """The longest term, in periods."""
    frequency: Frequency
    """How often an installment is due."""
    day_count: DayCount
    """How interest is counted."""
    due_day: int | None
    """The day of the month on which all installments are due; null: that of the payout."""
    due_day_is_chosen: bool
    """Whether a customer may choose another one when he accepts an offer."""
    rounding: Rounding
    """What installments are rounded to."""
    holiday_rule: HolidayRule
    """Where due days go that are no business days."""
    holiday_interest: HolidayInterest
    """Until when interest runs then."""
    holiday_region: str | None
    """The country whose official holidays count; null: weekends only."""
    grace_periods: int
    """Periods at the beginning in which less is asked for."""
    grace_kind: GraceKind
    """What is asked for in them."""
    step_share: Rate
    """By how much installments grow each time."""
    step_every: int
    """After how many periods."""
    penalty_multiplier: Rate | None
    """Penalty interest on what is overdue, times the contract rate; null: none."""
    penalty_grace_days: int
    """Paying so many days late is free of it."""
    penalty_starts: PenaltyStart
    """From when it runs after that."""
    penalty_on_interest: bool
    """Whether on overdue interest, too."""
    penalty_day_count: DayCount
    """How its days are counted."""
    allocation_order: list[DueComponent] = computed(components, "allocation_order")
    """What a payment pays first within an installment."""
    excess: ExcessRule
    """What becomes of a payment beyond what is due."""
    payoff: PayoffRule
    """Which interest a prepayment owes for the period it falls in."""
    cooling_off_days: int
    """For so many days after its payout a loan can be withdrawn from; 0: not at all."""
    statement_days: int
    """So many days before each due day a statement is written down; 0: none is."""
    max_annual_cost: Rate | None
    """What a loan may cost a year, simple, every fee included; null: no cap."""
    valid_from: date
    """The first day these terms hold."""
    valid_to: date | None
    """The first day they no longer hold; null while that is not known."""
    fees: list[Fee] = children(via="product_version_id")
    """Every fee."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposed these terms; null where the house made them itself, and to customers."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided them, never the same person; null before, and to customers."""
    decided_at: datetime | None
    """When they were decided; null before."""


@node(models.Fee)
class Fee(Node):
    """A fee: a share of the amount borrowed, an amount, or both."""

    kind: FeeKind
    """When it is taken."""
    name: str = computed(in_language, "name_zh", "name_en", LOCALE)
    """In the viewer's language."""
    rate: Rate
    """Share of the amount borrowed (for a prepayment, of what it repays early): "0.01" is 1 %."""
    amount: Money = money()
    """An amount on top of that."""
    until_months: int | None
    """Of a prepayment's: until which age of the loan it is asked for; null: always."""


@filter_of(models.ProductVersion)
class ProductVersionFilter:
    """Narrows a list of terms."""

    status: ProposalStatus | None = matches("status")
    """Those that stand here."""


@root
class ProductRoot:
    products: list[Product] = children(order_by="code", is_offered=True)
    """What we offer."""
    product_versions: Connection[ProductVersion] = connection(filter=ProductVersionFilter, allow=ALL_STAFF)
    """All terms of all products, those that wait for a decision included."""
