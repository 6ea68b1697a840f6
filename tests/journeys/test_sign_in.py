"""Signing in, staying so and being signed out, over HTTP: by people, and by whoever has a token that is not his."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import resolvers
from models import Branch, Staff
from resolvers import configured
from tests import make
from tests.journeys.client import Person, World, call
from tests.journeys.conftest import PASSWORD

SIGN_IN = """mutation($input: SignInStaffInput!) { signInStaff(input: $input) {
  ... on SignInStaffSuccess { accessToken refreshToken } ... on UserError { code message path } } }"""
REFRESH = """mutation($input: RefreshSessionInput!) { refreshSession(input: $input) {
  ... on RefreshSessionSuccess { accessToken refreshToken expiresAt } ... on UserError { code message } } }"""
ME = "{ viewer { role sessions { id deviceName isCurrent createdAt expiresAt } } }"
END = """mutation($input: EndSessionInput!) { endSession(input: $input) {
  ... on EndSessionSuccess { endedCount } ... on UserError { code } } }"""
ENROL = """mutation($input: EnrolTotpInput!) { enrolTotp(input: $input) {
  ... on EnrolTotpSuccess { secret uri } ... on UserError { code } } }"""
CONFIRM = """mutation($input: ConfirmTotpInput!) { confirmTotp(input: $input) {
  ... on ConfirmTotpSuccess { staff { login } } ... on UserError { code } } }"""
RESET = """mutation($input: ResetTotpInput!) { resetTotp(input: $input) {
  ... on ResetTotpSuccess { staff { login } } ... on UserError { code } } }"""
CREATE = """mutation($input: CreateStaffInput!) { createStaff(input: $input) {
  ... on CreateStaffSuccess { staff { id login role decisionLimit { amount currency } isActive } }
  ... on UserError { code path } } }"""
CHANGE = """mutation($input: ChangeRoleInput!) { changeRole(input: $input) {
  ... on ChangeRoleSuccess { staff { role } } ... on UserError { code } } }"""
DISABLE = """mutation($input: DisableStaffInput!) { disableStaff(input: $input) {
  ... on DisableStaffSuccess { staff { isActive } } ... on UserError { code } } }"""
SAVE = """mutation($input: SaveBranchInput!) { saveBranch(input: $input) {
  ... on SaveBranchSuccess { branch { id code name isDefault } } ... on UserError { code } } }"""
ASSIGN = """mutation($input: AssignCustomersInput!) { assignCustomers(input: $input) {
  ... on AssignCustomersSuccess { movedCount branch { code } } ... on UserError { code } } }"""


async def signed_in(world: World, **input: Any) -> tuple[Person, str]:
    """Somebody at a desk, and his refresh token."""
    answer = await call(world.visitor(), SIGN_IN, **input)
    return Person(world.http, answer["accessToken"]), answer["refreshToken"]


async def assert_signed_out(person: Person) -> None:
    answer = await person.send(ME)
    assert "data" not in answer
    assert answer["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


async def test_a_session_goes_on_past_its_tokens_and_ends_where_a_used_one_comes_back(world):
    login, password = await world.hire("auditor")
    person, first = await signed_in(world, login=login, password=password, deviceId="d1", deviceName="Desk 4")
    make.clock.moment += timedelta(minutes=10)
    await assert_signed_out(person)
    refreshed = await call(world.visitor(), REFRESH, refreshToken=first, deviceId="d1")
    person.token = refreshed["accessToken"]
    (session,) = (await person.ask(ME))["viewer"]["sessions"]
    assert (session["deviceName"], session["isCurrent"]) == ("Desk 4", True)
    assert await call(world.visitor(), REFRESH, refreshToken=first, deviceId="d1")
    make.clock.moment += timedelta(hours=1)
    again = await call(world.visitor(), REFRESH, refreshToken=refreshed["refreshToken"], deviceId="d1")
    over = await call(world.visitor(), REFRESH, refreshToken=first, deviceId="d1")
    assert over == {"code": "SESSION_OVER", "message": "Your sign-in has ended. Please sign in again."}
    await assert_signed_out(Person(world.http, again["accessToken"]))


async def test_one_lists_ones_sessions_and_ends_the_one_that_is_lost(world):
    login, password = await world.hire("auditor")
    here, _ = await signed_in(world, login=login, password=password, deviceName="Desk 4")
    lost, _ = await signed_in(world, login=login, password=password, deviceName="Tablet")
    await signed_in(world, login=(await world.hire("admin"))[0], password=password)
    listed = (await here.ask(ME))["viewer"]["sessions"]
    assert [(each["deviceName"], each["isCurrent"]) for each in listed] == [("Desk 4", True), ("Tablet", False)]
    assert (await world.visitor().ask(ME))["viewer"]["sessions"] == []
    assert await call(here, END, isEverywhere=False, sessionId=listed[1]["id"]) == {"endedCount": 1}
    await assert_signed_out(lost)
    assert await call(here, END, isEverywhere=False, sessionId=listed[1]["id"]) == {"code": "NOT_FOUND"}
    assert len((await here.ask(ME))["viewer"]["sessions"]) == 1


async def test_a_second_factor_is_enrolled_confirmed_asked_for_and_reset(world):
    login, password = await world.hire("officer")
    officer, _ = await signed_in(world, login=login, password=password)
    enrolled = await call(officer, ENROL, password=password)
    app = pyotp.parse_uri(enrolled["uri"])
    code = app.at(make.clock.moment)
    assert await call(officer, CONFIRM, code=code) == {"staff": {"login": login}}
    asked = await call(world.visitor(), SIGN_IN, login=login, password=password)
    assert (asked["code"], asked["path"]) == ("TOTP_REQUIRED", ["totpCode"])
    used = await call(world.visitor(), SIGN_IN, login=login, password=password, totpCode=code)
    assert used["code"] == "SIGN_IN_FAILED"
    make.clock.moment += timedelta(seconds=30)
    code = app.at(make.clock.moment)
    officer, _ = await signed_in(world, login=login, password=password, totpCode=code)
    admin = await world.sign_in_staff("admin")
    (own, staff) = sorted((await staff_of(admin)).items(), key=lambda each: each[0] != "admin")
    assert await call(admin, RESET, staffId=own[1]) == {"code": "OWN_ACCOUNT"}
    assert await call(admin, RESET, staffId=staff[1]) == {"staff": {"login": login}}
    await assert_signed_out(officer)
    assert await signed_in(world, login=login, password=password)


async def staff_of(admin: Person) -> dict[str, str]:
    """Everybody's id by login."""
    listed = await admin.ask("{ staff(first: 20) { nodes { id login } } }")
    return {each["login"]: each["id"] for each in listed["staff"]["nodes"]}


