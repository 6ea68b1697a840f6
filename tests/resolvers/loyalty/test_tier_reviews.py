import asyncio
from datetime import date, timedelta

import pytest

from jobs.verify import verify
from models import (
    HardshipRequest,
    Installment,
    Loan,
    OutboxEvent,
    PointsAccount,
    PointsEntry,
    TierMembership,
)
from models.database.statements import counted
from notifications.events import read_event
from resolvers.books.accounting_days import end_day
from resolvers.loans.repayments import record_repayment
from resolvers.loans.reversals import reverse_repayment
from resolvers.loyalty import points
from resolvers.loyalty.tier_standings import tier_standing
from rules.errors import NotFound
from rules.loans.hardships import HardshipStatus, Situation
from rules.loyalty.tiers import Level, TierReason
from rules.people.access import Role
from rules.people.kinds import Locale
from tests import levels, make
from tests.resolvers.loans.test_repayments import cash, yuan

YEAR = date(2027, 3, 16)
"""When the year of a level ends that was reached today."""


async def told(kind: str) -> list:
    rows = await OutboxEvent.filter(kind=kind).order_by("id")
    return [read_event(row.kind, row.body) for row in rows]


async def history(customer_id: int) -> list[tuple]:
    rows = await TierMembership.filter(customer_id=customer_id).order_by("id").select_related("tier")
    return [(row.tier.code, row.reason, row.valid_from, row.valid_to, row.ended_on) for row in rows]


async def test_while_no_plan_is_in_force_everybody_has_the_lowest_level(db):
    customer = await make.customer()
    await levels.earn(customer.id, 1_000)
    assert await levels.look() == 0
    assert await levels.level_of(customer.id) == "BASIC"
    assert not await TierMembership.exists()


async def test_what_may_still_bounce_counts_once_it_is_final(db):
    await levels.plan()
    loan = await make.loan(term=12)
    officer = await make.officer_of(loan.customer_id)
    ahead = await record_repayment(officer, **cash(loan, amount=yuan("950.00")))
    assert ahead.points_earned >= 100
    await levels.look()
    assert await levels.level_of(loan.customer_id) == "BASIC"
    await make.reversal(ahead.repayment)
    await make.pass_until(make.TODAY + timedelta(days=20))
    assert await levels.level_of(loan.customer_id) == "BASIC"
    await record_repayment(officer, **cash(loan, amount=yuan("950.00"), reference="R-2", key="again"))
    await make.pass_until(make.TODAY + timedelta(days=35))
    assert await levels.level_of(loan.customer_id) == "GOLD"
    assert await verify() == []


async def test_a_level_is_reached_a_moment_after_its_points_are_booked(db):
    await levels.plan()
    customer, other = await make.customer(), await make.customer()
    await levels.look()
    await levels.earn(customer.id, 49)
    assert await levels.look() == 0
    assert await levels.level_of(customer.id) == "BASIC"
    await levels.earn(customer.id, 1)
    assert await levels.look() == 1
    assert await levels.level_of(customer.id) == "SILVER"
    await levels.earn(customer.id, 50)
    assert await levels.look() == 1
    assert await history(customer.id) == [
        ("SILVER", TierReason.REACHED, make.TODAY, YEAR, make.TODAY),
        ("GOLD", TierReason.REACHED, make.TODAY, YEAR, None),
    ]
    assert [(each.customer_id, each.tier.en) for each in await told("TierReached")] == [
        (customer.id, "Silver"),
        (customer.id, "Gold"),
    ]
    assert await levels.level_of(other.id) == "BASIC"
    assert await levels.look() == 0
    assert len(await told("TierReached")) == 2


async def test_points_that_are_spent_count_on_and_those_of_a_year_ago_do_not(db):
    await levels.plan()
    customer = await make.customer()
    await levels.earn(customer.id, 60)
    async with make.unit() as unit:
        await points.spend(unit, customer_id=customer.id, points=60, source="Reward:1")
    await make.travel_to(YEAR - timedelta(days=1))
    await levels.earn(customer.id, 40)
    await levels.look()
    assert await levels.level_of(customer.id) == "GOLD"
    late = await make.customer()
    await make.travel_to(date(2028, 3, 16))
    await levels.earn(late.id, 60)
    await make.travel_to(date(2029, 3, 16))
    await levels.earn(late.id, 40)
    await levels.look()
    assert await levels.level_of(late.id) == "BASIC", "60 of them were earned on the same day a year ago"


