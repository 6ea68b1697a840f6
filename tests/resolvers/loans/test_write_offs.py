import asyncio
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import Account, Contact, Installment, Loan, LoanChange, OutboxEvent, Posting, Viewer
from resolvers.loans.repayments import Repaid, record_repayment, repay
from resolvers.loans.write_offs import approve_write_off, decline_write_off, propose_write_off
from rules.books.accounts import AccountCode
from rules.errors import KeyReused, NotFound
from rules.loans.changes import AlreadyProposed, ChangeStatus
from rules.loans.contacts import ContactChannel
from rules.loans.repayments import LoanClosed, Overpayment
from rules.loans.states import LoanStatus
from rules.money import Money
from rules.payments.states import PaymentChannel
from rules.people.access import PartyRole, Role
from rules.people.staff import OwnAffairs, SamePerson
from rules.states import NotPossibleNow
from tests import make

REASON = "逾期一年，客户失联。"


@pytest.fixture
async def loan(db) -> Loan:
    """An active loan of three installments, one of them paid."""
    made = await make.loan(term=3)
    await make.repayment(made)
    return await Loan.get(id=made.id)


@pytest.fixture
async def officer(loan) -> Viewer:
    return await make.officer_of(loan.customer_id)


@pytest.fixture
async def manager(loan) -> Viewer:
    return await make.manager_of(loan.customer_id)


async def balance(code: AccountCode) -> Decimal:
    account = await Account.get_or_none(code=code)
    return sum([posting.amount for posting in await Posting.filter(account_id=account and account.id)], Decimal(0))


async def test_one_proposes_another_approves_and_the_principal_leaves_the_books(loan, officer, manager):
    change = await propose_write_off(officer, loan_id=loan.id, reason=REASON)
    assert change.status is ChangeStatus.PROPOSED
    assert (await Loan.get()).status is LoanStatus.ACTIVE
    for _ in range(2):
        approved = await approve_write_off(manager, change_id=change.id, key="approve")
    assert (approved.status, approved.decided_by_id) == (ChangeStatus.APPROVED, manager.staff_id)
    kept = await Loan.get()
    assert (kept.status, kept.is_open, kept.outstanding) == (LoanStatus.WRITTEN_OFF, False, loan.outstanding)
    assert await balance(AccountCode.LOANS_RECEIVABLE) == 0
    assert await balance(AccountCode.WRITE_OFF_EXPENSE) == loan.outstanding > 0
    assert await Installment.filter(is_open=True).count() == 2
    assert await OutboxEvent.filter(kind="LoanWrittenOff", customer_id=loan.customer_id).count() == 1
    told = await Contact.get(loan_id=loan.id)
    assert (told.channel, told.callee_id) == (ContactChannel.MESSAGE, loan.customer_id), "it counts for the budget"
    assert await verify() == []


async def test_what_is_paid_later_is_a_recovery_and_closes_the_loan(loan):
    written_off = await make.written_off(loan)
    customer = await make.viewer_of(loan.customer_id)
    first, second = await Installment.filter(is_open=True).order_by("number")
    paid = await repay(
        customer, loan_id=loan.id, amount=Money(first.principal + first.interest, "CNY"), key="by the app"
    )
    assert isinstance(paid, Repaid)
    assert (paid.loan.status, paid.loan.outstanding) == (
        LoanStatus.WRITTEN_OFF,
        written_off.outstanding - first.principal,
    )
    assert await balance(AccountCode.RECOVERY_INCOME) == -first.principal
    assert await verify() == []
    with pytest.raises(Overpayment):
        await repay(customer, loan_id=loan.id, amount=Money(Decimal(999), "CNY"), key="too much")
    recorded = await record_repayment(
        await make.officer_of(loan.customer_id),
        loan_id=loan.id,
        amount=Money(second.principal + second.interest + 5, "CNY"),
        channel=PaymentChannel.TRANSFER,
        reference="BANK-1",
        received_on=make.TODAY,
        key="desk",
    )
    assert (recorded.loan.status, recorded.loan.outstanding) == (LoanStatus.CLOSED, 0)
    assert await balance(AccountCode.RECOVERY_INCOME) == -written_off.outstanding
    assert await balance(AccountCode.LOANS_RECEIVABLE) == 0
    assert await balance(AccountCode.CUSTOMER_CREDIT) == -5
    assert await OutboxEvent.filter(kind="LoanRepaid").count() == 1
    assert await verify() == []
    with pytest.raises(LoanClosed):
        await repay(customer, loan_id=loan.id, amount=Money(Decimal(1), "CNY"), key="more")


async def test_whoever_proposed_it_does_not_decide_it(loan, manager):
    change = await propose_write_off(manager, loan_id=loan.id, reason=REASON)
    before = await make.everything()
    with pytest.raises(SamePerson):
        await approve_write_off(manager, change_id=change.id, key="approve")
    with pytest.raises(SamePerson):
        await decline_write_off(manager, change_id=change.id)
    assert await make.everything() == before


