"""An officer of one's own: granted by the tier, assigned by a manager, and gone with what it rests on."""

import asyncio
from datetime import timedelta

import pytest

from models import Branch, Callback, NamedOfficer, OutboxEvent, Staff, Tier
from resolvers.books import accounting_days
from resolvers.loyalty.callbacks import book
from resolvers.loyalty.named_officers import assign_officer, end_unfounded
from resolvers.people.branches import assign_customers
from resolvers.people.relationships import save_relationship
from resolvers.people.restrictions import grant_access, restrict_file
from resolvers.people.staff import change_role, disable_staff
from rules.errors import NotFound
from rules.loyalty.named_officers import TierGrantsNone
from rules.people.access import Role
from rules.people.relationships import RelationshipKind
from rules.people.staff import OwnAffairs
from tests import calling, make
from tests.calling import at


@pytest.fixture
async def gold(db) -> Tier:
    return await make.tier(2, grants_named_officer=True)


async def named(gold: Tier):
    """A customer with an officer of his own who is to call him, and the manager who said so."""
    branch, (officer, _) = await calling.staffed(2)
    customer = await calling.customer_in(branch, gold)
    boss = await make.manager_of(customer.id)
    await assign_officer(boss, customer_id=customer.id, staff_id=officer.id)
    await book(make.viewer(customer), starts_at=at(17, 9))
    return customer, officer, boss


async def current(customer) -> list[int]:
    rows = NamedOfficer.filter(customer_id=customer.id, ended_at__isnull=True)
    return await rows.values_list("staff_id", flat=True)


async def has_none(customer) -> bool:
    return not await current(customer) and (await Callback.get(customer_id=customer.id)).officer_id is None


async def test_a_manager_assigns_an_officer_once_and_another_takes_his_place(gold):
    customer, officer, boss = await named(gold)
    assert (await NamedOfficer.get()).name == officer.name
    await asyncio.gather(*[assign_officer(boss, customer_id=customer.id, staff_id=officer.id) for _ in range(3)])
    assert await OutboxEvent.filter(kind="NamedOfficerAssigned").count() == 1
    colleague = await Staff.get(id=(await make.officer_of(customer.id)).staff_id)
    await assign_officer(boss, customer_id=customer.id, staff_id=colleague.id)
    assert await current(customer) == [colleague.id]
    assert await NamedOfficer.all().count() == 2
    await assign_officer(boss, customer_id=customer.id)
    assert await has_none(customer)


async def test_only_an_active_officer_of_his_branch_who_may_see_him_and_only_where_the_tier_grants_one(gold):
    customer, officer, boss = await named(gold)
    _, (stranger, _) = await calling.staffed(2)
    gone = await make.staff(branches=[await officer_branch(customer)], is_active=False)
    before = await make.everything()
    for other in (stranger.id, gone.id, boss.staff_id, 999):
        with pytest.raises(NotFound):
            await assign_officer(boss, customer_id=customer.id, staff_id=other)
    plain = await calling.customer_in(await officer_branch(customer))
    with pytest.raises(TierGrantsNone):
        await assign_officer(boss, customer_id=plain.id, staff_id=officer.id)
    foreign = await make.with_branches(make.viewer(await make.staff(role=Role.MANAGER)))
    with pytest.raises(NotFound):
        await assign_officer(foreign, customer_id=customer.id)
    assert (await make.everything())["named_officer"] == before["named_officer"]


async def officer_branch(customer):
    return await Branch.get(id=customer.branch_id)


async def test_nobody_is_the_officer_of_himself_or_assigns_his_own(gold):
    branch = await make.branch()
    customer = await calling.customer_in(branch, gold)
    himself = await make.staff(branches=[branch], customer_id=customer.id)
    boss = await make.manager_of(customer.id)
    own = await make.manager_of(customer.id, customer_id=customer.id)
    for viewer, staff_id in ((boss, himself.id), (own, None)):
        with pytest.raises(OwnAffairs):
            await assign_officer(viewer, customer_id=customer.id, staff_id=staff_id)
    assert not await NamedOfficer.exists()


async def test_it_ends_when_his_account_is_closed(gold):
    customer, officer, _ = await named(gold)
    admin = await make.signed_in(await make.staff(role=Role.ADMIN))
    await disable_staff(admin, officer.id)
    assert await has_none(customer)


async def test_it_ends_when_he_works_elsewhere_or_as_something_else_and_not_when_his_limit_changes(gold):
    customer, officer, _ = await named(gold)
    admin = await make.signed_in(await make.staff(role=Role.ADMIN))
    await change_role(admin, officer.id, role=Role.OFFICER, branches=[await officer_branch(customer)])
    assert await current(customer) == [officer.id]
    await change_role(admin, officer.id, role=Role.OFFICER, branches=[await make.branch()])
    assert await has_none(customer)


async def test_it_ends_when_the_customer_is_handed_to_another_branch(gold):
    customer, _, _ = await named(gold)
    admin = await make.signed_in(await make.staff(role=Role.ADMIN))
    await assign_customers(admin, from_branch_id=customer.branch_id, to_branch_id=(await make.branch()).id)
    assert await has_none(customer)


async def test_it_ends_when_the_file_is_restricted_and_can_be_assigned_to_who_is_let_in(gold):
    customer, officer, boss = await named(gold)
    await restrict_file(boss, customer_id=customer.id, reason="She works at our branch.")
    assert await has_none(customer)
    with pytest.raises(NotFound):
        await assign_officer(boss, customer_id=customer.id, staff_id=officer.id)
    grant = {"staff_id": officer.id, "last_day": make.TODAY + timedelta(days=1), "reason": "He looks after her."}
    await grant_access(boss, customer_id=customer.id, **grant)
    await assign_officer(boss, customer_id=customer.id, staff_id=officer.id)
    assert await current(customer) == [officer.id]
    await end_unfounded(make.system(), make.TODAY)
    assert await current(customer) == [officer.id]


async def test_it_ends_when_they_become_family(gold):
    customer, officer, boss = await named(gold)
    relative = await make.customer()
    async with make.unit():
        await Staff.filter(id=officer.id).update(customer_id=relative.id)
    await save_relationship(
        boss, customer_id=customer.id, customer_phone=relative.phone.read(), kind=RelationshipKind.FAMILY
    )
    assert await has_none(customer)


async def test_it_ends_with_a_new_day_once_the_tier_grants_it_no_more(gold):
    customer, officer, _ = await named(gold)
    other, _, _ = await named(gold)
    await calling.put_in(customer, await Tier.get(rank=1))
    assert await current(customer) == [officer.id]
    await accounting_days.end_day(make.system(), make.TODAY)
    assert await has_none(customer)
    assert len(await current(other)) == 1
    assert await end_unfounded(make.system(), make.TODAY) == 0
