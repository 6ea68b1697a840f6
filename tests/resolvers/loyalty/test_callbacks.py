"""Callbacks: a slot has as many places as its branch has officers, and the desk calls in a fair order."""

import asyncio
from datetime import date, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from models import Callback, Customer, HardshipRequest, Notification, OutboxEvent, PointsAccount, Staff
from notifications import inbox_words
from resolvers.loans import hardships
from resolvers.loyalty.callbacks import book, callback_slots, callbacks, cancel, complete
from resolvers.loyalty.named_officers import assign_officer
from rules.errors import NotFound
from rules.loans.hardships import Situation
from rules.loyalty.callbacks import (
    CallbackAhead,
    CallbackOutcome,
    CallbackRuns,
    CallbackStatus,
    SlotNotOffered,
    SlotTaken,
)
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.people.staff import OwnAffairs
from rules.products.holidays import SpecialDay, SpecialDayKind
from rules.states import NotPossibleNow
from tests import make
from tests.calling import at, customer_in, staffed

TUESDAY = date(2026, 3, 17)
NINE = at(17, 9)


async def shown(customer, from_day=TUESDAY):
    return [slot.starts_at for slot in (await callback_slots(make.viewer(customer), from_day=from_day)).slots]


async def test_slots_are_those_of_the_branchs_business_days_from_the_next_on(db):
    await make.special_days(SpecialDay(date(2026, 3, 18), SpecialDayKind.HOLIDAY))
    branch, _ = await staffed()
    customer = await customer_in(branch)
    slots = await shown(customer, make.TODAY)
    assert (slots[0], slots[-1]) == (NINE, at(20, 17))
    assert len(slots) == 3 * 14, "Tuesday, Thursday, Friday"
    (first, *_) = (await callback_slots(make.viewer(customer), from_day=TUESDAY)).slots
    assert first.ends_at - first.starts_at == timedelta(minutes=30)


async def test_who_is_served_early_may_be_called_the_same_day(db):
    branch, _ = await staffed()
    vip = await make.tier(2, priority=1)
    early, other = await customer_in(branch, vip), await customer_in(branch)
    assert (await shown(early, make.TODAY))[0] == at(16, 13, 30)
    assert (await book(make.viewer(early), starts_at=at(16, 13, 30))).rank == 2
    with pytest.raises(SlotNotOffered):
        await book(make.viewer(other), starts_at=at(16, 14))
    assert await Callback.all().count() == 1


async def test_a_branch_without_officers_calls_nobody(db):
    branch = await make.branch()
    await make.staff(branches=[branch], is_active=False)
    await make.staff(branches=[branch], role=Role.MANAGER)
    customer = await customer_in(branch)
    assert await shown(customer) == []
    with pytest.raises(SlotTaken):
        await book(make.viewer(customer), starts_at=NINE)
    assert not await Callback.exists()


async def test_a_full_slot_is_not_shown_and_a_cancelled_one_is_again(db):
    branch, _ = await staffed(2)
    people = [await customer_in(branch) for _ in range(3)]
    booked = [await book(make.viewer(person), starts_at=NINE) for person in people[:2]]
    assert [each.place for each in booked] == [1, 2]
    assert (await shown(people[2]))[0] == at(17, 9, 30)
    with pytest.raises(SlotTaken):
        await book(make.viewer(people[2]), starts_at=NINE)
    await cancel(make.viewer(people[0]), callback_id=booked[0].id)
    assert (await shown(people[2]))[0] == NINE
    assert (await book(make.viewer(people[2]), starts_at=NINE)).place == 1


async def test_the_last_place_of_a_slot_is_taken_once_by_ten_at_once(db):
    branch, _ = await staffed()
    people = [await customer_in(branch) for _ in range(10)]

    async def tried(person: Customer) -> bool:
        try:
            await book(make.viewer(person), starts_at=NINE)
        except SlotTaken:
            return False
        return True

    assert sum(await asyncio.gather(*[tried(person) for person in people])) == 1
    only = await Callback.get()
    with pytest.raises(IntegrityError):
        async with make.unit():
            await Callback.create(
                customer_id=next(person.id for person in people if person.id != only.customer_id),
                branch_id=branch.id,
                starts_at=NINE,
                place=1,
                status=CallbackStatus.BOOKED,
                rank=1,
            )


async def test_booking_again_is_booking_once_also_at_once_and_another_time_is_refused(db):
    branch, _ = await staffed(3)
    viewer = make.viewer(await customer_in(branch))
    booked = await asyncio.gather(*[book(viewer, starts_at=NINE, topic="提前还款") for _ in range(5)])
    assert len({each.id for each in booked}) == 1
    with pytest.raises(CallbackRuns) as refused:
        await book(viewer, starts_at=at(17, 10))
    assert refused.value.starts_at == NINE
    assert await Callback.all().count() == await OutboxEvent.filter(kind="CallbackBooked").count() == 1


async def test_whom_nobody_called_books_another_time(db):
    branch, _ = await staffed()
    viewer = make.viewer(await customer_in(branch))
    forgotten = await book(viewer, starts_at=NINE)
    make.clock.moment = at(17, 9, 30)
    again = await book(viewer, starts_at=at(18, 9))
    assert (await Callback.get(id=forgotten.id)).status is CallbackStatus.CANCELLED
    assert again.status is CallbackStatus.BOOKED