async def test_whoever_proposed_it_does_not_decide_it_from_another_account(loan):
    person = await make.customer()
    one, other = [await make.manager_of(loan.customer_id, customer_id=person.id) for _ in range(2)]
    change = await propose_write_off(one, loan_id=loan.id, reason=REASON)
    before = await make.everything()
    with pytest.raises(SamePerson):
        await approve_write_off(other, change_id=change.id, key="approve")
    with pytest.raises(SamePerson):
        await decline_write_off(other, change_id=change.id)
    assert await make.everything() == before


async def test_a_declined_write_off_changes_nothing_and_can_be_proposed_again(loan, officer, manager):
    change = await propose_write_off(officer, loan_id=loan.id, reason=REASON)
    before = await make.everything()
    with pytest.raises(AlreadyProposed):
        await propose_write_off(manager, loan_id=loan.id, reason=REASON)
    assert await make.everything() == before
    assert (await decline_write_off(manager, change_id=change.id)).status is ChangeStatus.DECLINED
    assert (await Loan.get()).status is LoanStatus.ACTIVE
    with pytest.raises(NotPossibleNow):
        await approve_write_off(manager, change_id=change.id, key="approve")
    again = await propose_write_off(officer, loan_id=loan.id, reason=REASON)
    assert again.id != change.id
    assert await verify() == []


async def test_a_loan_repaid_meanwhile_is_not_written_off(loan, officer, manager):
    change = await propose_write_off(officer, loan_id=loan.id, reason=REASON)
    while await make.repayment(loan):
        pass
    before = await make.everything()
    with pytest.raises(NotPossibleNow) as refused:
        await approve_write_off(manager, change_id=change.id, key="approve")
    assert refused.value.current == "CLOSED"
    assert await make.everything() == before


async def test_only_a_loan_that_runs_is_written_off(db):
    pending = await make.waiting_loan()
    officer = await make.officer_of(pending.customer_id)
    with pytest.raises(NotPossibleNow):
        await propose_write_off(officer, loan_id=pending.id, reason=REASON)
    assert not await LoanChange.exists()


async def test_nobody_writes_off_his_own_debt_or_one_he_answers_for(loan, officer):
    guarantor = await make.customer()
    await make.party(loan, guarantor, PartyRole.GUARANTOR)
    for customer_id in (loan.customer_id, guarantor.id):
        own = await make.manager_of(loan.customer_id, customer_id=customer_id)
        with pytest.raises(OwnAffairs):
            await propose_write_off(own, loan_id=loan.id, reason=REASON)
    change = await propose_write_off(officer, loan_id=loan.id, reason=REASON)
    before = await make.everything()
    for act in (
        approve_write_off(own, change_id=change.id, key="approve"),
        decline_write_off(own, change_id=change.id),
    ):
        with pytest.raises(OwnAffairs):
            await act
    assert await make.everything() == before


async def test_another_branchs_loan_is_not_found(loan, officer, manager):
    change = await propose_write_off(officer, loan_id=loan.id, reason=REASON)
    far = await make.with_branches(make.viewer(await make.staff(role=Role.MANAGER, branches=[await make.branch()])))
    before = await make.everything()
    for act in (
        propose_write_off(far, loan_id=loan.id, reason=REASON),
        approve_write_off(far, change_id=change.id, key="approve"),
        decline_write_off(far, change_id=change.id),
        approve_write_off(manager, change_id=999_999, key="nothing"),
    ):
        with pytest.raises(NotFound):
            await act
    assert await make.everything() == before


async def test_of_many_who_approve_at_once_one_writes_it_off(loan, officer):
    change = await propose_write_off(officer, loan_id=loan.id, reason=REASON)
    managers = [await make.manager_of(loan.customer_id) for _ in range(5)]
    answers = await asyncio.gather(
        *[approve_write_off(each, change_id=change.id, key="approve") for each in managers], return_exceptions=True
    )
    assert [type(answer) for answer in answers].count(LoanChange) == 1
    assert [type(answer) for answer in answers].count(NotPossibleNow) == 4
    assert await balance(AccountCode.WRITE_OFF_EXPENSE) == loan.outstanding
    assert await verify() == []


async def test_of_two_who_propose_at_once_one_does(loan, officer, manager):
    answers = await asyncio.gather(
        *[propose_write_off(each, loan_id=loan.id, reason=REASON) for each in (officer, manager)],
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyProposed", "LoanChange"]


async def test_a_repayment_and_a_write_off_at_once_leave_books_that_add_up(loan, officer, manager):
    change = await propose_write_off(officer, loan_id=loan.id, reason=REASON)
    await asyncio.gather(make.repayment(loan), approve_write_off(manager, change_id=change.id, key="approve"))
    assert (await Loan.get()).status is LoanStatus.WRITTEN_OFF
    assert await verify() == []


async def test_a_key_stands_for_one_proposal(loan, officer, manager):
    change = await propose_write_off(officer, loan_id=loan.id, reason=REASON)
    await approve_write_off(manager, change_id=change.id, key="approve")
    with pytest.raises(KeyReused):
        await approve_write_off(manager, change_id=change.id + 1, key="approve")
