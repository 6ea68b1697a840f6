import asyncio
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from tortoise import connections

import resolvers
from models import RefreshToken, Session, StaffTotp, Viewer
from resolvers import configured
from resolvers.people import sessions
from resolvers.people.passwords import hash_password
from resolvers.people.sign_in import sign_in_staff
from resolvers.people.staff import create_staff
from resolvers.people.tokens import TokenInvalid
from resolvers.people.totp import confirm_totp, enrol_totp, reset_totp
from rules.errors import NotFound
from rules.people.access import ALL_STAFF, Role
from rules.people.sign_in import SignInFailed, TooManyAttempts
from rules.people.staff import OwnAccount
from rules.people.totp import TotpCodeWrong, TotpEnrolledAlready, TotpRequired
from tests import make

PASSWORD = "correct horse battery"
STEP = timedelta(seconds=30)


@pytest.fixture
async def zhang(db) -> Viewer:
    """An auditor at her desk."""
    await create_staff(make.system(), login="zhang", password=PASSWORD, name="张敏", role=Role.AUDITOR)
    return await at_desk()


async def at_desk(code: str | None = None) -> Viewer:
    signed_in = await sign_in_staff(make.visitor(), "zhang", PASSWORD, code)
    return await sessions.viewer_of(signed_in.access_token, make.clock, None, "")


def code_now(secret: str, *, later: timedelta = timedelta(0)) -> str:
    return pyotp.TOTP(secret).at(make.clock.moment + later)


def wrong(code: str) -> str:
    return f"{(int(code) + 500_000) % 1_000_000:06d}"


@pytest.fixture
async def secret(zhang) -> str:
    """The secret of her authenticator app, confirmed a while ago."""
    enrolled = await enrol_totp(zhang, PASSWORD)
    await confirm_totp(zhang, code_now(enrolled.secret))
    make.clock.moment += 3 * STEP
    return enrolled.secret


async def test_before_it_is_confirmed_the_password_alone_signs_in(zhang):
    await enrol_totp(zhang, PASSWORD)
    assert (await at_desk()).staff_id == zhang.staff_id


async def test_the_secret_is_kept_encrypted(zhang):
    enrolled = await enrol_totp(zhang, PASSWORD)
    (raw,) = await connections.get("default").execute_query_dict("SELECT * FROM staff_totp")
    assert enrolled.secret not in str(raw)
    assert (await StaffTotp.get()).secret.read() == enrolled.secret
    assert enrolled.uri.startswith("otpauth://totp/Goodterms:zhang?secret=")


@pytest.mark.parametrize("role", sorted(ALL_STAFF))
async def test_whatever_his_role_one_enrols_and_confirms(db, role):
    hashed = hash_password(PASSWORD)
    viewer = await make.signed_in(await make.staff(role=role, login="zhang", password_hash=hashed))
    enrolled = await enrol_totp(viewer, PASSWORD)
    assert (await confirm_totp(viewer, code_now(enrolled.secret))).id == viewer.staff_id
    with pytest.raises(TotpRequired):
        await at_desk()


async def test_once_confirmed_every_sign_in_needs_a_code(secret):
    count = await Session.all().count()
    with pytest.raises(TotpRequired):
        await at_desk()
    with pytest.raises(SignInFailed):
        await at_desk(wrong(code_now(secret)))
    assert await Session.all().count() == count == await RefreshToken.all().count()
    assert (await at_desk(f" {code_now(secret)} ")).role is Role.AUDITOR


async def test_a_right_code_with_a_wrong_password_fails_and_is_not_used_up(secret):
    code = code_now(secret)
    with pytest.raises(SignInFailed):
        await sign_in_staff(make.visitor(), "zhang", "wrong", code)
    assert await at_desk(code)


async def test_a_code_signs_in_once_also_within_its_thirty_seconds(secret):
    code = code_now(secret)
    await at_desk(code)
    with pytest.raises(SignInFailed):
        await at_desk(code)
    make.clock.moment += STEP
    assert await at_desk(code_now(secret))


async def test_a_code_from_before_the_last_one_is_worth_nothing(secret):
    before = code_now(secret, later=-STEP)
    await at_desk(code_now(secret))
    with pytest.raises(SignInFailed):
        await at_desk(before)


async def test_the_code_that_confirmed_signs_nobody_in(zhang):
    enrolled = await enrol_totp(zhang, PASSWORD)
    code = code_now(enrolled.secret)
    await confirm_totp(zhang, code)
    with pytest.raises(SignInFailed):
        await at_desk(code)


async def test_one_code_five_times_at_once_signs_in_once(secret):
    code = code_now(secret)
    results = await asyncio.gather(*[at_desk(code) for _ in range(5)], return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["SignInFailed"] * 4 + ["Viewer"]


async def test_codes_are_tried_no_oftener_than_passwords(secret):
    resolvers.configure(replace(configured(), sign_in_tries_per_person=3))
    with pytest.raises(TooManyAttempts):
        for _ in range(4):
            with pytest.raises(SignInFailed):
                await at_desk(wrong(code_now(secret)))


async def test_a_wrong_first_code_confirms_nothing(zhang):
    enrolled = await enrol_totp(zhang, PASSWORD)
    with pytest.raises(TotpCodeWrong):
        await confirm_totp(zhang, wrong(code_now(enrolled.secret)))
    assert (await StaffTotp.get()).confirmed_at is None
    assert await at_desk()


async def test_without_an_enrolment_there_is_nothing_to_confirm(zhang):
    with pytest.raises(TotpCodeWrong):
        await confirm_totp(zhang, "123456")
    assert not await StaffTotp.exists()


async def test_who_enrols_anew_before_confirming_has_the_newest_secret_only(zhang):
    first, second = await enrol_totp(zhang, PASSWORD), await enrol_totp(zhang, PASSWORD)
    with pytest.raises(TotpCodeWrong):
        await confirm_totp(zhang, code_now(first.secret))
    await confirm_totp(zhang, code_now(second.secret))


async def test_a_desk_left_open_enrols_nobody_elses_phone(zhang):
    with pytest.raises(SignInFailed):
        await enrol_totp(zhang, "a guess")
    assert not await StaffTotp.exists()


async def test_a_confirmed_app_is_not_replaced_by_another(zhang, secret):
    with pytest.raises(TotpEnrolledAlready):
        await enrol_totp(zhang, PASSWORD)
    assert (await StaffTotp.get()).secret.read() == secret


async def test_an_admin_resets_a_lost_app_and_ends_the_sessions_with_it(zhang, secret):
    admin = await make.signed_in(await make.staff(role=Role.ADMIN))
    signed_in = await sign_in_staff(make.visitor(), "zhang", PASSWORD, code_now(secret))
    await reset_totp(admin, zhang.staff_id)
    with pytest.raises(TokenInvalid):
        await sessions.viewer_of(signed_in.access_token, make.clock, None, "")
    assert await Session.filter(staff_id=admin.staff_id, ended_at__isnull=True).exists()
    assert await at_desk()


async def test_nobody_resets_his_own_app(db):
    boss = await make.signed_in(await make.staff(role=Role.ADMIN))
    before = await make.everything()
    with pytest.raises(OwnAccount):
        await reset_totp(boss, boss.staff_id)
    with pytest.raises(NotFound):
        await reset_totp(boss, 999_999)
    assert await make.everything() == before
