"""Bringing a friend, from the managers' programme to the points of both."""

from datetime import date

import models
from resolvers.loyalty.referral_rewards import reward_referrals
from rules.ids import encode_id
from rules.people.access import Role
from tests import make
from tests.journeys.client import World, do, own, read, second_manager

TERMS = {
    "policy": "OPEN",
    "validFrom": "2026-03-16",
    "referrerPoints": 100,
    "friendPoints": 50,
    "yearlyLimit": 10,
    "dailyLimit": 5,
    "bonuses": [{"after": 3, "points": 30}],
}


async def test_a_friend_comes_by_a_code_and_both_get_their_points(world: World):
    first = await world.sign_in_staff("manager")
    referrer = await world.sign_in_by_phone("139 0000 0041")
    asked = {"customerId": (await own(referrer))["id"]}
    assert (await do(referrer, "customers/make-referral-code", **asked))["code"] == "NO_REFERRAL_PROGRAMME"
    proposed = (await do(first, "staff/propose-referral-programme", **TERMS))["referralProgramme"]
    assert (await do(first, "staff/approve-referral-programme", programmeId=proposed["id"]))["code"] == "SAME_PERSON"
    approved = await do(await second_manager(world), "staff/approve-referral-programme", programmeId=proposed["id"])
    assert approved["referralProgramme"]["status"] == "APPROVED"
    (listed,) = (await read(first, "staff/referral-programmes", status="APPROVED"))["nodes"]
    assert [(each["after"], each["points"]) for each in listed["bonuses"]] == [(3, 30)]

    code = (await do(referrer, "customers/make-referral-code", **asked))["referralCode"]["code"]
    friend = await world.sign_in_by_phone("139 0000 0042")
    shown = await do(friend, "customers/referral-terms", locale="EN")
    assert (shown["policy"], shown["friendPoints"], shown["consentWords"]) == ("OPEN", 50, None)
    for wrong in ("7KQ2MXWP", code[:-1]):
        refused = await do(friend, "customers/use-referral-code", code=wrong)
        assert (refused["code"], refused["path"]) == ("REFERRAL_CODE_INVALID", ["code"])
    used = await do(friend, "customers/use-referral-code", code=code.lower())
    assert (used["referralPart"]["side"], used["referralPart"]["status"]) == ("FRIEND", "INVITED")
    identity = {"name": "赵小明", "identityNumber": make.identity_number()}
    await do(friend, "customers/give-identity", **identity)
    assert (await do(friend, "customers/use-referral-code", code=code))["code"] == "REFERRAL_TOO_LATE"

    assert await reward_referrals(make.system(), date(2026, 5, 1)) == 1
    for person, side in ((referrer, "REFERRER"), (friend, "FRIEND")):
        (part,) = (await own(person))["referralParts"]["nodes"]
        assert (part["side"], part["status"], part["rewardedIn"]) == (side, "REWARDED", "2026-05-01")


async def test_a_manager_decides_what_speaks_against_it(world: World):
    manager = await world.sign_in_staff("manager")
    proposed = (await do(manager, "staff/propose-referral-programme", **TERMS | {"dailyLimit": 1}))["referralProgramme"]
    await do(await second_manager(world), "staff/approve-referral-programme", programmeId=proposed["id"])
    referrer = await world.sign_in_by_phone("139 0000 0043")
    asked = {"customerId": (await own(referrer))["id"]}
    code = (await do(referrer, "customers/make-referral-code", **asked))["referralCode"]["code"]
    for number in (44, 45):
        friend = await world.sign_in_by_phone(f"139 0000 00{number}")
        await do(friend, "customers/use-referral-code", code=code)
        await do(friend, "customers/give-identity", name="赵小明", identityNumber=make.identity_number())
    (waiting,) = (await read(manager, "staff/referral-reviews"))["nodes"]
    assert (waiting["concerns"], waiting["code"]["code"]) == (["MANY_IN_A_DAY"], code)
    said = {"referralId": waiting["id"], "reason": "A whole class at school."}
    assert (await do(manager, "staff/decide-referral", **said | {"reason": "ok"}, verdict="APPROVE"))["code"] == (
        "REASON_TOO_SHORT"
    )
    decided = (await do(manager, "staff/decide-referral", **said, verdict="APPROVE"))["referral"]
    assert (decided["status"], decided["paysOn"]) == ("QUALIFIED", "2026-05-01")
    assert (await read(manager, "staff/referral-reviews"))["nodes"] == []
    customer = encode_id("Customer", (await models.Referral.all().order_by("-id").first()).customer_id)
    (seen,) = (await read(manager, "staff/customer-referrals", id=customer))["referrals"]["nodes"]
    assert (seen["status"], seen["reason"]) == ("QUALIFIED", "A whole class at school.")
    assert await models.Staff.filter(role=Role.MANAGER).count() == 2
