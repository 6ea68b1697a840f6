"""Events: written by one, published by another; who sees them, how they are counted, and what time brings about."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

import notifications
from models import (
    Branch,
    CustomerEvent,
    CustomerEventBranch,
    Delivery,
    Notification,
    OutboxEvent,
    PointsAccount,
    Registration,
)
from notifications import inbox_words
from resolvers.loyalty import customer_events, registrations
from resolvers.loyalty.customer_events import (
    cancel_event,
    event_figures,
    people_waiting,
    publish_event,
    run_events,
    save_event,
    seats_left,
)
from resolvers.notifications.sending import Post
from resolvers.people.branches import assign_customers
from rules.errors import Conflict, NotFound
from rules.loyalty.customer_events import CustomerEventStatus, EventTimesWrong
from rules.loyalty.registrations import RegistrationEnd, RegistrationStatus
from rules.notifications.classes import Lane, MessageChannel
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.people.staff import SamePerson
from rules.states import NotPossibleNow
from tests import inviting, make

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


async def manager():
    return await make.signed_in(await make.staff(role=Role.MANAGER))


async def seen(customer) -> list[int]:
    rows = await CustomerEvent.visible_to(make.viewer(customer)).order_by("id")
    return [row.id for row in rows]


async def run() -> int:
    count = 0
    while await run_events(make.clock):
        count += 1
    return count


async def reminded() -> list[int]:
    return await OutboxEvent.filter(kind="CustomerEventSoon").order_by("id").values_list("customer_id", flat=True)


async def test_a_draft_is_seen_once_somebody_else_has_published_it(db):
    customer, event = await make.customer(), await inviting.draft()
    assert await seen(customer) == []
    published = await publish_event(await manager(), event_id=event.id, version=1)
    assert (published.status, published.version) == (CustomerEventStatus.PUBLISHED, 2)
    assert await seen(customer) == [event.id]


async def test_nobody_publishes_what_he_wrote_himself_not_even_by_another_account(db):
    person = await make.customer()
    one, other = [await make.signed_in(await make.staff(role=Role.MANAGER, customer_id=person.id)) for _ in range(2)]
    event = await save_event(one, **inviting.said())
    before = await make.everything()
    for viewer in (one, other):
        with pytest.raises(SamePerson):
            await publish_event(viewer, event_id=event.id, version=1)
    assert await make.everything() == before
    with pytest.raises(IntegrityError):
        async with make.unit():
            await CustomerEvent.filter(id=event.id).update(published_by_id=event.saved_by_id)


async def test_who_writes_a_draft_anew_is_the_one_who_wrote_it(db):
    first, second = await manager(), await manager()
    event = await save_event(first, **inviting.said())
    event = await save_event(second, **inviting.said(name_en="Money"), event_id=event.id, version=1)
    assert (event.name_en, event.version) == ("Money", 2)
    with pytest.raises(SamePerson):
        await publish_event(second, event_id=event.id, version=2)
    assert (await publish_event(first, event_id=event.id, version=2)).status is CustomerEventStatus.PUBLISHED


async def test_what_is_published_or_was_changed_meanwhile_is_not_edited(db):
    event, marketer = await inviting.event(), await inviting.marketer()
    with pytest.raises(Conflict) as stale:
        await save_event(marketer, **inviting.said(), event_id=event.id, version=1)
    assert stale.value.current_version == 2
    with pytest.raises(NotPossibleNow):
        await save_event(marketer, **inviting.said(), event_id=event.id, version=2)
    with pytest.raises(NotPossibleNow):
        await publish_event(await manager(), event_id=event.id, version=2)


async def test_an_event_for_nobody_that_there_is_or_in_the_past_is_refused(db):
    marketer, before = await inviting.marketer(), await make.everything()
    for wrong in ({"branch_ids": [999]}, {"minimum_tier_id": 999}):
        with pytest.raises(NotFound):
            await save_event(marketer, **inviting.said(**wrong))
    with pytest.raises(EventTimesWrong):
        await save_event(marketer, **inviting.said(closes_at=make.clock.now()))
    assert {**(await make.everything()), "session": [], "audit_entry": []} == {
        **before,
        "session": [],
        "audit_entry": [],
    }


async def test_a_draft_whose_time_went_by_is_not_published(db):
    event = await inviting.draft()
    make.clock.moment += 9 * DAY
    with pytest.raises(EventTimesWrong):
        await publish_event(await manager(), event_id=event.id, version=1)


async def test_only_those_of_its_branches_and_its_tier_or_above_see_an_event(db):
    east, west = await make.branch(), await make.branch()
    gold = await make.tier(3)
    silver = await make.tier(2)
    platinum = await make.tier(4)
    people = {
        (branch.id, tier.rank): await make.customer(branch=branch)
        for branch in (east, west)
        for tier in (silver, gold, platinum)
    }
    async with make.unit():
        for (_, rank), customer in people.items():
            tier = {2: silver, 3: gold, 4: platinum}[rank]
            await PointsAccount.filter(customer_id=customer.id).update(tier_id=tier.id)
    event = await inviting.event(minimum_tier_id=gold.id, branch_ids=[east.id])
    invited = {key for key, customer in people.items() if await seen(customer)}
    assert invited == {(east.id, 3), (east.id, 4)}
    assert await CustomerEventBranch.filter(event_id=event.id).count() == 1
    with pytest.raises(NotFound):
        await inviting.registered(event, people[west.id, 4])
    assert not await Registration.exists()


async def test_who_registered_sees_the_event_for_ever(db):
    near, far = await make.branch(), await make.branch()
    customer = await make.customer(branch=near)
    event = await inviting.event(branch_ids=[near.id])
    await inviting.registered(event, customer)
    admin = await make.signed_in(await make.staff(role=Role.ADMIN))
    await assign_customers(admin, from_branch_id=near.id, to_branch_id=far.id)
    assert await seen(customer) == [event.id]
    assert await seen(await make.customer(branch=far)) == []


async def test_a_cancelled_event_tells_everybody_who_has_a_seat_or_waits(db):
    event = await inviting.event(capacity=1)
    first, second, third = [await make.customer(locale=locale) for locale in (Locale.EN, Locale.ZH_CN, Locale.EN)]
    mine = await inviting.registered(event, first)
    await inviting.registered(event, second)
    gone = await inviting.registered(event, third)
    await registrations.cancel(make.viewer(third), registration_id=gone.id)
    marketer = await inviting.marketer()
    assert not await Registration.visible_to(marketer).exists()
    assert (await cancel_event(marketer, event_id=event.id, version=2)).status is CustomerEventStatus.CANCELLED
    rows = await Registration.filter(event_id=event.id).order_by("id")
    assert [row.status for row in rows] == [RegistrationStatus.CANCELLED] * 3
    because = [row.ended_because for row in rows]
    assert because == [RegistrationEnd.EVENT_CANCELLED, RegistrationEnd.EVENT_CANCELLED, RegistrationEnd.OWN_WISH]
    await make.deliver()
    told = await Notification.filter(kind="CustomerEventCancelled").order_by("customer_id")
    assert [note.customer_id for note in told] == [first.id, second.id]
    english, chinese = [
        inbox_words.text(note.kind, note.body, note_locale)
        for note, note_locale in zip(told, (Locale.EN, Locale.ZH_CN), strict=True)
    ]
    assert english.startswith("We are sorry: the event that was to begin on March 26, 2026 12:00")
    assert chinese == "很抱歉，原定于 2026年3月26日 12:00 开始的活动已取消。您无需做任何事。"
    assert await seen(first) == [event.id]
    with pytest.raises(NotPossibleNow):
        await registrations.cancel(make.viewer(first), registration_id=mine.id)


async def test_staff_count_and_a_marketer_reads_no_number_of_too_few(db):
    event = await inviting.event(capacity=3)
    for _ in range(4):
        await inviting.registered(event)
    marketer, boss = await inviting.marketer(), await manager()
    notifications.configure(replace(notifications.configured(), fewest_people=3))
    counts = await event_figures(boss, event_id=event.id)
    assert (counts.registered, counts.offered, counts.waiting, counts.attended, counts.no_shows) == (3, 0, 1, 0, 0)
    counts = await event_figures(marketer, event_id=event.id)
    assert (counts.registered, counts.offered, counts.waiting, counts.attended) == (3, None, None, None)
    assert (seats_left(3, 2, marketer), people_waiting(2, marketer)) == (None, None)
    assert (seats_left(3, 3, marketer), people_waiting(3, marketer)) == (0, 3)
    assert (seats_left(3, 2, boss), people_waiting(2, boss)) == (1, 2)
    with pytest.raises(NotFound):
        await event_figures(boss, event_id=999)


async def test_those_with_a_seat_are_reminded_three_days_and_three_hours_before(db):
    event = await inviting.event(capacity=1)
    seated, waiting = await make.customer(), await make.customer()
    await inviting.registered(event, seated)
    await inviting.registered(event, waiting)
    for moment, count in ((3 * DAY + SECOND, 0), (3 * DAY, 1), (3 * HOUR + SECOND, 1), (3 * HOUR, 2), (HOUR, 2)):
        make.clock.moment = event.starts_at - moment
        await run()
        assert await reminded() == [seated.id] * count, moment
    assert await run() == 0


async def test_after_a_standstill_the_nearer_reminder_goes_alone_and_none_once_it_has_begun(db):
    event, late = await inviting.event(), await inviting.event(starts_at=make.clock.now() + 9 * DAY)
    seated = await make.customer()
    await inviting.registered(event, seated)
    await inviting.registered(late, seated)
    make.clock.moment = event.starts_at - HOUR
    assert await run() == 2
    assert await reminded() == [seated.id]


async def test_who_registers_after_the_reminder_gets_only_the_next(db):
    event = await inviting.event()
    make.clock.moment = event.starts_at - 2 * DAY
    assert await run() == 1
    await inviting.registered(event)
    assert await run() == 0
    assert await reminded() == []


async def test_once_it_is_over_who_stayed_away_is_known_and_nobody_waits_any_more(db):
    event = await inviting.event(capacity=2)
    rows = [await inviting.registered(event) for _ in range(3)]
    branch = await Branch.get(is_default=True)
    door = await make.with_branches(make.viewer(await make.staff(branches=[branch])))
    make.clock.moment = event.starts_at
    await registrations.check_in(door, code=rows[0].code)
    make.clock.moment = event.ends_at - SECOND
    await run()
    assert (await CustomerEvent.get(id=event.id)).status is CustomerEventStatus.PUBLISHED
    make.clock.moment = event.ends_at
    assert await run() == 1
    assert (await CustomerEvent.get(id=event.id)).status is CustomerEventStatus.OVER
    states = await Registration.all().order_by("id").values_list("status", "ended_because")
    assert states == [
        (RegistrationStatus.ATTENDED, None),
        (RegistrationStatus.NO_SHOW, None),
        (RegistrationStatus.CANCELLED, RegistrationEnd.NO_SEAT),
    ]
    assert await run() == 0


async def test_where_nobody_watched_the_door_nobody_stayed_away(db):
    event = await inviting.event()
    await inviting.registered(event)
    make.clock.moment = event.ends_at
    await run()
    assert (await CustomerEvent.get(id=event.id)).status is CustomerEventStatus.OVER
    assert (await Registration.get()).status is RegistrationStatus.REGISTERED


async def test_a_door_is_watched_by_staff_of_other_branches_who_learn_nothing_of_him(db):
    event = await inviting.event()
    near, far = await make.branch(), await make.branch()
    mine = await inviting.registered(event, await make.customer(branch=near))
    stranger = await make.with_branches(make.viewer(await make.staff(branches=[far])))
    make.clock.moment = event.starts_at
    checked = await registrations.check_in(stranger, code=mine.code)
    assert (checked.event.id, checked.registration) == (event.id, None)
    assert (await Registration.get(id=mine.id)).status is RegistrationStatus.ATTENDED


async def test_two_schedulers_remind_once(db):
    event = await inviting.event()
    for _ in range(3):
        await inviting.registered(event)
    make.clock.moment = event.starts_at - DAY
    await asyncio.gather(*[customer_events.run_events(make.clock) for _ in range(6)])
    assert len(await reminded()) == 3


async def test_who_cancelled_since_is_not_reminded_when_the_message_leaves(db):
    notifications.configure(notifications.NotificationSettings(lanes=frozenset({Lane.SMS})))
    event = await inviting.event()
    coming, going = await make.customer(), await make.customer()
    await inviting.registered(event, coming)
    mine = await inviting.registered(event, going)
    make.clock.moment = event.starts_at - DAY
    await run()
    await make.deliver()
    await registrations.cancel(make.viewer(going), registration_id=mine.id)
    leaving = await Post(Lane.SMS, make.clock).claim(10)
    sent = await Delivery.filter(kind="CustomerEventSoon", channel=MessageChannel.SMS).order_by("customer_id")
    assert [each.delivery_id for each in leaving] == [sent[0].id]
    assert (sent[1].customer_id, sent[1].state, sent[1].reason) == (
        going.id,
        DeliveryState.SKIPPED,
        DeliveryReason.DONE,
    )
