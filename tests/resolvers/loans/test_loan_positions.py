from datetime import date
from decimal import Decimal

import pytest

from models import Loan, Viewer
from models.database.statements import counted
from resolvers.loans.loan_positions import loan_position
from resolvers.loans.repayments import record_repayment
from rules.errors import NotFound
from rules.loans.loan_positions import PositionDateNotAllowed
from rules.people.access import PartyRole, Role
from tests import make
from tests.resolvers.loans.test_repayments import borrower, cash, loan, officer, yuan  # noqa: F401


async def test_what_is_due_and_what_settles_it_on_any_day(loan: Loan, borrower: Viewer):  # noqa: F811
    today = await loan_position(borrower, loan_id=loan.id)
    assert (today.due.total, today.payoff.total, today.accrued_interest) == (0, Decimal("1000.00"), 0)
    april = await loan_position(borrower, loan_id=loan.id, as_of=date(2026, 4, 16))
    assert (april.due.total, april.days_past_due) == (Decimal("341.42"), 0)
    assert april.payoff.total == Decimal("1012.08"), "a month's interest and all principal"
    later = await loan_position(borrower, loan_id=loan.id, as_of=date(2026, 5, 20))
    assert (later.due.total, later.days_past_due) == (Decimal("682.84"), 34)
    assert len(later.lines) == 3


@pytest.mark.parametrize("payments", [0, 3])
async def test_it_takes_two_statements_however_much_was_paid(loan, borrower, officer, payments):  # noqa: F811
    for number in range(payments):
        await record_repayment(officer, **cash(loan, amount=yuan("5.00"), reference=f"R-{number}", key=f"k{number}"))
    with counted() as statements:
        position = await loan_position(borrower, loan_id=loan.id, as_of=date(2026, 6, 1))
    assert len(statements) == 2
    assert len(position.shares) == payments


async def test_a_day_without_figures_is_refused(loan, borrower):  # noqa: F811
    for day in (date(2026, 3, 15), date(2100, 1, 1)):
        with pytest.raises(PositionDateNotAllowed) as refused:
            await loan_position(borrower, loan_id=loan.id, as_of=day)
        assert refused.value.earliest == date(2026, 3, 16)


async def test_who_may_not_see_the_payments_sees_no_position(loan, borrower):  # noqa: F811
    guarantor, other, partner = await make.customer(), await make.customer(), await make.customer()
    await make.party(loan, guarantor, PartyRole.GUARANTOR)
    await make.party(loan, partner, PartyRole.CO_BORROWER)
    far = await make.with_branches(make.viewer(await make.staff(role=Role.OFFICER, branches=[await make.branch()])))
    for viewer in (make.viewer(guarantor), make.viewer(other), far):
        with pytest.raises(NotFound):
            await loan_position(viewer, loan_id=loan.id)
    assert (await loan_position(make.viewer(partner), loan_id=loan.id)).outstanding == 1000
    auditor = make.viewer(await make.staff(role=Role.AUDITOR))
    assert (await loan_position(auditor, loan_id=loan.id)).outstanding == 1000


async def test_a_loan_that_was_not_paid_out_has_none(db):
    waiting = await make.waiting_loan()
    with pytest.raises(NotFound):
        await loan_position(await make.viewer_of(waiting.customer_id), loan_id=waiting.id)
