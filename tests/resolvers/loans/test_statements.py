import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import Loan, LoanStatement, Product, ProductVersion
from resolvers.loans import ends_of_days
from resolvers.loans.repayments import record_repayment, repay
from resolvers.loans.reversals import reverse_repayment
from rules.loans.states import LoanStatus
from tests import make
from tests.resolvers.loans.test_repayments import INSTALLMENT, borrower, cash, officer, yuan  # noqa: F401

FIRST_DUE = date(2026, 4, 16)


@pytest.fixture
async def product(db) -> Product:
    return await make.product(
        annual_rate=Decimal("0.1450"), fees=[], statement_days=10, penalty_multiplier=Decimal("1.5")
    )


@pytest.fixture
async def loan(product) -> Loan:
    """1,000 for 3 months; paid out on 16 March, due on the 16th of April, May and June."""
    return await make.loan(term=3, product=product)


async def written(loan: Loan) -> list[LoanStatement]:
    return await LoanStatement.filter(loan_id=loan.id).order_by("due_on")


async def test_each_is_written_down_its_days_before_the_due_day_and_once(loan):
    assert loan.next_action_on == FIRST_DUE - timedelta(days=10)
    await make.pass_until(date(2026, 4, 5))
    assert await written(loan) == []
    await make.pass_until(date(2026, 4, 6))
    (first,) = await written(loan)
    assert (first.number, first.due_on, first.issued_on, first.total) == (
        1,
        FIRST_DUE,
        date(2026, 4, 6),
        Decimal(INSTALLMENT),
    )
    assert (first.interest, first.principal, first.penalty, first.credit) == (Decimal("12.08"), Decimal("329.34"), 0, 0)
    assert (await Loan.get()).next_action_on == date(2026, 4, 17)
    for _ in range(2):
        await ends_of_days.catch_loans_up(make.system(), make.clock.today())
    await make.pass_until(date(2026, 4, 16))
    assert len(await written(loan)) == 1
    assert await verify() == []


async def test_the_next_one_names_what_is_overdue_and_its_penalty(loan):
    await make.pass_until(date(2026, 5, 6))
    first, second = await written(loan)
    assert (second.number, second.due_on, second.issued_on) == (2, date(2026, 5, 16), date(2026, 5, 6))
    assert second.principal > first.principal * 2 - 1
    assert second.penalty > 0
    assert second.total == second.interest + second.principal + second.penalty


async def test_credit_pays_first_and_a_settled_line_needs_none(loan, officer):  # noqa: F811
    await record_repayment(officer, **cash(loan, amount=yuan("100.00"), reference="R-1", key="1"))
    await make.pass_until(date(2026, 4, 6))
    (first,) = await written(loan)
    assert first.total == Decimal(INSTALLMENT) - 100
    await record_repayment(officer, **cash(loan, amount=yuan("900.00"), reference="R-2", key="2"))
    await make.pass_until(date(2026, 5, 10))
    assert [each.due_on for each in await written(loan)] == [FIRST_DUE]
    now = await Loan.get()
    assert (now.status, now.next_action_on) == (LoanStatus.ACTIVE, date(2026, 6, 6))


async def test_kept_credit_is_named(db):
    product = await make.product(fees=[], statement_days=10, excess="CREDIT")
    loan = await make.loan(term=3, product=product)
    await record_repayment(await make.officer_of(loan.customer_id), **cash(loan, amount=yuan("50.00")))
    await make.pass_until(date(2026, 4, 6))
    (first,) = await written(loan)
    assert first.credit == 50
    assert first.total == first.interest + first.principal - 50


async def test_a_payment_of_that_day_writes_it_with_what_is_left(loan, borrower, officer):  # noqa: F811
    await make.travel_to(date(2026, 4, 6))
    await asyncio.gather(
        repay(borrower, loan_id=loan.id, amount=yuan("41.42"), key="a"),
        ends_of_days.catch_loans_up(make.system(), date(2026, 4, 6)),
    )
    (first,) = await written(loan)
    assert first.total in (Decimal(INSTALLMENT), Decimal("300.00"))
    assert await verify() == []


async def test_a_bounce_later_leaves_what_was_written_as_it_was(loan, officer):  # noqa: F811
    paid = await record_repayment(officer, **cash(loan))
    await make.pass_until(date(2026, 4, 8))
    assert await written(loan) == []
    bounced = {"repayment_id": paid.repayment.id, "reason": "银行退回该笔款项", "key": "bounced"}
    await reverse_repayment(officer, reversed_on=make.clock.today(), **bounced)
    (first,) = await written(loan)
    assert (first.issued_on, first.due_on) == (date(2026, 4, 8), FIRST_DUE), "it is to be paid after all"
    assert await verify() == []


async def test_a_loan_paid_out_within_those_days_gets_it_at_once(db):
    product = await make.product(fees=[], statement_days=28, frequency="WEEKLY")
    loan = await make.loan(term=3, product=product)
    assert [each.number for each in await written(loan)] == [1, 2, 3]


async def test_terms_that_ask_for_none_get_none(db):
    loan = await make.loan(term=3)
    assert (await ProductVersion.get(id=loan.product_version_id)).statement_days == 0
    await make.pass_until(date(2026, 6, 20))
    assert await LoanStatement.all().count() == 0
