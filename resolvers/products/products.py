"""Making products and changing their terms: proposed by one, approved by another, held from a day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from models import Fee, Product, ProductVersion, Viewer
from models.database import Unit, locked, one_at_a_time, transaction
from resolvers.products.proposals import DECIDED, decided
from resolvers.products.terms import fees_of, loan_terms, rate_of, special_days_of
from rules.money import ZERO
from rules.people.access import MANAGERS, Role
from rules.products.currencies import check_currency
from rules.products.kinds import FeeKind, components
from rules.products.product_checks import RateTerms, VersionsOverlap, check_consistent, check_corners
from rules.products.quotes import Limits
from rules.products.states import ProposalStatus

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NewFee:
    """A fee of a product that is being made; `rate` is a share of the amount borrowed, `amount` is of its currency."""

    kind: FeeKind
    name_zh: str
    name_en: str
    rate: Decimal = Decimal(0)
    amount: Decimal = ZERO
    until_months: int | None = None


async def create_product(viewer: Viewer, *, code: str, fees: Sequence[NewFee] = (), **terms: Any) -> Product:
    """Make a product for the house itself and offer it, on terms that hold from today; `terms` are a version's columns.

    Raises what `propose_product` does.
    """
    assert viewer.role in MANAGERS | {Role.SYSTEM}, "products are made by managers"
    async with transaction(viewer, "create_product") as unit:
        version = await _make_version(unit, code, {"valid_from": unit.today, **terms}, fees, ProposalStatus.APPROVED)
        await _begin(version)
        product = await Product.get(id=version.product_id)
        unit.subject = product
    return product


async def propose_product(
    viewer: Viewer, *, code: str, fees: Sequence[NewFee] = (), valid_from: date, **terms: Any
) -> ProductVersion:
    """Propose terms of a product, a new one if the code is, that would hold from a day on.

    Raises `CurrencyUnsupported`, `LimitsContradict`, `RateContradicts`, `OrderIncomplete`, `FeesAlike`,
    `VersionsOverlap` (also for a day before today), `ReferenceRateMissing`, and what `check_corners` does.
    """
    assert viewer.staff_id is not None, "staff propose"
    async with transaction(viewer, "propose_product") as unit:
        values = {"valid_from": valid_from, "proposed_by_id": viewer.staff_id, **terms}
        unit.subject = version = await _make_version(unit, code, values, fees, ProposalStatus.PROPOSED)
    return version


async def approve_product(viewer: Viewer, *, version_id: int) -> ProductVersion:
    """Let proposed terms hold from their day on, or from today if that is over.

    They are tried out again, at the rate of that day. Raises `NotFound`, `NotPossibleNow`, `SamePerson`,
    `VersionsOverlap`, and what trying them out in `propose_product` does.
    """
    async with transaction(viewer, "approve_product") as unit:
        version = await _decided(unit, version_id, ProposalStatus.APPROVED)
        version.valid_from = max(version.valid_from, unit.today)
        await _check_free(version.product_id, version.valid_from)
        # A reference rate may have moved meanwhile.
        await _check(unit, version, [_as_new(fee) for fee in await fees_of(version)])
        await version.save(update_fields=[*DECIDED, "valid_from", "annual_rate"])
        if version.valid_from == unit.today:
            await _begin(version)
    return version


async def decline_product(viewer: Viewer, *, version_id: int) -> ProductVersion:
    """Leave a product on the terms it has. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_product") as unit:
        version = await _decided(unit, version_id, ProposalStatus.DECLINED)
        await version.save(update_fields=DECIDED)
    return version


async def begin_versions(viewer: Viewer, today: date) -> int:
    """Let the terms hold whose day has come; gives how many."""
    due = ProductVersion.filter(
        status=ProposalStatus.APPROVED, is_current=False, valid_to__isnull=True, valid_from__lte=today
    )
    count = 0
    for waiting in await due.order_by("valid_from", "id"):
        async with transaction(viewer, "begin_product_version") as unit:
            unit.subject = version = await locked(ProductVersion, viewer, waiting.id)
            if not version.is_current and version.valid_to is None:
                await _begin(version)
                count += 1
    return count


async def _make_version(
    unit: Unit, code: str, values: dict[str, Any], fees: Sequence[NewFee], status: ProposalStatus
) -> ProductVersion:
    """Write terms down that can be lent on; nobody borrows on them yet."""
    await one_at_a_time(f"product {code}")
    product = await Product.get_or_none(code=code) or await Product.create(code=code, is_offered=False)
    numbers = [version.number for version in await ProductVersion.filter(product_id=product.id)]
    version = ProductVersion(
        product_id=product.id, number=max(numbers, default=0) + 1, is_current=False, status=status, **values
    )
    await _check(unit, version, fees)
    await _check_free(product.id, version.valid_from, today=unit.today)
    await version.save(force_create=True)
    for fee in fees:
        await Fee.create(product_version_id=version.id, currency=version.currency, **vars(fee))
    return version


def _as_new(fee: Fee) -> NewFee:
    return NewFee(fee.kind, fee.name_zh, fee.name_en, fee.rate, fee.amount, fee.until_months)


async def _check(unit: Unit, version: ProductVersion, fees: Sequence[NewFee]) -> None:
    check_currency(version.currency)
    limits = Limits(version.currency, version.min_amount, version.max_amount, version.min_term, version.max_term)
    order = tuple(components(version.allocation_order))
    rate = RateTerms(version.rate_type, version.reference_rate, version.repricing)
    kinds = [(fee.kind, fee.until_months) for fee in fees]
    due_day_of = version.frequency if version.due_day_is_chosen else None
    check_consistent(limits, rate, order, kinds, due_day_of=due_day_of)
    special_days = await special_days_of(version)
    annual_rate = await rate_of(version, max(version.valid_from, unit.today))
    version.annual_rate = annual_rate
    made = [Fee(**vars(fee)) for fee in fees]

    def terms_for(amount: Decimal, term: int) -> Any:
        day = version.valid_from
        return loan_terms(
            version, made, special_days, borrowed=amount, annual_rate=annual_rate, term=term, disbursed_on=day
        )

    check_corners(limits, terms_for, version.max_annual_cost)


async def _check_free(product_id: int, valid_from: date, *, today: date | None = None) -> None:
    """Refuse a day on or before which other terms of the product begin, or that is over. Raises `VersionsOverlap`."""
    others = ProductVersion.filter(product_id=product_id, status=ProposalStatus.APPROVED)
    last = await others.order_by("-valid_from").first()
    earliest = max(last.valid_from + _DAY if last else valid_from, today or valid_from)
    if valid_from < earliest:
        raise VersionsOverlap(earliest)


async def _decided(unit: Unit, version_id: int, status: ProposalStatus) -> ProductVersion:
    """Say who decided a proposal, unsaved; of a product, one at a time. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    version = await decided(unit, ProductVersion, version_id, status)
    await one_at_a_time(f"terms of product {version.product_id}")
    return version


async def _begin(version: ProductVersion) -> None:
    """Let terms hold, and the ones before end; the first ones put the product on offer."""
    ended = await ProductVersion.filter(product_id=version.product_id, is_current=True).update(
        is_current=False, valid_to=version.valid_from
    )
    version.is_current = True
    await version.save(update_fields=["is_current"])
    if not ended:
        await Product.filter(id=version.product_id).update(is_offered=True)
