import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

import resolvers
from models import AuditEntry, BankAccount, Customer
from resolvers import configured
from resolvers.people.bank_accounts import add_bank_account
from resolvers.people.reveal import reveal
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.reveal import ReasonTooShort, RevealLimitReached
from tests import make

REASON = "客户来电核实身份信息"


@pytest.fixture
async def desk(db):
    """An officer's viewer and a customer of his branch."""
    branch = await make.branch()
    customer = await make.customer(branch=branch, phone="+8613800001234", identity_number="11010519491231002X")
    officer = await make.staff(role=Role.OFFICER, branches=[branch])
    return await make.with_branches(make.viewer(officer)), customer


async def test_staff_in_charge_read_a_value_once_and_the_audit_keeps_why(desk):
    viewer, customer = desk
    shown = await reveal(viewer, Customer, customer.id, "phone", REASON)
    assert shown.value == "+8613800001234"
    entry = await AuditEntry.get(operation="reveal Customer.phone")
    assert (entry.actor, entry.reason, entry.customer_number) == (viewer.actor, REASON, customer.id)
    assert entry.subject == f"Customer:{customer.id}"
    assert (await reveal(viewer, Customer, customer.id, "identity_number", REASON)).value == "11010519491231002X"


async def test_an_account_number_can_be_revealed(desk):
    viewer, customer = desk
    account = await add_bank_account(make.viewer(customer), "工商银行", "6222021234567890128")
    assert (await reveal(viewer, BankAccount, account.id, "number", REASON)).value == "6222021234567890128"
    entry = await AuditEntry.get(operation="reveal BankAccount.number")
    assert (entry.subject, entry.customer_number) == (f"BankAccount:{account.id}", customer.id)


async def test_a_value_that_is_missing_is_none(desk):
    viewer, customer = desk
    nobody = await make.customer(branch_id=customer.branch_id, identity_number=None, name=None)
    assert (await reveal(viewer, Customer, nobody.id, "identity_number", REASON)).value is None


async def test_a_reason_has_to_say_something(desk):
    viewer, customer = desk
    with pytest.raises(ReasonTooShort):
        await reveal(viewer, Customer, customer.id, "phone", "  ok         ")
    assert not await AuditEntry.exists(operation="reveal Customer.phone")


@pytest.mark.parametrize("column", ["name", "id", "phone_index", "birth_on", "password_hash", ""])
async def test_no_other_column_is_there(desk, column):
    viewer, customer = desk
    with pytest.raises(NotFound):
        await reveal(viewer, Customer, customer.id, column, REASON)
    assert not await AuditEntry.filter(operation__startswith="reveal").exists()


async def test_a_customer_of_another_branch_is_not_there(desk):
    viewer, _ = desk
    far = await make.customer(branch=await make.branch())
    with pytest.raises(NotFound):
        await reveal(viewer, Customer, far.id, "phone", REASON)
    assert not await AuditEntry.filter(operation__startswith="reveal").exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.MARKETER, Role.ADMIN])
async def test_nobody_else_reveals(desk, role):
    _, customer = desk
    with pytest.raises(NotFound):
        await reveal(make.viewer(await make.staff(role=role)), Customer, customer.id, "phone", REASON)
    with pytest.raises(NotFound):
        await reveal(make.viewer(customer), Customer, customer.id, "phone", REASON)


async def test_so_many_a_day_and_no_more(desk):
    viewer, customer = desk
    resolvers.configure(replace(configured(), reveals_a_day=2))
    for column in ("phone", "identity_number"):
        await reveal(viewer, Customer, customer.id, column, REASON)
    with pytest.raises(RevealLimitReached) as refused:
        await reveal(viewer, Customer, customer.id, "phone", REASON)
    assert refused.value.limit == 2
    assert await AuditEntry.filter(operation__startswith="reveal").count() == 2
    viewer.clock.moment += timedelta(hours=24)
    await reveal(viewer, Customer, customer.id, "phone", REASON)


async def test_reveals_at_once_do_not_pass_the_limit_together(desk):
    viewer, customer = desk
    resolvers.configure(replace(configured(), reveals_a_day=3))
    calls = [reveal(viewer, Customer, customer.id, "phone", REASON) for _ in range(8)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(result, RevealLimitReached) for result in results) == 5
    assert await AuditEntry.filter(operation__startswith="reveal").count() == 3
