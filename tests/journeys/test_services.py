"""An event from a marketer's draft to the door, and a callback from the slots that are shown to the call."""

from datetime import timedelta

import models
from resolvers.loyalty.customer_events import run_events
from tests import inviting, make
from tests.journeys.client import TRUSTED, World, do, read

INBOX = "{ viewer { customer { notifications(last: 5) { nodes { kind title text } } } } }"


def written(**changed: object) -> dict[str, object]:
    """An event of one seat, in three days and a minute: tokens live for ten."""
    starts_at = make.clock.now() + timedelta(days=3, minutes=1)
    return {
        "kind": "SEMINAR",
        "nameZh": inviting.WORDS["name_zh"],
        "nameEn": inviting.WORDS["name_en"],
        "descriptionZh": inviting.WORDS["description_zh"],
        "descriptionEn": inviting.WORDS["description_en"],
        "placeZh": inviting.WORDS["place_zh"],
        "placeEn": inviting.WORDS["place_en"],
        "startsAt": starts_at.isoformat(),
        "endsAt": (starts_at + timedelta(hours=2)).isoformat(),
        "closesAt": starts_at.isoformat(),
        "capacity": 1,
        **changed,
    }


async def test_an_event_from_the_draft_to_the_waiting_list(world: World):
    first, second = [await world.sign_in_by_phone(f"139 0000 004{number}") for number in (1, 2)]
    marketer, manager = await world.sign_in_staff("marketer"), await world.sign_in_staff("manager")
    late = await do(marketer, "staff/save-customer-event", **written(startsAt=make.clock.now().isoformat()))
    assert late["code"] == "EVENT_TIMES_WRONG"
    draft = (await do(marketer, "staff/save-customer-event", **written()))["customerEvent"]
    assert (await read(first, "customers/customer-events"))["nodes"] == []
    named = {"eventId": draft["id"], "version": draft["version"]}
    published = (await do(manager, "staff/publish-customer-event", **named))["customerEvent"]
    assert (published["status"], published["version"]) == ("PUBLISHED", 2)

    (shown,) = (await read(first, "customers/customer-events"))["nodes"]
    assert (shown["name"], shown["place"]) == ("Money at home", "Head office, third floor")
    assert (shown["seatsLeft"], shown["waiting"], shown["registrations"]["nodes"]) == (1, 0, [])
    mine = (await do(first, "customers/register-for-event", eventId=draft["id"]))["registration"]
    again = (await do(first, "customers/register-for-event", eventId=draft["id"]))["registration"]
    assert (mine["status"], again) == ("REGISTERED", mine)
    waiting = (await do(second, "customers/register-for-event", eventId=draft["id"]))["registration"]
    assert (waiting["status"], waiting["event"]["seatsLeft"], waiting["event"]["waiting"]) == ("WAITLISTED", 0, 1)
    (seen,) = (await read(marketer, "staff/customer-events-at-desk"))["nodes"]
    assert (seen["registrations"]["nodes"], seen["savedBy"]) == ([], None)
    (seen,) = (await read(manager, "staff/customer-events-at-desk"))["nodes"]
    assert len(seen["registrations"]["nodes"]) == 2
    counts = await do(manager, "staff/customer-event-figures", eventId=draft["id"])
    assert (counts["registered"], counts["waiting"], counts["attended"]) == (1, 1, 0)

    await do(first, "customers/cancel-registration", registrationId=mine["id"])
    taken = (await do(second, "customers/accept-seat", registrationId=waiting["id"]))["registration"]
    assert (taken["status"], taken["code"]) == ("REGISTERED", waiting["code"])
    make.clock.moment += timedelta(minutes=2)
    assert await run_events(make.clock) == 1
    await world.deliver()
    told = (await second.ask(INBOX))["viewer"]["customer"]["notifications"]["nodes"]
    assert [each["kind"] for each in told][-2:] == ["SeatOffered", "CustomerEventSoon"]
    assert told[-1]["title"] == "The event you registered for is coming up"
    closed = await do(await world.sign_in_staff("officer"), "staff/check-in", code=taken["code"])
    assert closed["code"] == "DOORS_CLOSED"


