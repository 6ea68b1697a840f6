"""Reminding people of what is due: chosen once a day, one message a customer and due day, and what they set themselves."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from models import (
    Clock,
    LeftOut,
    Loan,
    Product,
    ReminderDay,
    ReminderPlan,
    Viewer,
)
from models.database import Unit, locked, one_at_a_time, transaction
from models.database.handwritten import Rows, Statement, as_rows, fetch_rows, read_date
from notifications import configured, outbox
from notifications.events import Event
from notifications.notifications.reminders import (
    InstallmentDueSoon,
    InstallmentDueToday,
    InstallmentOverdue,
)
from resolvers.loans.contact_limits import contacted_on, peace_of
from rules.errors import Conflict
from rules.loans.contacts import next_within_budget
from rules.money import Money, from_cents
from rules.notifications.deliveries import DeliveryReason
from rules.notifications.reminders import (
    CHOSEN_FROM,
    DEFAULT_DAYS,
    check_plan,
)

BATCH = 3_000
"""So many lines of schedules are looked at in one transaction."""

_DAYS = Rows("days", (("due_on", "date"),))
_DUE = Statement(
    "due",
    """
    SELECT installment.customer_id, installment.due_on, installment.currency, product_version.product_id,
      installment.loan_id,
      installment.principal + installment.interest + installment.costs + installment.penalty
      - installment.paid_principal - installment.paid_interest - installment.paid_costs - installment.paid_penalty AS open
    FROM {days} JOIN installment ON installment.due_on = days.due_on
    JOIN loan ON loan.id = installment.loan_id AND loan.status = 'ACTIVE'
    JOIN product_version ON product_version.id = loan.product_version_id
    WHERE installment.is_open AND installment.customer_id > :up_to
    ORDER BY installment.customer_id, installment.due_on, installment.id LIMIT :most
    """,
    {"up_to": "bigint", "most": "bigint"},
    (_DAYS,),
)


@dataclass(frozen=True)
class _Line:
    """One open line of a schedule that somebody is reminded of today."""

    due_on: date
    loan_id: int
    open: Money


async def choose_due(clock: Clock) -> int:
    """Choose some of today's reminders, from nine on where the lender is; gives how many lines were looked at.

    Any number of processes may do so at once: one has the day's row, and each reminder has a key of its own.
    """
    today, local = clock.today(), clock.now().astimezone(configured().zone)
    if local.date() != today or local.time() < CHOSEN_FROM:  # Books that are behind speak of another day.
        return 0
    begun = await ReminderDay.get_or_none(on=today)
    if begun is None:
        await _open_day(clock, today)
    elif begun.finished_at is not None:
        return 0
    async with transaction(Viewer.house(clock), "choose_reminders") as unit:
        day = await ReminderDay.select_for_update(no_key=True).get(on=today)
        if day.finished_at is not None:
            return 0
        plans = await _plans()
        rows = await _due(today, plans, day.up_to)
        taken = _whole_customers(rows)
        await _remind(unit, today, plans, taken)
        if len(rows) < BATCH:
            day.finished_at = unit.now
        elif taken:
            day.up_to = taken[-1]["customer_id"]
        await day.save(update_fields=["up_to", "finished_at"])
    return len(rows)


async def _open_day(clock: Clock, on: date) -> None:
    try:
        async with transaction(Viewer.house(clock), "open_reminder_day"):
            await ReminderDay.create(on=on)
    except IntegrityError:  # Another process opened it at this moment.
        assert await ReminderDay.exists(on=on)


async def _plans() -> dict[int | None, tuple[int, ...]]:
    """Give the days of each product that has a plan of its own, and, under None, of the others."""
    plans: dict[int | None, tuple[int, ...]] = {None: DEFAULT_DAYS}
    return plans | {plan.product_id: tuple(read_days(plan.days)) for plan in await ReminderPlan.all()}


def read_days(written: str) -> list[int]:
    """Read the days of a plan as they are written in its row."""
    return [int(day) for day in written.split(",") if day]


async def _due(today: date, plans: dict[int | None, tuple[int, ...]], up_to: int) -> list[dict[str, Any]]:
    days = sorted({today - timedelta(days=day) for plan in plans.values() for day in plan})
    values = {"days": as_rows({"due_on": day} for day in days), "up_to": up_to, "most": BATCH}
    return await fetch_rows(get_connection("default"), _DUE, values)


def _whole_customers(rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Leave the last customer to the next batch where he may have more lines; one alone has them all."""
    if len(rows) < BATCH or rows[0]["customer_id"] == rows[-1]["customer_id"]:
        return rows
    last = rows[-1]["customer_id"]
    return [row for row in rows if row["customer_id"] != last]


