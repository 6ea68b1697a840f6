"""A promotion, from a marketer's words to the right people's inboxes."""

from datetime import timedelta

import models
from resolvers.notifications.promotions import tell_due
from rules.ids import encode_id
from rules.notifications.classes import Category
from tests import make, promoting
from tests.journeys.client import TRUSTED, Person, World, do, read

INBOX = "{ viewer { customer { notifications(last: 5) { nodes { kind title text } } } } }"
TEMPLATE = {
    "name": "March",
    "category": "LOYALTY",
    "pushTitleZh": "本月积分翻倍",
    "pushBodyZh": "打开应用看看怎么参加。",
    "inboxZh": "三月的每一笔按时还款都得双倍积分。",
    "pushTitleEn": "Twice the points this month",
    "pushBodyEn": "See in the app how it works.",
    "inboxEn": "Each payment on time in March earns twice the points.",
}


async def inbox(person: Person) -> list[tuple[str, str, str]]:
    nodes = (await person.ask(INBOX))["viewer"]["customer"]["notifications"]["nodes"]
    return [(each["title"], each["text"]) for each in nodes if each["kind"] == "PromotionSent"]


async def listed(person: Person, document: str, **variables: object) -> list[dict]:
    return list((await read(person, document, **variables))["nodes"])


async def test_a_promotion_reaches_those_who_want_it_and_says_why_not_the_others(world: World):
    people = [await world.sign_in_by_phone(f"139 0000 00{number}") for number in (31, 32, 33)]
    willing, silent, away = await models.Customer.all().order_by("id")
    for each in (willing, away):
        await make.consent(each)
    await make.preference(away, Category.LOYALTY)

    marketer, manager = await world.sign_in_staff("marketer"), await world.sign_in_staff("manager")
    refused = await do(marketer, "staff/save-promotion-template", **TEMPLATE | {"pushTitleEn": "Get 100 yuan"})
    assert (refused["code"], refused["field"]) == ("WORDS_NOT_FOR_LOCK_SCREEN", "pushTitleEn")
    template = (await do(marketer, "staff/save-promotion-template", **TEMPLATE))["promotionTemplate"]
    nobody = make.global_id("Customer", 999)
    ids = [encode_id("Customer", each.id) for each in (willing, silent, away)]
    begins = make.clock.now() + timedelta(minutes=5)  # Tokens live for ten.
    asked = {
        "templateId": template["id"],
        "sendsAt": begins.isoformat(),
        "endsAt": (begins + timedelta(days=1)).isoformat(),
        "key": "march",
    }
    assert (await do(marketer, "staff/send-promotion", **asked))["code"] == "AUDIENCE_UNCLEAR"
    proposed = await do(marketer, "staff/send-promotion", **asked, customerIds=[*ids, nobody])
    assert (proposed["count"], proposed["notFound"]) == (3, 1)
    assert proposed["sampleEn"] == {
        "pushTitle": TEMPLATE["pushTitleEn"],
        "pushBody": TEMPLATE["pushBodyEn"],
        "inbox": TEMPLATE["inboxEn"],
        "link": "goodterms://home",
    }
    reasons = [{"reason": "SWITCHED_OFF", "count": 1}, {"reason": "NO_CONSENT", "count": 1}]
    assert proposed["leftOut"] == [], "of a list, a marketer reads no reasons"
    assert proposed == await do(marketer, "staff/send-promotion", **asked, customerIds=[*ids, nobody])

    (waiting,) = await listed(manager, "staff/promotions", filter={"status": "PROPOSED"})
    decision = {"promotionId": waiting["id"], "version": waiting["version"]}
    approved = await do(manager, "staff/approve-promotion", **decision)
    assert approved["promotion"]["status"] == "APPROVED"
    assert await tell_due(make.clock) == 0
    make.clock.moment = begins
    assert await tell_due(make.clock) == 3
    await world.deliver()

    people[0].language = "en"
    assert await inbox(people[0]) == [(TEMPLATE["pushTitleEn"], TEMPLATE["inboxEn"])]
    assert [await inbox(each) for each in people[1:]] == [[], []]
    result = await do(manager, "staff/promotion-result", promotionId=waiting["id"])
    assert (result["promotion"]["status"], result["promotion"]["toldCount"]) == ("SENT", 1)
    assert result["leftOut"] == reasons
    (shown,) = await listed(manager, "staff/promotions")
    assert {each["customer"]["id"]: each["reason"] for each in shown["leftOut"]["nodes"]} == {
        ids[1]: "NO_CONSENT",
        ids[2]: "SWITCHED_OFF",
    }
    (seen,) = await listed(marketer, "staff/promotions")
    assert (seen["leftOut"]["nodes"], seen["proposedBy"]) == ([], None)


