"""Discounts on the contract rate, as managers decide them: how far a product's can go, and one for a single customer.

One manager proposes, another approves. `resolvers.loyalty.benefits` applies them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from tortoise.expressions import Q, Subquery

from models import (
    Customer,
    Loan,
    LoanDiscount,
    Product,
    ProductVersion,
    RateDiscount,
    RateDiscountPolicy,
    Viewer,
)
from models.database import Unit, locked, transaction
from resolvers.people.relationships import check_not_ones_own
from resolvers.products.proposals import DECIDED, decided
from resolvers.products.quotes import current_version
from resolvers.products.terms import rate_of
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.loans.states import LoanStatus
from rules.loyalty.rate_discounts import DiscountProposed, check_for_customer, check_policy
from rules.money import ZERO, Money
from rules.products.quotes import check_stated
from rules.products.states import ProposalStatus


async def propose_rate_discount_policy(
    viewer: Viewer,
    *,
    product_id: int,
    valid_from: date,
    floor: Decimal,
    ends_on: date | None = None,
    budget: Money | None = None,
    raises_at_repricing: bool = False,
) -> RateDiscountPolicy:
    """Propose how far the rate of a product's loans can be lowered. The newest policy that was approved decides.

    Raises `NotFound`, `DiscountDateNotAllowed`, `FloorTooHigh`, `CurrencyMismatch`, `AmountOutOfRange`,
    `AmountNotWholeCents`.
    """
    async with transaction(viewer, "propose_rate_discount_policy") as unit:
        version = await _version(viewer, product_id)
        if budget is not None:
            if budget.currency != version.currency:
                raise CurrencyMismatch(expected=version.currency)
            check_stated(budget)
        unit.subject = policy = RateDiscountPolicy(
            product_id=product_id,
            status=ProposalStatus.PROPOSED,
            valid_from=valid_from,
            ends_on=ends_on,
            floor=floor,
            currency=version.currency,
            budget=None if budget is None else budget.amount,
            raises_at_repricing=raises_at_repricing,
            proposed_by_id=viewer.staff_id,
        )
        await _check_policy(unit, policy, version)
        await policy.save(force_create=True)
        return policy


async def approve_rate_discount_policy(viewer: Viewer, *, policy_id: int) -> RateDiscountPolicy:
    """Let it hold from its day on, or from today if that is over.

    Raises `NotFound`, `NotPossibleNow`, `SamePerson`, and what proposing it would today.
    """
    async with transaction(viewer, "approve_rate_discount_policy") as unit:
        policy = await decided(unit, RateDiscountPolicy, policy_id, ProposalStatus.APPROVED)
        await locked(Product, viewer, policy.product_id)  # Of two for a product, the second sees the first.
        policy.valid_from = max(policy.valid_from, unit.today)
        await _check_policy(unit, policy, await _version(viewer, policy.product_id))
        await policy.save(update_fields=[*DECIDED, "valid_from"])
        return policy


async def decline_rate_discount_policy(viewer: Viewer, *, policy_id: int) -> RateDiscountPolicy:
    """Leave a product's rate as it is. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_rate_discount_policy") as unit:
        policy = await decided(unit, RateDiscountPolicy, policy_id, ProposalStatus.DECLINED)
        await policy.save(update_fields=DECIDED)
        return policy


async def _version(viewer: Viewer, product_id: int) -> ProductVersion:
    product = await Product.visible_to(viewer).get_or_none(id=product_id)
    version = None if product is None else await current_version(product)
    if version is None:
        raise NotFound
    return version


async def _check_policy(unit: Unit, policy: RateDiscountPolicy, version: ProductVersion) -> None:
    others = RateDiscountPolicy.filter(product_id=policy.product_id, status=ProposalStatus.APPROVED)
    last = await others.order_by("-valid_from").first()
    earliest = unit.today if last is None else max(unit.today, last.valid_from + timedelta(days=1))
    check_policy(policy.valid_from, policy.ends_on, earliest, policy.floor, await rate_of(version, unit.today))


