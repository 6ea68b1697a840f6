import asyncio

import pytest

from jobs.verify import verify
from models import AuditEntry, Customer, Loan, OutboxEvent, Payout
from resolvers.applications.contracts import sign_contract
from resolvers.loans.cancellations import cancel_loan
from resolvers.payments.payouts import confirm_payout, fail_payout, release_payout
from resolvers.payments.providers.sandbox import Behaviour
from resolvers.people.bank_accounts import verify_bank_account
from rules.applications.disclosures import AlreadySigned
from rules.errors import NotFound
from rules.loans.states import LoanStatus
from rules.payments.payouts import PayoutFailed, PayoutFailure, PayoutUnderWay
from rules.payments.states import PayoutStatus
from rules.people.access import PartyRole
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from tests import make

REASON = "客户来电要求取消贷款"


@pytest.fixture
async def loan(db) -> Loan:
    return await make.waiting_loan()


async def test_a_customer_cancels_before_the_money_leaves_and_the_payout_with_it(loan):
    cancelled = await cancel_loan(await make.viewer_of(loan.customer_id), loan_id=loan.id)
    assert (cancelled.status, cancelled.is_open, cancelled.outstanding) == (LoanStatus.CANCELLED, False, 0)
    payout = await Payout.get()
    assert payout.status is PayoutStatus.CANCELLED
    assert await OutboxEvent.filter(kind="LoanCancelled", customer_id=loan.customer_id).count() == 1
    assert await verify() == []
    before = await make.everything()
    with pytest.raises(NotPossibleNow) as refused:
        await cancel_loan(await make.officer_of(loan.customer_id), loan_id=loan.id, reason=REASON)
    assert refused.value.current == "CANCELLED"
    after = await make.everything()
    assert {table: rows for table, rows in after.items() if rows != before[table]}.keys() <= {
        "staff",
        "staff_branch",
        "staff_skill",
        "audit_entry",
    }


async def test_nothing_of_a_cancelled_loan_is_sent_any_more(loan):
    payout, officer = await Payout.get(), await make.officer_of(loan.customer_id)
    customer = await make.viewer_of(loan.customer_id)
    await cancel_loan(customer, loan_id=loan.id)
    account = await make.bank_account(loan.customer_id)
    await verify_bank_account(customer, bank_account_id=account.id)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await release_payout(officer, payout_id=payout.id, key="release")
    with pytest.raises(AlreadySigned):
        await sign_contract(customer, contract_id=loan.contract_id, bank_account_id=account.id, key="again")
    assert await make.everything() == before


async def test_staff_cancel_at_the_customers_wish_and_say_so(loan):
    officer = await make.officer_of(loan.customer_id)
    for reason in (None, "ok"):
        with pytest.raises(ReasonTooShort):
            await cancel_loan(officer, loan_id=loan.id, reason=reason)
    assert (await cancel_loan(officer, loan_id=loan.id, reason=REASON)).status is LoanStatus.CANCELLED
    entry = await AuditEntry.get(operation="cancel_loan")
    assert (entry.actor, entry.subject, entry.reason) == (officer.actor, f"Loan:{loan.id}", REASON)


async def test_once_released_it_is_on_its_way_until_it_fails(loan):
    payout = await Payout.get()
    first, second = await make.officer_of(loan.customer_id), await make.manager_of(loan.customer_id)
    customer = await make.viewer_of(loan.customer_id)
    await release_payout(first, payout_id=payout.id, key="release")
    before = await make.everything()
    with pytest.raises(PayoutUnderWay):
        await cancel_loan(customer, loan_id=loan.id)
    assert await make.everything() == before
    await fail_payout(second, payout_id=payout.id, reason=PayoutFailure.NOT_SENT, key="fail")
    assert (await cancel_loan(customer, loan_id=loan.id)).status is LoanStatus.CANCELLED
    with pytest.raises(NotPossibleNow):
        await release_payout(first, payout_id=payout.id, key="again")
    assert await verify() == []


async def test_a_provider_that_was_asked_may_be_sending_it(db):
    make.sandbox().next_answers(Behaviour.NEVER)
    loan = await make.loan()
    with pytest.raises(PayoutUnderWay):
        await cancel_loan(await make.viewer_of(loan.customer_id), loan_id=loan.id)
    make.sandbox().next_answers(Behaviour.FAIL)
    with pytest.raises(PayoutFailed):
        await make.loan(await Customer.get(id=loan.customer_id))
    failed = await Loan.get(id__not=loan.id)
    assert (await cancel_loan(await make.viewer_of(loan.customer_id), loan_id=failed.id)).status is LoanStatus.CANCELLED
    assert await verify() == []


async def test_a_loan_that_runs_is_not_cancelled(db):
    loan = await make.loan()
    customer = await make.viewer_of(loan.customer_id)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await cancel_loan(customer, loan_id=loan.id)
    assert await make.everything() == before


@pytest.mark.parametrize("role", [PartyRole.CO_BORROWER, PartyRole.GUARANTOR])
async def test_only_who_signed_cancels(loan, role):
    other = await make.customer()
    await make.party(loan, other, role)
    own = await make.officer_of(loan.customer_id, customer_id=other.id)
    stranger = await make.customer()
    before = await make.everything()
    for viewer in (make.viewer(other), make.viewer(stranger)):
        with pytest.raises(NotFound):
            await cancel_loan(viewer, loan_id=loan.id)
    with pytest.raises(OwnAffairs):
        await cancel_loan(own, loan_id=loan.id, reason=REASON)
    assert await make.everything() == before


async def test_a_loan_is_cancelled_or_released_never_both(loan):
    payout, officer = await Payout.get(), await make.officer_of(loan.customer_id)
    customer = await make.viewer_of(loan.customer_id)
    await asyncio.gather(
        cancel_loan(customer, loan_id=loan.id),
        release_payout(officer, payout_id=payout.id, key="release"),
        return_exceptions=True,
    )
    ends = ((await Loan.get()).status, (await Payout.get()).status)
    assert ends in {
        (LoanStatus.CANCELLED, PayoutStatus.CANCELLED),
        (LoanStatus.PENDING, PayoutStatus.RELEASED),
    }
    assert await verify() == []


async def test_a_cancelled_loan_is_not_confirmed(loan):
    payout, second = await Payout.get(), await make.manager_of(loan.customer_id)
    await cancel_loan(await make.viewer_of(loan.customer_id), loan_id=loan.id)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await confirm_payout(second, payout_id=payout.id, reference="BANK-1", paid_on=make.TODAY, key="confirm")
    assert await make.everything() == before
