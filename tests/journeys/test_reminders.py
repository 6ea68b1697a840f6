"""From due day to phone: reminded in time, pushed, opened, paid; by text where no phone is reached; never at night."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

import models
import notifications
from jobs import lanes
from resolvers.notifications import reminders
from rules.ids import encode_id
from rules.notifications.classes import Lane
from schema.declarations.ids import decode_id
from settings import Settings
from tests import make
from tests.journeys.client import Person, World, do
from tests.journeys.test_hardship import at
from tests.standins.carriers import Carriers, carriers

DUE_ON = date(2026, 4, 16)
DELIVERIES = """query($id: ID!) { node(id: $id) { ... on Customer { deliveries(last: 20) {
  nodes { kind channel state reason detail } } } } }"""


@pytest.fixture
async def reached(world: World, tmp_path: Path) -> AsyncIterator[Carriers]:
    """The carriers, and a house that sends through them."""
    before = notifications.configured()
    async with carriers(tmp_path) as there:
        settings = Settings(_env_file=None, **there.settings)
        notifications.configure(replace(before, lanes=settings.lanes, console=None))
        lanes.configure(settings)
        yield there
        await lanes.close()
    notifications.configure(before)


async def go_on() -> None:
    """Do what the workers do: choose, tell, send."""
    while await reminders.choose_due(make.clock):
        pass
    await make.deliver()
    for lane in Lane:
        await lanes.send(lane, make.clock, asyncio.Event())


async def named(customer: Person, value: str) -> None:
    """Start the app on a phone."""
    said = {"provider": "FCM", "kind": "TOKEN", "platform": "ANDROID", "value": value}
    assert "pushAddress" in await do(customer, "customers/register-push-address", **said)


async def morning(day: date, hour: int = 9) -> None:
    await make.pass_until(day)
    at(hour)


async def kinds_pushed(reached: Carriers) -> list[str]:
    """What was pushed: our own rows say so, a carrier is not told."""
    ids = [decode_id(message["data"]["notification"])[1] for message in reached.fcm.messages]
    return [(await models.Notification.get(id=id)).kind for id in ids]


async def test_a_reminder_is_pushed_opened_and_paid_and_then_there_is_peace(world: World, reached: Carriers):
    customer, _, _, loan_id = await world.with_loan("139 0000 0031")
    await named(customer, "her-phone")
    await go_on()
    reached.fcm.forget()
    await morning(DUE_ON - timedelta(days=3), 8)
    await go_on()
    assert not reached.fcm.messages, "it is not nine yet"
    at(9)
    await go_on()
    (pushed,) = reached.fcm.messages
    assert pushed["token"] == "her-phone"
    assert pushed["notification"] == {"title": "您有一项事务即将到期", "body": "请打开应用查看。"}
    assert pushed["android"]["collapse_key"] == f"due-{DUE_ON.isoformat()}"

    customer = await world.sign_in_by_phone("139 0000 0031")
    opened = await do(
        customer, "customers/report-opened", notificationId=pushed["data"]["notification"], hasActed=False
    )
    assert opened["notification"]["isRead"] is True
    assert "CN¥" in opened["notification"]["text"]
    quote = await do(
        customer, "customers/repay", loanId=loan_id, amount={"amount": "85.31", "currency": "CNY"}, key="pay"
    )
    assert quote["__typename"] == "RepaySuccess", quote

    for days in (2, 1, 0, -1, -3):
        await morning(DUE_ON - timedelta(days=days))
        await go_on()
        at(12)
        await go_on()
    kinds = await kinds_pushed(reached)
    assert [kind for kind in kinds if kind.startswith("Installment")] == ["InstallmentDueSoon"], "she paid in time"
    assert not reached.sms.texts


async def test_a_dead_address_falls_back_to_a_text_once(world: World, reached: Carriers):
    customer, _, _, _ = await world.with_loan("139 0000 0032")
    await named(customer, "drowned-phone")
    await go_on()
    reached.fcm.forget()
    reached.fcm.faults.fail("UNREGISTERED", "drowned-phone")
    await morning(DUE_ON - timedelta(days=1))
    await go_on()
    await go_on()
    (text,) = reached.sms.texts
    assert text["to"] == "+8613900000032"
    assert text["text"] == "您有一项事务即将到期\n请打开应用查看。"
    await morning(DUE_ON)
    await go_on()
    assert len(reached.sms.texts) == 2, "without a phone, the due day's goes by text at once"
    at(12)
    await go_on()
    assert len(reached.sms.texts) == 2


async def test_what_is_overdue_is_held_from_ten_at_night_to_eight(world: World, reached: Carriers):
    await world.with_loan("139 0000 0033")
    await make.pass_until(DUE_ON)
    await named(await world.sign_in_by_phone("139 0000 0033"), "his-phone")  # A month without would be too long.
    await go_on()
    await make.pass_until(DUE_ON + timedelta(days=1))
    reached.fcm.forget()
    at(22, 30)
    await go_on()
    assert not reached.fcm.messages, "it was chosen late, and the night is his"
    manager, me = await world.sign_in_staff("manager"), await models.Customer.all().order_by("-id").first()
    shown = await manager.ask(DELIVERIES, id=encode_id("Customer", me.id))
    waiting = shown["node"]["deliveries"]["nodes"][-1]
    assert (waiting["kind"], waiting["state"], waiting["reason"]) == ("InstallmentOverdue", "QUEUED", "HOURS")
    make.clock.moment += timedelta(hours=9, minutes=29)  # 7:59
    await go_on()
    assert not reached.fcm.messages
    make.clock.moment += timedelta(minutes=1)
    await go_on()
    assert await kinds_pushed(reached) == ["InstallmentOverdue"]
