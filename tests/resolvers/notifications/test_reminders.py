"""Reminders: one a customer and due day, once, and none where there is nothing to say."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from models import Installment, LeftOut, Loan, OutboxEvent, ReminderDay
from notifications.events import read_event
from resolvers.loans import promises
from resolvers.notifications import reminders
from resolvers.notifications.reminders import choose_due
from rules.errors import Conflict, NotFound
from rules.money import Money
from rules.notifications.deliveries import DeliveryReason
from rules.notifications.reminders import PlanMalformed
from rules.people.access import Role
from tests import make


async def first_due(loan: Loan) -> date:
    return (await make.first_line(loan)).due_on


async def choose_all() -> None:
    while await choose_due(make.clock):
        pass


async def at_nine(day: date) -> None:
    """Be there at nine in the morning of a day, in Shanghai."""
    await make.travel_to(day)
    make.clock.moment = make.clock.moment.replace(hour=1, minute=0, second=0, microsecond=0)


async def chosen() -> list[tuple[str, int | None]]:
    return [
        (event.kind, getattr(read_event(event.kind, event.body), "days", None))
        for event in await OutboxEvent.filter(once_key__isnull=False).order_by("id")
    ]


async def test_a_due_day_is_reminded_of_on_the_days_of_the_plan(db: str):
    loan = await make.loan()
    due_on = await first_due(loan)
    for days in range(-9, 18):
        await at_nine(due_on + timedelta(days=days))
        await choose_all()
    assert await chosen() == [
        ("InstallmentDueSoon", 7),
        ("InstallmentDueSoon", 3),
        ("InstallmentDueSoon", 1),
        ("InstallmentDueToday", None),
        *(("InstallmentOverdue", days) for days in (1, 3, 7, 15)),
    ]


async def test_before_nine_nobody_is_chosen(db: str):
    loan = await make.loan()
    await at_nine(await first_due(loan))
    make.clock.moment -= timedelta(seconds=1)
    assert await choose_due(make.clock) == 0
    assert not await ReminderDay.exists()
    make.clock.moment += timedelta(seconds=1)
    assert await choose_due(make.clock) == 1


async def test_several_loans_due_on_a_day_are_one_reminder_with_their_sum(db: str):
    customer = await make.customer()
    loans = [await make.loan(customer, amount=amount) for amount in ("1000.00", "2000.00")]
    await at_nine(await first_due(loans[0]))
    await choose_all()
    (event,) = await OutboxEvent.filter(once_key__isnull=False)
    lines = [await make.first_line(loan) for loan in loans]
    total = sum((line.principal + line.interest for line in lines), Decimal(0))
    assert read_event(event.kind, event.body).amounts == (Money(total, "CNY"),)


async def test_two_schedulers_at_once_choose_once(db: str):
    loans = [await make.loan() for _ in range(3)]
    await at_nine(await first_due(loans[0]))
    await asyncio.gather(*(choose_due(make.clock) for _ in range(4)))
    await choose_all()
    assert len(await chosen()) == 3
    await ReminderDay.all().update(finished_at=None, up_to=0)
    await choose_all()
    assert len(await chosen()) == 3, "the keys alone keep it from happening twice"


async def test_a_batch_ends_between_customers(db: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reminders, "BATCH", 3)
    customers = [await make.customer() for _ in range(4)]
    loans = [await make.loan(customer) for customer in customers for _ in range(2)]
    await at_nine(await first_due(loans[0]))
    await choose_all()
    events = await OutboxEvent.filter(once_key__isnull=False).order_by("id")
    assert [event.customer_id for event in events] == [customer.id for customer in customers]
    (line,) = {(await make.first_line(loan)).principal + (await make.first_line(loan)).interest for loan in loans}
    for event in events:
        assert read_event(event.kind, event.body).amounts == (Money(2 * line, "CNY"),)


async def test_what_is_paid_is_not_reminded_of(db: str):
    loan = await make.loan()
    await make.repayment(loan)
    await at_nine((await Installment.get(loan_id=loan.id, number=1)).due_on)
    await choose_all()
    assert not await chosen()


async def overdue(days: int) -> Loan:
    """A loan so many days late, at nine in the morning."""
    loan = await make.loan()
    await make.pass_until(await first_due(loan) + timedelta(days=days))
    make.clock.moment = make.clock.moment.replace(hour=1, minute=0)
    return await Loan.get(id=loan.id)


@pytest.mark.parametrize("days", [1, 3, 7, 15])
async def test_what_is_overdue_is_reminded_of_and_counts_as_a_contact(db: str, days: int):
    loan = await overdue(days)
    await choose_all()
    assert await chosen() == [("InstallmentOverdue", days)]
    assert await reminders._why_not([loan.id], make.clock.business_date) is None
    await ReminderDay.all().delete()
    await OutboxEvent.filter(once_key__isnull=False).update(once_key="another")
    await choose_all()
    assert await reminders._why_not([loan.id], make.clock.business_date) is DeliveryReason.BUDGET


async def test_who_asked_for_help_or_promised_is_left_in_peace_and_it_is_kept_why(db: str):
    loan = await overdue(3)
    borrower = await make.viewer_of(loan.customer_id)
    await promises.record_promise(
        borrower,
        loan_id=loan.id,
        amount=Money(Decimal("50.00"), "CNY"),
        due_on=make.clock.business_date + timedelta(days=2),
    )
    await choose_all()
    assert not await chosen()
    left = await LeftOut.get()
    assert (left.customer_id, left.reason, left.kind) == (loan.customer_id, DeliveryReason.PEACE, "InstallmentOverdue")
    await ReminderDay.all().update(finished_at=None, up_to=0)
    await choose_all()
    assert await LeftOut.all().count() == 1


async def test_a_product_has_days_of_its_own(db: str):
    product = await make.product()
    loan, other = await make.loan(product=product), await make.loan()
    manager = await make.manager_of(loan.customer_id)
    plan = await reminders.set_plan(manager, product_id=product.id, days=[-2], version=0)
    assert (plan.days, plan.version) == ("-2", 1)
    due_on = await first_due(loan)
    for days in (-3, -2):
        await at_nine(due_on + timedelta(days=days))
        await choose_all()
    told = [
        (event.customer_id, event.kind) for event in await OutboxEvent.filter(once_key__isnull=False).order_by("id")
    ]
    assert told == [(other.customer_id, "InstallmentDueSoon"), (loan.customer_id, "InstallmentDueSoon")]


@pytest.mark.parametrize("days", [[1, 1], [3, 1], list(range(21))])
async def test_a_malformed_plan_changes_nothing(db: str, days: list[int]):
    product, manager = await make.product(), await make.signed_in(await make.staff(role=Role.MANAGER))
    with pytest.raises(PlanMalformed):
        await reminders.set_plan(manager, product_id=product.id, days=days, version=0)
    with pytest.raises(Conflict):
        await reminders.set_plan(manager, product_id=product.id, days=[1], version=3)
    with pytest.raises(NotFound):
        await reminders.set_plan(manager, product_id=4_000_000, days=[1], version=0)
    assert not await reminders.ReminderPlan.exists()
