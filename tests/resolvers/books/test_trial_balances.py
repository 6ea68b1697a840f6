from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import LedgerAccount, Viewer
from models.database import transaction
from models.database.statements import counted
from resolvers.books import journal
from resolvers.books.accounting_days import end_day
from resolvers.books.trial_balances import TrialBalance, trial_balance
from rules.books.accounts import CHART, AccountCode
from rules.books.trial_balances import DayNotInBooks
from rules.money import ZERO, from_cents
from rules.people.access import Role
from tests import make


@pytest.fixture
async def auditor(db) -> Viewer:
    return make.viewer(await make.staff(role=Role.AUDITOR))


def balances(found: TrialBalance) -> dict[AccountCode, tuple[Decimal, Decimal, Decimal]]:
    return {
        line.account.code: (line.debit, line.credit, line.balance) for line in found.lines if line.debit or line.credit
    }


async def test_books_in_which_nothing_is_show_the_whole_chart(auditor):
    found = await trial_balance(auditor, on=make.TODAY, currency="CNY")
    assert [line.account.code for line in found.lines] == list(CHART)
    assert (found.debit, found.credit) == (ZERO, ZERO)
    assert balances(found) == {}


async def test_every_account_shows_what_was_posted_to_it_by_the_day(auditor):
    loan = await make.loan(term=3, product=await make.product(fees=[]))
    await end_day(make.system(), make.TODAY)
    await make.repayment(loan, "100.00")
    tomorrow = make.TODAY + timedelta(days=1)
    thousand = Decimal("1000.00")
    assert balances(await trial_balance(auditor, on=make.TODAY, currency="CNY")) == {
        AccountCode.CASH: (ZERO, thousand, -thousand),
        AccountCode.LOANS_RECEIVABLE: (thousand, ZERO, thousand),
    }
    found = await trial_balance(auditor, on=tomorrow, currency="CNY")
    assert balances(found) == {
        AccountCode.CASH: (Decimal("100.00"), thousand, Decimal("-900.00")),
        AccountCode.LOANS_RECEIVABLE: (thousand, Decimal("96.37"), Decimal("903.63")),
        AccountCode.INTEREST_INCOME: (ZERO, Decimal("3.63"), Decimal("-3.63")),
    }
    assert found.debit == found.credit == Decimal("1100.00")
    assert balances(await trial_balance(auditor, on=tomorrow, currency="EUR")) == {}


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moved=st.lists(
        st.tuples(st.sampled_from(AccountCode), st.sampled_from(AccountCode), st.integers(1, 10**15)), max_size=6
    )
)
async def test_debits_and_credits_are_the_same_whatever_was_booked(auditor, moved):
    before = await trial_balance(auditor, on=make.TODAY, currency="CNY")
    total = ZERO
    async with transaction(make.system(), "book") as unit:
        for number, (debited, credited, cents) in enumerate(moved):
            if debited is not credited:
                total += from_cents(cents)
                await journal.post(
                    unit,
                    source=f"Test:{len(moved)}:{number}:{before.debit}",
                    currency="CNY",
                    amounts={debited: from_cents(cents), credited: -from_cents(cents)},
                    customer_id=None,
                    loan_id=None,
                )
    found = await trial_balance(auditor, on=make.TODAY, currency="CNY")
    assert found.debit == found.credit == before.debit + total
    assert sum(line.balance for line in found.lines) == 0


async def test_it_takes_two_statements(auditor):
    await make.loan()
    with counted() as statements:
        await trial_balance(auditor, on=make.TODAY, currency="CNY")
    assert len(statements) == 2


@pytest.mark.parametrize("on", [date(2026, 3, 15), date(2026, 3, 17), date.min, date.max])
async def test_a_day_that_is_not_in_the_books_is_refused(auditor, on):
    with pytest.raises(DayNotInBooks) as refused:
        await trial_balance(auditor, on=on, currency="CNY")
    assert (refused.value.earliest, refused.value.latest) == (make.TODAY, make.TODAY)


async def test_an_account_keeps_its_code_under_whatever_name(auditor):
    await LedgerAccount.filter(code=AccountCode.CASH).update(number="9999", name_en="Petty cash")
    await make.loan()
    line = (await trial_balance(auditor, on=make.TODAY, currency="CNY")).lines[-1]
    assert (line.account.code, line.account.name_en) == (AccountCode.CASH, "Petty cash")
    assert line.credit > 0
