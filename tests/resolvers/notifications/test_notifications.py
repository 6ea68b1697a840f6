import pytest

from models import Notification, OutboxEvent
from resolvers.notifications.notifications import REMEMBERED, read_notifications, watch_inbox
from resolvers.watches import PAGE
from rules.errors import NotFound
from tests import make


@pytest.fixture
async def inbox(db) -> list[Notification]:
    """Two notices of one customer: his loan, paid out, and a payment."""
    loan = await make.loan()
    await make.repayment(loan, "10.00")
    await make.deliver()
    return await Notification.filter(customer_id=loan.customer_id).order_by("id")


async def test_what_was_read_is_read_up_to_there(inbox):
    reader = await make.viewer_of(inbox[0].customer_id)
    customer = await read_notifications(reader, inbox[-2].id)
    assert customer.id == inbox[0].customer_id
    now_read = [notice.is_read for notice in await Notification.filter(customer_id=customer.id).order_by("id")]
    assert now_read == [True] * (len(inbox) - 1) + [False]
    assert (await Notification.get(id=inbox[0].id)).read_at == make.clock.now()


async def test_somebody_elses_notice_is_not_found_and_stays_unread(inbox):
    before = await make.everything()
    with pytest.raises(NotFound):
        await read_notifications(make.viewer(await make.customer()), inbox[-1].id)
    assert (await make.everything())["notification"] == before["notification"]


async def told(customer_id: int, id: int | None = None) -> int:
    """Put one more into an inbox, under a number if one is given."""
    async with make.unit():
        event = await OutboxEvent.create(kind="NewSignIn", body="{}", customer_id=customer_id)
        numbered = {} if id is None else {"id": id}
        row = await Notification.create(
            customer_id=customer_id, event_id=event.id, kind="NewSignIn", body="{}", **numbered
        )
    return row.id


async def test_a_watched_inbox_shows_each_notice_once_and_only_what_came_since(inbox):
    reader = await make.viewer_of(inbox[0].customer_id)
    watch = await watch_inbox(reader, after_id=None)
    assert watch.topic == f"inbox:{reader.customer_id}"
    assert list(await watch.look(reader)) == []
    came = [await told(reader.customer_id) for _ in range(3)]
    await told((await make.customer()).id)
    assert [each.id for each in await watch.look(reader)] == came
    assert list(await watch.look(reader)) == []


async def test_a_watched_inbox_goes_on_after_what_its_reader_has_however_much_that_is(inbox):
    reader = await make.viewer_of(inbox[0].customer_id)
    came = [await told(reader.customer_id) for _ in range(3 * PAGE)]
    watch, seen = await watch_inbox(reader, after_id=inbox[0].id), []
    while found := [each.id for each in await watch.look(reader)]:
        assert len(found) <= PAGE
        seen += found
    assert seen == [*(each.id for each in inbox[1:]), *came]


async def test_a_notice_committed_after_others_with_higher_numbers_is_not_missed(inbox):
    reader = await make.viewer_of(inbox[0].customer_id)
    watch = await watch_inbox(reader, after_id=inbox[-1].id)
    newest = inbox[-1].id
    late, early = newest + 1, [await told(reader.customer_id, newest + 2 + number) for number in range(REMEMBERED - 1)]
    assert [each.id for each in await watch.look(reader)] == early
    await told(reader.customer_id, late)
    assert [each.id for each in await watch.look(reader)] == [late]
    assert list(await watch.look(reader)) == []


async def test_a_watch_begins_after_no_notice_but_ones_own(inbox):
    stranger = make.viewer(await make.customer())
    with pytest.raises(NotFound):
        await watch_inbox(stranger, after_id=inbox[0].id)
