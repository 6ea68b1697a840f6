import asyncio
from datetime import timedelta

import pytest

from jobs.verify import verify
from models import (
    AuditEntry,
    BankAccount,
    Customer,
    Disbursement,
    Entry,
    Installment,
    Loan,
    OutboxEvent,
    Payout,
    Viewer,
)
from resolvers.applications.contracts import sign_contract
from resolvers.payments.payouts import confirm_payout, fail_payout, release_payout
from resolvers.payments.providers.manual import Manual
from resolvers.payments.providers.sandbox import Behaviour, Sandbox
from resolvers.people.reveal import reveal
from rules.errors import KeyReused, NotFound
from rules.loans.repayments import ReceiptKnown
from rules.loans.states import LoanStatus
from rules.payments.payouts import PayoutDateNotAllowed, PayoutFailure
from rules.payments.states import PayoutStatus
from rules.people.access import PartyRole, Role
from rules.people.reveal import REVEALS_A_DAY
from rules.people.staff import OwnAffairs, SamePerson
from rules.states import NotPossibleNow
from tests import make

PAID = {"reference": "BANK-1", "paid_on": make.TODAY, "key": "confirm"}


@pytest.fixture
async def loan(db) -> Loan:
    """A signed loan whose money is to be sent by hand."""
    return await make.waiting_loan()


@pytest.fixture
async def payout(loan) -> Payout:
    return await Payout.get(loan_id=loan.id)


@pytest.fixture
async def first(loan) -> Viewer:
    return await make.officer_of(loan.customer_id)


@pytest.fixture
async def second(loan) -> Viewer:
    return await make.manager_of(loan.customer_id)


async def test_one_releases_another_confirms_and_the_loan_runs_from_the_day_it_was_paid(loan, payout, first, second):
    released = await release_payout(first, payout_id=payout.id, key="release")
    assert (released.status, released.released_by_id) == (PayoutStatus.RELEASED, first.staff_id)
    assert (await Loan.get()).status is LoanStatus.PENDING
    await make.travel_to(make.TODAY + timedelta(days=3))
    paid_on = make.TODAY + timedelta(days=1)
    for _ in range(2):
        paid = await confirm_payout(second, payout_id=payout.id, reference="bank-1", paid_on=paid_on, key="confirm")
    kept = await Payout.get()
    assert paid.status is kept.status is PayoutStatus.SUCCEEDED
    assert (kept.provider_reference, kept.settled_by_id) == ("BANK-1", second.staff_id)
    loan = await Loan.get()
    assert (loan.status, loan.opened_on, loan.outstanding) == (LoanStatus.ACTIVE, paid_on, loan.principal)
    disbursement = await Disbursement.get()
    assert (disbursement.value_on, disbursement.amount + disbursement.fees) == (paid_on, loan.principal)
    assert (await Installment.get(number=1)).due_on == paid_on.replace(month=4)
    assert (await Entry.get()).booked_on == make.TODAY + timedelta(days=3)
    assert await OutboxEvent.filter(kind="LoanPaidOut").count() == 1
    operations = AuditEntry.filter(subject=f"Payout:{payout.id}").order_by("id")
    assert await operations.values_list("operation", "actor") == [
        ("release_payout", first.actor),
        ("confirm_payout", second.actor),
    ]
    assert await verify() == []


async def test_whoever_released_it_neither_confirms_nor_fails_it(payout, first, second):
    await release_payout(first, payout_id=payout.id, key="release")
    before = await make.everything()
    with pytest.raises(SamePerson):
        await confirm_payout(first, payout_id=payout.id, **PAID)
    with pytest.raises(SamePerson):
        await fail_payout(first, payout_id=payout.id, reason=PayoutFailure.NOT_SENT, key="fail")
    assert await make.everything() == before


async def test_nothing_is_confirmed_before_it_is_released_nor_twice(payout, first, second):
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await confirm_payout(second, payout_id=payout.id, **PAID)
    assert await make.everything() == before
    await release_payout(first, payout_id=payout.id, key="release")
    await confirm_payout(second, payout_id=payout.id, **PAID)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await confirm_payout(second, payout_id=payout.id, **PAID | {"key": "again"})
    with pytest.raises(KeyReused):
        await confirm_payout(second, payout_id=payout.id, **PAID | {"reference": "BANK-2"})
    with pytest.raises(NotPossibleNow):
        await release_payout(first, payout_id=payout.id, key="again")
    with pytest.raises(NotPossibleNow):
        await fail_payout(second, payout_id=payout.id, reason=PayoutFailure.NOT_SENT, key="fail")
    assert await make.everything() == before