async def test_whoever_is_left_in_peace_may_ask_for_a_call_himself(db):
    branch, _ = await staffed()
    customer = await customer_in(branch)
    loan = await make.loan(customer)
    viewer = await make.viewer_of(customer.id)
    await hardships.ask_for_help(viewer, loan_id=loan.id, situation=Situation.ILLNESS)
    booked = await book(viewer, starts_at=NINE, topic="生病了，想谈谈。")
    assert booked.status is CallbackStatus.BOOKED
    assert (await HardshipRequest.get()).wants_call is False


async def test_the_desk_calls_the_higher_tier_first_then_the_earlier(db):
    branch, (officer, _) = await staffed(2)
    gold = await make.tier(3, priority=1)
    late_gold, early, late = await customer_in(branch, gold), await customer_in(branch), await customer_in(branch)
    for customer, time in ((late, at(17, 10)), (early, NINE), (late_gold, at(17, 11))):
        await book(make.viewer(customer), starts_at=time)
    desk = await make.signed_in(officer)
    assert (await callbacks(desk)).callbacks == [], "nobody is to be called today"
    listed = (await callbacks(desk, on=TUESDAY)).callbacks
    assert [row.customer_id for row in listed] == [late_gold.id, early.id, late.id]
    make.clock.moment = at(17, 8)
    assert [row.id for row in (await callbacks(desk)).callbacks] == [row.id for row in listed]
    assert (await callbacks(desk, on=date(2026, 3, 18))).callbacks == []
    assert (await callbacks(desk, on=TUESDAY, status=CallbackStatus.DONE)).callbacks == []


async def test_whoever_has_an_officer_is_called_by_him_first(db):
    branch, (mine, other) = await staffed(2)
    gold = await make.tier(2, grants_named_officer=True)
    customer, stranger, second = (
        await customer_in(branch, gold),
        await customer_in(branch),
        await customer_in(branch, gold),
    )
    boss = await make.manager_of(customer.id)
    for each in (customer, second):
        await assign_officer(boss, customer_id=each.id, staff_id=mine.id)
    own = await book(make.viewer(customer), starts_at=at(17, 11))
    at_once = await book(make.viewer(second), starts_at=at(17, 11))
    anybodys = await book(make.viewer(stranger), starts_at=NINE)
    assert (own.officer_id, at_once.officer_id, anybodys.officer_id) == (mine.id, None, None)
    for desk, order in ((mine, [own, at_once, anybodys]), (other, [at_once, anybodys, own])):
        listed = (await callbacks(await make.signed_in(desk), on=TUESDAY)).callbacks
        assert [row.id for row in listed] == [row.id for row in order]


async def test_a_call_is_completed_once_and_not_before_its_time(db):
    branch, (officer,) = await staffed()
    customer = await customer_in(branch, locale=Locale.EN)
    booked = await book(make.viewer(customer), starts_at=NINE)
    desk = await make.signed_in(officer)
    with pytest.raises(CallbackAhead):
        await complete(desk, callback_id=booked.id, outcome=CallbackOutcome.REACHED)
    make.clock.moment = NINE
    done = await complete(desk, callback_id=booked.id, outcome=CallbackOutcome.NOT_REACHED)
    assert (done.status, done.outcome, done.completed_by_id) == (
        CallbackStatus.DONE,
        CallbackOutcome.NOT_REACHED,
        officer.id,
    )
    with pytest.raises(NotPossibleNow):
        await complete(desk, callback_id=booked.id, outcome=CallbackOutcome.REACHED)
    with pytest.raises(NotPossibleNow):
        await cancel(make.viewer(customer), callback_id=booked.id)
    await make.deliver()
    missed = await Notification.get(kind="CallbackMissed")
    assert inbox_words.text(missed.kind, missed.body, Locale.EN).startswith("We called at the time you chose")
    told = await Notification.get(kind="CallbackBooked")
    assert "2026年3月17日 09:00" in inbox_words.text(told.kind, told.body, Locale.ZH_CN)


async def test_other_branches_customers_do_not_exist_and_ones_own_family_is_for_a_colleague(db):
    branch, (officer,) = await staffed()
    _, (stranger,) = await staffed()
    customer = await customer_in(branch)
    booked = await book(make.viewer(customer), starts_at=NINE)
    make.clock.moment = NINE
    before = await make.everything()
    away = await make.with_branches(make.viewer(stranger))
    assert (await callbacks(away, on=TUESDAY)).callbacks == []
    with pytest.raises(NotFound):
        await complete(away, callback_id=booked.id, outcome=CallbackOutcome.REACHED)
    with pytest.raises(NotFound):
        await cancel(make.viewer(await make.customer()), callback_id=booked.id)
    async with make.unit():
        await Staff.filter(id=officer.id).update(customer_id=customer.id)
    with pytest.raises(OwnAffairs):
        await complete(await make.signed_in(officer), callback_id=booked.id, outcome=CallbackOutcome.REACHED)
    assert (await make.everything())["callback"] == before["callback"]
    with pytest.raises(NotFound):
        await callback_slots(away, from_day=TUESDAY)


async def test_who_is_long_overdue_is_called_as_everybody_is(db):
    branch, _ = await staffed()
    late = await customer_in(branch, await make.tier(2, priority=1))
    async with make.unit():
        await PointsAccount.filter(customer_id=late.id).update(perks_suspended_on=make.TODAY)
    assert (await shown(late, make.TODAY))[0] == NINE
    with pytest.raises(SlotNotOffered):
        await book(make.viewer(late), starts_at=at(16, 14))
    assert (await book(make.viewer(late), starts_at=NINE)).rank == 1
