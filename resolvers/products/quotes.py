"""What a loan would cost; nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from models import Fee, Product, ProductVersion, Viewer
from resolvers.loyalty import benefits
from resolvers.products.terms import fee_terms, fees_of, rate_of, terms_today
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.loyalty.fee_waivers import NO_PERKS, Perks, largest
from rules.loyalty.rate_discounts import best
from rules.money import Money
from rules.people.kinds import in_language
from rules.products.quotes import DueDayFixed, Figures, Limits, check_cost, check_limits, figures_of


@dataclass(frozen=True)
class QuotedLine:
    """One installment of a quote."""

    number: int
    due_on: date
    principal: Decimal
    interest: Decimal
    costs: Decimal
    total: Decimal
    currency: str


@dataclass(frozen=True)
class QuotedFee:
    """One fee of a quote, its name in the viewer's language."""

    name: str
    amount: Decimal
    waived: Decimal
    currency: str


@dataclass(frozen=True)
class Quoted:
    """The figures of a quote, were the loan paid out today, and the terms they were reckoned with."""

    product_version: ProductVersion
    currency: str
    amount: Decimal
    received: Decimal
    term: int
    annual_rate: Decimal
    standard_rate: Decimal
    discount_bp: int
    discount_reason: str | None
    fee_waiver_percent: int
    fee_waiver_reason: str | None
    fees_waived: Decimal
    installment: Decimal
    total_interest: Decimal
    total_fees: Decimal
    total_cost: Decimal
    annual_cost: Decimal
    annual_cost_compound: Decimal
    fees: tuple[QuotedFee, ...]
    lines: tuple[QuotedLine, ...]


async def quote(viewer: Viewer, product_id: int, amount: Money, term: int, due_day: int | None = None) -> Quoted:
    """Reckon a loan of an offered product as of today.

    Raises `NotFound`, `CurrencyMismatch`, `AmountOutOfRange`, `AmountNotWholeCents`, `TermOutOfRange`, `CostTooHigh`,
    `DueDayFixed`.
    """
    version = await offered_version(viewer, product_id)
    fees = await fees_of(version)
    perks = await benefits.perks_of(viewer.customer_id, product_id, viewer.today)
    figures = await reckon(version, fees, amount, term, viewer.today, due_day=due_day, perks=perks)
    names = [in_language(fee.name_zh, fee.name_en, viewer.locale) for fee in fees]
    currency = figures.currency
    return Quoted(
        product_version=version,
        currency=currency,
        amount=figures.amount,
        received=figures.received,
        term=figures.term,
        annual_rate=figures.annual_rate,
        standard_rate=figures.annual_rate if figures.discount is None else figures.discount.rate_before,
        discount_bp=figures.discount_bp,
        discount_reason=benefits.reason_of(figures.discount, viewer.locale),
        fee_waiver_percent=figures.fee_waiver_percent,
        fee_waiver_reason=benefits.level_of(figures.waiver, viewer.locale),
        fees_waived=figures.fees_waived,
        installment=figures.installment,
        total_interest=figures.total_interest,
        total_fees=figures.total_fees,
        total_cost=figures.total_cost,
        annual_cost=figures.annual_cost,
        annual_cost_compound=figures.annual_cost_compound,
        fees=tuple(
            QuotedFee(*fee, currency) for fee in zip(names, figures.fee_amounts, figures.waived_amounts, strict=True)
        ),
        lines=tuple(
            QuotedLine(line.number, line.due_on, line.principal, line.interest, line.costs, line.total, currency)
            for line in figures.lines
        ),
    )


async def offered_version(viewer: Viewer, product_id: int) -> ProductVersion:
    """Give the terms of a product that is offered. Raises `NotFound`."""
    product = await Product.visible_to(viewer).get_or_none(id=product_id, is_offered=True)
    version = await current_version(product) if product is not None else None
    if version is None:
        raise NotFound
    return version


async def current_version(product: Product) -> ProductVersion | None:
    """Give the terms that new applications get; None while there are none."""
    return await ProductVersion.get_or_none(product_id=product.id, is_current=True)


async def reckon(
    version: ProductVersion,
    fees: Sequence[Fee],
    amount: Money,
    term: int,
    today: date,
    *,
    annual_rate: Decimal | None = None,
    due_day: int | None = None,
    is_capped: bool = True,
    perks: Perks = NO_PERKS,
) -> Figures:
    """Reckon a loan on these terms, at their rate of today or another one, less the best discount and waiver of `perks`.

    Raises as `quote` does, but `NotFound`, and where nothing is offered (`is_capped=False`) no `CostTooHigh`.
    """
    if amount.currency != version.currency:
        raise CurrencyMismatch(expected=version.currency)
    limits = Limits(version.currency, version.min_amount, version.max_amount, version.min_term, version.max_term)
    check_limits(limits, amount.amount, term)
    if due_day is not None and not version.due_day_is_chosen:
        raise DueDayFixed
    rate = await rate_of(version, today) if annual_rate is None else annual_rate
    discount, waiver = best(rate, perks.grants), largest(perks.waivers, fee_terms(fees), amount.amount)
    terms = await terms_today(
        version,
        fees,
        amount.amount,
        term,
        today,
        annual_rate=rate if discount is None else discount.rate_after,
        due_day=due_day,
        fee_waiver_percent=0 if waiver is None else waiver.percent,
    )
    figures = replace(figures_of(terms), discount=discount, waiver=waiver)
    if is_capped:
        check_cost(figures, version.max_annual_cost)
    return figures