@pytest.mark.parametrize("days", [-1, 1])
async def test_it_was_paid_between_its_release_and_today(payout, first, second, days):
    await release_payout(first, payout_id=payout.id, key="release")
    before = await make.everything()
    with pytest.raises(PayoutDateNotAllowed) as refused:
        await confirm_payout(second, payout_id=payout.id, **PAID | {"paid_on": make.TODAY + timedelta(days=days)})
    assert (refused.value.earliest, refused.value.latest) == (make.TODAY, make.TODAY)
    assert await make.everything() == before


async def test_a_banks_reference_pays_one_payout(payout, first, second):
    other = await make.waiting_loan(await Customer.get(id=payout.customer_id))
    other_payout = await Payout.get(loan_id=other.id)
    for each in (payout, other_payout):
        await release_payout(first, payout_id=each.id, key=f"release-{each.id}")
    await confirm_payout(second, payout_id=payout.id, **PAID)
    before = await make.everything()
    with pytest.raises(ReceiptKnown):
        await confirm_payout(second, payout_id=other_payout.id, **PAID | {"reference": "bank-1", "key": "other"})
    assert await make.everything() == before


async def test_what_nobody_has_released_one_person_fails(payout, first, second):
    failed = await fail_payout(first, payout_id=payout.id, reason=PayoutFailure.NOT_SENT, key="fail")
    assert (failed.status, failed.released_by_id, failed.settled_by_id) == (PayoutStatus.FAILED, None, None)
    assert not await OutboxEvent.filter(kind="PayoutFailed").exists()
    await release_payout(first, payout_id=payout.id, key="release")
    await confirm_payout(second, payout_id=payout.id, **PAID)
    assert await verify() == []


async def test_what_came_back_is_told_and_released_again(loan, payout, first, second):
    await release_payout(first, payout_id=payout.id, key="release")
    failed = await fail_payout(second, payout_id=payout.id, reason=PayoutFailure.REFUSED_BY_BANK, key="fail")
    assert (failed.status, failed.failure) == (PayoutStatus.FAILED, "REFUSED_BY_BANK")
    assert await OutboxEvent.filter(kind="LoanPayoutFailed", customer_id=loan.customer_id).count() == 1
    assert await verify() == []
    again = await release_payout(second, payout_id=payout.id, key="release")
    assert (again.status, again.failure, again.settled_by_id) == (PayoutStatus.RELEASED, None, None)
    with pytest.raises(SamePerson):
        await confirm_payout(second, payout_id=payout.id, **PAID)
    await confirm_payout(first, payout_id=payout.id, **PAID)
    assert (await Loan.get()).status is LoanStatus.ACTIVE
    assert await verify() == []


async def test_of_what_was_not_sent_the_customer_hears_nothing(payout, first, second):
    await release_payout(first, payout_id=payout.id, key="release")
    await fail_payout(second, payout_id=payout.id, reason=PayoutFailure.NOT_SENT, key="fail")
    assert not await OutboxEvent.exists(kind="LoanPayoutFailed")


async def test_once_the_customer_signed_for_another_account_only_that_payout_goes_on(loan, payout, first, second):
    await release_payout(first, payout_id=payout.id, key="release")
    await fail_payout(second, payout_id=payout.id, reason=PayoutFailure.ACCOUNT_UNKNOWN, key="fail")
    make.provide(Manual())
    signer = await make.viewer_of(loan.customer_id)
    account = await make.bank_account(loan.customer_id)
    await sign_contract(signer, contract_id=loan.contract_id, bank_account_id=account.id, key="another")
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await release_payout(first, payout_id=payout.id, key="release-again")
    assert await make.everything() == before
    newer = await Payout.get(status=PayoutStatus.PENDING)
    await release_payout(first, payout_id=newer.id, key="newer")
    await confirm_payout(second, payout_id=newer.id, **PAID)
    assert (await Loan.get()).status is LoanStatus.ACTIVE
    assert await verify() == []


