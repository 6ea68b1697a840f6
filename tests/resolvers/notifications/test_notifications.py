import pytest

from models import Notification
from resolvers.notifications.notifications import read_notifications
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