async def test_an_admin_opens_a_branch_and_an_account_gives_another_role_and_closes_it(world):
    admin = await world.sign_in_staff("admin")
    saved = await call(admin, SAVE, code="HZ01", nameZh="杭州", nameEn="Hangzhou", isDefault=False)
    branch = saved["branch"]
    assert (branch["name"], branch["isDefault"]) == ("Hangzhou", False)
    account = {"login": "li.ming", "password": PASSWORD, "name": "李明", "role": "OFFICER", "branchIds": [branch["id"]]}
    made = await call(admin, CREATE, **account, decisionLimit={"amount": "30000.00", "currency": "CNY"})
    assert made["staff"]["decisionLimit"] == {"amount": "30000.00", "currency": "CNY"}
    officer, token = await signed_in(world, login="li.ming", password=PASSWORD)
    assert (await officer.ask(ME))["viewer"]["role"] == "OFFICER"
    staff_id = made["staff"]["id"]
    assert await call(admin, CHANGE, staffId=staff_id, role="AUDITOR", branchIds=[]) == {"staff": {"role": "AUDITOR"}}
    await assert_signed_out(officer)
    auditor, token = await signed_in(world, login="li.ming", password=PASSWORD)
    assert await call(admin, DISABLE, staffId=staff_id) == {"staff": {"isActive": False}}
    await assert_signed_out(auditor)
    assert (await call(world.visitor(), REFRESH, refreshToken=token))["code"] == "SESSION_OVER"
    refused = await call(world.visitor(), SIGN_IN, login="li.ming", password=PASSWORD)
    assert refused["code"] == "SIGN_IN_FAILED"


async def test_what_an_admin_sends_wrongly_is_refused_by_name(world):
    admin = await world.sign_in_staff("admin")
    account = {"login": "li.ming", "password": PASSWORD, "name": "李明", "role": "OFFICER", "branchIds": []}
    assert await call(admin, CREATE, **account) == {"code": "BRANCHES_INVALID", "path": ["branchIds"]}
    short = {**account, "password": "short", "role": "AUDITOR"}
    assert await call(admin, CREATE, **short) == {"code": "PASSWORD_TOO_SHORT", "path": ["password"]}
    own = (await staff_of(admin))["admin"]
    assert await call(admin, CHANGE, staffId=own, role="AUDITOR", branchIds=[]) == {"code": "OWN_ACCOUNT"}
    assert await call(admin, DISABLE, staffId=own) == {"code": "OWN_ACCOUNT"}
    for wrong in ({"branchIds": [own]}, {"branchIds": ["x"]}, {"branchIds": [own] * 101}, {"role": "CUSTOMER"}):
        answer = await admin.send(CREATE, input={**account, **wrong})
        assert answer["errors"][0]["extensions"]["code"] in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}, answer
    assert list(await staff_of(admin)) == ["admin"]


