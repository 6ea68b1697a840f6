"""Being told things, over HTTP: where, by which way, when, with whose consent, and the link that ends offers."""

import re
from dataclasses import replace
from typing import Any

import pytest
from tortoise import connections

import resolvers
from models import ConsentEntry, Customer, PushAddress, blind_index
from resolvers.notifications import opt_outs
from tests import make
from tests.journeys.client import Person, World, do
from tests.journeys.test_bad_input import everything
from tests.resolvers.notifications.sent import offer

PHONE = "139 0000 0031"
TOKEN = {"provider": "FCM", "kind": "TOKEN", "platform": "ANDROID", "value": "cT9:APA91b" + "x" * 140}


async def me(person: Person) -> str:
    return str((await person.ask("{ viewer { customer { id } } }"))["viewer"]["customer"]["id"])


async def addresses(person: Person) -> list[dict[str, Any]]:
    asked = await person.ask("{ viewer { customer { pushAddresses { id value provider isCurrent } } } }")
    return list(asked["viewer"]["customer"]["pushAddresses"])


async def test_a_phone_is_reached_until_its_owner_signs_out_there(world: World):
    first, second = await world.sign_in_by_phone(PHONE), await world.sign_in_by_phone(PHONE)
    made = (await do(first, "customers/register-push-address", **TOKEN))["pushAddress"]
    again = (await do(first, "customers/register-push-address", **TOKEN))["pushAddress"]
    assert made["id"] == again["id"]
    await do(second, "customers/register-push-address", **TOKEN | {"value": "another"})
    assert [(each["value"], each["isCurrent"]) for each in await addresses(second)] == [
        (TOKEN["value"], False),
        ("another", True),
    ]
    await do(first, "everybody/end-session", isEverywhere=False)
    (left,) = await addresses(second)
    assert left["value"] == "another"
    forgotten = await do(second, "customers/forget-push-address", addressId=left["id"])
    assert forgotten["customer"]["pushAddresses"] == []


async def test_nobody_else_reads_where_somebody_is_reached(world: World):
    customer = await world.sign_in_by_phone(PHONE)
    address = (await do(customer, "customers/register-push-address", **TOKEN))["pushAddress"]
    document = "query($id: ID!) { node(id: $id) { ... on PushAddress { value platform } } }"
    officer, stranger = await world.sign_in_staff("officer"), await world.sign_in_by_phone("139 0000 0032")
    assert (await officer.ask(document, id=address["id"]))["node"] == {"value": "****", "platform": "ANDROID"}
    assert (await stranger.ask(document, id=address["id"]))["node"] is None
    before = await everything()
    assert (await do(stranger, "customers/forget-push-address", addressId=address["id"]))["code"] == "NOT_FOUND"
    assert await everything() == before


REGISTER = """mutation($input: RegisterPushAddressInput!) { registerPushAddress(input: $input) { __typename } }"""


@pytest.mark.parametrize("value", ["x" * 5_000, "x" * 4_097, "", "a b", "a\nb", "令牌", "a\0"])
async def test_what_no_carrier_gives_is_no_address(world: World, value: str):
    customer = await world.sign_in_by_phone(PHONE)
    before = await everything()
    answer = await customer.send(REGISTER, input=TOKEN | {"value": value})
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "inputPath": ["value"]}
    assert await everything() == before
    await do(customer, "customers/register-push-address", **TOKEN | {"value": "x" * 4_096})
    assert len((await PushAddress.get()).value) == 4_096


async def test_what_one_is_told_by_which_way_and_when_not(world: World):
    customer = await world.sign_in_by_phone(PHONE)
    given = await do(customer, "customers/notification-choices", customerId=await me(customer))
    assert len(given["preferences"]) == 24
    assert (given["quietFrom"], given["quietTo"], given["zone"]) == ("22:00", "08:00", "Asia/Shanghai")
    off = {"category": "SECURITY", "isOn": False}
    assert "preferences" in await do(customer, "customers/choose-preference", channel="PUSH", **off)
    before = await everything()
    refused = await do(customer, "customers/choose-preference", channel="SMS", **off)
    assert refused["code"] == "DUTY_CANNOT_BE_SILENCED"
    offers = {"category": "OFFER", "channel": "PUSH", "isOn": True}
    assert (await do(customer, "customers/choose-preference", **offers))["code"] == "CONSENT_NEEDED"
    hours = {"quietFrom": "21:30", "quietTo": "09:00", "zone": "Asia/Urumqi", "version": 0}
    for changed, code, path in [
        ({"quietTo": "21:30"}, "QUIET_HOURS_EMPTY", ["quietTo"]),
        ({"quietFrom": "09:30"}, "QUIET_HOURS_TOO_LONG", ["quietTo"]),
        ({"zone": "Mars/Olympus"}, "ZONE_UNKNOWN", ["zone"]),
        ({"version": 3}, "CONFLICT", ["version"]),
    ]:
        refused = await do(customer, "customers/choose-quiet-hours", **hours | changed)
        assert (refused["code"], refused["path"]) == (code, path)
        assert refused["message"]
    assert await everything() == before
    chosen = await do(customer, "customers/choose-quiet-hours", **hours)
    assert (chosen["quietFrom"], chosen["quietTo"], chosen["version"]) == ("21:30", "09:00", 1)
    asked = await customer.ask("{ viewer { customer { notificationSetting { quietFrom quietTo zone version } } } }")
    assert asked["viewer"]["customer"]["notificationSetting"] == {**hours, "version": 1}
    again = await do(customer, "customers/choose-quiet-hours", **hours | {"zone": "Asia/Shanghai", "version": 1})
    assert (again["code"], "March 17" in again["message"]) == ("ZONE_CHANGED_LATELY", True)