async def test_a_callback_from_the_slots_to_the_call(world: World):
    customer, officer = await world.sign_in_by_phone("139 0000 0043"), await world.sign_in_staff("officer")
    today = make.clock.today().isoformat()
    (first, *_) = (await do(customer, "customers/callback-slots", fromDay=today))["slots"]
    assert first == {"startsAt": "2026-03-17T01:00:00Z", "endsAt": "2026-03-17T01:30:00Z"}
    booking = {"startsAt": first["startsAt"], "topic": "Repaying early"}
    booked = (await do(customer, "customers/book-callback", **booking))["callback"]
    other = await do(customer, "customers/book-callback", startsAt="2026-03-17T02:00:00Z")
    assert (other["code"], other["message"]) == (
        "CALLBACK_RUNS",
        "You have booked a callback on March 17, 2026 9:00\u202fAM. Cancel it to book another time.",
    )
    (listed,) = (await do(officer, "staff/callbacks", on="2026-03-17", status="BOOKED"))["callbacks"]
    assert (listed["id"], listed["topic"], listed["officer"]) == (booked["id"], "Repaying early", None)
    early = await do(officer, "staff/complete-callback", callbackId=booked["id"], outcome="REACHED")
    assert early["code"] == "CALLBACK_AHEAD"
    cancelled = (await do(customer, "customers/cancel-callback", callbackId=booked["id"]))["callback"]
    assert cancelled["status"] == "CANCELLED"


async def test_each_does_his_part_and_no_others(world: World):
    customer = await world.sign_in_by_phone("139 0000 0044")
    staff = {role: await world.sign_in_staff(role) for role in ("officer", "manager", "marketer", "auditor", "admin")}
    event = await inviting.draft()
    named = {"eventId": make.global_id("CustomerEvent", event.id), "version": 9}
    nobody = make.global_id("Registration", 999), make.global_id("Callback", 999)
    person = make.global_id("Customer", 999)
    may = {
        "staff/save-customer-event": (written(closesAt=make.clock.now().isoformat()), {"manager", "marketer"}),
        "staff/publish-customer-event": (named, {"manager"}),
        "staff/cancel-customer-event": (named, {"manager", "marketer"}),
        "staff/customer-event-figures": (
            {"eventId": named["eventId"]},
            {"officer", "manager", "marketer", "auditor"},
        ),
        "staff/check-in": ({"code": "222222"}, {"officer", "manager"}),
        "staff/callbacks": ({"status": "BOOKED"}, {"officer", "manager", "auditor"}),
        "staff/complete-callback": ({"callbackId": nobody[1], "outcome": "REACHED"}, {"officer", "manager"}),
        "staff/assign-named-officer": ({"customerId": person}, {"manager"}),
        "customers/register-for-event": ({"eventId": named["eventId"]}, {"customer"}),
        "customers/cancel-registration": ({"registrationId": nobody[0]}, {"customer"}),
        "customers/accept-seat": ({"registrationId": nobody[0]}, {"customer"}),
        "customers/callback-slots": ({"fromDay": make.TODAY.isoformat()}, {"customer"}),
        "customers/book-callback": ({"startsAt": make.NOON.isoformat()}, {"customer"}),
        "customers/cancel-callback": ({"callbackId": nobody[1]}, {"customer"}),
    }
    for document, (values, allowed) in may.items():
        text = (TRUSTED / f"{document}.graphql").read_text("utf-8")
        for role, somebody in {**staff, "customer": customer}.items():
            answer = await somebody.send(text, input=values)
            codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
            assert codes == ([] if role in allowed else ["FORBIDDEN"]), (document, role, answer)
    assert await models.CustomerEvent.all().count() == 1
    assert not await models.Registration.exists()
    assert not await models.Callback.exists()
