"""The business date: one day is open, and end of day moves it."""

from datetime import date, timedelta

from models import AccountingDay, Clock, Viewer
from models.database import locked, transaction
from resolvers.applications.offers import expire_offers
from resolvers.books import accruals, points_costs
from resolvers.books.day_steps import StepsFailed, once_a_day
from resolvers.loans.ends_of_days import Tell, catch_loans_up, silent
from resolvers.loans.hardships import look_on
from resolvers.loans.promises import settle_promises
from resolvers.loyalty import loyalty_days
from resolvers.loyalty.benefits import raise_at_repricing
from resolvers.loyalty.tiers import begin_tier_plans
from resolvers.people.restrictions import end_grants
from resolvers.products.products import begin_versions
from resolvers.service import service_days
from rules.books.accruals import is_month_end
from rules.errors import NotFound


async def open_first_day(viewer: Viewer, on: date) -> AccountingDay:
    """Open the books on a day; if they are open, gives the day that is."""
    current = await AccountingDay.get_or_none(is_open=True)
    if current is not None:
        return current
    async with transaction(viewer, "open_first_day") as unit:
        unit.subject = day = await AccountingDay.create(on=on)
        return day


async def end_day(viewer: Viewer, on: date, tell: Tell = silent) -> bool:
    """Book what a day's end brings about, close it, open the next and do what its date brings about.

    False if the day is not open, because somebody else has ended it.
    """
    is_ended = await _close(viewer, on)
    if is_ended:
        await _bring_about(viewer, on + timedelta(days=1), tell)
    return is_ended


async def _close(viewer: Viewer, on: date) -> bool:
    """Close a day and open the next. Whoever writes meanwhile waits for it, and writes on the following day."""
    following = on + timedelta(days=1)
    try:
        async with transaction(viewer, "end_day", is_alone=True) as unit:
            day = await locked(AccountingDay, viewer, is_open=True, on=on)
            await points_costs.book(unit)
            accrued = await accruals.book(unit) if is_month_end(on) else []
            day.is_open, day.closed_at = False, unit.now
            await day.save(update_fields=["is_open", "closed_at"])
            await AccountingDay.create(on=following)
            await accruals.reverse(unit, accrued, booked_on=following)
    except NotFound:
        return False
    return True


async def catch_up(clock: Clock, until: date, tell: Tell = silent) -> int:
    """Run end of day for every day before `until` that is still open, one by one; gives how many were ended here.

    What a crash left undone of the open day is done first. Of several processes that try, each day is ended by one, and
    each loan is worked out by one. `tell` hears of the progress. Raises `StepsFailed` once all days are ended.
    """
    viewer = Viewer.house(clock)
    ended, failed = 0, list[Exception]()
    while True:
        open_on = await _open_on()
        try:
            await _bring_about(viewer, open_on, tell)
        except StepsFailed as error:
            failed.append(error)
        if open_on >= until:
            break
        ended += await _close(viewer, open_on)
    if failed:
        raise StepsFailed("what days bring about", failed)
    return ended


async def _open_on() -> date:
    return (await AccountingDay.get(is_open=True)).on


async def _bring_about(viewer: Viewer, on: date, tell: Tell) -> None:
    """Do what the date brings about; harmless to repeat, and to break off. Raises `StepsFailed` once all else is done."""
    await expire_offers(viewer, on)
    await begin_versions(viewer, on)
    await begin_tier_plans(viewer, on)
    await once_a_day(viewer, "discounts at repricing", on, raise_at_repricing)
    await catch_loans_up(viewer, on, tell)
    await settle_promises(viewer, on)
    await look_on(viewer, on)
    await end_grants(viewer, on)
    try:
        await service_days.bring_about(viewer, on)
    finally:
        await loyalty_days.bring_about(viewer, on)
