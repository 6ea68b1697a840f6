from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import Customer, Entry, Installment, Loan, Posting, ProductVersion
from models.books.accruals import accrued_on
from resolvers.books.accounting_days import catch_up, end_day
from resolvers.books.trial_balances import trial_balance
from resolvers.loans.repayments import record_repayment
from rules.books.accounts import AccountCode
from rules.books.accruals import accrued_interest
from rules.loans.states import LoanStatus
from rules.money import ZERO, from_cents
from rules.people.access import Role
from rules.products.kinds import RepaymentMethod
from tests import make
from tests.resolvers.loans.test_repayments import cash, loan, yuan  # noqa: F401

END_OF_MARCH = date(2026, 3, 31)


async def by_the_rule(on: date) -> dict[tuple[int, int], Decimal]:
    """The second opinion: line by line, in Python."""
    found: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for each in await Loan.filter(status=LoanStatus.ACTIVE):
        product_id = (await ProductVersion.get(id=each.product_version_id)).product_id
        place = (product_id, (await Customer.get(id=each.customer_id)).branch_id)
        starts_on = each.opened_on
        for line in await Installment.filter(loan_id=each.id).order_by("number"):
            found[place] += accrued_interest(line.interest, line.paid_interest, starts_on, line.due_on, on)
            starts_on = line.due_on
    return {place: amount for place, amount in found.items() if amount}


@pytest.fixture
async def house(db) -> list[Loan]:
    """Loans of two products and two branches: untouched, paid in part, ahead, repaid, written off, and not paid out."""
    branches = [await make.branch() for _ in range(2)]
    products = [
        await make.product(annual_rate=Decimal("0.1450"), fees=[]),
        await make.product(method=RepaymentMethod.INTEREST_ONLY, annual_rate=Decimal("0.0777")),
    ]
    loans = [
        await make.loan(await make.customer(branch=branch), amount=amount, term=4, product=product)
        for product in products
        for branch in branches
        for amount in ("1000.00", "123457.89")
    ]
    for number, amount in enumerate(("5.00", "13.37", "300.00", "700.00")):
        await make.repayment(loans[number], amount)
    await make.written_off(loans[4])
    await make.waiting_loan(await make.customer(branch=branches[0]), product=products[0])
    repaid = await make.loan(await make.customer(branch=branches[1]), term=3, product=products[0])
    for _ in range(3):
        await make.repayment(repaid)
    return loans


async def test_all_loans_at_once_accrue_what_the_rule_says_of_each_line(house):
    days = [make.TODAY + timedelta(days=number) for number in (-1, *range(70), 91, 92, 122, 123, 500)]
    amounts = []
    for on in days:
        accrued = await accrued_on(on)
        assert {each.currency for each in accrued} <= {"CNY"}
        assert {(each.product_id, each.branch_id): each.amount for each in accrued} == await by_the_rule(on), on
        amounts.append(sum(each.amount for each in accrued))
    assert amounts == sorted(amounts)
    assert amounts[0] == 0 < amounts[-1]


@pytest.mark.parametrize("cents", [10**15 - 1, 10**15 - 7, 1, 5479, 5480])
async def test_no_amount_and_no_time_is_too_large(loan, cents):  # noqa: F811
    """As of a loan of thirty years that is repaid at once, at its end."""
    starts_on, ends_on = date(2026, 3, 16), date(2056, 3, 16)
    await Installment.filter(loan_id=loan.id).update(interest=from_cents(cents), starts_on=starts_on, ends_on=ends_on)
    for days in (1, 2, 5478, 5479, 5480, 10957, 10958, 20000):
        on = starts_on + timedelta(days=days)
        expected = 3 * accrued_interest(from_cents(cents), ZERO, starts_on, ends_on, on)
        assert sum(each.amount for each in await accrued_on(on)) == expected, on


async def test_a_month_ends_with_an_entry_for_each_product_and_branch_which_the_next_day_reverses(house):
    expected = await by_the_rule(END_OF_MARCH)
    assert len(expected) == 4
    await catch_up(make.clock, END_OF_MARCH)
    assert not await Entry.exists(source__startswith="Accrual")
    assert await end_day(make.system(), END_OF_MARCH)
    kinds = Counter((entry.source.split(":")[0], entry.booked_on) for entry in await Entry.all())
    assert kinds["Accrual", END_OF_MARCH] == kinds["AccrualReversal", date(2026, 4, 1)] == 4
    for (product_id, branch_id), amount in expected.items():
        for kind, sign in (("Accrual", 1), ("AccrualReversal", -1)):
            entry = await Entry.get(source=f"{kind}:2026-03-31:CNY:{product_id}:{branch_id}")
            sides = await Posting.filter(entry_id=entry.id).select_related("account")
            assert {side.account.code: side.amount for side in sides} == {
                AccountCode.ACCRUED_INTEREST: sign * amount,
                AccountCode.INTEREST_INCOME: -sign * amount,
            }
    assert await verify() == []
    assert not await end_day(make.system(), END_OF_MARCH), "it is over"
    assert await Entry.filter(source__startswith="Accrual:").count() == 4


async def income(on: date) -> Decimal:
    auditor = make.viewer(await make.staff(role=Role.AUDITOR))
    lines = (await trial_balance(auditor, on=on, currency="CNY")).lines
    return -next(line.balance for line in lines if line.account.code is AccountCode.INTEREST_INCOME)


async def test_each_month_has_the_interest_that_was_earned_in_it_whenever_it_is_paid(loan):  # noqa: F811
    """12.08 for the 31 days from 16 March, 8.10 for the 30 days from 16 April."""
    await catch_up(make.clock, date(2026, 4, 16))
    officer = await make.officer_of(loan.customer_id)
    assert await income(END_OF_MARCH) == Decimal("5.85"), "15 of 31 days"
    assert await income(date(2026, 4, 1)) == 0
    await record_repayment(officer, **cash(loan, amount=yuan("341.42"), received_on=date(2026, 4, 16)))
    await catch_up(make.clock, date(2026, 5, 1))
    assert await income(date(2026, 4, 29)) == Decimal("12.08")
    assert await income(date(2026, 4, 30)) == Decimal("15.86"), "and 14 of 30 days"
    assert await income(date(2026, 5, 1)) == Decimal("12.08")
    assert await verify() == []


async def test_a_loan_written_off_accrues_nothing(loan):  # noqa: F811
    assert await accrued_on(END_OF_MARCH)
    await make.written_off(loan)
    assert await accrued_on(END_OF_MARCH) == []


async def test_a_month_in_which_nothing_was_earned_ends_without_an_entry(db):
    await make.branch()
    await catch_up(make.clock, date(2026, 4, 2))
    assert not await Entry.exists()
    assert await verify() == []