async def test_each_does_his_part_and_no_others(world: World):
    customer = await world.sign_in_by_phone("139 0000 0031")
    staff = {role: await world.sign_in_staff(role) for role in ("officer", "manager", "marketer", "auditor", "admin")}
    promotion = await promoting.proposed(await models.Customer.get())
    before = await make.everything()
    named = {"promotionId": make.global_id("Promotion", promotion.id), "version": 1}
    times = {"sendsAt": make.clock.now().isoformat(), "endsAt": make.clock.now().isoformat()}
    proposal = {"templateId": make.global_id("PromotionTemplate", promotion.template_id), "key": "x", **times}
    may = {
        "save-promotion-template": (TEMPLATE | {"pushTitleEn": "loan"}, {"marketer"}),
        "send-promotion": (proposal, {"marketer"}),
        "approve-promotion": (named | {"version": 9}, {"manager"}),
        "decline-promotion": (named | {"version": 9}, {"manager"}),
        "cancel-promotion": (named | {"version": 9}, {"manager", "marketer"}),
        "promotion-result": ({"promotionId": named["promotionId"]}, {"manager", "marketer", "auditor"}),
    }
    for document, (values, allowed) in may.items():
        text = (TRUSTED / "staff" / f"{document}.graphql").read_text("utf-8")
        for role, person in {**staff, "customer": customer}.items():
            answer = await person.send(text, input=values)
            codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
            assert codes == ([] if role in allowed else ["FORBIDDEN"]), (document, role)
    for document in ("promotions", "promotion-templates"):
        text = (TRUSTED / "staff" / f"{document}.graphql").read_text("utf-8")
        answers = {role: await person.send(text) for role, person in {**staff, "customer": customer}.items()}
        assert {role for role, answer in answers.items() if "errors" not in answer} == {
            "manager",
            "marketer",
            "auditor",
        }
    assert await make.everything() == before


async def test_a_list_is_bounded_and_what_customers_choose_about_is_one_of_three(world: World):
    marketer = await world.sign_in_staff("marketer")
    template = (await do(marketer, "staff/save-promotion-template", **TEMPLATE))["promotionTemplate"]
    begins = make.clock.now() + timedelta(hours=1)
    times = {"sendsAt": begins.isoformat(), "endsAt": (begins + timedelta(days=1)).isoformat()}
    text = (TRUSTED / "staff" / "send-promotion.graphql").read_text("utf-8")
    asked = {"templateId": template["id"], "key": "x", **times}
    many = [make.global_id("Customer", number + 1) for number in range(1_001)]
    answer = await marketer.send(text, input=asked | {"customerIds": many})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    longest = await do(marketer, "staff/send-promotion", **asked, customerIds=many[1:])
    assert longest["code"] == "AUDIENCE_TOO_SMALL", "a thousand strangers are nobody"
    duty = (TRUSTED / "staff" / "save-promotion-template.graphql").read_text("utf-8")
    answer = await marketer.send(duty, input=TEMPLATE | {"name": "Other", "category": "SECURITY"})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
