"""Columns that lose no cent and tell no secret."""

import sqlite3
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError
from tortoise.functions import Sum

from models import Account, Customer, Entry, Posting, Secret, Staff, blind_index
from models.database import transaction
from models.fields import MoneyField, RateField
from rules.books.accounts import AccountCode, AccountKind
from rules.people.access import Role
from tests import make
from tests.databases import ON_POSTGRES

PHONE, NUMBER, CARD = "+8613800001234", "11010519491231002X", "6222021234567890128"
BEYOND_FLOATS = Decimal("90071992547409.93")
"""Its cents are 2^53 + 1, which no float holds."""


async def post(*amounts: Decimal) -> None:
    async with transaction(make.system(), "post"):
        account = await Account.create(code=AccountCode.CASH, kind=AccountKind.ASSET, currency="CNY")
        entry = await Entry.create(booked_on=make.TODAY, source="Test:1")
        for amount in amounts:
            await Posting.create(entry_id=entry.id, account_id=account.id, amount=amount, currency="CNY")


async def test_money_is_exact_beyond_what_floats_hold(db):
    assert int(float(BEYOND_FLOATS * 100)) != int(BEYOND_FLOATS * 100)
    await post(BEYOND_FLOATS, -BEYOND_FLOATS, BEYOND_FLOATS, Decimal("0.01"))
    amounts = [posting.amount for posting in await Posting.all().order_by("id")]
    assert amounts == [BEYOND_FLOATS, -BEYOND_FLOATS, BEYOND_FLOATS, Decimal("0.01")]
    assert all(isinstance(amount, Decimal) for amount in amounts)
    (total,) = await get_connection("default").execute_query_dict("SELECT SUM(amount) AS cents FROM posting")
    assert total["cents"] == int(BEYOND_FLOATS * 100) + 1


async def test_money_is_ordered_and_compared_as_numbers(db):
    await post(Decimal("9.00"), Decimal("10.00"), Decimal("-1.00"), Decimal("100.00"))
    ordered = [posting.amount for posting in await Posting.all().order_by("amount")]
    assert ordered == [Decimal("-1.00"), Decimal("9.00"), Decimal("10.00"), Decimal("100.00")]
    assert await Posting.filter(amount__gt=Decimal("9.99")).count() == 2
    (total,) = await Posting.all().annotate(total=Sum("amount")).group_by("currency").values("total")
    assert Decimal(total["total"]) in {Decimal("118.00"), Decimal(11800)}


async def test_a_fraction_of_a_cent_is_refused_and_not_rounded(db):
    with pytest.raises(AssertionError, match="whole cents"):
        await post(Decimal("1.005"))
    assert not await Posting.exists()


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=2))
def test_every_amount_comes_back_as_it_was(amount):
    field = MoneyField()
    assert field.to_python_value(field.to_db_value(amount, Posting)) == amount


@given(st.decimals(min_value=0, max_value=1000, places=6))
def test_every_rate_comes_back_as_it_was(rate):
    field = RateField()
    assert field.to_python_value(field.to_db_value(rate, Posting)) == rate


def test_a_rate_of_seven_decimals_is_refused():
    with pytest.raises(AssertionError, match="six decimals"):
        RateField().to_db_value(Decimal("0.0000001"), Posting)


async def test_the_database_refuses_a_negative_limit(db):
    with pytest.raises(IntegrityError, match="staff_decision_limit_not_negative"):
        await make.staff(decision_limit=Decimal("-0.01"))
    assert not await Staff.exists()


async def test_secrets_come_back_and_their_masks_stand_beside_them(db):
    made = await make.customer(phone=PHONE, identity_number=NUMBER)
    customer = await Customer.get(id=made.id)
    assert (customer.phone.read(), customer.identity_number.read()) == (PHONE, NUMBER)
    assert (customer.phone_mask, customer.identity_number_mask) == ("138****1234", "1****************X")
    assert customer.birth_on == date(1949, 12, 31)
    assert (await Customer.get(phone_index=blind_index(PHONE))).id == made.id
    assert await Customer.get_or_none(phone_index=blind_index("+8613800001235")) is None


async def test_no_secret_is_stored_in_clear(db):
    await make.customer(phone=PHONE, identity_number=NUMBER)
    (row,) = await get_connection("default").execute_query_dict("SELECT * FROM customer")
    assert row["phone"].startswith("new:")
    for secret in ("13800001234", "0000123", "1010519491231002", "1949123"):
        assert secret not in str({**row, "birth_on": ""})


@pytest.mark.skipif(ON_POSTGRES, reason="looks into SQLite's file")
async def test_no_secret_is_in_the_file(db):
    await make.customer(phone=PHONE, identity_number=NUMBER)
    path = db.removeprefix("sqlite://").partition("?")[0]
    with sqlite3.connect(path) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    assert "138****1234" in dump
    assert "13800001234" not in dump
    assert "0519491231002" not in dump


async def test_a_masked_read_does_not_decrypt(db, monkeypatch):
    await make.customer(phone=PHONE, identity_number=NUMBER)
    monkeypatch.setattr(Secret, "read", lambda _: pytest.fail("decrypted"))
    customer = await Customer.get()
    assert (customer.phone_mask, customer.identity_number_mask) == ("138****1234", "1****************X")
    assert await Customer.filter().values_list("phone_mask", flat=True) == ["138****1234"]


async def test_a_secret_written_by_name_takes_its_mask_and_index_along(db):
    customer = await make.customer(phone=PHONE)
    async with transaction(make.system(), "change_phone"):
        customer.phone = Secret("+8613900005678")
        await customer.save(update_fields=["phone"])
    again = await Customer.get(id=customer.id)
    assert (again.phone.read(), again.phone_mask) == ("+8613900005678", "139****5678")
    assert again.phone_index == blind_index("+8613900005678")


async def test_saving_something_else_does_not_touch_a_secret(db):
    customer = await Customer.get(id=(await make.customer(phone=PHONE)).id)
    sealed = (await get_connection("default").execute_query_dict("SELECT phone FROM customer"))[0]["phone"]
    async with transaction(make.system(), "rename"):
        customer.name = "王明"
        await customer.save()
    assert (await get_connection("default").execute_query_dict("SELECT phone FROM customer"))[0]["phone"] == sealed


async def test_two_customers_cannot_have_one_phone(db):
    await make.customer(phone=PHONE)
    with pytest.raises(IntegrityError):
        await make.customer(phone=PHONE)
    assert await Customer.all().count() == 1


async def test_a_customers_role_is_no_role_of_staff(db):
    with pytest.raises(IntegrityError, match="staff_role"):
        await make.staff(role=Role.CUSTOMER)
