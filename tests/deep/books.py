"""What the books of a house must say, whatever happened to its processes."""

from collections import Counter
from datetime import timedelta

from tortoise.connection import get_connection

from jobs.verify import verify
from models import IdempotencyKey, OutboxEvent, Repayment
from models.clock import SystemClock
from notifications.events import read_event
from resolvers.payments import receipts
from rules.ids import encode_id
from tests import make
from tests.deep.houses import House, opened

LATER = timedelta(minutes=2)
"""When every lease that a dead process held has run out."""

BOOKED = """
SELECT idempotency_key.key AS key, repayment.id AS id, repayment.amount AS cents FROM idempotency_key
JOIN receipt ON receipt.intent_id = idempotency_key.result_number JOIN repayment ON repayment.receipt_id = receipt.id
WHERE idempotency_key.operation = 'repay'
"""
TOLD = """
SELECT outbox_event.id AS id, outbox_event.body AS body, COUNT(notification.id) AS times FROM outbox_event
LEFT JOIN notification ON notification.event_id = outbox_event.id GROUP BY outbox_event.id, outbox_event.body
"""


async def check_books(house: House) -> str:
    """Finish what was begun, then hold the books against what was asked, acknowledged and told; gives the counts."""
    async with opened(house.url):
        make.clock.moment = SystemClock("Asia/Shanghai").now() + LATER
        settled = 0
        while asked := await receipts.settle_pending(make.clock):  # A batch at a time.
            settled += asked
        await make.deliver()
        assert await verify() == []
        await _check_payments(house)
        await _check_notices()
        booked = await Repayment.all().count()
        return f"{booked} booked, {len(house.acknowledged)} acknowledged, {settled} settled by the background"


async def _check_payments(house: House) -> None:
    rows = await get_connection("default").execute_query_dict(BOOKED)
    booked = {row["key"]: row for row in rows}
    assert len(rows) == len(booked) == await Repayment.all().count(), "a key is booked once, and nothing without a key"
    assert booked.keys() == {key async for key in _known_keys()}, "what was begun is booked in the end"
    assert booked.keys() <= house.asked.keys(), "nothing is booked that nobody asked for"
    for key, row in booked.items():
        assert row["cents"] == house.asked[key].amount * 100
    for key, repayment_id in house.acknowledged.items():
        assert key in booked, f"{key} was acknowledged and is lost"
        assert encode_id("Repayment", booked[key]["id"]) == repayment_id


async def _known_keys():
    for key in await IdempotencyKey.filter(operation="repay"):
        yield key.key


async def _check_notices() -> None:
    """One notice for each repayment, and none for what did not happen."""
    repaid = Counter([(each.loan_id, each.amount) for each in await Repayment.all()])
    recorded = Counter()
    for event in await OutboxEvent.filter(kind="RepaymentReceived"):
        told = read_event(event.kind, event.body)
        recorded[told.loan_id, told.amount.amount] += 1
    assert recorded == repaid
    for event in await get_connection("default").execute_query_dict(TOLD):
        assert event["times"] == 1, f"event {event['id']} is told {event['times']} times: {event['body']}"