async def test_what_is_taken_back_counts_on_the_day_on_which_it_was_given(db):
    await levels.plan()
    customer = await make.customer()
    source = await levels.earn(customer.id, 40)
    await make.travel_to(YEAR - timedelta(days=10))
    await levels.lose(customer.id, source)
    await levels.earn(customer.id, 45)
    await make.travel_to(YEAR + timedelta(days=10))
    await levels.earn(customer.id, 5)
    await levels.look()
    assert await levels.level_of(customer.id) == "SILVER", "what was given and taken back is forgotten together"


async def test_a_level_is_kept_for_its_year_announced_and_lost_one_step_after_the_grace(db):
    await levels.plan()
    customer = await levels.member("GOLD")
    for before in (60, 30):
        await levels.look_on(YEAR - timedelta(days=before))
        await levels.begin_day()
    await levels.look_on(YEAR)
    await levels.look_on(YEAR + timedelta(days=89))
    assert await levels.level_of(customer.id) == "GOLD"
    last_on = YEAR + timedelta(days=90)
    assert [(each.missing, each.last_on, each.tier.zh) for each in await told("TierEnding")] == [
        (100, last_on, "金卡会员")
    ] * 3
    await levels.look_on(last_on)
    await levels.begin_day()
    assert await levels.level_of(customer.id) == "SILVER"
    ends = date(2028, 6, 14)
    assert await history(customer.id) == [
        ("GOLD", TierReason.REACHED, make.TODAY, YEAR, last_on),
        ("SILVER", TierReason.DROPPED, last_on, ends, None),
    ]
    assert [each.tier.en for each in await told("TierChanged")] == ["Silver"]
    await levels.look_on(ends + timedelta(days=90))
    assert await levels.level_of(customer.id) == "BASIC"
    assert (await history(customer.id))[-1] == ("BASIC", TierReason.DROPPED, ends + timedelta(days=90), None, None)


async def test_who_has_enough_again_keeps_it_and_is_told_nothing_more(db):
    await levels.plan()
    customer = await levels.member("GOLD")
    await levels.look_on(YEAR)
    await make.travel_to(YEAR + timedelta(days=80))
    await levels.earn(customer.id, 100)
    await levels.look()
    await levels.look_on(YEAR + timedelta(days=90))
    assert await history(customer.id) == [("GOLD", TierReason.REACHED, make.TODAY, date(2028, 3, 16), None)]
    assert await told("TierChanged") == []


async def test_a_night_that_is_repeated_or_broken_off_does_nothing_twice(db):
    await levels.plan()
    customer = await levels.member("GOLD")
    await make.travel_to(YEAR + timedelta(days=90))
    await asyncio.gather(*(levels.begin_day() for _ in range(5)))
    assert [row[0] for row in await history(customer.id)] == ["GOLD", "SILVER"]
    assert len(await told("TierChanged")) == 1


async def agreed(loan: Loan) -> HardshipRequest:
    """Help that was asked for, and agreed."""
    async with make.unit():
        return await HardshipRequest.create(
            loan_id=loan.id,
            customer_id=loan.customer_id,
            asked_by_id=loan.customer_id,
            situation=Situation.ILLNESS,
            words="",
            wants_call=False,
            status=HardshipStatus.AGREED,
        )


async def test_while_he_is_helped_a_level_is_not_lost_and_its_end_is_announced_anew(db):
    await levels.plan()
    customer = await make.customer()
    loan = await make.loan(customer)
    await levels.member("GOLD", customer)
    request = await agreed(loan)
    day = YEAR - timedelta(days=60)
    while day < YEAR + timedelta(days=200):
        await levels.look_on(day)
        day += timedelta(days=30)
    assert await levels.level_of(customer.id) == "GOLD"
    assert await told("TierEnding") == []
    async with make.unit():
        await HardshipRequest.filter(id=request.id).update(status=HardshipStatus.WITHDRAWN)
    membership = await TierMembership.get(customer_id=customer.id)
    assert membership.valid_to > make.clock.business_date
    for after in (-60, -30, 0, 90):
        await levels.look_on(membership.valid_to + timedelta(days=after))
    assert await levels.level_of(customer.id) == "SILVER"
    assert len(await told("TierEnding")) == 3


