import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import Installment, MarketChange, MarketChangeDay, ReferenceRate, SpecialDay, Viewer
from resolvers.products.markets import (
    approve_market_change,
    decline_market_change,
    propose_reference_rate,
    propose_special_days,
)
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.staff import SamePerson
from rules.products import holidays
from rules.products.holidays import HolidayContradiction, HolidayTableGap, SpecialDateNotAllowed, SpecialDayKind
from rules.products.kinds import HolidayRule
from rules.products.repricing import RateDateNotAllowed, RateType, RepricingRule
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from tests import make

TODAY = make.TODAY
TOMORROW = TODAY + timedelta(days=1)
RATE = {"code": "LPR5Y", "valid_from": TODAY, "annual_rate": Decimal("0.0350")}


@pytest.fixture
async def first(db) -> Viewer:
    return await make.signed_in(await make.staff(role=Role.MANAGER))


@pytest.fixture
async def second(db) -> Viewer:
    return await make.signed_in(await make.staff(role=Role.MANAGER))


def holiday(day: date) -> holidays.SpecialDay:
    return holidays.SpecialDay(day, SpecialDayKind.HOLIDAY)


async def test_a_rate_holds_once_another_approves_it(first, second):
    proposed = await propose_reference_rate(first, **RATE)
    assert (proposed.status, await ReferenceRate.all().count()) == (ProposalStatus.PROPOSED, 0)
    approved = await approve_market_change(second, change_id=proposed.id)
    assert (approved.status, approved.decided_by_id, approved.decided_at) == (
        ProposalStatus.APPROVED,
        second.staff_id,
        make.clock.now(),
    )
    kept = await ReferenceRate.get()
    assert (kept.code, kept.valid_from, kept.annual_rate) == ("LPR5Y", TODAY, Decimal("0.0350"))
    before = await make.everything()
    for decide in (approve_market_change, decline_market_change):
        with pytest.raises(NotPossibleNow):
            await decide(second, change_id=proposed.id)
        with pytest.raises(NotFound):
            await decide(second, change_id=999)
    assert await make.everything() == before


async def test_days_hold_once_another_approves_them_and_replace_what_was_said_before(first, second):
    await make.special_days(holiday(TOMORROW), holiday(TOMORROW + timedelta(days=2)))
    said = [holidays.SpecialDay(TOMORROW, SpecialDayKind.WORKING_DAY), holiday(TOMORROW + timedelta(days=1))]
    proposed = await propose_special_days(first, days=said)
    assert await MarketChangeDay.filter(change_id=proposed.id).count() == 2
    assert (await SpecialDay.get(day=TOMORROW)).kind is SpecialDayKind.HOLIDAY
    await approve_market_change(second, change_id=proposed.id)
    kept = {row.day: row.kind for row in await SpecialDay.all()}
    assert kept == {
        TOMORROW: SpecialDayKind.WORKING_DAY,
        TOMORROW + timedelta(days=1): SpecialDayKind.HOLIDAY,
        TOMORROW + timedelta(days=2): SpecialDayKind.HOLIDAY,
    }


async def test_nobody_decides_what_he_proposed_nor_under_another_account(db):
    person = await make.customer()
    accounts = [await make.signed_in(await make.staff(role=Role.MANAGER, customer_id=person.id)) for _ in range(2)]
    proposed = await propose_reference_rate(accounts[0], **RATE)
    before = await make.everything()
    for account in accounts:
        for decide in (approve_market_change, decline_market_change):
            with pytest.raises(SamePerson):
                await decide(account, change_id=proposed.id)
    assert await make.everything() == before


async def test_what_is_declined_never_holds(first, second):
    proposed = await propose_special_days(first, days=[holiday(TOMORROW)])
    declined = await decline_market_change(second, change_id=proposed.id)
    assert (declined.status, await SpecialDay.all().count()) == (ProposalStatus.DECLINED, 0)
    with pytest.raises(NotPossibleNow):
        await approve_market_change(second, change_id=proposed.id)


