import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from models import Customer, PushAddress, Session, Viewer
from resolvers.notifications import addresses
from resolvers.people import refresh_tokens, sessions
from resolvers.people.sessions import Device
from rules.errors import NotFound
from rules.notifications.addresses import AddressKind, Platform, PushProvider
from rules.notifications.deliveries import RetiredBecause
from rules.people.sessions import SessionOver
from tests import make


async def phone(customer=None, device: str | None = "a phone") -> Viewer:
    """A customer signed in on a device."""
    person = customer or await make.customer()
    async with make.unit() as unit:
        session = await sessions.start_session(unit, customer_id=person.id, device=Device(device))
    return replace(make.viewer(person), session_id=session.id)


async def same_person(viewer: Viewer) -> Customer:
    return await Customer.get(id=viewer.customer_id)


async def register(viewer: Viewer, value: str = "token-1", **changed) -> PushAddress:
    told = {"provider": PushProvider.FCM, "kind": AddressKind.TOKEN, "platform": Platform.ANDROID, "value": value}
    return await addresses.register(viewer, **told | changed)


async def live(**where) -> list[str]:
    return [each.value for each in await PushAddress.filter(retired_at__isnull=True, **where).order_by("id")]


async def test_an_address_is_taken_down_and_named_again_it_is_the_same_row(db):
    viewer = await phone()
    first = await register(viewer)
    make.clock.moment += timedelta(hours=3)
    again = await register(viewer, kind=AddressKind.FID, platform=Platform.IOS)
    assert again.id == first.id
    kept = await PushAddress.get()
    assert (kept.seen_at, kept.created_at) == (make.clock.now(), make.NOON)
    assert (kept.kind, kept.platform, kept.value) == (AddressKind.FID, Platform.IOS, "token-1")
    assert (kept.session_id, kept.device_index) == (viewer.session_id, Device("a phone").index)


async def test_another_provider_may_call_another_installation_the_same(db):
    viewer = await phone()
    await register(viewer)
    await register(viewer, provider=PushProvider.VENDOR)
    assert await live() == ["token-1", "token-1"]


async def test_a_phone_that_changes_hands_tells_its_new_owner_only(db):
    before, after = await phone(), await phone()
    old = await register(before)
    new = await register(after)
    assert new.id != old.id
    assert await live(customer_id=before.customer_id) == []
    assert await live(customer_id=after.customer_id) == ["token-1"]
    assert (await PushAddress.get(id=old.id)).retired_because is RetiredBecause.MOVED
    back = await register(before)
    assert back.id not in (old.id, new.id)
    assert await live() == ["token-1"]


async def test_a_new_address_of_a_device_takes_the_place_of_the_old_one_of_its_provider(db):
    viewer = await phone()
    old = await register(viewer)
    vendors = await register(viewer, "registration-1", provider=PushProvider.VENDOR)
    elsewhere = await register(await phone(await same_person(viewer), "a tablet"), "token-2")
    new = await register(viewer, "token-3")
    assert (await PushAddress.get(id=old.id)).retired_because is RetiredBecause.REPLACED
    assert {each.id for each in await PushAddress.filter(retired_at=None)} == {vendors.id, elsewhere.id, new.id}


async def test_of_a_device_where_somebody_else_did_not_sign_out_he_is_told_nothing_more(db):
    old = await register(await phone())
    await register(await phone(), "token-2")
    assert (await PushAddress.get(id=old.id)).retired_because is RetiredBecause.MOVED


async def test_devices_without_an_id_of_their_own_take_nobodys_place(db):
    viewer = await phone(device=None)
    await register(viewer)
    await register(viewer, "token-2")
    assert await live() == ["token-1", "token-2"]


async def test_the_one_unseen_for_longest_makes_room_for_the_eleventh(db):
    viewer = await phone(device=None)
    for number in range(10):
        make.clock.moment += timedelta(minutes=1)
        await register(viewer, f"token-{number}")
    make.clock.moment += timedelta(minutes=1)
    await register(viewer, "token-0")
    assert len(await live()) == 10
    await register(viewer, "token-10")
    assert await live() == [f"token-{number}" for number in range(11) if number != 1]
    assert (await PushAddress.get(value="token-1")).retired_because is RetiredBecause.CROWDED_OUT


async def test_signing_out_ends_what_is_pushed_there_and_nothing_else(db):
    here = await phone()
    there = await phone(await same_person(here), "a tablet")
    await register(here)
    await register(there, "token-2")
    await sessions.end_session(there)
    assert await live() == ["token-1"]
    gone = await PushAddress.get(value="token-2")
    assert (gone.retired_because, gone.retired_at) == (RetiredBecause.SIGNED_OUT, make.clock.now())


