from decimal import Decimal

import pytest

from models import Fee, Product, ProductVersion
from resolvers.products.products import NewFee, create_product
from rules.people.access import Role
from rules.products.currencies import CurrencyUnsupported
from rules.products.kinds import FeeKind, RepaymentMethod
from rules.products.product_limits import ProductUnsound
from tests import make

EASY = {
    "code": "EASY",
    "name_zh": "轻松贷",
    "name_en": "Easy loan",
    "method": RepaymentMethod.EQUAL_INSTALLMENT,
    "annual_rate": Decimal("0.0435"),
    "currency": "CNY",
    "min_amount": Decimal("1000.00"),
    "max_amount": Decimal("200000.00"),
    "min_term": 3,
    "max_term": 36,
}


async def test_a_product_is_offered_on_its_terms_from_today(db):
    fee = NewFee(FeeKind.UPFRONT, "手续费", "Handling fee", Decimal("0.01"))
    product = await create_product(make.system(), **EASY, fees=[fee])
    version = await ProductVersion.get()
    assert (version.product_id, version.number, version.is_current) == (product.id, 1, True)
    assert (version.annual_rate, version.min_amount) == (Decimal("0.0435"), Decimal("1000.00"))
    assert (version.valid_from, version.valid_to) == (make.visitor().today, None)
    assert (await Fee.get()).rate == Decimal("0.01")
    assert product.is_offered


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"currency": "JPY"}, CurrencyUnsupported),
        ({"min_amount": Decimal("1250.00"), "annual_rate": Decimal("0.24"), "max_term": 360}, ProductUnsound),
    ],
)
async def test_a_product_we_cannot_reckon_is_refused_and_not_kept(db, changed, refused):
    with pytest.raises(refused):
        await create_product(make.system(), **(EASY | changed))
    assert not await Product.exists()


async def test_only_managers_make_products(db):
    officer = make.viewer(await make.staff(role=Role.OFFICER, branches=[await make.branch()]))
    with pytest.raises(AssertionError):
        await create_product(officer, **EASY)
    assert not await Product.exists()
