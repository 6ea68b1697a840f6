"""What a loan would cost, before anybody commits to anything."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import models
import rules.money
from resolvers.products import quotes
from rules.loans.repayments import CurrencyMismatch
from rules.people.access import EVERYONE
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange, CostTooHigh, DueDayFixed, TermOutOfRange
from schema.context import Info
from schema.declarations import Input, id_of, input, money, query, value, whole
from schema.money import Money, money_input
from schema.scalars import Rate

if TYPE_CHECKING:
    from schema.products.products import ProductVersion


@value(quotes.QuotedLine)
class QuotedLine:
    """One installment of a quote."""

    number: int
    """From 1."""
    due_on: date
    """When it would be due, were the loan paid out today."""
    principal: Money = money()
    """The part that repays the amount borrowed."""
    interest: Money = money()
    """The part that is interest."""
    costs: Money = money()
    """Fees that would be due with it."""
    total: Money = money()
    """All together."""


@value(quotes.QuotedFee)
class QuotedFee:
    """One fee of a quote."""

    name: str
    """In the viewer's language."""
    amount: Money = money()
    """What it would be, less what is waived."""
    waived: Money = money()
    """What your level waives of it."""


@value(quotes.Quoted)
class QuoteSuccess:
    """What the loan would cost, to the cent, were it paid out today; nothing is stored."""

    product_version: ProductVersion
    """The terms it was reckoned with."""
    amount: Money = money()
    """The amount borrowed."""
    received: Money = money()
    """What would be paid out, once fees are kept back."""
    term: int
    """In periods: months, unless the product says otherwise."""
    annual_rate: Rate
    """Contract rate a year, discount taken off."""
    standard_rate: Rate
    """The product's rate, before any discount."""
    discount_bp: int
    """Basis points that your level, or a discount agreed with you, takes off; 0 if none does."""
    discount_reason: str | None
    """Where the discount comes from, in the viewer's language; null if there is none."""
    fee_waiver_percent: int
    """How much your level waives of the fees that are asked for when the loan begins, in percent; 0 if none is waived."""
    fee_waiver_reason: str | None
    """The level that waives them, in the viewer's language; null if none is waived."""
    fees_waived: Money = money()
    """What is waived; `totalFees` are less by it."""
    installment: Money = money()
    """The first installment."""
    total_interest: Money = money()
    """All interest together."""
    total_fees: Money = money()
    """All fees together."""
    total_cost: Money = money()
    """Interest and fees: what the loan costs beyond the amount."""
    annual_cost: Rate
    """Annualised cost, simple: the internal rate of return of a period times the periods a year, every fee included."""
    annual_cost_compound: Rate
    """Annualised cost, compounded over the year."""
    fees: list[QuotedFee]
    """Every fee."""
    lines: list[QuotedLine]
    """The schedule."""


@input
class QuoteInput(Input):
    """What you think of borrowing."""

    product_id: int = id_of(models.Product)
    """A product that is offered."""
    amount: rules.money.Money = money_input()
    """How much, in the product's currency."""
    term: int = whole(1, 600)
    """For how many periods: months, unless the product says otherwise."""
    due_day: int | None = whole(1, 31)
    """The day of the month on which installments are to be due, where the product lets you choose."""


@query(
    allow=EVERYONE,
    refusals=(AmountOutOfRange, AmountNotWholeCents, TermOutOfRange, CurrencyMismatch, CostTooHigh, DueDayFixed),
)
async def quote(info: Info, input: QuoteInput) -> quotes.Quoted:
    """Reckon a loan: schedule, every cost, annualised cost."""
    return await quotes.quote(info.context.viewer, **input.values())
