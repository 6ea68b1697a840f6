from decimal import Decimal

import pytest

from models import AuditEntry, Product, ProductVersion
from models import Quote as StoredQuote
from resolvers.products.products import NewFee, create_product
from resolvers.products.quotes import quote
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.money import Money
from rules.people.kinds import Locale
from rules.products.kinds import FeeKind
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange, CostTooHigh, TermOutOfRange
from tests import make
from tests.resolvers.products.test_products import EASY


def yuan(amount: str) -> Money:
    return Money(Decimal(amount), "CNY")


@pytest.fixture
async def easy(db) -> Product:
    fee = NewFee(FeeKind.UPFRONT, "手续费", "Handling fee", Decimal("0.01"))
    return await create_product(make.system(), **EASY, fees=[fee])


async def test_a_visitor_reads_every_cost(easy):
    quoted = await quote(make.visitor(), easy.id, yuan("120000.00"), 12)
    assert (quoted.amount, quoted.received, quoted.currency) == (Decimal(120000), Decimal(118800), "CNY")
    assert quoted.installment == Decimal("10237.19")
    assert [line.total for line in quoted.lines] == [Decimal("10237.19")] * 11 + [Decimal("10237.17")]
    assert (quoted.total_interest, quoted.total_fees) == (Decimal("2846.26"), Decimal("1200.00"))
    assert quoted.total_cost == Decimal("4046.26")
    assert quoted.annual_cost > quoted.annual_rate
    assert quoted.annual_cost_compound > quoted.annual_cost
    assert [(fee.name, fee.amount) for fee in quoted.fees] == [("手续费", Decimal("1200.00"))]
    english = await quote(make.visitor().speaking(Locale.EN), easy.id, yuan("120000.00"), 12)
    assert english.fees[0].name == "Handling fee"
    assert quoted.lines[0].due_on > make.visitor().today
    assert all(line.total == line.principal + line.interest for line in quoted.lines)


async def test_a_quote_stores_nothing(easy):
    audited = await AuditEntry.all().count()
    await quote(make.visitor(), easy.id, yuan("120000.00"), 12)
    assert not await StoredQuote.exists()
    assert await AuditEntry.all().count() == audited


@pytest.mark.parametrize(
    ("amount", "term", "refused"),
    [
        (yuan("0.00"), 12, AmountOutOfRange),
        (yuan("-1000.00"), 12, AmountOutOfRange),
        (yuan("999.99"), 12, AmountOutOfRange),
        (yuan("200000.01"), 12, AmountOutOfRange),
        (yuan("1" + "0" * 18), 12, AmountOutOfRange),
        (yuan("1000.001"), 12, AmountNotWholeCents),
        (yuan("NaN"), 12, AmountNotWholeCents),
        (yuan("Infinity"), 12, AmountNotWholeCents),
        (Money(Decimal(1000), "USD"), 12, CurrencyMismatch),
        (yuan("1000.00"), 2, TermOutOfRange),
        (yuan("1000.00"), 37, TermOutOfRange),
        (yuan("1000.00"), -1, TermOutOfRange),
    ],
)
async def test_what_the_product_does_not_lend_is_refused(easy, amount, term, refused):
    with pytest.raises(refused):
        await quote(make.visitor(), easy.id, amount, term)


async def test_a_product_that_is_not_offered_is_not_there(easy):
    with pytest.raises(NotFound):
        await quote(make.visitor(), easy.id + 1, yuan("1000.00"), 12)
    await Product.filter(id=easy.id).update(is_offered=False)
    with pytest.raises(NotFound):
        await quote(make.visitor(), easy.id, yuan("1000.00"), 12)
    await Product.filter(id=easy.id).update(is_offered=True)
    await ProductVersion.all().update(is_current=False)
    with pytest.raises(NotFound):
        await quote(make.visitor(), easy.id, yuan("1000.00"), 12)


async def test_what_would_cost_more_than_the_cap_is_not_quoted(db):
    fee = NewFee(FeeKind.PERIODIC, "管理费", "Service fee", amount=Decimal("5.00"))
    terms = {**EASY, "min_amount": Decimal("5000.00"), "max_amount": Decimal("5000.00")}
    capped = await create_product(make.system(), **terms, fees=[fee], max_annual_cost=Decimal("0.24"))
    await ProductVersion.filter(product_id=capped.id).update(min_amount=Decimal("100.00"))
    assert (await quote(make.visitor(), capped.id, yuan("5000.00"), 12)).annual_cost < Decimal("0.24")
    with pytest.raises(CostTooHigh) as refused:
        await quote(make.visitor(), capped.id, yuan("100.00"), 12)
    assert refused.value.annual_cost > refused.value.maximum == Decimal("0.24")