@pytest.mark.parametrize("role", ["officer", "manager", "marketer", "auditor"])
async def test_only_an_admin_keeps_staff_and_branches(world, role):
    person = await world.sign_in_staff(role)
    staff_id = make.global_id("Staff", (await Staff.get()).id)
    branch_id = make.global_id("Branch", (await Branch.get()).id)
    calls = {
        DISABLE: {"staffId": staff_id},
        RESET: {"staffId": staff_id},
        CHANGE: {"staffId": staff_id, "role": "ADMIN", "branchIds": []},
        CREATE: {"login": "x", "password": PASSWORD, "name": "李", "role": "ADMIN", "branchIds": []},
        SAVE: {"code": "X", "nameZh": "某", "nameEn": "X", "isDefault": True},
        ASSIGN: {"fromBranchId": branch_id, "toBranchId": branch_id},
    }
    before = await make.everything()
    for document, input in calls.items():
        answer = await person.send(document, input=input)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await make.everything() == before


async def test_customers_are_looked_after_by_the_branch_they_are_assigned_to(world):
    await world.sign_in_by_phone("138 0000 1234")
    admin, officer = await world.sign_in_staff("admin"), await world.sign_in_staff("officer")
    look = "{ customers(first: 5) { nodes { id } } }"
    assert len((await officer.ask(look))["customers"]["nodes"]) == 1
    (here,) = (await admin.ask("{ branches { id } }"))["branches"]
    there = (await call(admin, SAVE, code="HZ01", nameZh="杭州", nameEn="Hangzhou", isDefault=False))["branch"]
    moved = await call(admin, ASSIGN, fromBranchId=here["id"], toBranchId=there["id"])
    assert moved == {"movedCount": 1, "branch": {"code": "HZ01"}}
    assert (await officer.ask(look))["customers"]["nodes"] == []


@pytest.mark.parametrize("forgery", ["expired", "unsigned", "audience", "algorithm", "unknown", "kid", "stranger"])
async def test_a_token_that_is_not_ours_signs_nobody_in(world, forgery):
    person = await world.sign_in_staff("auditor")
    claims = jwt.decode(person.token, options={"verify_signature": False})
    key, other = configured().token_keys["now"], Ed25519PrivateKey.generate()
    assert (await Person(world.http, jwt.encode(claims, key, "EdDSA", {"kid": "now"})).ask(ME))["viewer"]["sessions"]
    forged = {
        "expired": lambda: jwt.encode(claims | {"exp": make.clock.now()}, key, "EdDSA", {"kid": "now"}),
        "unsigned": lambda: jwt.encode(claims, "", "none", {"kid": "now"}),
        "audience": lambda: jwt.encode(claims | {"aud": "elsewhere"}, key, "EdDSA", {"kid": "now"}),
        "algorithm": lambda: jwt.encode(claims, "x" * 32, "HS256", {"kid": "now"}),
        "unknown": lambda: jwt.encode(claims, other, "EdDSA", {"kid": "long ago"}),
        "kid": lambda: jwt.encode(claims, other, "EdDSA", {"kid": "now"}),
        "stranger": lambda: jwt.encode(claims | {"sid": "999999"}, key, "EdDSA", {"kid": "now"}),
    }
    await assert_signed_out(Person(world.http, forged[forgery]()))


async def test_a_key_that_is_retired_signs_out_whom_it_signed_in(world):
    person = await world.sign_in_staff("auditor")
    assert await person.ask(ME)
    settings = configured()
    resolvers.configure(replace(settings, token_keys={"next": Ed25519PrivateKey.generate()}, token_key_id="next"))
    await assert_signed_out(person)


async def test_a_refresh_token_used_by_two_at_once_gives_both_one_answer(world):
    login, password = await world.hire("auditor")
    person, token = await signed_in(world, login=login, password=password, deviceId="d1", deviceName="Desk 4")
    both = [call(world.visitor(), REFRESH, refreshToken=token, deviceId="d1") for _ in range(2)]
    first, second = await asyncio.gather(*both)
    assert first["refreshToken"] == second["refreshToken"]
    assert len((await person.ask(ME))["viewer"]["sessions"]) == 1