async def test_a_higher_threshold_leaves_a_level_until_its_year_is_over_and_a_lower_one_takes_up_at_once(db):
    await levels.plan()
    silver, gold = await levels.member("SILVER"), await levels.member("GOLD")
    basic, low, _ = levels.LEVELS
    tomorrow = make.TODAY + timedelta(days=1)
    await levels.plan(
        basic, low, Level(code="GOLD", name_zh="金卡会员", name_en="Gold", threshold=500), valid_from=tomorrow
    )
    await make.pass_until(tomorrow)
    assert [await levels.level_of(each.id) for each in (silver, gold)] == ["SILVER", "GOLD"]
    after = tomorrow + timedelta(days=1)
    await levels.plan(
        basic, low, Level(code="GOLD", name_zh="金卡会员", name_en="Gold", threshold=51), valid_from=after
    )
    await levels.earn(silver.id, 1)
    await levels.look()
    assert await levels.level_of(silver.id) == "SILVER"
    await make.pass_until(after)
    assert await levels.level_of(silver.id) == "GOLD"


async def pay_in_time(loan: Loan, count: int) -> None:
    """Pay so many installments, each on its due day."""
    for _ in range(count):
        line = await Installment.filter(loan_id=loan.id, is_open=True).order_by("number").first()
        assert line is not None
        await make.pass_until(line.due_on)
        await make.repayment(loan)


async def test_who_is_late_for_long_has_no_perks_until_three_payments_in_time(db):
    await levels.plan()
    customer = await make.customer()
    loan = await make.loan(customer)
    await levels.member("GOLD", customer)
    due_on = (await make.first_line(loan)).due_on
    await make.pass_until(due_on + timedelta(days=30))
    assert (await PointsAccount.get(customer_id=customer.id)).perks_suspended_on is None
    suspended = due_on + timedelta(days=31)
    await make.pass_until(suspended)
    assert (await PointsAccount.get(customer_id=customer.id)).perks_suspended_on == suspended
    assert await levels.level_of(customer.id) == "GOLD"
    viewer = await make.viewer_of(customer.id)
    shown = await tier_standing(viewer.speaking(Locale.EN))
    assert shown.perks_suspended_on == suspended
    assert shown.perks_suspended == (
        "Because a payment is more than 30 days late, what your level brings is suspended since May 17, 2026. "
        "Once nothing is overdue and installments have been paid by their due days, 3 in all, it comes back."
    )
    while await Installment.exists(loan_id=loan.id, is_open=True, due_on__lte=make.clock.business_date):
        await make.repayment(loan)
    await make.repayment(loan)
    ahead = "因逾期超过 30 天，等级权益自 2026年5月17日 起暂停；再按时还款 3 期即恢复。"
    assert (await tier_standing(viewer)).perks_suspended == ahead, "what is paid ahead counts once it is due"
    await pay_in_time(loan, 1)
    shown = await tier_standing(viewer)
    assert shown.perks_suspended == "因逾期超过 30 天，等级权益自 2026年5月17日 起暂停；再按时还款 1 期即恢复。"
    entry = await PointsEntry.filter(customer_id=customer.id, loan_id=loan.id).order_by("-id").first()
    assert entry is not None
    assert entry.points == 10, "while they are suspended, what earns points earns them once"
    await pay_in_time(loan, 1)
    await levels.look()
    assert (await PointsAccount.get(customer_id=customer.id)).perks_suspended_on is None
    await pay_in_time(loan, 1)
    entry = await PointsEntry.filter(customer_id=customer.id, loan_id=loan.id).order_by("-id").first()
    assert entry is not None
    assert (entry.points, entry.qualifying) == (15, 10)
    assert await verify() == []


async def test_a_payment_that_is_reversed_while_levels_are_looked_at_leaves_one_of_each(db):
    await levels.plan()
    customer = await make.customer()
    loan = await make.loan(customer)
    await levels.earn(customer.id, 90)
    await levels.look()
    paid = await make.repayment(loan)
    assert paid is not None
    officer = await make.officer_of(customer.id)
    bounced = {
        "repayment_id": paid.id,
        "reversed_on": make.TODAY,
        "reason": "The bank took it back.",
        "key": "back",
    }
    await asyncio.gather(
        *(levels.look() for _ in range(3)), reverse_repayment(officer, **bounced), *(levels.look() for _ in range(3))
    )
    rows = await history(customer.id)
    assert [row[0] for row in rows] in (["SILVER"], ["SILVER", "GOLD"])
    assert [row[4] for row in rows][-1] is None
    assert await TierMembership.filter(customer_id=customer.id, ended_on__isnull=True).count() == 1
    assert len(await told("TierReached")) == len(rows)
    assert await verify() == []


