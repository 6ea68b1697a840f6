"""One write, one transaction: its time, its date, its audit entry; all or nothing."""

import asyncio
from datetime import timedelta

import pytest

from models import AccountingDay, AuditEntry, Branch, Customer, OutboxEvent
from models.database import locked, transaction
from models.database.unit import current_unit
from rules.errors import NotFound
from rules.people.access import Role
from tests import make


async def test_a_unit_of_work_has_one_time_and_the_open_day(db):
    make.clock.business_date += timedelta(days=3)  # What a process believes; the database knows better.
    async with transaction(make.system(), "note") as unit:
        make.clock.moment += timedelta(minutes=1)
        event = await OutboxEvent.create(kind="Test", body="{}")
        assert (unit.now, unit.today) == (make.NOON, make.TODAY)
    assert (await OutboxEvent.get(id=event.id)).created_at == make.NOON


async def test_an_audit_entry_says_who_did_what_to_whose_row(db):
    customer = await make.customer()
    viewer = await make.signed_in(customer)
    async with transaction(viewer, "look_closely", reason="a reason") as unit:
        await locked(Customer, viewer, customer.id)
        await locked(AccountingDay, make.system(), is_open=True)
        assert unit.subject.id == customer.id
    audit = await AuditEntry.get(operation="look_closely")
    assert (audit.actor, audit.role, audit.session_number) == (f"C{customer.id}", Role.CUSTOMER, viewer.session_id)
    assert (audit.subject, audit.customer_number, audit.reason) == (f"Customer:{customer.id}", customer.id, "a reason")
    assert audit.created_at == make.NOON


async def test_an_audit_entry_without_a_subject_says_so(db):
    async with transaction(make.visitor(), "wander"):
        pass
    audit = await AuditEntry.get()
    assert (audit.actor, audit.subject, audit.customer_number, audit.reason) == ("VISITOR", "", None, "")


async def test_when_an_error_leaves_it_nothing_stays(db):
    with pytest.raises(ZeroDivisionError):
        async with transaction(make.system(), "fail"):
            await OutboxEvent.create(kind="Test", body="{}")
            raise ZeroDivisionError
    assert not await OutboxEvent.exists()
    assert not await AuditEntry.exists()
    assert current_unit.get() is None


async def test_when_it_is_cancelled_nothing_stays(db):
    async def work() -> None:
        async with transaction(make.system(), "slow"):
            await OutboxEvent.create(kind="Test", body="{}")
            await asyncio.sleep(30)

    for delay in (0, 0.001, 0.01, 0.05):
        task = asyncio.create_task(work())
        await asyncio.sleep(delay)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not await OutboxEvent.exists()
    assert not await AuditEntry.exists()


async def test_transactions_do_not_nest(db):
    with pytest.raises(AssertionError, match="open already"):
        async with transaction(make.system(), "outer"), transaction(make.system(), "inner"):
            pass
    assert not await AuditEntry.exists()


async def test_rows_are_written_in_a_unit_of_work_only(db):
    with pytest.raises(AssertionError, match="inside transaction"):
        await OutboxEvent.create(kind="Test", body="{}")


async def test_without_an_open_day_only_the_house_itself_may_write(db):
    await AccountingDay.all().delete()
    with pytest.raises(AssertionError, match="no AccountingDay"):
        async with transaction(make.visitor(), "wander"):
            pass
    async with transaction(make.system(), "open") as unit:
        assert unit.today == make.TODAY


async def test_locking_needs_a_transaction(db):
    with pytest.raises(AssertionError, match="inside transaction"):
        await locked(Customer, make.system(), 1)


async def test_what_is_out_of_sight_cannot_be_locked(db):
    customer, other = await make.customer(), await make.customer()
    viewer = make.viewer(customer)
    for row_id in (other.id, 999_999):
        with pytest.raises(NotFound):
            async with transaction(viewer, "pry"):
                await locked(Customer, viewer, row_id)
    assert not await AuditEntry.exists(operation="pry")


async def test_a_locked_row_waits_for_nobody_elses_change(db):
    branch = await make.branch()

    async def rename(name: str) -> None:
        async with transaction(make.system(), "rename"):
            row = await locked(Branch, make.system(), branch.id)
            before = row.name_en
            await asyncio.sleep(0.01)
            row.name_en = f"{before}{name}"
            await row.save(update_fields=["name_en"])

    await asyncio.gather(*(rename(name) for name in "abcdef"))
    final = (await Branch.get(id=branch.id)).name_en
    assert sorted(final.removeprefix(branch.name_en)) == list("abcdef")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR, Role.SYSTEM])
async def test_rows_found_through_a_branch_can_be_locked(db, role):
    branch = await make.branch()
    customer = await make.customer(branch=branch)
    staff = await make.with_branches(make.viewer(await make.staff(branches=[branch])))
    viewer = staff if role is Role.OFFICER else make.system()
    from models import PointsAccount

    async with transaction(viewer, "count") as unit:
        account = await locked(PointsAccount, viewer, customer_id=customer.id)
        assert unit.subject is account
