import asyncio

import pytest

from models import Branch, Customer, Loan
from resolvers.people.branches import assign_customers, create_branch, named, save_branch
from rules.errors import Conflict, NotFound
from rules.people.access import Role
from rules.people.branches import BranchCodeTaken
from tests import make

NAMES = {"name_zh": "上海一店", "name_en": "Shanghai 1"}


@pytest.fixture
async def admin(db):
    return await make.signed_in(await make.staff(role=Role.ADMIN))


async def test_the_first_branch_is_where_those_go_who_name_none(db):
    await Branch.all().delete()
    first = await create_branch(make.system(), code="SH01", name_zh="上海一店", name_en="Shanghai 1")
    second = await create_branch(make.system(), code="SH02", name_zh="上海二店", name_en="Shanghai 2")
    assert (first.is_default, second.is_default) == (True, False)


async def test_a_branch_is_changed_and_stays_the_same_branch(admin):
    opened = await save_branch(admin, code="SH01", **NAMES)
    changed = await save_branch(
        admin, branch_id=opened.id, code="SH09", name_zh="上海九店", name_en="Shanghai 9", is_default=False, version=1
    )
    kept = await Branch.get()
    assert (changed.id, kept.code, kept.name_zh, kept.name_en) == (opened.id, "SH09", "上海九店", "Shanghai 9")
    assert (opened.version, changed.version, kept.version) == (1, 2, 2)
    assert kept.is_default


async def test_there_is_always_exactly_one_default(admin):
    first = await save_branch(admin, code="SH01", **NAMES)
    second = await save_branch(admin, code="SH02", **NAMES, is_default=True)
    assert await Branch.filter(is_default=True).values_list("id", flat=True) == [second.id]
    await save_branch(admin, branch_id=first.id, code="SH01", **NAMES, is_default=True, version=2)
    assert [each.version for each in await Branch.all().order_by("id")] == [3, 2]
    assert await Branch.filter(is_default=True).values_list("id", flat=True) == [first.id]


async def test_a_code_belongs_to_one_branch(admin):
    await save_branch(admin, code="SH01", **NAMES)
    other = await save_branch(admin, code="SH02", **NAMES)
    before = await make.everything()
    for branch_id in (None, other.id):
        with pytest.raises(BranchCodeTaken):
            await save_branch(admin, branch_id=branch_id, code="SH01", **NAMES, is_default=True, version=1)
    with pytest.raises(NotFound):
        await save_branch(admin, branch_id=999_999, code="SH03", **NAMES)
    assert await make.everything() == before


@pytest.mark.parametrize("version", [None, 1, 3])
async def test_a_branch_that_somebody_changed_meanwhile_is_left_alone(admin, version):
    opened = await save_branch(admin, code="SH01", **NAMES)
    await save_branch(admin, branch_id=opened.id, code="SH02", **NAMES, version=1)
    before = await make.everything()
    with pytest.raises(Conflict) as refused:
        await save_branch(admin, branch_id=opened.id, code="SH03", **NAMES, version=version)
    assert refused.value.current_version == 2
    assert await make.everything() == before


async def test_of_two_who_change_a_branch_at_once_one_is_told(admin):
    opened = await save_branch(admin, code="SH01", **NAMES)
    tries = [save_branch(admin, branch_id=opened.id, code=code, **NAMES, version=1) for code in ("SH02", "SH03")]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(answer) for answer in answers if not isinstance(answer, Branch)] == [Conflict]
    assert (await Branch.get()).version == 2


async def test_of_several_made_the_default_at_once_the_last_one_stays_it(admin):
    await save_branch(admin, code="SH01", **NAMES)
    opened = [save_branch(admin, code=f"SH1{number}", **NAMES, is_default=True) for number in range(5)]
    await asyncio.gather(*opened)
    assert await Branch.all().count() == 6
    assert await Branch.filter(is_default=True).count() == 1


async def test_a_default_named_while_its_customers_move_keeps_nobody_waiting_for_good(admin):
    east, west = await save_branch(admin, code="SH01", **NAMES), await save_branch(admin, code="SH02", **NAMES)
    for number in range(1, 6):
        here, there = (east, west) if number % 2 else (west, east)
        version = (await Branch.get(id=there.id)).version
        await asyncio.gather(
            save_branch(admin, branch_id=there.id, code=there.code, **NAMES, is_default=True, version=version),
            assign_customers(admin, from_branch_id=here.id, to_branch_id=there.id),
        )
        assert (await Branch.get(is_default=True)).id == there.id


async def test_branches_are_named_once_each_or_not_found(admin):
    first, second = await make.branch(), await make.branch()
    assert await named(admin, [second.id, first.id, second.id]) == [first, second]
    assert await named(admin, []) == []
    with pytest.raises(NotFound):
        await named(admin, [first.id, 999_999])


async def test_customers_move_with_all_that_is_theirs(admin):
    east, west = await make.branch(), await make.branch()
    moving, staying = await make.customer(branch=east), await make.customer(branch=west)
    loan = await make.loan(moving)
    officers = [
        await make.with_branches(make.viewer(await make.staff(role=Role.OFFICER, branches=[each])))
        for each in (east, west)
    ]
    moved = await assign_customers(admin, from_branch_id=east.id, to_branch_id=west.id)
    assert (moved.moved_count, moved.branch.id) == (1, west.id)
    assert not await Customer.visible_to(officers[0]).exists()
    assert not await Loan.visible_to(officers[0]).exists()
    assert {row.id for row in await Customer.visible_to(officers[1])} == {moving.id, staying.id}
    assert (await Loan.visible_to(officers[1]).get()).id == loan.id
    assert (await Customer.get(id=moving.id)).version == moving.version + 1
    assert (await Customer.get(id=staying.id)).version == staying.version


async def test_customers_who_stay_where_they_are_do_not_move(admin):
    customer = await make.customer()
    here = customer.branch_id
    assert (await assign_customers(admin, from_branch_id=here, to_branch_id=here)).moved_count == 0
    assert (await Customer.get()).version == customer.version


async def test_customers_are_assigned_to_a_branch_that_exists(admin):
    here = (await make.customer()).branch_id
    before = await make.everything()
    for there in ({"from_branch_id": here, "to_branch_id": 999_999}, {"from_branch_id": 999_999, "to_branch_id": here}):
        with pytest.raises(NotFound):
            await assign_customers(admin, **there)
    assert await make.everything() == before


async def test_customers_moved_both_ways_at_once_end_in_one_branch(admin):
    east, west = await make.branch(), await make.branch()
    for branch in (east, west):
        await make.customer(branch=branch)
    ways = [(east.id, west.id), (west.id, east.id)] * 3
    await asyncio.gather(*[assign_customers(admin, from_branch_id=left, to_branch_id=right) for left, right in ways])
    assert await Customer.all().count() == 2
    assert len({customer.branch_id for customer in await Customer.all()}) == 1