async def test_a_failed_payout_is_either_released_again_or_ordered_anew(loan, payout, first, second):
    await release_payout(first, payout_id=payout.id, key="release")
    await fail_payout(second, payout_id=payout.id, reason=PayoutFailure.ACCOUNT_UNKNOWN, key="fail")
    make.provide(Manual())
    signer, account = await make.viewer_of(loan.customer_id), await make.bank_account(loan.customer_id)
    await asyncio.gather(
        release_payout(first, payout_id=payout.id, key="again"),
        sign_contract(signer, contract_id=loan.contract_id, bank_account_id=account.id, key="another"),
        return_exceptions=True,
    )
    alive = [each for each in await Payout.all() if each.status is not PayoutStatus.FAILED]
    assert len(alive) == 1


async def test_of_many_who_confirm_at_once_one_books_it(payout, first, second):
    await release_payout(first, payout_id=payout.id, key="release")
    others = [second, *[await make.manager_of(payout.customer_id) for _ in range(4)]]
    answers = await asyncio.gather(
        *[
            confirm_payout(each, payout_id=payout.id, reference=f"BANK-{number}", paid_on=make.TODAY, key="confirm")
            for number, each in enumerate(others)
        ],
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers].count(Payout) == 1
    assert [type(answer) for answer in answers].count(NotPossibleNow) == 4
    assert await Disbursement.all().count() == 1
    assert await verify() == []


async def test_two_accounts_of_one_customer_are_one_person(loan, payout, second):
    person = await make.customer()
    one, other = [await make.manager_of(loan.customer_id, customer_id=person.id) for _ in range(2)]
    await release_payout(one, payout_id=payout.id, key="release")
    before = await make.everything()
    with pytest.raises(SamePerson):
        await confirm_payout(other, payout_id=payout.id, **PAID)
    with pytest.raises(SamePerson):
        await fail_payout(other, payout_id=payout.id, reason=PayoutFailure.NOT_SENT, key="fail")
    assert await make.everything() == before
    assert (await confirm_payout(second, payout_id=payout.id, **PAID)).status is PayoutStatus.SUCCEEDED


async def test_nobody_pays_himself_or_a_loan_he_is_party_to(loan, payout, first):
    guarantor = await make.customer(branch_id=(await Customer.get(id=loan.customer_id)).branch_id)
    await make.party(loan, guarantor, PartyRole.GUARANTOR)
    for customer_id in (loan.customer_id, guarantor.id):
        own = await make.manager_of(loan.customer_id, customer_id=customer_id)
        with pytest.raises(OwnAffairs):
            await release_payout(own, payout_id=payout.id, key="release")
    await release_payout(first, payout_id=payout.id, key="release")
    before = await make.everything()
    with pytest.raises(OwnAffairs):
        await confirm_payout(own, payout_id=payout.id, **PAID)
    with pytest.raises(OwnAffairs):
        await fail_payout(own, payout_id=payout.id, reason=PayoutFailure.NOT_SENT, key="fail")
    assert await make.everything() == before


async def test_what_a_provider_sends_is_not_made_by_hand(db):
    make.provide(Sandbox(Behaviour.NEVER))
    loan = await make.loan()
    payout = await Payout.get()
    with pytest.raises(NotPossibleNow):
        await release_payout(await make.officer_of(loan.customer_id), payout_id=payout.id, key="release")
    assert (await Payout.get()).status is PayoutStatus.PENDING


async def test_another_branchs_payout_is_not_found(payout, first):
    far = await make.with_branches(make.viewer(await make.staff(role=Role.OFFICER, branches=[await make.branch()])))
    await release_payout(first, payout_id=payout.id, key="release")
    before = await make.everything()
    for act in (
        release_payout(far, payout_id=payout.id, key="far"),
        confirm_payout(far, payout_id=payout.id, **PAID),
        fail_payout(far, payout_id=payout.id, reason=PayoutFailure.NOT_SENT, key="far"),
    ):
        with pytest.raises(NotFound):
            await act
    assert await make.everything() == before


async def test_the_number_of_a_released_payout_is_read_beyond_the_limit_and_audited(payout, first, second):
    account = await BankAccount.get(id=payout.bank_account_id)
    for _ in range(REVEALS_A_DAY):
        await reveal(second, Customer, payout.customer_id, "phone", "客户来电核实身份信息")
    await release_payout(first, payout_id=payout.id, key="release")
    shown = await reveal(second, BankAccount, account.id, "number", "在银行柜台办理放款")
    assert shown.value == account.number.read()
    entry = await AuditEntry.get(operation="reveal BankAccount.number to pay it out")
    assert (entry.actor, entry.subject, entry.reason) == (
        second.actor,
        f"BankAccount:{account.id}",
        "在银行柜台办理放款",
    )
