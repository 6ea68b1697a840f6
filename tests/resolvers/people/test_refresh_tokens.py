import asyncio
from datetime import timedelta

import pytest

from models import AuditEntry, RefreshToken, Session, Staff
from resolvers.people import sessions, tokens
from resolvers.people.refresh_tokens import refresh_session
from resolvers.people.sessions import Device
from resolvers.people.sign_in import request_code, sign_in_staff, sign_in_with_code
from resolvers.people.staff import create_staff
from resolvers.people.tokens import TokenInvalid
from rules.people.access import Role
from rules.people.sessions import GRACE, SessionOver
from tests import make

PHONE = "+8613800001234"
AT_HOME = Device("a4f0c2", "Xiaoyu's phone")


@pytest.fixture
async def signed_in(db, codes):
    """A customer who has just signed in, on a device."""
    await make.branch()
    await request_code(make.visitor(), PHONE)
    return await sign_in_with_code(make.visitor(), PHONE, codes[PHONE], AT_HOME)


def wait(time: timedelta) -> None:
    make.clock.moment += time


async def refresh(token: str, device: Device = AT_HOME):
    return await refresh_session(make.visitor(), token, device)


async def who(access_token: str):
    return await sessions.viewer_of(access_token, make.clock, None, "")


async def assert_over(token: str, access_token: str) -> None:
    """Nothing that ever came of this session is good for anything."""
    assert (await Session.get()).ended_at is not None
    with pytest.raises(TokenInvalid):
        await who(access_token)
    with pytest.raises(SessionOver):
        await refresh(token)


async def test_a_session_goes_on_by_one_token_after_the_other_as_long_as_it_lasts(signed_in):
    session, token = await Session.get(), signed_in.refresh_token
    seen = {token}
    while make.clock.moment + timedelta(minutes=9) < session.expires_at:
        wait(timedelta(minutes=9))
        refreshed = await refresh(token)
        token = refreshed.refresh_token
        assert token not in seen
        seen.add(token)
        assert (await who(refreshed.access_token)).session_id == session.id
    assert len(seen) == 80
    wait(timedelta(minutes=9))
    with pytest.raises(SessionOver):
        await refresh(token)


async def test_no_token_is_kept_in_clear(signed_in):
    refreshed = await refresh(signed_in.refresh_token)
    kept = str(await RefreshToken.all().values())
    assert len(await RefreshToken.all()) == 2
    assert signed_in.refresh_token not in kept
    assert refreshed.refresh_token not in kept
    assert AT_HOME.id not in str(await Session.all().values())


async def test_a_token_shown_twice_at_once_gets_one_answer(signed_in):
    answers = await asyncio.gather(*[refresh(signed_in.refresh_token) for _ in range(5)])
    assert len({answer.refresh_token for answer in answers}) == 1
    assert await RefreshToken.all().count() == 2
    assert await refresh(answers[0].refresh_token)


async def test_a_lost_answer_is_given_again_within_the_grace(signed_in):
    lost = await refresh(signed_in.refresh_token)
    wait(GRACE)
    again = await refresh(signed_in.refresh_token)
    assert again.refresh_token == lost.refresh_token
    assert await refresh(again.refresh_token)


async def test_a_token_shown_again_an_hour_later_ends_its_family(signed_in):
    refreshed = await refresh(signed_in.refresh_token)
    wait(timedelta(hours=1))
    newest = await refresh(refreshed.refresh_token)
    assert await who(newest.access_token)
    with pytest.raises(SessionOver):
        await refresh(signed_in.refresh_token)
    await assert_over(newest.refresh_token, newest.access_token)
    assert await AuditEntry.exists(operation="end_stolen_session", subject=f"Session:{(await Session.get()).id}")


async def test_a_token_whose_successor_was_used_ends_its_family_also_within_the_grace(signed_in):
    refreshed = await refresh(signed_in.refresh_token)
    newest = await refresh(refreshed.refresh_token)
    with pytest.raises(SessionOver):
        await refresh(signed_in.refresh_token)
    await assert_over(newest.refresh_token, newest.access_token)


@pytest.mark.parametrize("device", [Device("another"), Device(None, AT_HOME.name)])
async def test_a_token_on_another_device_ends_its_family(signed_in, device):
    with pytest.raises(SessionOver):
        await refresh(signed_in.refresh_token, device)
    await assert_over(signed_in.refresh_token, signed_in.access_token)


async def test_a_session_begun_without_a_device_goes_on_anywhere(db, codes):
    await make.branch()
    await request_code(make.visitor(), PHONE)
    signed_in = await sign_in_with_code(make.visitor(), PHONE, codes[PHONE])
    assert await refresh(signed_in.refresh_token, Device("anything"))


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "é" * 100])
async def test_what_is_no_token_refreshes_nothing_ends_nothing_and_writes_nothing(signed_in, token):
    before = await make.everything()
    with pytest.raises(SessionOver):
        await refresh(token)
    assert await make.everything() == before
    assert await refresh(signed_in.refresh_token)


async def test_an_access_token_does_not_refresh(signed_in):
    with pytest.raises(SessionOver):
        await refresh(signed_in.access_token)
    assert (await who(signed_in.access_token)).session_id


async def test_an_ended_session_does_not_go_on(signed_in):
    await sessions.end_session(await who(signed_in.access_token))
    await assert_over(signed_in.refresh_token, signed_in.access_token)
    assert await RefreshToken.all().count() == 1


async def test_another_persons_session_goes_on_when_one_family_ends(signed_in, codes):
    await request_code(make.visitor(), "13900005678")
    other = await sign_in_with_code(make.visitor(), "13900005678", codes["+8613900005678"])
    with pytest.raises(SessionOver):
        await refresh(signed_in.refresh_token, Device("another"))
    assert await refresh(other.refresh_token)


async def test_staff_whose_account_was_closed_do_not_go_on(db):
    await create_staff(make.system(), login="zhang", password="correct horse", name="张敏", role=Role.AUDITOR)
    signed_in = await sign_in_staff(make.visitor(), "zhang", "correct horse")
    assert tokens.verify(signed_in.access_token, make.NOON)
    await Staff.all().update(is_active=False)
    with pytest.raises(SessionOver):
        await refresh(signed_in.refresh_token)
