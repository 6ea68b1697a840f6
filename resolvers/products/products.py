"""Making products, and listing what is offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from models import Fee, Product, ProductVersion, Viewer
from models.database import transaction
from rules.people.access import MANAGERS, Role
from rules.products.currencies import check_currency
from rules.products.kinds import FeeKind, RepaymentMethod
from rules.products.product_limits import check_product_limits


@dataclass(frozen=True)
class NewFee:
    """A fee of a product that is being made; `rate` is a share of the amount borrowed."""

    kind: FeeKind
    name_zh: str
    name_en: str
    rate: Decimal


async def create_product(
    viewer: Viewer,
    *,
    code: str,
    name_zh: str,
    name_en: str,
    method: RepaymentMethod,
    annual_rate: Decimal,
    currency: str,
    min_amount: Decimal,
    max_amount: Decimal,
    min_term: int,
    max_term: int,
    fees: Sequence[NewFee] = (),
) -> Product:
    """Make a product and offer it, on terms that hold from today.

    Raises `CurrencyUnsupported`, and `ProductUnsound` where the limits allow a loan whose last installment is more
    than twice the others.
    """
    assert viewer.role in MANAGERS | {Role.SYSTEM}, "products are made by managers"
    check_currency(currency)
    terms: dict[str, Any] = {"method": method, "annual_rate": annual_rate, "currency": currency}
    terms |= {"min_amount": min_amount, "max_amount": max_amount, "min_term": min_term, "max_term": max_term}
    check_product_limits(**terms)
    async with transaction(viewer, "create_product") as unit:
        product = await Product.create(code=code)
        unit.subject = product
        version = await ProductVersion.create(
            product_id=product.id, number=1, name_zh=name_zh, name_en=name_en, valid_from=unit.today, **terms
        )
        for fee in fees:
            await Fee.create(
                product_version_id=version.id, kind=fee.kind, name_zh=fee.name_zh, name_en=fee.name_en, rate=fee.rate
            )
    return product
