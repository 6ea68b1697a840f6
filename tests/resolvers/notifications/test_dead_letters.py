"""What could not be told is looked at, mended within bounds, and told again."""

import json
from typing import Any

import pytest

from models import DeadLetter, Notification, OutboxEvent, Viewer
from models.database import transaction
from notifications import outbox
from notifications.loans.repayments import RepaymentReceived
from notifications.notifications.promotions import PromotionSent
from notifications.previews import filled
from resolvers.notifications import dead_letters, relay
from rules.errors import NotFound
from rules.notifications.dead_letters import BodyMalformed, LetterReplayed
from rules.people.access import Role
from tests import make


async def admin() -> Viewer:
    return await make.signed_in(await make.staff(role=Role.ADMIN))


async def letter(kind: type[Any] = RepaymentReceived) -> tuple[DeadLetter, dict[str, Any]]:
    """An event that could not be read five times, and how it should be."""
    customer = await make.customer()
    good = json.loads(filled(kind).to_json()) | {"customer_id": customer.id}
    async with transaction(make.system(), "tell"):
        await outbox.record(kind(**vars(filled(kind)) | {"customer_id": customer.id}))
    await OutboxEvent.filter(kind=kind.__name__).update(body="nonsense")
    for _ in range(relay.DEAD_AFTER_TRIES):
        assert await relay.deliver_due(make.clock) == 0
        make.clock.moment = (await OutboxEvent.get(kind=kind.__name__)).leased_until
    return await DeadLetter.get(), good


async def test_a_mended_event_is_told_at_once(db):
    dead, good = await letter()
    me = await admin()
    await make.deliver()
    assert (await dead_letters.contents(me, dead_letter_id=dead.id)).body == "nonsense"
    await dead_letters.mend(me, dead_letter_id=dead.id, body=json.dumps(good))
    told = await dead_letters.replay(me, dead_letter_id=dead.id)
    assert (told.is_open, told.replayed_at) == (False, make.clock.now())
    assert await relay.deliver_due(make.clock) == 1
    assert await Notification.filter(kind="RepaymentReceived").count() == 1
    with pytest.raises(LetterReplayed):
        await dead_letters.replay(me, dead_letter_id=dead.id)
    with pytest.raises(LetterReplayed):
        await dead_letters.mend(me, dead_letter_id=dead.id, body=json.dumps(good))


@pytest.mark.parametrize(
    "wrong",
    [
        {"customer_id": 4_000_000},
        {"amount": {"amount": "1E+99999", "currency": "CNY"}},
        {"amount": {"amount": "-5.00", "currency": "CNY"}},
        {"amount": {"amount": "1.005", "currency": "CNY"}},
        {"amount": {"amount": "5.00", "currency": "ZZZZ"}},
        {"amount": {"amount": "5.00", "currency": "\u0000"}},
        {"number": "L-1 please pay to 6222"},
        {"number": "L" * 41},
        {"loan_id": "x"},
    ],
)
async def test_what_no_event_of_ours_would_say_is_refused_and_changes_nothing(db, wrong: dict[str, Any]):
    dead, good = await letter()
    me = await admin()
    before = await make.everything()
    with pytest.raises(BodyMalformed):
        await dead_letters.mend(me, dead_letter_id=dead.id, body=json.dumps(good | wrong))
    with pytest.raises(BodyMalformed):
        await dead_letters.replay(me, dead_letter_id=dead.id)  # It is as it was.
    assert await make.everything() == before


async def test_what_two_approved_is_not_rewritten_by_one(db):
    dead, good = await letter(PromotionSent)
    with pytest.raises(BodyMalformed):
        await dead_letters.mend(await admin(), dead_letter_id=dead.id, body=json.dumps(good | {"about": "SECURITY"}))


async def test_to_everybody_else_there_are_none(db):
    dead, good = await letter()
    manager = await make.signed_in(await make.staff(role=Role.MANAGER))
    for act in (dead_letters.contents, dead_letters.replay):
        with pytest.raises(NotFound):
            await act(manager, dead_letter_id=dead.id)
    with pytest.raises(NotFound):
        await dead_letters.mend(manager, dead_letter_id=dead.id, body=json.dumps(good))


async def test_an_event_of_nobody_or_of_no_day_holds_up_no_other(db):
    customer = await make.customer()
    async with transaction(make.system(), "tell"):
        for _ in range(3):
            await outbox.record(RepaymentReceived(**vars(filled(RepaymentReceived)) | {"customer_id": customer.id}))
    first, second, _ = await OutboxEvent.all().order_by("id")
    nobodys = json.loads(first.body) | {"customer_id": 4_000_000}
    await OutboxEvent.filter(id=first.id).update(body=json.dumps(nobodys))
    due = {"customer_id": customer.id, "due_on": "9999-12-31", "amounts": [], "days": 1}
    await OutboxEvent.filter(id=second.id).update(kind="InstallmentDueSoon", body=json.dumps(due))
    assert await relay.deliver_due(make.clock) == 1
    assert await OutboxEvent.filter(delivered_at__isnull=True, tries=1).count() == 2
