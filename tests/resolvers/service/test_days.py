"""The officer's day: one list, due first in front, and nothing of what others have to do."""

from datetime import date, timedelta

from models import NamedOfficer
from models.database.statements import counted
from resolvers.loans import hardships
from resolvers.loyalty import callbacks
from resolvers.service import days
from rules.loans.hardships import Situation
from rules.service.days import DayItemKind
from rules.service.surveys import SurveyOccasion
from tests import asking, complaining, make


async def kinds_of(viewer, **asked) -> list[str]:
    return [item.kind.value for item in (await days.my_day(viewer, **asked)).items]


async def test_all_that_waits_stands_in_one_list_due_first_in_front(db):
    loan = await make.loan()
    borrower = await make.viewer_of(loan.customer_id)
    officer = await make.officer_of(loan.customer_id)
    case = await complaining.case(await make.customer())
    assert case.assignee_id == officer.staff_id
    await hardships.ask_for_help(borrower, loan_id=loan.id, situation=Situation.ILLNESS)
    caller = await make.customer()
    slots = await callbacks.callback_slots(make.viewer(caller), from_day=make.TODAY)
    await callbacks.book(make.viewer(caller), starts_at=slots.slots[0].starts_at)
    make.clock.moment += timedelta(days=1)
    items = (await days.my_day(officer)).items
    assert [item.kind for item in items] == [DayItemKind.CALLBACK, DayItemKind.CASE, DayItemKind.HELP]
    assert [item.due_at for item in items] == sorted(item.due_at for item in items)
    assert items[0].customer.id == caller.id
    assert await kinds_of(officer, kinds=[DayItemKind.HELP]) == ["HELP"]


async def test_what_others_have_to_do_is_not_there(db):
    customer = await make.customer()
    first, second = await make.officer_of(customer.id), await make.officer_of(customer.id)
    await complaining.case(customer)
    far = await make.officer_of((await make.customer(branch=await make.branch())).id)
    assert [await kinds_of(viewer) for viewer in (first, second, far)] == [["CASE"], [], []]


async def test_whoever_was_not_content_is_there_for_those_whom_it_is_not_about(db):
    customer = await make.customer()
    officer, other = await make.officer_of(customer.id), await make.officer_of(customer.id)
    asked = await asking.asked(
        await asking.survey(occasion=SurveyOccasion.CASE_CLOSED), customer, staff_id=officer.staff_id
    )
    await asking.answered(asked, score=1)
    assert await kinds_of(officer) == []
    assert await kinds_of(other) == ["FOLLOW_UP"]


async def test_the_birthday_of_a_customer_of_ones_own_is_there_on_the_day(db):
    customer = await make.customer(identity_number=make.identity_number("19900317"))
    officer = await make.officer_of(customer.id)
    async with make.unit():
        await NamedOfficer.create(
            customer_id=customer.id, staff_id=officer.staff_id, name="王", assigned_by_id=officer.staff_id
        )
    assert await kinds_of(officer) == []
    await make.travel_to(date(2026, 3, 17))
    assert await kinds_of(officer) == ["BIRTHDAY"]


async def test_a_full_day_takes_as_many_statements_as_an_empty_one(db):
    customer = await make.customer()
    officer = await make.officer_of(customer.id)
    counts = []
    for number in (0, 4):
        for _ in range(number):
            await complaining.case(await make.customer())
        with counted() as statements:
            await days.my_day(officer)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 9
