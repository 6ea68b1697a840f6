"""What a level, or a discount given by hand, brings a loan: applied by itself wherever its cost is reckoned.

Who was shown a discount for an application gets it, or a larger one; a loan keeps that with which it was signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tortoise.connection import get_connection

from models import (
    Application,
    ApplicationDiscount,
    Loan,
    LoanDiscount,
    Offer,
    PointsAccount,
    ProductVersion,
    Tier,
    Viewer,
)
from models.database import Unit, transaction
from models.database.handwritten import as_rows, fetch_rows, read_date
from models.loyalty import benefits as sql
from notifications import words
from resolvers.products.terms import fee_terms, fees_of, rate_points, terms_today
from rules.loyalty.fee_waivers import NO_PERKS, Perks, Waiver
from rules.loyalty.rate_discounts import Applied, Grant, best
from rules.money import ZERO, from_millionths
from rules.people.kinds import Locale, in_language
from rules.products.fees import fees_waived, waive
from rules.products.quotes import Figures, figures_of
from rules.products.repricing import (
    BASIS_POINT,
    DatedDiscount,
    RatePoint,
    RepricingRule,
    floating_rate,
    is_repricing_day,
    less_discount,
)

CHUNK = 500
"""Loans a transaction."""


@dataclass(frozen=True, kw_only=True)
class Granted:
    """What one customer can have on one product."""

    perks: Perks
    raises_at_repricing: bool


async def perks_of(customer_id: int | None, product_id: int, today: date) -> Perks:
    """Give what a customer can have on a product, in one statement; nothing for somebody we do not know."""
    if customer_id is None:
        return NO_PERKS
    granted = (await _granted([(customer_id, product_id)], today)).get((customer_id, product_id))
    return NO_PERKS if granted is None else granted.perks


async def perks_for(application: Application, product_id: int, today: date) -> Perks:
    """Give what an application can have: what was shown for it first, then what there is today."""
    shown = await ApplicationDiscount.get_or_none(application_id=application.id).select_related("tier")
    waived = await _waiver(application, application.fee_waiver_percent)
    of_today = await perks_of(application.customer_id, product_id, today)
    return Perks(
        grants=[*([] if shown is None else [_kept(shown)]), *of_today.grants],
        waivers=[*([] if waived is None else [waived]), *of_today.waivers],
    )


async def _waiver(application: Application, percent: int) -> Waiver | None:
    """Give the waiver that was shown for an application; None where it was shown none."""
    if not percent:
        return None
    tier = await Tier.get(id=application.fee_waiver_tier_id)
    return Waiver(percent=percent, tier_id=tier.id, name_zh=tier.name_zh, name_en=tier.name_en)


async def promise(application: Application, figures: Figures) -> None:
    """Keep what is shown for an application, so that it is not lost on the way; the caller is in a transaction."""
    if figures.discount is not None:
        await _promise_discount(application, figures.discount.grant)
    waiver = figures.waiver
    if waiver is not None and waiver.percent != application.fee_waiver_percent:
        application.fee_waiver_percent, application.fee_waiver_tier_id = waiver.percent, waiver.tier_id
        await application.save(update_fields=["fee_waiver_percent", "fee_waiver_tier_id"])


async def _promise_discount(application: Application, grant: Grant) -> None:
    kept: dict[str, Any] = {
        "basis_points": grant.bp,
        "floor": grant.floor,
        "policy_id": grant.policy_id,
        "tier_id": grant.tier_id,
        "rate_discount_id": grant.rate_discount_id,
    }
    owner = {"application_id": application.id, "customer_id": application.customer_id}
    if not await ApplicationDiscount.filter(application_id=application.id).update(**kept):
        await ApplicationDiscount.create(**owner, **kept)


async def offered(offer: Offer) -> Applied | None:
    """Give the discount that an offer was made with; None if it was made with none."""
    if not offer.rate_discount_bp:
        return None
    shown = await ApplicationDiscount.get(application_id=offer.application_id).select_related("tier")
    before = offer.annual_rate + offer.rate_discount_bp * BASIS_POINT
    return Applied(rate_before=before, rate_after=offer.annual_rate, bp=offer.rate_discount_bp, grant=_kept(shown))


async def waiver_offered(application: Application, offer: Offer) -> Sequence[Waiver]:
    """Give the waiver that an offer was made with; nothing if it was made with none."""
    waiver = await _waiver(application, offer.fee_waiver_percent)
    return () if waiver is None else (waiver,)


async def waived_of(offer: Offer, version: ProductVersion) -> Decimal:
    """Give what an offer waives of the fees asked for as the loan begins."""
    if not offer.fee_waiver_percent:
        return ZERO
    return fees_waived(waive(fee_terms(await fees_of(version)), offer.fee_waiver_percent), offer.amount)


async def sign(unit: Unit, loan: Loan, offer: Offer, version: ProductVersion) -> None:
    """Write down what a loan is signed with, and what interest its schedule asks for less."""
    discount = await offered(offer)
    assert discount is not None, "it was offered one"
    fees, interest = await fees_of(version), []
    for rate in (discount.rate_before, discount.rate_after):
        terms = await terms_today(
            version,
            fees,
            offer.amount,
            offer.term,
            unit.today,
            annual_rate=rate,
            due_day=offer.due_day,
            fee_waiver_percent=offer.fee_waiver_percent,
        )
        interest.append(figures_of(terms).total_interest)
    await LoanDiscount.create(
        customer_id=loan.customer_id,
        loan_id=loan.id,
        valid_from=unit.today,
        basis_points=discount.bp,
        floor=discount.grant.floor,
        policy_id=discount.grant.policy_id,
        tier_id=discount.grant.tier_id,
        rate_discount_id=discount.grant.rate_discount_id,
        is_signed=True,
        currency=loan.currency,
        forgone=max(interest[0] - interest[1], ZERO),
    )


def reason_of(discount: Applied | None, locale: Locale) -> str | None:
    """Say in words where a discount comes from: the level's name, or that it was agreed."""
    if discount is None:
        return None
    grant = discount.grant
    if grant.tier_id is None:
        return words.say("discount.by_hand", locale)
    return in_language(grant.name_zh, grant.name_en, locale)


