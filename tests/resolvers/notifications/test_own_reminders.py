"""Reminders that customers set themselves, or put off."""

from datetime import timedelta

import pytest

from models import Customer, Loan, Notification, OutboxEvent, OwnReminder, Viewer
from models.database import transaction
from notifications import outbox
from notifications.loyalty.points import PointsEarned
from notifications.notifications.reminders import InstallmentDueSoon
from resolvers.notifications import own_reminders
from rules.errors import NotFound
from rules.notifications.reminders import (
    LONGEST_AHEAD,
    LONGEST_SNOOZE,
    MOST_OWN_REMINDERS,
    NotAReminder,
    ReminderInPast,
    TooManyReminders,
)
from tests import make

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
async def viewer(db: str) -> Viewer:
    return await make.signed_in(await make.customer())


async def reminded(viewer: Viewer) -> tuple[Notification, Loan]:
    """Something that is due, of which somebody was reminded, and the loan."""
    loan = await make.loan(await Customer.get(id=viewer.customer_id))
    due_on = (await make.first_line(loan)).due_on
    async with transaction(make.system(), "remind"):
        await outbox.record(InstallmentDueSoon(customer_id=loan.customer_id, due_on=due_on, days=31, amounts=()))
    await make.deliver()
    return await Notification.get(kind="InstallmentDueSoon"), loan


async def came() -> list[int]:
    await own_reminders.choose_own(make.clock)
    return [event.customer_id for event in await OutboxEvent.filter(kind="OwnReminderCame")]


async def test_it_comes_once_when_its_time_has_come(viewer):
    reminder = await own_reminders.set_own(viewer, note="妈妈生日", remind_at=make.clock.now() + DAY)
    assert await came() == []
    make.clock.moment += DAY
    assert await came() == [viewer.customer_id]
    assert await came() == [viewer.customer_id], "once"
    assert not (await OwnReminder.get(id=reminder.id)).is_active


async def test_what_is_taken_back_does_not_come(viewer):
    reminder = await own_reminders.set_own(viewer, note="x", remind_at=make.clock.now() + DAY)
    for _ in range(2):
        assert not (await own_reminders.take_back(viewer, reminder_id=reminder.id)).is_active
    make.clock.moment += DAY
    assert await came() == []


@pytest.mark.parametrize("is_paid", [False, True])
async def test_what_was_put_off_comes_again_unless_it_is_paid(viewer, is_paid):
    notification, loan = await reminded(viewer)
    until = make.clock.now() + 2 * DAY
    first = await own_reminders.snooze(viewer, notification_id=notification.id, until=until)
    moved = await own_reminders.snooze(viewer, notification_id=notification.id, until=until + DAY)
    assert (moved.id, moved.remind_at, moved.note) == (first.id, until + DAY, None)
    make.clock.moment = until
    assert await came() == []
    if is_paid:
        await make.repayment(loan)
    make.clock.moment += DAY
    assert await came() == ([] if is_paid else [viewer.customer_id])


async def test_only_what_is_due_can_be_put_off_and_only_by_its_owner(viewer):
    async with transaction(make.system(), "tell"):
        await outbox.record(PointsEarned(customer_id=viewer.customer_id, points=1))
    await make.deliver()
    points = await Notification.get(kind="PointsEarned")
    before = await make.everything()
    with pytest.raises(NotAReminder):
        await own_reminders.snooze(viewer, notification_id=points.id, until=make.clock.now() + DAY)
    assert await make.everything() == before
    stranger = await make.signed_in(await make.customer())
    with pytest.raises(NotFound):
        await own_reminders.snooze(stranger, notification_id=points.id, until=make.clock.now() + DAY)


@pytest.mark.parametrize("ahead", [timedelta(0), -SECOND, LONGEST_AHEAD + SECOND])
async def test_a_time_that_has_passed_or_is_too_far_is_refused(viewer, ahead):
    before = await make.everything()
    with pytest.raises(ReminderInPast) as refused:
        await own_reminders.set_own(viewer, note="x", remind_at=make.clock.now() + ahead)
    assert refused.value.until == make.clock.now() + LONGEST_AHEAD
    assert await make.everything() == before


async def test_a_month_is_the_longest_that_something_is_put_off(viewer):
    notification, _ = await reminded(viewer)
    with pytest.raises(ReminderInPast):
        await own_reminders.snooze(
            viewer, notification_id=notification.id, until=make.clock.now() + LONGEST_SNOOZE + SECOND
        )


async def test_there_are_not_too_many(viewer):
    for _ in range(MOST_OWN_REMINDERS):
        await own_reminders.set_own(viewer, note="x", remind_at=make.clock.now() + DAY)
    with pytest.raises(TooManyReminders):
        await own_reminders.set_own(viewer, note="x", remind_at=make.clock.now() + DAY)
    assert await OwnReminder.all().count() == MOST_OWN_REMINDERS
