"""A day ends while people pay: nobody is refused, nothing is lost, and nothing is booked on a day that is over."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import AccountingDay, AuditEntry, Entry, Loan, Repayment, Viewer
from models.database import transaction
from resolvers.books import journal
from resolvers.books.accounting_days import catch_up, end_day
from resolvers.loans.repayments import Repaid, record_repayment, repay
from rules.books.accounts import AccountCode
from tests import make
from tests.models.database.test_guards import until_waiting
from tests.resolvers.loans.test_repayments import cash, loan, officer, yuan  # noqa: F401

TOMORROW = make.TODAY + timedelta(days=1)


async def test_the_end_of_a_day_waits_for_who_writes_in_it_and_who_comes_later_writes_in_the_next(
    loan,  # noqa: F811
    officer,  # noqa: F811
):
    begun, goes_on = asyncio.Event(), asyncio.Event()

    async def book_slowly() -> None:
        async with transaction(make.system(), "book") as unit:
            assert unit.today == make.TODAY
            begun.set()
            await goes_on.wait()
            amounts = {AccountCode.CASH: Decimal(1), AccountCode.FEE_INCOME: Decimal(-1)}
            await journal.post(unit, source="Test:1", currency="CNY", amounts=amounts, customer_id=None, loan_id=None)

    slow = asyncio.create_task(book_slowly())
    await begun.wait()
    ending = asyncio.create_task(end_day(make.system(), make.TODAY))
    await until_waiting(1)
    late = asyncio.create_task(record_repayment(officer, **cash(loan)))
    await until_waiting(2)
    assert not ending.done()
    assert not late.done()
    goes_on.set()
    await slow
    assert await ending
    repaid = await late
    assert (await Entry.get(source="Test:1")).booked_on == make.TODAY
    assert (await Entry.get(source=f"Repayment:{repaid.repayment.id}")).booked_on == TOMORROW
    assert repaid.repayment.value_on == make.TODAY
    assert await verify() == []


async def test_of_two_that_end_a_day_while_somebody_writes_one_does(db):
    ends = asyncio.Event()

    async def write() -> None:
        async with transaction(make.system(), "write"):
            await ends.wait()

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.01)
    ending = [asyncio.create_task(end_day(make.system(), make.TODAY)) for _ in range(2)]
    await until_waiting(2)
    ends.set()
    await writing
    assert sorted(await asyncio.gather(*ending)) == [False, True]


async def test_who_gives_up_while_a_day_ends_leaves_nothing_behind(db):
    begun, ends = asyncio.Event(), asyncio.Event()

    async def end_slowly() -> None:
        async with transaction(make.system(), "end_day", is_alone=True):
            begun.set()
            await ends.wait()

    async def write() -> None:
        async with transaction(make.system(), "write"):
            pass

    ending = asyncio.create_task(end_slowly())
    await begun.wait()
    waiting = [asyncio.create_task(write()) for _ in range(6)]
    await until_waiting(6)
    for each in waiting:
        each.cancel()
    ends.set()
    await ending
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(answer) for answer in answers} == {asyncio.CancelledError}
    assert not await AuditEntry.exists(operation="write")
    await asyncio.gather(*(write() for _ in range(20)))
    assert await AuditEntry.filter(operation="write").count() == 20


@pytest.fixture
async def loans(db) -> list[tuple[Viewer, Loan]]:
    """Six loans with their borrowers."""
    product = await make.product(fees=[])
    made = [await make.loan(amount="5000.00", product=product) for _ in range(6)]
    return [(await make.viewer_of(each.customer_id), each) for each in made]


async def test_days_that_end_while_many_pay_lose_no_payment_and_misdate_none(loans):
    """Over the end of a month: accruals, their reversal and the points' cost stand between the payments."""
    payments = 0
    until = date(2026, 4, 2)

    async def pay(borrower: Viewer, loan: Loan) -> None:  # noqa: F811
        nonlocal payments
        number = 0
        while (await AccountingDay.get(is_open=True)).on < until:
            number += 1
            answer = await repay(borrower, loan_id=loan.id, amount=yuan("1.00"), key=f"{loan.id}-{number}")
            assert isinstance(answer, Repaid)
            payments += 1

    await asyncio.gather(*(pay(*each) for each in loans), *(catch_up(make.clock, until) for _ in range(2)))
    assert payments == await Repayment.all().count() > 0
    days = [entry.booked_on for entry in await Entry.all().order_by("id")]
    assert days == sorted(days), "no entry was written on a day after the next had begun"
    assert await verify() == []