def level_of(waiver: Waiver | None, locale: Locale) -> str | None:
    """Name the level that waives fees."""
    return None if waiver is None else in_language(waiver.name_zh, waiver.name_en, locale)


async def review_days_of(customer_id: int) -> int | None:
    """Give within how many business days a customer's level has his applications reviewed; None: as usual."""
    account = await PointsAccount.get_or_none(customer_id=customer_id).select_related("tier")
    if account is None or account.perks_suspended_on is not None:
        return None
    days: int | None = account.tier.review_days
    return days


async def raise_at_repricing(viewer: Viewer, today: date) -> None:
    """Raise the discount of loans whose rate is looked at today, where the policy says so, before it is."""
    after: int | None = 0
    while after is not None:
        async with transaction(viewer, "raise_discounts"):
            after = await _raise_next(after, today)


async def _raise_next(after: int, today: date) -> int | None:
    """Raise those of the next loans; gives the last of them, None at the end."""
    values = {"today": today, "after": after, "batch": CHUNK}
    rows = await fetch_rows(get_connection("default"), sql.REPRICED, values)
    if not rows:
        return None
    due, points_of = [], dict[str, Sequence[RatePoint]]()
    for row in rows:
        points = points_of.get(row["reference_rate"]) or await rate_points(row["reference_rate"])
        points_of[row["reference_rate"]] = points
        rule, opened_on = RepricingRule(row["repricing"]), read_date(row["opened_on"])
        if is_repricing_day(rule, points, opened_on, today):
            due.append((row, floating_rate(points, row["spread_bp"], today)))
    granted = await _granted([(row["customer_id"], row["product_id"]) for row, _ in due], today)
    had, raised = await _discounts_of([row["id"] for row, _ in due]), list[LoanDiscount]()
    for row, rate in due:
        found = granted.get((row["customer_id"], row["product_id"]))
        if found is None or not found.raises_at_repricing:
            continue
        before, discount = had.get(row["id"], []), best(rate, found.perks.grants)
        if any(each.valid_from == today for each in before):
            continue
        if discount is not None and discount.rate_after < less_discount(rate, before, today):
            raised.append(_raised(row, discount, today))
    await LoanDiscount.bulk_create(raised, ignore_conflicts=True)  # Another process may have been faster.
    return int(rows[-1]["id"])


