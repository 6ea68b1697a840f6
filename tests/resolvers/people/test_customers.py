import asyncio
from datetime import date

import pytest

from models import AuditEntry, Customer
from resolvers.people.customers import AlreadyIdentified, choose_language, find_customers, identify
from rules.people.access import Role
from rules.people.identity_numbers import IdentityInUse, IdentityNumberInvalid
from rules.people.kinds import Locale, Sex
from rules.people.names import NameInvalid
from tests import make

NUMBER = "11010519491231002X"
OTHER_NUMBER = "110101199003074477"


async def stranger(**columns) -> Customer:
    """Somebody we know by phone only."""
    return await make.customer(name=None, identity_number=None, **columns)


async def test_who_gives_name_and_number_is_identified(db):
    customer = await stranger()
    given = await identify(make.viewer(customer), " 李小雨 ", "11010519491231002x")
    kept = await Customer.get(id=customer.id)
    assert given.id == kept.id
    assert (kept.name, kept.birth_on, kept.sex) == ("李小雨", date(1949, 12, 31), Sex.FEMALE)
    assert kept.identity_number is not None
    assert kept.identity_number.read() == NUMBER
    assert kept.identity_number_mask == "1****************X"
    assert kept.version == customer.version + 1
    assert await AuditEntry.exists(operation="identify", customer_number=customer.id)


async def test_saying_the_same_again_changes_nothing(db):
    customer = await stranger()
    once = await identify(make.viewer(customer), "李小雨", NUMBER)
    again = await identify(make.viewer(customer), "李小雨", NUMBER)
    assert again.version == once.version


@pytest.mark.parametrize(("name", "number"), [("李小雨", OTHER_NUMBER), ("李大雨", NUMBER)])
async def test_identity_is_given_once(db, name, number):
    customer = await stranger()
    await identify(make.viewer(customer), "李小雨", NUMBER)
    with pytest.raises(AlreadyIdentified):
        await identify(make.viewer(customer), name, number)
    kept = await Customer.get(id=customer.id)
    assert kept.name == "李小雨"
    assert kept.identity_number is not None
    assert kept.identity_number.read() == NUMBER


@pytest.mark.parametrize(
    ("name", "number", "refused"),
    [
        ("😀", NUMBER, NameInvalid),
        ("\u202e李", NUMBER, NameInvalid),
        ("李\x00", NUMBER, NameInvalid),
        ("李小雨", "110105194912310021", IdentityNumberInvalid),
        ("李小雨", "11010519490231002X", IdentityNumberInvalid),
        ("李小雨", "", IdentityNumberInvalid),
    ],
)
async def test_what_is_no_name_or_no_number_is_refused_and_not_kept(db, name, number, refused):
    customer = await stranger()
    with pytest.raises(refused):
        await identify(make.viewer(customer), name, number)
    kept = await Customer.get(id=customer.id)
    assert (kept.name, kept.identity_number, kept.version) == (None, None, customer.version)


async def test_an_identity_number_belongs_to_one_customer(db):
    first, second = await stranger(), await stranger()
    await identify(make.viewer(first), "李小雨", NUMBER)
    with pytest.raises(IdentityInUse):
        await identify(make.viewer(second), "李小雨", NUMBER)
    assert not (await Customer.get(id=second.id)).is_identified


async def test_of_two_who_give_the_same_number_at_once_one_gets_it(db):
    people = [await stranger() for _ in range(4)]
    results = await asyncio.gather(
        *[identify(make.viewer(person), "李小雨", NUMBER) for person in people], return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["Customer", *["IdentityInUse"] * 3]
    assert await Customer.filter(name="李小雨").count() == 1


async def test_a_language_chosen_is_kept(db):
    customer = await stranger()
    assert (await choose_language(make.viewer(customer), Locale.EN)).locale is Locale.EN
    assert (await Customer.get(id=customer.id)).locale is Locale.EN


@pytest.fixture
async def town(db):
    """Two branches with an officer each, and three people."""
    east, west = await make.branch(), await make.branch()
    li = await make.customer(branch=east, phone="+8613800001234", name="李小雨", identity_number=NUMBER)
    liang = await make.customer(branch=east, phone="+8613800005678", name="李小梁", identity_number=OTHER_NUMBER)
    far = await make.customer(branch=west, phone="+8613900005678", name="李远")
    officer = await make.staff(role=Role.OFFICER, branches=[east])
    return officer, li, liang, far


async def found(viewer, search) -> list[int]:
    return [customer.id for customer in (await find_customers(viewer, search)).customers]


async def test_staff_find_by_whole_numbers_and_by_part_of_a_name_within_their_scope(town):
    officer, li, liang, _ = town
    viewer = await make.with_branches(make.viewer(officer))
    assert await found(viewer, "138 0000 1234") == [li.id]
    assert await found(viewer, NUMBER.lower()) == [li.id]
    assert await found(viewer, "小") == [li.id, liang.id]
    assert await found(viewer, "梁") == [liang.id]


@pytest.mark.parametrize("search", ["13900005678", "李远", "1380000", "%", "_", "", "138****1234"])
async def test_nothing_is_found_out_of_scope_by_half_a_number_or_by_a_wildcard(town, search):
    viewer = await make.with_branches(make.viewer(town[0]))
    assert await found(viewer, search) == []


async def test_where_names_are_masked_nobody_is_found_by_name(town):
    _, li, _, far = town
    auditor = make.viewer(await make.staff(role=Role.AUDITOR))
    assert await found(auditor, "李远") == []
    assert await found(auditor, "13900005678") == [far.id]
    for role in (Role.MARKETER, Role.ADMIN):
        assert await found(make.viewer(await make.staff(role=role)), "13900005678") == []
    assert await found(make.viewer(li), "13900005678") == []


async def test_a_search_is_audited_without_the_words_searched_for(town):
    officer, li, _, _ = town
    viewer = await make.with_branches(make.viewer(officer))
    await find_customers(viewer, "13800001234")
    await find_customers(viewer, "小")
    by_phone, by_name = await AuditEntry.filter(operation="find_customers").order_by("id")
    assert (by_phone.actor, by_phone.reason, by_phone.customer_number) == (f"S{officer.id}", "by phone", li.id)
    assert (by_name.reason, by_name.customer_number) == ("by name", None)


async def test_at_most_twenty_are_shown(town):
    officer, li, _, _ = town
    for number in range(22):
        await make.customer(branch_id=li.branch_id, phone=f"+86137000000{number:02d}", name="王明")
    viewer = await make.with_branches(make.viewer(officer))
    assert len(await found(viewer, "王明")) == 20
