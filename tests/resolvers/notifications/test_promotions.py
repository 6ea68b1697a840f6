"""Sending promotions: each is told once or left out for a reason, also where two are sent at once, or it breaks off."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

import notifications
from models import LeftOut, Notification, OutboxEvent, Promotion
from models.database.statements import counted
from notifications import inbox_words
from resolvers.loans import hardships
from resolvers.notifications import promotions
from resolvers.notifications.promotion_proposals import cancel_promotion
from resolvers.notifications.promotion_templates import save_template
from resolvers.notifications.promotions import LeftOutCount, promotion_result, tell_due
from rules.errors import NotFound
from rules.loans.hardships import Situation
from rules.loans.states import LoanStatus
from rules.notifications.caps import Caps
from rules.notifications.classes import Category, MessageChannel
from rules.notifications.consents import CONSENT_HOLDS
from rules.notifications.deliveries import DeliveryReason
from rules.notifications.promotions import PromotionStatus
from rules.people.access import PartyRole, Role
from rules.people.kinds import Locale
from tests import make, promoting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def willing(number: int):
    customers = [await make.customer() for _ in range(number)]
    for each in customers:
        await make.consent(each)
    return customers


async def told() -> list[int]:
    return sorted(await OutboxEvent.filter(kind="PromotionSent").values_list("customer_id", flat=True))


async def reasons() -> dict[int, DeliveryReason]:
    return {row.customer_id: row.reason for row in await LeftOut.all()}


async def send_all() -> None:
    while await tell_due(make.clock):
        pass


@pytest.fixture
def small(monkeypatch):
    """A batch of two, so that few people are several batches."""
    monkeypatch.setattr(promotions, "BATCH", 2)


@pytest.fixture
def caps(monkeypatch):
    def allow(*bounds) -> None:
        monkeypatch.setattr(
            notifications.configuration, "_settings", replace(notifications.configured(), caps=Caps(*bounds))
        )

    return allow


async def test_nothing_is_sent_before_its_time_or_before_somebody_approved_it(db):
    (customer,) = await willing(1)
    await promoting.promotion(customer)
    await promoting.proposed(customer)
    assert await tell_due(make.clock) == 0
    make.clock.moment += HOUR
    assert await tell_due(make.clock) == 1
    assert await tell_due(make.clock) == 0
    assert await told() == [customer.id]


async def test_everybody_is_told_or_left_out_for_a_reason(db):
    good, silent, refused, old, switched, late, written, helped, guarantor = [await make.customer() for _ in range(9)]
    await make.consent(old)
    make.clock.moment += CONSENT_HOLDS
    for each in (good, refused, switched, late, written, helped, guarantor):
        await make.consent(each)
    await make.consent(refused, is_given=False)
    await make.preference(switched, Category.LOYALTY)
    for each, columns in (
        (late, {"days_past_due": 1}),
        (written, {"status": LoanStatus.WRITTEN_OFF, "is_open": False}),
    ):
        loan = await make.loan(customer=each)
        await type(loan).filter(id=loan.id).update(**columns)
    await make.party(loan, guarantor, PartyRole.GUARANTOR)
    asking = await make.loan(customer=helped)
    await hardships.ask_for_help(make.viewer(helped), loan_id=asking.id, situation=Situation.OTHER, words="")
    promotion = await promoting.promotion(good, silent, refused, old, switched, late, written, helped, guarantor)
    make.clock.moment += HOUR
    await send_all()
    assert await told() == [good.id, guarantor.id]
    assert await reasons() == {
        **dict.fromkeys((silent.id, refused.id, old.id), DeliveryReason.NO_CONSENT),
        switched.id: DeliveryReason.SWITCHED_OFF,
        **dict.fromkeys((late.id, written.id, helped.id), DeliveryReason.RESTRICTED),
    }
    kept = await Promotion.get(id=promotion.id)
    assert (kept.status, kept.told_count, kept.left_out_count) == (PromotionStatus.SENT, 2, 7)


async def test_one_way_that_is_consented_to_and_not_switched_off_is_enough(db):
    (customer,) = await willing(1)
    await make.consent(customer, MessageChannel.EMAIL)
    await make.preference(customer, Category.LOYALTY, MessageChannel.PUSH)
    await promoting.promotion(customer)
    make.clock.moment += HOUR
    await send_all()
    assert await told() == [customer.id]


async def test_a_consent_that_is_withdrawn_after_the_approval_counts(db):
    stays, goes = await willing(2)
    await promoting.promotion(stays, goes)
    await make.consent(goes, is_given=False)
    make.clock.moment += HOUR
    await send_all()
    assert await told() == [stays.id]
    assert await reasons() == {goes.id: DeliveryReason.NO_CONSENT}


@pytest.mark.usefixtures("small")
async def test_after_its_end_the_rest_is_left_out(db):
    first, second, third = await willing(3)
    await promoting.promotion(first, second, third)
    make.clock.moment += HOUR
    assert await tell_due(make.clock) == 2
    make.clock.moment += DAY
    await send_all()
    assert await told() == [first.id, second.id]
    assert await reasons() == {third.id: DeliveryReason.EXPIRED}
    assert (await Promotion.get()).status is PromotionStatus.SENT


@pytest.mark.usefixtures("small")
async def test_what_breaks_off_in_the_middle_goes_on_where_it_was_and_tells_nobody_twice(db, monkeypatch):
    people = await willing(5)
    await promoting.promotion(*people)
    make.clock.moment += HOUR
    assert await tell_due(make.clock) == 2
    before = await make.everything()

    async def break_off(*_):
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(promotions, "_leave_out", break_off)  # After the events were written, before the commit.
        with pytest.raises(ConnectionError):
            await tell_due(make.clock)
    assert await make.everything() == before
    await send_all()
    assert await told() == [each.id for each in people]
    assert (await Promotion.get()).told_count == 5


async def test_somebody_who_was_told_already_is_not_told_again_whatever_the_row_of_the_promotion_says(db, caps):
    caps(None, None, None)
    people = await willing(3)
    promotion = await promoting.promotion(*people)
    make.clock.moment += HOUR
    await send_all()
    await Promotion.filter(id=promotion.id).update(status=PromotionStatus.APPROVED, up_to=people[0].id)
    await send_all()
    assert await told() == [each.id for each in people]
    assert (await Promotion.get()).told_count == 3


@pytest.mark.usefixtures("small")
async def test_cancelling_in_the_middle_stops_it_and_who_was_told_stays_told(db):
    people = await willing(3)
    promotion = await promoting.promotion(*people)
    make.clock.moment += HOUR
    assert await tell_due(make.clock) == 2
    await cancel_promotion(await promoting.marketer(), promotion_id=promotion.id, version=promotion.version)
    assert await tell_due(make.clock) == 0
    assert await told() == [each.id for each in people[:2]]
    assert (await Promotion.get()).status is PromotionStatus.CANCELLED


async def test_two_promotions_at_once_do_not_pass_the_cap_together(db):
    people = await willing(4)
    for _ in range(2):
        await promoting.promotion(*people)
    make.clock.moment += HOUR
    await asyncio.gather(*(tell_due(make.clock) for _ in range(4)))
    await send_all()
    assert await told() == [each.id for each in people]
    assert Counter((await reasons()).values()) == {DeliveryReason.CAP: 4}


@pytest.mark.parametrize(
    ("bounds", "days", "counts"),
    [
        ((1, 3, 8), (0, 0, 1, 2, 3), [1, 1, 2, 3, 3]),
        ((1, 3, 8), (0, 1, 2, 6, 7), [1, 2, 3, 3, 4]),
        ((None, 2, None), (0, 0, 0), [1, 2, 2]),
        ((None, None, 2), (0, 1, 29, 30), [1, 2, 2, 3]),
        ((0, None, None), (0, 1), [0, 0]),
        ((None, None, None), (0, 0, 0), [1, 2, 3]),
    ],
)
async def test_offers_are_counted_by_days_of_the_lender_and_nought_is_not_null(db, caps, bounds, days, counts):
    caps(*bounds)
    (customer,) = await willing(1)
    begin, found = make.clock.moment, []
    for day in days:
        make.clock.moment = begin + day * DAY
        await promoting.promotion(customer)
        make.clock.moment += HOUR
        await send_all()
        found.append(len(await told()))
    assert found == counts


async def test_a_day_begins_at_midnight_where_the_lender_is(db):
    (customer,) = await willing(1)
    begin = make.clock.moment.replace(hour=14)  # 22:00 in Shanghai.
    found = []
    for hours in (0, 1, 2):
        make.clock.moment = begin - HOUR + hours * HOUR
        await promoting.promotion(customer)
        make.clock.moment += HOUR
        await send_all()
        found.append(len(await told()))
    assert found == [1, 1, 2]


async def test_the_inbox_shows_what_was_told_also_after_the_words_were_edited(db):
    (customer,) = await willing(1)
    words = await promoting.template()
    await promoting.promotion(customer, words=words)
    make.clock.moment += HOUR
    await send_all()
    await make.deliver()
    edited = {name: "换了" if name.endswith("zh") else "Other" for name in promoting.WORDS}
    await save_template(
        await promoting.marketer(), template_id=words.id, version=1, name="x", category=Category.OFFER, **edited
    )
    row = await Notification.get(customer_id=customer.id)
    assert inbox_words.title(row.kind, row.body, Locale.ZH_CN) == promoting.WORDS["push_title_zh"]
    assert inbox_words.text(row.kind, row.body, Locale.EN) == promoting.WORDS["inbox_en"]
    event = notifications.events.read_event(row.kind, row.body)
    assert inbox_words.push(event, Locale.EN) == (promoting.WORDS["push_title_en"], promoting.WORDS["push_body_en"])
    assert event.category is Category.LOYALTY


async def test_numbers_are_for_all_who_work_with_promotions_and_names_for_whoever_looks_after_them(db):
    here, there = await make.branch(), await make.branch()
    people = [await make.customer(branch=branch) for branch in (here, here, there)]
    promotion = await promoting.promotion(*people)
    make.clock.moment += HOUR
    await send_all()
    boss = await make.signed_in(await make.staff(role=Role.MANAGER, branches=[here]))
    auditor = await make.signed_in(await make.staff(role=Role.AUDITOR))
    marketer = await promoting.marketer()
    for viewer, rows in ((boss, 2), (auditor, 3), (marketer, 0)):
        result = await promotion_result(viewer, promotion_id=promotion.id)
        assert result.left_out == (() if viewer is marketer else (LeftOutCount(DeliveryReason.NO_CONSENT, 3),))
        assert (result.promotion.told_count, result.promotion.left_out_count) == (0, 3)
        assert await LeftOut.visible_to(viewer).count() == rows
    assert not await LeftOut.visible_to(make.viewer(people[0])).exists()
    officer = await make.signed_in(await make.staff(branches=[here]))
    for viewer in (officer, make.viewer(people[0])):
        with pytest.raises(NotFound):
            await promotion_result(viewer, promotion_id=promotion.id)


async def test_as_many_statements_are_sent_for_many_people_as_for_few(db):
    counts = []
    for number in (2, 12):
        await promoting.promotion(*await willing(number), *[await make.customer() for _ in range(number)])
        make.clock.moment += HOUR
        with counted() as statements:
            assert await tell_due(make.clock) == 2 * number
        counts.append(len(statements))
    assert counts[0] == counts[1] < 20
