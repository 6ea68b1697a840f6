import asyncio

import pytest

from models import BankAccount
from resolvers.people.bank_accounts import add_bank_account
from rules.people.bank_accounts import BankAccountInvalid
from tests import make

CARD = "6222021234567890128"


async def test_an_account_is_kept_with_its_mask_and_found_again(db):
    customer = await make.customer()
    account = await add_bank_account(make.viewer(customer), "工商银行", "6222 0212 3456 7890 128")
    kept = await BankAccount.get()
    assert (kept.id, kept.customer_id, kept.bank) == (account.id, customer.id, "工商银行")
    assert kept.number.read() == CARD
    assert kept.number_mask == "622202******0128"
    again = await add_bank_account(make.viewer(customer), "工商银行", CARD)
    assert again.id == account.id
    assert await BankAccount.all().count() == 1


async def test_two_people_may_share_an_account(db):
    first, second = await make.customer(), await make.customer()
    one = await add_bank_account(make.viewer(first), "工商银行", CARD)
    other = await add_bank_account(make.viewer(second), "工商银行", CARD)
    assert one.id != other.id


@pytest.mark.parametrize("number", ["6222021234567890127", "1234567", "", "abc12345678", "1" * 33])
async def test_a_number_that_cannot_be_is_refused_and_not_kept(db, number):
    customer = await make.customer()
    with pytest.raises(BankAccountInvalid):
        await add_bank_account(make.viewer(customer), "工商银行", number)
    assert not await BankAccount.exists()


async def test_the_same_account_added_five_times_at_once_is_one(db):
    customer = await make.customer()
    added = await asyncio.gather(*[add_bank_account(make.viewer(customer), "工商银行", CARD) for _ in range(5)])
    assert len({account.id for account in added}) == 1
    assert await BankAccount.all().count() == 1