async def _remind(
    unit: Unit, today: date, plans: dict[int | None, tuple[int, ...]], rows: Iterable[dict[str, Any]]
) -> None:
    """Record a message for each customer and due day, and one for all that is overdue of a customer."""
    ahead: dict[tuple[int, date], list[_Line]] = defaultdict(list)
    overdue: dict[int, list[_Line]] = defaultdict(list)
    for row in rows:
        due_on = read_date(row["due_on"])
        if (today - due_on).days not in plans.get(row["product_id"], plans[None]):
            continue
        line = _Line(due_on, row["loan_id"], Money(from_cents(row["open"]), row["currency"]))
        if due_on < today:
            overdue[row["customer_id"]].append(line)
        else:
            ahead[row["customer_id"], due_on].append(line)
    events = [
        (_ahead(customer, due_on, today, lines), _key(customer, due_on, today))
        for (customer, due_on), lines in ahead.items()
    ]
    if overdue:
        events += await _allowed(unit, today, overdue)
    if events:
        await outbox.record_once(events)


def _ahead(customer_id: int, due_on: date, today: date, lines: Sequence[_Line]) -> Event:
    amounts = _by_currency(lines)
    if due_on == today:
        return InstallmentDueToday(customer_id=customer_id, due_on=due_on, amounts=amounts)
    return InstallmentDueSoon(customer_id=customer_id, due_on=due_on, amounts=amounts, days=(due_on - today).days)


def _by_currency(lines: Iterable[_Line]) -> tuple[Money, ...]:
    sums: dict[str, Any] = defaultdict(int)
    for line in lines:
        sums[line.open.currency] += line.open.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))


def _key(customer_id: int, due_on: date, today: date) -> str:
    return f"due:C{customer_id}:{due_on.isoformat()}:{(today - due_on).days}"


async def _allowed(unit: Unit, today: date, overdue: dict[int, list[_Line]]) -> list[tuple[Event, str]]:
    """Give what may be said of what is overdue; who is left in peace, or was spoken to enough, is left out and why is kept."""
    await one_at_a_time("contacts")
    events: list[tuple[Event, str]] = []
    for customer_id, lines in overdue.items():
        oldest = min(line.due_on for line in lines)
        key = _key(customer_id, oldest, today)
        reason = await _why_not({line.loan_id for line in lines}, unit.now.astimezone(configured().zone).date())
        if reason is None:
            days = (today - oldest).days
            amounts = _by_currency(line for line in lines if line.due_on == oldest)
            events.append((InstallmentOverdue(customer_id=customer_id, due_on=oldest, amounts=amounts, days=days), key))
        elif not await LeftOut.exists(subject_key=key):
            kind = InstallmentOverdue.__name__
            await LeftOut.create(customer_id=customer_id, kind=kind, subject_key=key, reason=reason)
    return events


async def _why_not(loan_ids: Iterable[int], local_day: date) -> DeliveryReason | None:
    """Say why a customer is not reminded of these loans; None if he is."""
    for loan in await Loan.filter(id__in=list(loan_ids)).order_by("id"):
        if await peace_of(loan, loan.customer_id, None):
            return DeliveryReason.PEACE
        if next_within_budget(await contacted_on(loan, loan.customer_id, None, local_day), local_day) > local_day:
            return DeliveryReason.BUDGET
    return None


async def set_plan(viewer: Viewer, *, product_id: int, days: list[int], version: int) -> ReminderPlan:
    """Say on which days the borrowers of a product are reminded; an empty list for none at all. `version` is 0 where there is no plan yet.

    Raises `NotFound`, `PlanMalformed`, `Conflict`.
    """
    check_plan(days)
    written = ",".join(str(day) for day in days)
    async with transaction(viewer, "set_reminder_plan") as unit:
        await locked(Product, viewer, product_id)
        plan = await ReminderPlan.get_or_none(product_id=product_id)
        current = 0 if plan is None else plan.version
        if current != version:
            raise Conflict(current)
        if plan is None:
            plan = await ReminderPlan.create(product_id=product_id, days=written)
        else:
            plan.days, plan.version = written, plan.version + 1
            await plan.save(update_fields=["days", "version"])
        unit.subject = plan
        return plan
