import asyncio
from decimal import Decimal

import pytest
from tortoise.exceptions import IntegrityError

from models import Account, Entry, Posting
from models.database import transaction
from resolvers.books import journal
from rules.books.accounts import AccountCode, AccountKind
from tests import make

TEN = Decimal("10.00")


async def book(source: str, amounts: dict[AccountCode, Decimal], currency: str = "CNY") -> Entry:
    async with transaction(make.system(), "book") as unit:
        return await journal.post(
            unit, source=source, currency=currency, amounts=amounts, customer_id=None, loan_id=None
        )


async def test_an_entry_is_booked_on_the_business_date_and_empty_sides_are_left_out(db):
    entry = await book(
        "Test:1", {AccountCode.CASH: TEN, AccountCode.FEE_INCOME: -TEN, AccountCode.SUSPENSE: Decimal(0)}
    )
    assert entry.booked_on == make.clock.today()
    assert sorted([posting.amount for posting in await Posting.filter(entry_id=entry.id)]) == [-TEN, TEN]
    cash = await Account.get(code=AccountCode.CASH)
    assert (cash.kind, cash.currency) == (AccountKind.ASSET, "CNY")


@pytest.mark.parametrize(
    "amounts",
    [{}, {AccountCode.CASH: TEN}, {AccountCode.CASH: TEN, AccountCode.FEE_INCOME: Decimal("-9.99")}],
)
async def test_what_does_not_sum_to_zero_is_never_booked(db, amounts):
    with pytest.raises(AssertionError):
        await book("Test:1", amounts)
    assert not await Entry.exists()


async def test_nothing_is_booked_twice(db):
    amounts = {AccountCode.CASH: TEN, AccountCode.FEE_INCOME: -TEN}
    await book("Test:1", amounts)
    with pytest.raises(IntegrityError):
        await book("Test:1", amounts)
    assert await Entry.all().count() == 1
    assert await Posting.all().count() == 2


async def test_many_who_open_the_same_accounts_open_them_once(db):
    there = {AccountCode.CASH: TEN, AccountCode.FEE_INCOME: -TEN}
    back = {AccountCode.FEE_INCOME: TEN, AccountCode.CASH: -TEN}
    await asyncio.gather(*(book(f"Test:{number}", there if number % 2 else back) for number in range(10)))
    assert await Account.all().count() == 2
    assert await Entry.all().count() == 10


async def test_each_currency_has_its_own_accounts(db):
    for currency in ("CNY", "EUR"):
        await book(f"Test:{currency}", {AccountCode.CASH: TEN, AccountCode.FEE_INCOME: -TEN}, currency)
    assert await Account.filter(code=AccountCode.CASH).count() == 2
