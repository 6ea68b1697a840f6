import pytest

from jobs.verify import verify
from models import Disbursement, Loan, Payout
from resolvers.loans.disbursements import record_payout
from resolvers.payments.providers.manual import Manual
from resolvers.payments.providers.sandbox import Behaviour, Sandbox
from rules.errors import KeyReused, NotFound
from rules.loans.states import LoanStatus
from rules.people.access import Role
from rules.states import NotPossibleNow
from tests import make


@pytest.fixture
async def waiting(db) -> Loan:
    """A signed loan whose money an officer is to send."""
    make.provide(Manual())
    return await make.loan()


async def test_an_officer_records_the_transfer_he_made_and_the_loan_runs(waiting):
    assert waiting.status is LoanStatus.PENDING
    officer = await make.officer_of(waiting.customer_id)
    loan = await record_payout(officer, loan_id=waiting.id, reference="BANK-1", key="desk-1")
    again = await record_payout(officer, loan_id=waiting.id, reference="BANK-1", key="desk-1")
    assert (loan.status, again.id, again.status) == (LoanStatus.ACTIVE, loan.id, LoanStatus.ACTIVE)
    assert (await Payout.get()).provider_reference == "BANK-1"
    assert await Disbursement.all().count() == 1
    assert await verify() == []
    before = await make.everything()
    with pytest.raises(KeyReused):
        await record_payout(officer, loan_id=waiting.id, reference="BANK-2", key="desk-1")
    with pytest.raises(NotPossibleNow):
        await record_payout(officer, loan_id=waiting.id, reference="BANK-2", key="desk-2")
    assert await make.everything() == before


async def test_what_the_provider_sends_is_not_for_officers_to_record(db):
    make.provide(Sandbox(Behaviour.NEVER))
    loan = await make.loan()
    officer = await make.officer_of(loan.customer_id)
    with pytest.raises(NotPossibleNow):
        await record_payout(officer, loan_id=loan.id, reference="BANK-1", key="desk-1")
    assert not await Disbursement.exists()


async def test_another_branchs_loan_is_not_found(waiting):
    far = await make.with_branches(make.viewer(await make.staff(role=Role.OFFICER, branches=[await make.branch()])))
    with pytest.raises(NotFound):
        await record_payout(far, loan_id=waiting.id, reference="BANK-1", key="desk-1")
    assert not await Disbursement.exists()
