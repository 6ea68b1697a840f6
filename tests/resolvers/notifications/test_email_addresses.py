import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from models import AttemptKind, EmailAddress, SignInAttempt, Viewer
from resolvers.notifications import email_addresses
from rules.errors import NotFound
from rules.notifications.email_addresses import EmailCodeWrong, EmailInvalid
from rules.people.sign_in import TooManyAttempts
from tests import make

ADDRESS = "li@example.com"
LEFT_BY_TRYING = {"audit_entry", "sign_in_attempt"}


@pytest.fixture
async def viewer(db) -> Viewer:
    return await make.signed_in(await make.customer())


async def everything() -> dict:
    return {table: rows for table, rows in (await make.everything()).items() if table not in LEFT_BY_TRYING}


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_a_code_confirms_that_an_address_is_his(viewer, codes):
    given = await email_addresses.give(viewer, address=" Li@Example.COM ")
    assert (given.address.read(), given.confirmed_at) == ("Li@example.com", None)
    assert given.customer_id == viewer.customer_id
    confirmed = await email_addresses.confirm(viewer, code=codes["Li@example.com"])
    assert confirmed.confirmed_at == make.clock.now()
    kept = await EmailAddress.get()
    assert (kept.confirmed_at, kept.code_hash, kept.address_mask) == (make.clock.now(), None, "L***@example.com")
    with pytest.raises(EmailCodeWrong):
        await email_addresses.confirm(viewer, code=codes["Li@example.com"])


async def test_an_address_in_place_of_another_has_to_be_confirmed_anew(viewer, codes):
    await email_addresses.give(viewer, address=ADDRESS)
    await email_addresses.confirm(viewer, code=codes[ADDRESS])
    await email_addresses.give(viewer, address="new@example.com")
    kept = await EmailAddress.get()
    assert (kept.address.read(), kept.confirmed_at) == ("new@example.com", None)
    before = await everything()
    with pytest.raises(EmailCodeWrong):
        await email_addresses.confirm(viewer, code=another(codes["new@example.com"]))
    assert [row["tries_left"] for row in (await everything())["email_address"]] == [4]
    assert {**await everything(), "email_address": 0} == {**before, "email_address": 0}


async def test_the_code_of_one_address_confirms_no_other(viewer, codes):
    await email_addresses.give(viewer, address=ADDRESS)
    await email_addresses.give(viewer, address="new@example.com")
    if codes[ADDRESS] != codes["new@example.com"]:
        with pytest.raises(EmailCodeWrong):
            await email_addresses.confirm(viewer, code=codes[ADDRESS])
    assert (await email_addresses.confirm(viewer, code=codes["new@example.com"])).confirmed_at


async def test_the_address_that_is_confirmed_stays_so_and_gets_no_code(viewer, codes):
    await email_addresses.give(viewer, address=ADDRESS)
    await email_addresses.confirm(viewer, code=codes.pop(ADDRESS))
    before = await make.everything()
    assert (await email_addresses.give(viewer, address=ADDRESS)).confirmed_at == make.clock.now()
    assert codes == {}
    assert await make.everything() == before


async def test_what_is_no_address_is_not_kept(viewer, codes):
    before = await make.everything()
    for wrong in ("li", "li@example", "li@example.com, b@example.com"):
        with pytest.raises(EmailInvalid):
            await email_addresses.give(viewer, address=wrong)
    assert codes == {}
    assert await make.everything() == before


async def test_a_code_is_good_for_ten_minutes(viewer, codes):
    await email_addresses.give(viewer, address=ADDRESS)
    make.clock.moment += timedelta(minutes=10)
    before = await everything()
    with pytest.raises(EmailCodeWrong):
        await email_addresses.confirm(viewer, code=codes[ADDRESS])
    assert await everything() == before
    make.clock.moment -= timedelta(seconds=1)
    assert (await email_addresses.confirm(viewer, code=codes[ADDRESS])).confirmed_at


async def test_after_five_wrong_codes_the_right_one_is_worth_nothing_also_where_they_come_at_once(viewer, codes):
    await email_addresses.give(viewer, address=ADDRESS)
    wrong = [email_addresses.confirm(viewer, code=another(codes[ADDRESS])) for _ in range(5)]
    assert {type(each) for each in await asyncio.gather(*wrong, return_exceptions=True)} == {EmailCodeWrong}
    with pytest.raises(EmailCodeWrong):
        await email_addresses.confirm(viewer, code=codes[ADDRESS])
    assert (await EmailAddress.get()).confirmed_at is None
    await email_addresses.give(viewer, address=ADDRESS)
    assert (await email_addresses.confirm(viewer, code=codes[ADDRESS])).confirmed_at


async def test_nobody_sends_codes_to_strangers_for_long(viewer, codes):
    viewer = replace(viewer, address="203.0.113.7")
    for number in range(5):
        await email_addresses.give(viewer, address=f"stranger{number}@example.com")
    before = await make.everything()
    with pytest.raises(TooManyAttempts):
        await email_addresses.give(viewer, address="stranger5@example.com")
    assert "stranger5@example.com" not in codes
    assert await make.everything() == before
    assert await SignInAttempt.filter(kind=AttemptKind.CODE_REQUEST).count() == 5


async def test_two_at_once_keep_one_address(viewer, codes):
    await asyncio.gather(*[email_addresses.give(viewer, address=f"li{number}@example.com") for number in range(3)])
    kept = (await EmailAddress.get()).address.read()
    assert (await email_addresses.confirm(viewer, code=codes[kept])).confirmed_at


async def test_who_gave_no_address_confirms_none(viewer):
    with pytest.raises(EmailCodeWrong):
        await email_addresses.confirm(viewer, code="123456")
    assert not await EmailAddress.exists()


async def test_an_address_is_deleted_by_its_owner(viewer, codes):
    kept = await email_addresses.give(viewer, address=ADDRESS)
    stranger = await make.signed_in(await make.customer())
    with pytest.raises(NotFound):
        await email_addresses.forget(stranger, email_address_id=kept.id)
    assert await EmailAddress.exists()
    assert (await email_addresses.forget(viewer, email_address_id=kept.id)).id == viewer.customer_id
    assert not await EmailAddress.exists()
