"""Registering for events: seats are never given twice, whoever waits is next, and only whoever has the code is let in."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tortoise.exceptions import IntegrityError

import resolvers
from models import CustomerEvent, OutboxEvent, Registration, SignInAttempt
from resolvers.loyalty.customer_events import cancel_event, run_events
from resolvers.loyalty.registrations import accept_seat, cancel, check_in, register
from rules.errors import NotFound, Refused
from rules.loyalty.registrations import (
    CheckInCodeUnknown,
    DoorsClosed,
    EventBegan,
    RegistrationClosed,
    RegistrationEnd,
    RegistrationStatus,
    SeatOfferOver,
    WaitingListFull,
)
from rules.people.access import Role
from rules.people.sign_in import TooManyAttempts
from rules.states import NotPossibleNow
from tests import inviting, make

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
STATUS = RegistrationStatus


async def states(event) -> list[RegistrationStatus]:
    return await Registration.filter(event_id=event.id).order_by("id").values_list("status", flat=True)


async def counts(event) -> tuple[int, int]:
    now = await CustomerEvent.get(id=event.id)
    return now.taken_count, now.waiting_count


async def full(seats: int = 1, waiting: int = 2):
    """An event that is full, its registrations, and whoever has them."""
    event = await inviting.event(capacity=seats)
    people = [await make.customer() for _ in range(seats + waiting)]
    rows = [await inviting.registered(event, person) for person in people]
    return event, rows, [make.viewer(person) for person in people]


@pytest.fixture
async def door(db):
    return await make.signed_in(await make.staff(role=Role.OFFICER, branches=[await make.branch()]))


async def test_there_are_seats_and_then_a_waiting_list(db):
    event, rows, _ = await full(seats=2, waiting=1)
    assert [row.status for row in rows] == [STATUS.REGISTERED, STATUS.REGISTERED, STATUS.WAITLISTED]
    assert await counts(event) == (2, 1)
    assert len({row.code for row in rows}) == 3


async def test_registering_twice_is_registering_once_also_at_once(db):
    event, customer = await inviting.event(), await make.customer()
    viewer = make.viewer(customer)
    rows = await asyncio.gather(*[register(viewer, event_id=event.id) for _ in range(8)])
    assert len({row.id for row in rows}) == 1
    assert await counts(event) == (1, 0)


async def test_the_last_seats_are_taken_once_however_many_want_them(db):
    event = await inviting.event(capacity=3)
    people = [make.viewer(await make.customer()) for _ in range(12)]
    rows = await asyncio.gather(*[register(person, event_id=event.id) for person in people])
    assert sorted(row.status for row in rows) == [STATUS.REGISTERED] * 3 + [STATUS.WAITLISTED] * 9
    assert await counts(event) == (3, 9)
    with pytest.raises(IntegrityError):
        async with make.unit():
            await CustomerEvent.filter(id=event.id).update(taken_count=4)


async def test_whoever_gives_his_seat_back_hands_it_to_the_first_who_waits(db):
    event, rows, people = await full()
    given = await cancel(people[0], registration_id=rows[0].id)
    assert (given.status, given.ended_because) == (STATUS.CANCELLED, RegistrationEnd.OWN_WISH)
    assert await states(event) == [STATUS.CANCELLED, STATUS.OFFERED, STATUS.WAITLISTED]
    assert await counts(event) == (1, 1)
    told = await OutboxEvent.get(kind="SeatOffered")
    assert told.customer_id == rows[1].customer_id
    offered = await Registration.get(id=rows[1].id)
    assert offered.offered_until == make.clock.now() + DAY
    accepted = await accept_seat(people[1], registration_id=rows[1].id)
    assert (accepted.status, accepted.offered_until) == (STATUS.REGISTERED, None)
    assert await counts(event) == (1, 1)


async def test_a_seat_that_is_held_is_nobody_elses(db):
    event, rows, people = await full()
    await cancel(people[0], registration_id=rows[0].id)
    late = await register(people[0], event_id=event.id)
    assert late.status is STATUS.WAITLISTED
    with pytest.raises(NotPossibleNow):
        await accept_seat(people[2], registration_id=rows[2].id)
    with pytest.raises(NotFound):
        await accept_seat(people[2], registration_id=rows[1].id)
    assert await counts(event) == (1, 2)


async def test_a_seat_not_accepted_within_a_day_goes_to_the_next(db):
    event, rows, people = await full()
    await cancel(people[0], registration_id=rows[0].id)
    make.clock.moment += DAY - SECOND
    assert await run_events(make.clock) == 0
    make.clock.moment += SECOND
    before = await make.everything()
    with pytest.raises(SeatOfferOver) as refused:
        await accept_seat(people[1], registration_id=rows[1].id)
    assert refused.value.until == make.clock.now()
    assert await make.everything() == before
    assert await run_events(make.clock) == 1
    assert await run_events(make.clock) == 0
    assert await states(event) == [STATUS.CANCELLED, STATUS.CANCELLED, STATUS.OFFERED]
    assert (await Registration.get(id=rows[1].id)).ended_because is RegistrationEnd.OFFER_LAPSED
    assert await counts(event) == (1, 0)
    assert await OutboxEvent.filter(kind="SeatOffered").count() == 2


async def test_whoever_refuses_the_seat_hands_it_on_at_once(db):
    event, rows, people = await full()
    await cancel(people[0], registration_id=rows[0].id)
    await cancel(people[1], registration_id=rows[1].id)
    assert await states(event) == [STATUS.CANCELLED, STATUS.CANCELLED, STATUS.OFFERED]


async def test_accepting_giving_up_and_lapsing_at_once_never_pass_the_capacity(db):
    event, rows, people = await full(seats=3, waiting=6)
    await asyncio.gather(
        *[cancel(person, registration_id=row.id) for person, row in zip(people, rows[:3], strict=False)]
    )
    offered = await Registration.filter(event_id=event.id, status=STATUS.OFFERED).order_by("id")
    assert [row.id for row in offered] == [row.id for row in rows[3:6]]
    make.clock.moment += DAY - SECOND

    async def tried(work):
        try:
            await work
        except Refused:
            return 0
        return 1

    await asyncio.gather(
        tried(accept_seat(people[3], registration_id=rows[3].id)),
        tried(cancel(people[4], registration_id=rows[4].id)),
        run_events(make.clock),
        tried(register(people[0], event_id=event.id)),
        tried(accept_seat(people[3], registration_id=rows[3].id)),
    )
    taken, waiting = await counts(event)
    assert taken == 3
    in_rows = await Registration.filter(event_id=event.id, status__in=[STATUS.REGISTERED, STATUS.OFFERED]).count()
    assert in_rows == 3
    assert waiting == await Registration.filter(event_id=event.id, status=STATUS.WAITLISTED).count() == 3


async def test_who_stayed_away_twice_within_a_year_waits_behind_the_others(db):
    unreliable = await make.customer()
    for _ in range(2):
        missed, guest = await inviting.event(), await make.customer()
        await inviting.registered(missed, unreliable)
        came = await inviting.registered(missed, guest)
        make.clock.moment = missed.starts_at
        door = await make.officer_of(guest.id)
        await check_in(door, code=came.code)
        make.clock.moment = missed.ends_at
        while await run_events(make.clock):
            pass
    event = await inviting.event(capacity=1)
    seat, holder = await make.customer(), None
    holder = await inviting.registered(event, seat)
    behind = await inviting.registered(event, unreliable)
    other = await inviting.registered(event)
    assert (behind.is_behind, other.is_behind) == (True, False)
    await cancel(make.viewer(seat), registration_id=holder.id)
    assert (await Registration.get(id=other.id)).status is STATUS.OFFERED
    assert (await Registration.get(id=behind.id)).status is STATUS.WAITLISTED
    make.clock.moment += 367 * DAY
    later = await inviting.registered(await inviting.event(capacity=1), unreliable)
    assert (later.is_behind, later.status) == (False, STATUS.REGISTERED)


async def test_registration_closes_and_nothing_changes_once_it_has_begun(db):
    event, mine = await inviting.event(), await make.customer()
    row = await inviting.registered(event, mine)
    make.clock.moment = event.closes_at
    before = await make.everything()
    with pytest.raises(RegistrationClosed):
        await inviting.registered(event, stranger := await make.customer())
    assert not await Registration.exists(customer_id=stranger.id)
    make.clock.moment = event.starts_at
    with pytest.raises(EventBegan):
        await cancel(make.viewer(mine), registration_id=row.id)
    assert (await make.everything())["registration"] == before["registration"]


async def test_a_waiting_list_has_an_end(db, monkeypatch):
    monkeypatch.setattr("resolvers.loyalty.registrations.MOST_WAITING", 1)
    event, _, _ = await full(seats=1, waiting=1)
    with pytest.raises(WaitingListFull):
        await inviting.registered(event)
    assert await counts(event) == (1, 1)


async def test_others_registrations_do_not_exist(db):
    event, rows, people = await full(seats=2, waiting=0)
    assert [row.id for row in await Registration.visible_to(people[0])] == [rows[0].id]
    for work in (cancel, accept_seat):
        with pytest.raises(NotFound):
            await work(people[0], registration_id=rows[1].id)
    assert not await Registration.visible_to(await inviting.marketer()).exists()
    officer = await make.officer_of(rows[0].customer_id)
    assert await Registration.visible_to(officer).count() == 2
    assert await states(event) == [STATUS.REGISTERED] * 2


async def test_nobody_registers_for_what_is_a_draft_or_cancelled(db):
    draft, event = await inviting.draft(), await inviting.event()
    customer = await make.customer()
    with pytest.raises(NotFound):
        await inviting.registered(draft, customer)
    await inviting.registered(event, customer)
    await cancel_event(await inviting.marketer(), event_id=event.id, version=2)
    with pytest.raises(NotPossibleNow):
        await inviting.registered(event, customer)


async def test_a_code_lets_in_once_while_the_doors_are_open(door):
    event = await inviting.event(capacity=1)
    mine, waits = await inviting.registered(event), await inviting.registered(event)
    for moment in (event.starts_at - HOUR - SECOND, event.ends_at):
        make.clock.moment = moment
        with pytest.raises(DoorsClosed):
            await check_in(door, code=mine.code)
    make.clock.moment = event.starts_at - HOUR
    checked = await check_in(door, code=f" {mine.code[:3].lower()} {mine.code[3:]}")
    assert checked.event.id == event.id
    assert (await Registration.get(id=mine.id)).status is STATUS.ATTENDED
    for code in (mine.code, waits.code):
        with pytest.raises(NotPossibleNow):
            await check_in(door, code=code)
    assert await states(event) == [STATUS.ATTENDED, STATUS.WAITLISTED]
    assert not await SignInAttempt.exists()


async def test_a_code_shown_at_two_desks_at_once_lets_in_once(door):
    event = await inviting.event()
    mine = await inviting.registered(event)
    make.clock.moment = event.starts_at

    async def tried() -> bool:
        try:
            await check_in(door, code=mine.code)
        except NotPossibleNow:
            return False
        return True

    assert sum(await asyncio.gather(*[tried() for _ in range(5)])) == 1


async def test_codes_are_not_guessed(door):
    event = await inviting.event()
    mine = await inviting.registered(event)
    make.clock.moment = event.starts_at
    resolvers.configure(replace(resolvers.configured(), sign_in_tries_per_person=10))
    for code in [*["222222"] * 9, "2222222"]:
        with pytest.raises(CheckInCodeUnknown):
            await check_in(door, code=code)
    with pytest.raises(TooManyAttempts):
        await check_in(door, code=mine.code)
    assert await SignInAttempt.all().count() == 10
    assert (await Registration.get()).status is STATUS.REGISTERED
    colleague = await make.signed_in(await make.staff())
    assert (await check_in(colleague, code=mine.code)).event.id == event.id
