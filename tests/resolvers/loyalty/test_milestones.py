"""Milestones: reached once, on their day, and never by whoever is late or being helped."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from tortoise.exceptions import IntegrityError

import notifications
from models import (
    Branch,
    Customer,
    Delivery,
    HardshipRequest,
    Installment,
    Loan,
    Milestone,
    Notification,
    OutboxEvent,
    Repayment,
)
from notifications import inbox_words
from notifications.events import read_event
from resolvers.books import accounting_days
from resolvers.loans import hardships
from resolvers.loyalty import milestones
from resolvers.loyalty.milestones import reach
from resolvers.notifications.sending import Post
from resolvers.people.restrictions import restrict_file
from rules.loans.hardships import HardshipStatus, Situation
from rules.loans.states import LoanStatus
from rules.loyalty.milestones import MilestoneKind
from rules.notifications.classes import Category, Lane, MessageChannel
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from rules.people.access import PartyRole
from rules.people.kinds import Locale
from tests import make

DAY = timedelta(days=1)
TOLD = ("AnniversaryReached", "PayoffReached", "FirstYearKept")


async def since(moment: datetime, **columns) -> Customer:
    """A customer who became one at a time, and wants to hear of points and events."""
    customer = await make.customer(**columns)
    async with make.unit():
        await Customer.filter(id=customer.id).update(created_at=moment)
    await make.consent(customer)
    return customer


def years_ago(years: int, hour: int = 4) -> datetime:
    return datetime(2026 - years, 3, 16, hour, tzinfo=UTC)


async def reached(today: date = make.TODAY) -> list[tuple[int, MilestoneKind, int]]:
    await reach(make.system(), today)
    rows = await Milestone.all().order_by("customer_id", "kind", "subject")
    return [(row.customer_id, row.kind, row.subject) for row in rows]


async def told() -> list[tuple[str, int]]:
    rows = await OutboxEvent.filter(kind__in=list(TOLD)).order_by("customer_id", "kind")
    return [(row.kind, row.customer_id) for row in rows]


async def closed_loan() -> Loan:
    """A loan that its customer has paid off today, who wants to hear of it."""
    loan = await make.loan(term=3)
    await make.consent(await Customer.get(id=loan.customer_id))
    while await make.repayment(loan):
        pass
    return await Loan.get(id=loan.id)


async def year_old_loan(**columns) -> Loan:
    """A loan whose first year ended yesterday, with all that fell due in it paid on its day."""
    loan = await make.loan(term=36)
    await make.consent(await Customer.get(id=loan.customer_id))
    async with make.unit():
        await Loan.filter(id=loan.id).update(opened_on=date(2025, 3, 15), **columns)
        for line in await Installment.filter(loan_id=loan.id, number__lte=12):
            due_on = line.due_on.replace(year=line.due_on.year - 1) - DAY
            paid = {f"paid_{part}": getattr(line, part) for part in ("principal", "interest", "costs", "penalty")}
            await Installment.filter(id=line.id).update(due_on=due_on, paid_on=due_on, is_open=False, **paid)
    return loan


async def test_an_anniversary_is_that_of_the_day_in_the_lenders_zone(db):
    midnight = datetime(2025, 3, 15, 16, tzinfo=UTC)
    first, last = await since(midnight), await since(midnight + DAY - timedelta(microseconds=1))
    await since(midnight - timedelta(microseconds=1))
    await since(midnight + DAY)
    ten = await since(years_ago(10))
    await since(make.NOON)
    year = MilestoneKind.ANNIVERSARY
    assert await reached() == [(first.id, year, 1), (last.id, year, 1), (ten.id, year, 10)]
    assert [customer for _, customer in await told()] == [first.id, last.id, ten.id]


async def test_the_29th_of_february_is_celebrated_on_the_28th_in_other_years(db):
    customer = await since(datetime(2024, 2, 29, 4, tzinfo=UTC))
    assert await reached(date(2026, 3, 1)) == []
    assert await reached(date(2026, 2, 28)) == [(customer.id, MilestoneKind.ANNIVERSARY, 2)]
    assert await reached(date(2028, 2, 28)) == [(customer.id, MilestoneKind.ANNIVERSARY, 2)]
    assert (customer.id, MilestoneKind.ANNIVERSARY, 4) in await reached(date(2028, 2, 29))


async def test_it_is_reached_once_however_often_and_by_how_many_it_is_looked_at(db, monkeypatch):
    monkeypatch.setattr(milestones, "CHUNK", 2)
    for _ in range(5):
        await since(years_ago(1))
    await asyncio.gather(*[reach(make.system(), make.TODAY) for _ in range(4)])
    assert await reach(make.system(), make.TODAY) == 0
    assert await Milestone.all().count() == len(await told()) == 5


async def test_a_new_business_date_brings_it_about(db):
    customer = await since(years_ago(1) + DAY)
    await accounting_days.end_day(make.system(), make.TODAY)
    (row,) = await Milestone.all()
    assert (row.customer_id, row.years, row.reached_on) == (customer.id, 1, make.TODAY + DAY)
    with pytest.raises(IntegrityError):
        async with make.unit():
            await Milestone.filter(id=row.id).update(years=2, subject=2)


async def test_a_loan_paid_off_is_congratulated_on_once(db):
    loan = await closed_loan()
    assert loan.status is LoanStatus.CLOSED
    expected = [(loan.customer_id, MilestoneKind.LOAN_PAID_OFF, loan.id)]
    assert await reached() == await reached() == expected
    assert await told() == [("PayoffReached", loan.customer_id)]
    assert (await Milestone.get()).loan_id == loan.id


async def test_a_loan_paid_off_long_ago_is_not(db):
    await closed_loan()
    assert await reached(make.TODAY + timedelta(days=8)) == []


async def test_a_loan_that_is_not_paid_off_or_was_written_off_is_not(db):
    running, lost = await make.loan(), await make.loan(term=3)
    await make.repayment(running)
    await make.written_off(lost)
    async with make.unit():
        await Loan.filter(id=lost.id).update(days_past_due=0)
    while await make.repayment(lost):
        pass
    assert (await Loan.get(id=lost.id)).status is LoanStatus.CLOSED
    assert await reached() == []


async def test_a_loan_settled_out_of_a_new_one_is_not_celebrated(db):
    old = await make.loan()
    await make.refinanced(old)
    assert (await Loan.get(id=old.id)).status is LoanStatus.CLOSED
    assert await reached() == []


async def test_a_first_year_without_delay_is_celebrated_once_it_is_over(db):
    loan = await year_old_loan()
    assert await reached(make.TODAY - DAY) == await reached(make.TODAY + DAY) == []
    assert await reached() == [(loan.customer_id, MilestoneKind.FIRST_YEAR_ON_TIME, loan.id)]
    assert await told() == [("FirstYearKept", loan.customer_id)]


@pytest.mark.parametrize("number", [1, 6, 12])
async def test_one_delay_is_a_delay(db, number):
    loan = await year_old_loan()
    line = await Installment.get(loan_id=loan.id, number=number)
    async with make.unit():
        await Installment.filter(id=line.id).update(paid_on=line.due_on + DAY)
    assert await reached() == []
    async with make.unit():
        unpaid = {"paid_on": None, "is_open": True, "paid_principal": 0}
        await Installment.filter(id=line.id).update(**unpaid)
    assert await reached() == []


async def test_a_year_in_which_nothing_fell_due_says_nothing(db):
    loan = await year_old_loan()
    async with make.unit():
        await Installment.filter(loan_id=loan.id).update(due_on=make.TODAY + DAY)
    assert await reached() == []


@pytest.mark.parametrize("part", list(PartyRole))
async def test_nobody_is_congratulated_while_something_of_his_is_overdue(db, part):
    customer, late = await since(years_ago(1)), await make.loan()
    if part is PartyRole.BORROWER:
        late = await make.loan(customer)
    else:
        await make.party(late, customer, part)
    async with make.unit():
        await Loan.filter(id=late.id).update(days_past_due=1)
    found = await reached()
    assert (found == []) is (part is not PartyRole.GUARANTOR), "who answers for another's loan is no borrower"


@pytest.mark.parametrize("status", [HardshipStatus.OPEN, HardshipStatus.AGREED])
async def test_nobody_is_congratulated_while_he_asks_for_help_or_is_helped(db, status):
    customer = await since(years_ago(1))
    loan = await make.loan(customer)
    viewer = await make.viewer_of(customer.id)
    await hardships.ask_for_help(viewer, loan_id=loan.id, situation=Situation.ILLNESS)
    async with make.unit():
        await HardshipRequest.filter(loan_id=loan.id).update(status=status)
    assert await reached() == []
    async with make.unit():
        await HardshipRequest.filter(loan_id=loan.id).update(status=HardshipStatus.WITHDRAWN)
    assert len(await reached()) == 1


async def test_a_restricted_file_is_left_alone(db):
    customer = await since(years_ago(1))
    boss = await make.manager_of(customer.id)
    await restrict_file(boss, customer_id=customer.id, reason="She works at our branch.")
    assert await reached() == []


async def test_who_did_not_consent_or_switched_it_off_reads_it_in_his_profile_only(db):
    silent = await make.customer()
    refused, off, by_mail = [await since(years_ago(1)) for _ in range(3)]
    async with make.unit():
        await Customer.filter(id=silent.id).update(created_at=years_ago(1))
    await make.consent(refused, is_given=False)
    await make.preference(off, Category.LOYALTY)
    await make.preference(by_mail, Category.LOYALTY)
    await make.consent(by_mail, MessageChannel.EMAIL)
    assert len(await reached()) == 4
    assert await told() == [("AnniversaryReached", by_mail.id)]
    own = await Milestone.visible_to(make.viewer(silent))
    assert [row.customer_id for row in own] == [silent.id]
    stranger = await make.with_branches(make.viewer(await make.staff(branches=[await make.branch()])))
    assert not await Milestone.visible_to(stranger).exists()
    branch = await Branch.get(id=silent.branch_id)
    officer = await make.with_branches(make.viewer(await make.staff(branches=[branch])))
    assert await Milestone.visible_to(officer).count() == 4


async def test_what_is_said_is_said_in_both_languages_and_no_lock_screen_says_of_what(db):
    customer, loan = await since(years_ago(3)), await closed_loan()
    old = await year_old_loan()
    await reached()
    await make.deliver()
    said = {}
    for note in await Notification.filter(kind__in=list(TOLD)):
        for locale in Locale:
            title, body = inbox_words.push(read_event(note.kind, note.body), locale)
            assert not any(word in title + body for word in ("贷", "还款", "loan", "paid", "3"))
            said[note.kind, locale] = inbox_words.text(note.kind, note.body, locale)
    assert len(said) == 6
    assert {customer.id, loan.customer_id, old.customer_id} == {
        note.customer_id for note in await Notification.filter(kind__in=list(TOLD))
    }
    assert said["AnniversaryReached", Locale.EN].startswith("Today it is 3 years since you became our customer.")
    assert said["AnniversaryReached", Locale.ZH_CN].startswith("今天是您成为我们客户的 3 周年。")
    assert said["PayoffReached", Locale.EN].startswith("Congratulations: you have paid a loan off")


async def test_a_payment_that_bounces_later_does_not_congratulate_again(db):
    loan = await closed_loan()
    await reached()
    last = await make.repayment(loan)
    assert last is None
    bounced = await Repayment.filter(loan_id=loan.id).order_by("-id").first()
    assert bounced is not None
    await make.reversal(bounced)
    assert (await Loan.get(id=loan.id)).status is LoanStatus.ACTIVE
    await make.repayment(loan, str(Decimal(bounced.amount)))
    assert (await Loan.get(id=loan.id)).status is LoanStatus.CLOSED
    assert len(await reached()) == 1
    assert await OutboxEvent.filter(kind="PayoffReached").count() == 1


async def test_what_was_chosen_is_looked_at_once_more_when_it_leaves(db):
    punctual, late = await since(years_ago(1)), await since(years_ago(1))
    for each in (punctual, late):
        await make.consent(each, MessageChannel.SMS)
    notifications.configure(notifications.NotificationSettings(lanes=frozenset({Lane.SMS})))
    await reached()
    await make.deliver()
    loan = await make.loan(late)
    async with make.unit():
        await Loan.filter(id=loan.id).update(days_past_due=1)
    leaving = await Post(Lane.SMS, make.clock).claim(10)
    sent = await Delivery.filter(kind="AnniversaryReached", channel=MessageChannel.SMS).order_by("customer_id")
    assert [each.delivery_id for each in leaving] == [sent[0].id]
    assert (sent[0].customer_id, sent[1].customer_id) == (punctual.id, late.id)
    assert (sent[1].state, sent[1].reason) == (DeliveryState.SKIPPED, DeliveryReason.RESTRICTED)