async def test_a_night_takes_as_many_statements_for_many_customers_as_for_few(db):
    await levels.plan()
    await levels.look()
    counts = []
    for number in (2, 40):
        for _ in range(number):
            await levels.earn((await make.customer()).id, 50)
        await make.travel_to(make.clock.business_date + timedelta(days=1))
        with counted() as statements:
            await levels.begin_day()
        counts.append(len(statements))
    assert await TierMembership.all().count() == 42
    assert counts[0] == counts[1]
    assert counts[1] <= 30


async def test_a_look_at_which_nobody_has_earned_anything_takes_two_reads(db):
    await levels.plan()
    await levels.member("GOLD")
    await make.travel_to(make.TODAY + timedelta(days=1))
    await levels.look()
    with counted() as statements:
        await levels.look()
    assert len(statements) == 2


async def test_the_end_of_a_day_looks_at_levels_after_points(db):
    await levels.plan()
    customer = await make.customer()
    await levels.earn(customer.id, 100)
    assert await end_day(make.system(), make.TODAY)
    assert await levels.level_of(customer.id) == "GOLD"


@pytest.mark.parametrize(
    ("locale", "missing"),
    [
        (Locale.EN, ["1 more qualifying point, and you are Gold.", "50 more qualifying points, and you are Gold."]),
        (Locale.ZH_CN, ["再获得 1 成长积分，即可成为金卡会员。", "再获得 50 成长积分，即可成为金卡会员。"]),
    ],
)
async def test_what_is_missing_is_said_in_words_and_as_a_number(db, locale, missing):
    await levels.plan()
    customer = await levels.member("SILVER")
    viewer = (await make.viewer_of(customer.id)).speaking(locale)
    shown = await tier_standing(viewer)
    assert (shown.tier.code, shown.qualifying_points, shown.valid_to) == ("SILVER", 50, YEAR)
    assert (shown.next_tier.code, shown.missing_points, shown.missing) == ("GOLD", 50, missing[1])
    assert (shown.ends_on, shown.points_to_keep, shown.ending, shown.perks_suspended) == (None, None, None, None)
    await levels.earn(customer.id, 49)
    shown = await tier_standing(viewer)
    assert (shown.missing_points, shown.missing) == (1, missing[0])


async def test_the_end_of_a_level_is_shown_from_60_days_before(db):
    await levels.plan()
    customer = await levels.member("GOLD")
    viewer = (await make.viewer_of(customer.id)).speaking(Locale.EN)
    await levels.look_on(YEAR - timedelta(days=61))
    assert (await tier_standing(viewer)).ending is None
    await levels.look_on(YEAR - timedelta(days=60))
    shown = await tier_standing(viewer)
    assert (shown.points_to_keep, shown.ends_on) == (100, date(2027, 6, 14))
    assert shown.ending == (
        "To keep Gold, earn 100 more qualifying points by June 14, 2027; otherwise you go down one level then."
    )
    assert (shown.next_tier, shown.missing_points, shown.missing) == (None, None, None)


async def test_how_somebody_stands_is_seen_by_himself_and_those_in_charge(db):
    await levels.plan()
    customer, stranger = await levels.member("GOLD"), await make.customer()
    officer = await make.officer_of(customer.id)
    auditor = make.viewer(await make.staff(role=Role.AUDITOR))
    for viewer in (await make.viewer_of(customer.id), officer, auditor):
        assert (await tier_standing(viewer, customer_id=customer.id)).tier.code == "GOLD"
    elsewhere = await make.with_branches(make.viewer(await make.staff(branches=[await make.branch()])))
    for viewer in (await make.viewer_of(stranger.id), elsewhere):
        with pytest.raises(NotFound):
            await tier_standing(viewer, customer_id=customer.id)
    with pytest.raises(NotFound):
        await tier_standing(officer)