def _raised(row: dict[str, Any], discount: Applied, today: date) -> LoanDiscount:
    grant = discount.grant
    return LoanDiscount(
        customer_id=row["customer_id"],
        loan_id=row["id"],
        valid_from=today,
        basis_points=grant.bp,
        floor=grant.floor,
        policy_id=grant.policy_id,
        tier_id=grant.tier_id,
        rate_discount_id=grant.rate_discount_id,
        is_signed=False,
        currency=row["currency"],
        forgone=ZERO,
    )


async def _discounts_of(loan_ids: list[int]) -> dict[int, list[DatedDiscount]]:
    found: dict[int, list[DatedDiscount]] = {}
    for row in await LoanDiscount.filter(loan_id__in=loan_ids).order_by("valid_from"):
        found.setdefault(row.loan_id, []).append(DatedDiscount(row.valid_from, row.basis_points, row.floor))
    return found


async def _granted(asked: Sequence[tuple[int, int]], today: date) -> dict[tuple[int, int], Granted]:
    """Give what customers can have on products, by the pair of both; without a policy in force, no discount."""
    pairs = as_rows({"customer_id": customer_id, "product_id": product_id} for customer_id, product_id in asked)
    found: dict[tuple[int, int], Granted] = {}
    for row in await fetch_rows(get_connection("default"), sql.GRANTS, {"asked": pairs, "today": today}):
        pair = (row["customer_id"], row["product_id"])
        if pair not in found:  # The newest policy decides, and the largest discount by hand stands first.
            perks = Perks(grants=_grants(row), waivers=_waivers(row))
            found[pair] = Granted(perks=perks, raises_at_repricing=bool(row["raises_at_repricing"]))
    return found


def _grants(row: dict[str, Any]) -> list[Grant]:
    if not row["holds"]:
        return []
    floor, grants = from_millionths(row["floor"]), list[Grant]()
    if row["tier_bp"]:
        names = {"name_zh": row["name_zh"], "name_en": row["name_en"]}
        grants.append(
            Grant(bp=row["tier_bp"], floor=floor, policy_id=row["policy_id"], tier_id=row["tier_id"], **names)
        )
    if row["basis_points"]:
        by_hand = row["rate_discount_id"]
        grants.append(Grant(bp=row["basis_points"], floor=floor, policy_id=row["policy_id"], rate_discount_id=by_hand))
    return grants


def _waivers(row: dict[str, Any]) -> list[Waiver]:
    if not row["fee_waiver_percent"]:
        return []
    names = {"name_zh": row["name_zh"], "name_en": row["name_en"]}
    return [Waiver(percent=row["fee_waiver_percent"], tier_id=row["tier_id"], **names)]


def _kept(shown: ApplicationDiscount) -> Grant:
    tier = shown.tier
    return Grant(
        bp=shown.basis_points,
        floor=shown.floor,
        policy_id=shown.policy_id,
        tier_id=shown.tier_id,
        rate_discount_id=shown.rate_discount_id,
        name_zh="" if tier is None else tier.name_zh,
        name_en="" if tier is None else tier.name_en,
    )