HOURS = """mutation($input: ChooseQuietHoursInput!) { chooseQuietHours(input: $input) { __typename } }"""


@pytest.mark.parametrize(
    "clock", ["24:00", "9:00", "09:00:00", "09:60", "0900", "22:00+08:00", " 22:00", "２２:00", 2200, ""]
)
async def test_a_time_of_day_is_written_in_one_way_only(world: World, clock: object):
    customer = await world.sign_in_by_phone(PHONE)
    answer = await customer.send(
        HOURS, input={"quietFrom": clock, "quietTo": "08:00", "zone": "Asia/Shanghai", "version": 0}
    )
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def agreed(customer: Person, *channels: str) -> None:
    (text,) = (await do(customer, "everybody/consent-texts", locale="EN"))["texts"]
    asked = {"purpose": "MARKETING", "channels": channels, "textVersion": text["version"]}
    assert "customer" in await do(customer, "customers/give-consent", **asked)


async def test_a_yes_to_the_words_and_a_no(world: World):
    customer = await world.sign_in_by_phone(PHONE)
    old = {"purpose": "MARKETING", "channels": ["PUSH"], "textVersion": "2020-01-000000000000"}
    refused = await do(customer, "customers/give-consent", **old)
    assert (refused["code"], refused["path"]) == ("CONSENT_TEXT_OUTDATED", ["textVersion"])
    assert not await ConsentEntry.exists()
    await agreed(customer, "PUSH", "EMAIL")
    await agreed(customer, "EMAIL", "PUSH", "PUSH")
    withdrawn = await do(customer, "customers/withdraw-consent", purpose="MARKETING", channels=["EMAIL"])
    said = withdrawn["customer"]["consents"]["nodes"]
    assert [(each["channel"], each["isGiven"]) for each in said] == [("EMAIL", True), ("PUSH", True), ("EMAIL", False)]
    offers = {"category": "OFFER", "isOn": True}
    assert "preferences" in await do(customer, "customers/choose-preference", channel="PUSH", **offers)
    assert (await do(customer, "customers/choose-preference", channel="EMAIL", **offers))["code"] == "CONSENT_NEEDED"
    nothing = await customer.send(
        "mutation($input: WithdrawConsentInput!) { withdrawConsent(input: $input) { __typename } }",
        input={"purpose": "MARKETING", "channels": []},
    )
    assert nothing["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "inputPath": ["channels"]}


async def test_an_e_mail_address_is_given_confirmed_and_deleted(world: World):
    customer = await world.sign_in_by_phone(PHONE)
    before = await everything()
    assert (await do(customer, "customers/give-email-address", address="li@nowhere"))["code"] == "EMAIL_INVALID"
    assert await everything() == before
    given = (await do(customer, "customers/give-email-address", address="li@Example.com"))["emailAddress"]
    assert (given["address"], given["confirmedAt"]) == ("li@example.com", None)
    wrong = f"{(int(world.codes['li@example.com']) + 1) % 1_000_000:06d}"
    assert (await do(customer, "customers/confirm-email-address", code=wrong))["code"] == "EMAIL_CODE_WRONG"
    right = await do(customer, "customers/confirm-email-address", code=world.codes["li@example.com"])
    assert right["emailAddress"]["confirmedAt"]
    officer = await world.sign_in_staff("officer")
    document = "query($id: ID!) { node(id: $id) { ... on Customer { emailAddress { address } } } }"
    seen = (await officer.ask(document, id=await me(customer)))["node"]["emailAddress"]["address"]
    assert seen == "l***@example.com"
    gone = await do(customer, "customers/forget-email-address", emailAddressId=given["id"])
    assert gone["customer"]["emailAddress"] is None


async def link(customer: Person, language: str | None = "EN") -> str:
    """The address of a link in an offer that was sent to somebody by text message."""
    if language is not None:
        await do(customer, "customers/choose-language", locale=language)
    owner = await Customer.get(phone_index=blind_index("+86" + PHONE.replace(" ", "")))
    return opt_outs.link((await offer(owner)).id, make.clock.now())


async def test_one_tap_ends_offers_by_that_way(world: World):
    customer = await world.sign_in_by_phone(PHONE)
    await agreed(customer, "SMS", "PUSH")
    path = await link(customer)
    before = await everything()
    for _ in range(3):
        page = await world.http.get(path)
        assert (page.status_code, (await world.http.head(path)).status_code) == (200, 200)
    assert await everything() == before, "mail scanners follow links"
    assert "No more offers by text message?" in page.text
    assert page.text.count("<button>") == 1
    done = await world.http.post(path)
    assert done.status_code == 200
    assert "Offers by text message are off" in done.text
    assert "give your consent" in done.text
    assert "<button>" not in done.text
    last = await ConsentEntry.all().order_by("-id").first()
    assert (last.channel, last.is_given, last.source) == ("SMS", False, "LINK")
    assert (await world.http.get(path)).text == (await world.http.post(path)).text == done.text
    assert await ConsentEntry.all().count() == 3


async def test_a_mail_programs_own_button_ends_them_too(world: World):
    customer = await world.sign_in_by_phone(PHONE)
    await agreed(customer, "SMS")
    done = await world.http.post(
        await link(customer),
        content=b"List-Unsubscribe=One-Click",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert done.status_code == 200
    assert await ConsentEntry.filter(is_given=False).count() == 1


async def test_a_link_that_was_used_undoes_no_later_consent_and_says_so(world: World):
    customer = await world.sign_in_by_phone(PHONE)
    await agreed(customer, "SMS")
    path = await link(customer)
    await world.http.post(path)
    await agreed(customer, "SMS")
    before = await everything()
    page = await world.http.post(path)
    assert (page.status_code, "This link was used before" in page.text) == (200, True)
    assert await everything() == before


async def test_a_forged_link_opens_a_page_in_both_languages_and_changes_nothing(world: World):
    customer = await world.sign_in_by_phone(PHONE)
    await agreed(customer, "SMS")
    path = await link(customer)
    before = await everything()
    for forged in (
        path[:-6],
        path[:-6] + "AAAAAA",
        "/opt-out/x",
        "/opt-out/a.b.c",
        "/opt-out/%00",
        "/opt-out/%F0%9F%98%80",
    ):
        for answer in (await world.http.get(forged), await world.http.post(forged)):
            assert answer.status_code == 404
            assert 'lang="zh-CN"><h1>此链接无效' in answer.text
            assert 'lang="en"><h1>This link does not work' in answer.text
    assert await everything() == before
    for method in ("PUT", "DELETE", "PATCH"):
        assert (await world.http.request(method, path)).status_code == 405


async def test_the_page_speaks_the_customers_language_runs_nothing_and_is_kept_nowhere(world: World):
    customer = await world.sign_in_by_phone(PHONE)
    path = await link(customer, "ZH_CN")
    page = await world.http.get(path, headers={"Accept-Language": "en"})
    assert '<html lang="zh-CN">' in page.text
    assert "不再通过短信接收优惠信息" in page.text
    assert "停止接收</button>" in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script|\son\w+=|\ssrc=|\shref=|https?:", page.text)
    assert "139" not in page.text


async def test_where_he_chose_no_language_his_browsers_is_spoken(world: World):
    path = await link(await world.sign_in_by_phone(PHONE), None)
    assert '<html lang="en">' in (await world.http.get(path, headers={"Accept-Language": "en-GB"})).text
    assert '<html lang="zh-CN">' in (await world.http.get(path)).text


async def test_the_lenders_name_is_written_as_text(world: World):
    path = await link(await world.sign_in_by_phone(PHONE))
    resolvers.configure(replace(resolvers.configured(), lender_name="<b>Fair & Co</b>"))
    page = await world.http.get(path)
    assert "<b>" not in page.text
    assert "&lt;b&gt;Fair &amp; Co&lt;/b&gt; will send you" in page.text


async def test_a_database_that_fails_is_our_mistake_and_says_by_which_id_it_is_found(world: World, caplog):
    path = await link(await world.sign_in_by_phone(PHONE))
    await connections.get("default").execute_script("ALTER TABLE consent_entry RENAME TO consent_entry_gone")
    try:
        page = await world.http.post(path)
    finally:
        await connections.get("default").execute_script("ALTER TABLE consent_entry_gone RENAME TO consent_entry")
    request_id = page.headers["x-request-id"]
    assert (page.status_code, request_id in page.text) == (500, True)
    assert f"Unexpected error with an opt-out, request {request_id}" in caplog.text