async def propose_rate_discount(
    viewer: Viewer, *, customer_id: int, basis_points: int, reason: str, ends_on: date
) -> RateDiscount:
    """Propose a discount for one customer, on every product whose policy lets there be one.

    Raises `NotFound`, `OwnAffairs`, `DiscountDateNotAllowed`, `DiscountProposed`.
    """
    async with transaction(viewer, "propose_rate_discount") as unit:
        customer = await _lock(viewer, customer_id)
        check_for_customer(ends_on, unit.today)
        if await RateDiscount.exists(customer_id=customer.id, status=ProposalStatus.PROPOSED):
            raise DiscountProposed
        unit.subject = discount = await RateDiscount.create(
            customer_id=customer.id,
            status=ProposalStatus.PROPOSED,
            basis_points=basis_points,
            reason=reason,
            ends_on=ends_on,
            proposed_by_id=viewer.staff_id,
        )
        return discount


async def approve_rate_discount(viewer: Viewer, *, discount_id: int) -> RateDiscount:
    """Let a customer have it, from now on until its last day.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `SamePerson`, `DiscountDateNotAllowed` where that is over.
    """
    return await _decide(viewer, "approve_rate_discount", discount_id, ProposalStatus.APPROVED)


async def decline_rate_discount(viewer: Viewer, *, discount_id: int) -> RateDiscount:
    """Give a customer none. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `SamePerson`."""
    return await _decide(viewer, "decline_rate_discount", discount_id, ProposalStatus.DECLINED)


async def _decide(viewer: Viewer, operation: str, discount_id: int, status: ProposalStatus) -> RateDiscount:
    async with transaction(viewer, operation) as unit:
        named = await RateDiscount.visible_to(viewer).get_or_none(id=discount_id)
        if named is None:
            raise NotFound
        await _lock(viewer, named.customer_id)
        unit.subject = discount = await decided(unit, RateDiscount, discount_id, status)
        if status is ProposalStatus.APPROVED:
            check_for_customer(discount.ends_on, unit.today)
        await discount.save(update_fields=DECIDED)
        return discount


async def _lock(viewer: Viewer, customer_id: int) -> Customer:
    """Lock a customer who is none of the viewer's family. Raises `NotFound`, `OwnAffairs`."""
    customer = await locked(Customer, viewer, customer_id)
    await check_not_ones_own(viewer, customer.id)
    return customer


@dataclass(frozen=True)
class RateDiscountLine:
    """What discounts came to on one product's loans, and what was waived of their fees."""

    product: Product
    currency: str
    loans: int
    principal: Decimal
    least_bp: int
    most_bp: int
    forgone: Decimal
    loans_with_waiver: int
    fees_forgone: Decimal


@dataclass(frozen=True)
class RateDiscountReport:
    """What discounts and waivers came to on loans that began in some time."""

    since: date
    until: date
    lines: tuple[RateDiscountLine, ...]


async def rate_discount_report(viewer: Viewer, *, since: date, until: date) -> RateDiscountReport:
    """Sum up what loans that were paid out from one day to another forgo, of those that the viewer may see."""
    opened = Loan.visible_to(viewer).filter(opened_on__gte=since, opened_on__lte=until)
    opened = opened.filter(Q(rate_discount_bp__gt=0) | Q(fee_waiver_percent__gt=0)).exclude(status=LoanStatus.CANCELLED)
    loans = await opened.select_related("product_version__product")
    signed = await LoanDiscount.filter(loan_id__in=Subquery(opened.values("id")), is_signed=True)
    forgone = {each.loan_id: each.forgone for each in signed}

    def kind(loan: Loan) -> tuple[str, str]:
        return loan.product_version.product.code, loan.currency

    lines = [_line(list(group), forgone) for _, group in groupby(sorted(loans, key=kind), key=kind)]
    return RateDiscountReport(since=since, until=until, lines=tuple(lines))


def _line(loans: Iterable[Loan], forgone: dict[int, Decimal]) -> RateDiscountLine:
    loans = list(loans)
    discounted = [loan for loan in loans if loan.rate_discount_bp]
    points = [loan.rate_discount_bp for loan in discounted]
    return RateDiscountLine(
        product=loans[0].product_version.product,
        currency=loans[0].currency,
        loans=len(discounted),
        principal=sum((loan.principal for loan in discounted), ZERO),
        least_bp=min(points, default=0),
        most_bp=max(points, default=0),
        forgone=sum((forgone[loan.id] for loan in discounted), ZERO),
        loans_with_waiver=sum(loan.fee_waiver_percent > 0 for loan in loans),
        fees_forgone=sum((loan.fees_waived for loan in loans), ZERO),
    )