async def test_a_rate_is_written_down_forward_only(first):
    await make.reference_rate("LPR5Y", TODAY, "0.0350")
    before = await make.everything()
    for day in (TODAY - timedelta(days=1), TODAY):
        with pytest.raises(RateDateNotAllowed):
            await propose_reference_rate(first, **RATE | {"valid_from": day})
    assert await make.everything() == before
    await make.reference_rate("LPR5Y", TOMORROW, "0.0340")
    assert await ReferenceRate.all().count() == 2


@pytest.mark.parametrize(
    ("days", "refusal"),
    [
        ([TODAY], SpecialDateNotAllowed),
        ([date(2026, 12, 31), date(2028, 1, 3)], HolidayTableGap),
        ([date(2028, 1, 3)], HolidayTableGap),
        ([TOMORROW, TOMORROW], HolidayContradiction),
        ([TOMORROW + timedelta(days=number) for number in range(80)], HolidayContradiction),
    ],
)
async def test_a_table_of_days_that_cannot_be_is_refused(first, days, refusal):
    before = await make.everything()
    with pytest.raises(refusal):
        await propose_special_days(first, days=[holiday(each) for each in days])
    assert await make.everything() == before


async def test_no_day_of_the_past_becomes_a_due_day(first):
    """Of a month's last days one is not moved into the next month, but back."""
    await make.product(holiday_rule=HolidayRule.MODIFIED_NEXT)
    await make.pass_until(date(2026, 5, 29))  # A Friday: the Sunday after it is the month's last day.
    await make.special_days(holidays.SpecialDay(date(2026, 5, 30), SpecialDayKind.WORKING_DAY))
    before = await make.everything()
    with pytest.raises(SpecialDateNotAllowed) as refused:
        await propose_special_days(first, days=[holiday(date(2026, 5, 30))])
    assert refused.value.on == date(2026, 5, 30)
    assert await make.everything() == before


async def test_loans_are_verified_before_and_after_days_have_moved_theirs(db):
    loan = await make.loan(product=await make.product(holiday_rule=HolidayRule.NEXT, fees=[]))
    due_on = (await Installment.get(loan_id=loan.id, number=1)).due_on
    await make.special_days(holiday(due_on))
    assert (await Installment.get(loan_id=loan.id, number=1)).due_on == due_on
    assert await verify() == []
    await make.pass_until(TOMORROW)
    assert (await Installment.get(loan_id=loan.id, number=1)).due_on > due_on
    assert await verify() == []


@pytest.mark.parametrize("rule", RepricingRule)
async def test_a_rate_to_come_leaves_loans_as_their_events_say(db, rule):
    await make.reference_rate("LPR5Y", TODAY, "0.0350")
    floats = {"rate_type": RateType.FLOATING, "reference_rate": "LPR5Y", "repricing": rule, "fees": []}
    await make.loan(product=await make.product(**floats))
    await make.reference_rate("LPR5Y", TODAY + timedelta(days=7), "0.0300")
    for days in (0, 4, 8):
        await make.pass_until(TODAY + timedelta(days=days))
        assert await verify() == []


async def test_what_time_has_overtaken_is_not_approved(first, second):
    rate, days = (
        await propose_reference_rate(first, **RATE),
        await propose_special_days(first, days=[holiday(TOMORROW)]),
    )
    await make.travel_to(TOMORROW)
    before = await make.everything()
    with pytest.raises(RateDateNotAllowed):
        await approve_market_change(second, change_id=rate.id)
    with pytest.raises(SpecialDateNotAllowed):
        await approve_market_change(second, change_id=days.id)
    assert await make.everything() == before


async def test_of_several_at_once_one_is_kept_and_the_others_are_told(first, second):
    rates = [
        await propose_reference_rate(first, **RATE | {"annual_rate": Decimal(number) / 100}) for number in range(1, 6)
    ]
    answers = await asyncio.gather(
        *(approve_market_change(second, change_id=each.id) for each in rates), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in answers) == ["MarketChange"] + ["RateDateNotAllowed"] * 4
    assert await ReferenceRate.all().count() == 1
    days = await propose_special_days(first, days=[holiday(TOMORROW)])
    answers = await asyncio.gather(
        *(approve_market_change(second, change_id=days.id) for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in answers) == ["MarketChange"] + ["NotPossibleNow"] * 3
    assert await MarketChange.filter(status=ProposalStatus.APPROVED).count() == 2