async def test_signing_out_another_session_ends_what_is_pushed_there(db):
    here = await phone()
    there = await phone(await same_person(here), "a tablet")
    await register(here)
    await register(there, "token-2")
    await sessions.end_session(here, session_id=there.session_id)
    assert await live() == ["token-1"]


async def test_signing_out_everywhere_ends_all_also_where_the_session_had_run_out(db):
    here, stranger = await phone(), await phone(device="a strangers phone")
    there = await phone(await same_person(here), "a tablet")
    await register(there, "token-2")
    await register(stranger, "token-3")
    await Session.filter(id=there.session_id).update(expires_at=make.clock.now())
    assert await live(customer_id=here.customer_id) == ["token-2"], "a session that merely runs out ends nothing"
    await register(here)
    await sessions.end_session(here, is_everywhere=True)
    assert await live() == ["token-3"]


async def test_somebody_elses_session_is_not_found_and_his_address_stays(db):
    mine, other = await phone(), await phone(device="another phone")
    await register(other)
    before = await make.everything()
    with pytest.raises(NotFound):
        await sessions.end_session(mine, session_id=other.session_id)
    assert await make.everything() == before


async def test_a_stolen_session_takes_its_address_along(db):
    viewer = await phone()
    await register(viewer)
    async with make.unit():
        token = await refresh_tokens.first_token(await Session.get(id=viewer.session_id))
    with pytest.raises(SessionOver):
        await refresh_tokens.refresh_session(make.visitor(), token, Device("another device"))
    assert await live() == []
    assert (await PushAddress.get()).retired_because is RetiredBecause.SIGNED_OUT


async def test_a_session_that_just_ended_takes_down_no_address(db):
    viewer = await phone()
    await sessions.end_session(viewer)
    before = await make.everything()
    with pytest.raises(SessionOver):
        await register(viewer)
    assert await make.everything() == before


async def test_two_at_once_make_one_row(db):
    """The advisory lock on PostgreSQL, the write lock of SQLite."""
    viewer = await phone()
    made = await asyncio.gather(*[register(viewer) for _ in range(5)])
    assert {each.id for each in made} == {(await PushAddress.get()).id}


async def test_of_two_owners_at_once_one_has_it(db):
    people = [await phone(device=f"device {number}") for number in range(4)]
    await asyncio.gather(*[register(person) for person in people])
    assert await live() == ["token-1"]
    assert await PushAddress.filter(retired_because=RetiredBecause.MOVED).count() == 3


async def test_two_at_once_who_registers_and_who_signs_out_leave_no_live_address_of_an_ended_session(db):
    viewer = await phone()
    await asyncio.gather(register(viewer), sessions.end_session(viewer), return_exceptions=True)
    assert (await Session.get()).ended_at is not None
    assert await live() == []


async def test_one_takes_an_address_off_ones_list_and_its_value_is_gone(db):
    viewer = await phone()
    address = await register(viewer)
    customer = await addresses.forget(viewer, address_id=address.id)
    assert customer.id == viewer.customer_id
    kept = await PushAddress.get()
    assert (kept.value, kept.value_hash, kept.retired_because) == ("", "", RetiredBecause.FORGOTTEN)
    again = await register(viewer)
    await addresses.forget(viewer, address_id=address.id)
    assert await live() == ["token-1"], "another row"
    assert again.id != address.id


async def test_nobody_takes_another_ones_address_off(db):
    address, stranger = await register(await phone()), await phone()
    before = await make.everything()
    with pytest.raises(NotFound):
        await addresses.forget(stranger, address_id=address.id)
    assert await make.everything() == before


async def test_what_no_app_has_named_for_270_days_is_forgotten(db):
    viewer = await phone(device=None)
    await register(viewer)
    await register(viewer, "token-2")
    await register(viewer, "token-3")
    make.clock.moment += timedelta(days=1)
    await Session.filter(id=viewer.session_id).update(expires_at=make.clock.now() + timedelta(days=999))
    await register(viewer, "token-2")
    async with make.unit():
        await addresses.retire(RetiredBecause.GONE, value="token-3")
    assert await addresses.forget_silent(make.clock) == 0
    make.clock.moment = make.NOON + timedelta(days=270)
    assert await addresses.forget_silent(make.clock) == 2
    assert await live() == ["token-2"]
    found = await PushAddress.filter(value="").order_by("id")
    assert [each.retired_because for each in found] == [RetiredBecause.SILENT, RetiredBecause.GONE]
    assert {each.value_hash for each in found} == {""}
    assert await addresses.forget_silent(make.clock) == 0
