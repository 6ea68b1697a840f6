import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import (
    Allocation,
    Branch,
    Entry,
    Installment,
    Loan,
    LoanEvent,
    LoanParty,
    PointsEntry,
    Posting,
    Receipt,
    Repayment,
    SuspenseItem,
    Viewer,
)
from resolvers.books.suspense import assign_suspense, record_suspense, return_suspense, unassign_suspense
from resolvers.loans.repayments import record_repayment
from resolvers.loans.reversals import reverse_repayment
from rules.books.accounts import AccountCode
from rules.books.suspense import ReceivedOnNotAllowed, SuspenseStatus
from rules.errors import KeyReused, NotFound, Refused
from rules.loans.events import LoanEventKind
from rules.loans.repayments import AlreadyReversed, AmountNotAllowed, CurrencyMismatch, LoanClosed, ReceiptKnown
from rules.money import Money
from rules.people.access import PartyRole
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.currencies import CurrencyUnsupported
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.loans.test_repayments import INSTALLMENT, cash, loan, officer, yuan  # noqa: F401

RECORDED = {
    "amount": yuan("50.00"),
    "reference": "bank-7",
    "received_on": make.TODAY,
    "payer_name": "赵大海",
    "note": "还款",
    "key": "desk-7",
}


async def posted(source: str) -> dict[AccountCode, Decimal]:
    entry = await Entry.get(source=source)
    sides = await Posting.filter(entry_id=entry.id).select_related("account")
    return {side.account.code: side.amount for side in sides}


async def test_money_that_matches_no_loan_is_in_the_books_and_nobodys(officer):  # noqa: F811
    item = await record_suspense(officer, **RECORDED)
    assert (item.status, item.provider_reference, item.loan_id) == (SuspenseStatus.OPEN, "BANK-7", None)
    assert await posted(f"Suspense:{item.id}") == {AccountCode.CASH: 50, AccountCode.SUSPENSE: -50}
    assert await verify() == []


async def test_a_repeat_gives_the_same_item_and_another_question_is_refused(officer):  # noqa: F811
    item = await record_suspense(officer, **RECORDED)
    before = await make.everything()
    assert (await record_suspense(officer, **RECORDED)).id == item.id
    with pytest.raises(KeyReused):
        await record_suspense(officer, **RECORDED | {"amount": yuan("51.00")})
    assert await make.everything() == before


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"amount": yuan("0")}, AmountNotAllowed),
        ({"amount": yuan("-5.00")}, AmountNotAllowed),
        ({"amount": yuan("0.005")}, AmountNotAllowed),
        ({"amount": Money(Decimal("5.00"), "JPY")}, CurrencyUnsupported),
        ({"amount": Money(Decimal("5.00"), "XYZ")}, CurrencyUnsupported),
        ({"received_on": make.TODAY + timedelta(days=1)}, ReceivedOnNotAllowed),
        ({"received_on": date(2020, 1, 1)}, ReceivedOnNotAllowed),
    ],
)
async def test_what_cannot_have_been_received_changes_nothing(officer, changed, refusal):  # noqa: F811
    before = await make.everything()
    with pytest.raises(refusal):
        await record_suspense(officer, **RECORDED | changed)
    assert await make.everything() == before


async def test_a_reference_is_booked_once_wherever_it_was_first(loan, officer):  # noqa: F811
    await record_suspense(officer, **RECORDED)
    await record_repayment(officer, **cash(loan, reference="BANK-8"))
    before = await make.everything()
    with pytest.raises(ReceiptKnown):
        await record_suspense(officer, **RECORDED | {"key": "another"})
    with pytest.raises(ReceiptKnown):
        await record_suspense(officer, **RECORDED | {"reference": "bank-8", "key": "another"})
    with pytest.raises(ReceiptKnown):
        await record_repayment(officer, **cash(loan, reference="bank-7", key="another"))
    assert await make.everything() == before
    assert await verify() == []


@pytest.mark.parametrize("number", range(3))
async def test_of_two_at_once_with_one_reference_one_is_booked(loan, officer, number):  # noqa: F811
    answers = await asyncio.gather(
        record_suspense(officer, **RECORDED),
        record_repayment(officer, **cash(loan, amount=yuan("50.00"), reference="BANK-7")),
        record_suspense(officer, **RECORDED | {"key": "another"}),
        return_exceptions=True,
    )
    assert sorted(isinstance(answer, ReceiptKnown) for answer in answers) == [False, True, True]
    assert await SuspenseItem.all().count() + await Receipt.all().count() == 1
    assert await verify() == []


async def test_what_is_assigned_is_a_repayment_as_of_the_day_it_was_received(loan, officer):  # noqa: F811
    item = await record_suspense(officer, **RECORDED | {"amount": yuan(INSTALLMENT)})
    await make.travel_to(date(2026, 4, 20))
    colleague = await make.officer_of(loan.customer_id)
    assigned = await assign_suspense(colleague, item_id=item.id, loan_id=loan.id, key="found")
    assert (assigned.status, assigned.loan_id, assigned.settled_on) == (
        SuspenseStatus.ASSIGNED,
        loan.id,
        date(2026, 4, 20),
    )
    assert dict(await SuspenseItem.get()) == dict(assigned)
    repayment = await Repayment.get()
    assert (repayment.amount, repayment.value_on) == (INSTALLMENT, make.TODAY)
    assert (await Allocation.get()).interest == Decimal("12.08")
    assert await posted(f"Repayment:{repayment.id}") == {
        AccountCode.SUSPENSE: INSTALLMENT,
        AccountCode.INTEREST_INCOME: Decimal("-12.08"),
        AccountCode.LOANS_RECEIVABLE: Decimal("-329.34"),
    }
    assert await PointsEntry.exists(), "it was there in time"
    assert await verify() == []


async def test_money_from_before_the_payout_counts_from_the_payout(loan, officer):  # noqa: F811
    item = await record_suspense(officer, **RECORDED | {"received_on": date(2026, 1, 5)})
    await assign_suspense(officer, item_id=item.id, loan_id=loan.id, key="found")
    assert (await Repayment.get()).value_on == loan.opened_on


async def test_what_exceeds_the_debt_is_the_customers_credit(loan, officer):  # noqa: F811
    item = await record_suspense(officer, **RECORDED | {"amount": yuan("2000.00")})
    await assign_suspense(officer, item_id=item.id, loan_id=loan.id, key="found")
    repayment = await Repayment.get()
    assert (await posted(f"Repayment:{repayment.id}"))[AccountCode.CUSTOMER_CREDIT] == Decimal("-975.74")
    assert await verify() == []


async def test_an_assignment_is_made_once_however_often_it_is_asked_for(loan, officer):  # noqa: F811
    item, other = [await make.suspense_item(officer) for _ in range(2)]
    asked = {"item_id": item.id, "loan_id": loan.id, "key": "found"}
    answers = await asyncio.gather(*(assign_suspense(officer, **asked) for _ in range(4)))
    assert {answer.status for answer in answers} == {SuspenseStatus.ASSIGNED}
    before = await make.everything()
    assert (await assign_suspense(officer, **asked)).loan_id == loan.id
    with pytest.raises(KeyReused):
        await assign_suspense(officer, **asked | {"item_id": other.id})
    with pytest.raises(NotPossibleNow):
        await assign_suspense(officer, **asked | {"key": "again"})
    assert await make.everything() == before
    assert await Repayment.all().count() == 1
    assert await verify() == []


async def test_of_two_who_assign_one_item_to_different_loans_one_does(loan, officer):  # noqa: F811
    other = await make.loan(await make.customer(branch_id=officer.branch_ids[0]), term=3)
    item = await make.suspense_item(officer)
    answers = await asyncio.gather(
        *(
            assign_suspense(officer, item_id=item.id, loan_id=each.id, key=f"for-{each.id}")
            for each in (loan, other, loan, other)
        ),
        return_exceptions=True,
    )
    assert {type(answer) for answer in answers} == {SuspenseItem, NotPossibleNow}
    assert await Repayment.all().count() == 1
    assert await verify() == []


async def refuse(refusal: type[Refused], officer: Viewer, item_id: int, loan: Loan) -> None:  # noqa: F811
    before = await make.everything()
    with pytest.raises(refusal):
        await assign_suspense(officer, item_id=item_id, loan_id=loan.id, key="found")
    assert await make.everything() == before
    assert await verify() == []


async def test_a_loan_of_another_branch_does_not_exist(loan, officer):  # noqa: F811
    elsewhere = await make.loan(await make.customer(branch=await make.branch()))
    await refuse(NotFound, officer, (await make.suspense_item(officer)).id, elsewhere)


async def test_an_item_that_does_not_exist_is_not_found(loan, officer):  # noqa: F811
    await refuse(NotFound, officer, 999, loan)


async def test_nobody_assigns_to_his_own_loan(loan):  # noqa: F811
    own = await make.officer_of(loan.customer_id, customer_id=loan.customer_id)
    await refuse(OwnAffairs, own, (await make.suspense_item(own)).id, loan)
    friend = await make.customer(branch_id=own.branch_ids[0])
    await make.party(loan, friend, PartyRole.GUARANTOR)
    party = await make.officer_of(loan.customer_id, customer_id=friend.id)
    assert await LoanParty.exists(customer_id=friend.id)
    await refuse(OwnAffairs, party, (await make.suspense_item(party)).id, loan)


async def test_a_loan_in_another_currency_takes_none_of_it(loan, officer):  # noqa: F811
    item = await make.suspense_item(officer, amount=Money(Decimal("5.00"), "EUR"))
    await refuse(CurrencyMismatch, officer, item.id, loan)


async def test_a_loan_that_is_not_owed_takes_none_of_it(loan, officer):  # noqa: F811
    customer = await make.customer(branch=await Branch.get(id=officer.branch_ids[0]))
    waiting = await make.waiting_loan(customer)
    await refuse(LoanClosed, officer, (await make.suspense_item(officer)).id, waiting)
    await record_repayment(officer, **cash(loan, amount=yuan("2000.00")))
    await refuse(LoanClosed, officer, (await make.suspense_item(officer)).id, loan)


async def test_a_loan_written_off_recovers_what_is_assigned(loan, officer):  # noqa: F811
    await make.written_off(loan)
    item = await make.suspense_item(officer)
    await assign_suspense(officer, item_id=item.id, loan_id=loan.id, key="found")
    repayment = await Repayment.get()
    assert (await posted(f"Repayment:{repayment.id}"))[AccountCode.SUSPENSE] == 50
    assert await verify() == []


async def test_money_is_sent_back_by_another_person(loan, officer):  # noqa: F811
    item = await make.suspense_item(officer)
    asked = {"item_id": item.id, "reason": "汇错账户", "key": "back"}
    before = await make.everything()
    with pytest.raises(SamePerson):
        await return_suspense(officer, **asked)
    assert await make.everything() == before
    colleague = await make.officer_of(loan.customer_id)
    returned = await return_suspense(colleague, **asked)
    assert (returned.status, returned.return_reason, returned.returned_by_id) == (
        SuspenseStatus.RETURNED,
        "汇错账户",
        colleague.staff_id,
    )
    assert await posted(f"SuspenseReturn:{item.id}") == {AccountCode.SUSPENSE: 50, AccountCode.CASH: -50}
    before = await make.everything()
    assert (await return_suspense(colleague, **asked)).id == item.id
    with pytest.raises(NotPossibleNow):
        await return_suspense(colleague, **asked | {"key": "again"})
    with pytest.raises(NotPossibleNow):
        await assign_suspense(colleague, item_id=item.id, loan_id=loan.id, key="found")
    assert await make.everything() == before
    assert await verify() == []


async def test_two_accounts_of_one_person_are_not_two_people(loan, officer):  # noqa: F811
    person = await make.customer(branch_id=officer.branch_ids[0])
    first, second = [await make.officer_of(loan.customer_id, customer_id=person.id) for _ in range(2)]
    item = await make.suspense_item(first)
    with pytest.raises(SamePerson):
        await return_suspense(second, item_id=item.id, reason="汇错账户", key="back")
    assert (await SuspenseItem.get()).status is SuspenseStatus.OPEN


async def test_of_who_assigns_and_who_sends_back_at_once_one_does(loan, officer):  # noqa: F811
    item, colleague = await make.suspense_item(officer), await make.officer_of(loan.customer_id)
    answers = await asyncio.gather(
        assign_suspense(officer, item_id=item.id, loan_id=loan.id, key="found"),
        return_suspense(colleague, item_id=item.id, reason="汇错账户", key="back"),
        return_exceptions=True,
    )
    assert {type(answer) for answer in answers} == {SuspenseItem, NotPossibleNow}
    assert await verify() == []


async def test_a_repayment_made_of_it_can_be_reversed(loan, officer):  # noqa: F811
    item = await make.suspense_item(officer)
    await assign_suspense(officer, item_id=item.id, loan_id=loan.id, key="found")
    repayment = await Repayment.get()
    asked = {"repayment_id": repayment.id, "reversed_on": make.TODAY, "reason": "银行退回该笔款项", "key": "bounced"}
    await reverse_repayment(officer, **asked)
    assert (await Loan.get(id=loan.id)).outstanding == Decimal("1000.00")
    assert await verify() == []


UNASSIGNED = {"reason": "记到了同名客户的贷款上", "key": "wrong"}


async def test_what_was_assigned_to_the_wrong_loan_waits_again_and_goes_to_the_right_one(loan, officer):  # noqa: F811
    right = await make.loan(await make.customer(branch_id=officer.branch_ids[0]), term=3)
    untouched = await Installment.filter(loan_id=loan.id).order_by("number").values()
    item = await record_suspense(officer, **RECORDED | {"amount": yuan(INSTALLMENT)})
    await assign_suspense(officer, item_id=item.id, loan_id=loan.id, key="found")
    freed = await unassign_suspense(officer, item_id=item.id, **UNASSIGNED)
    assert (freed.status, freed.loan_id, freed.receipt_id, freed.settled_on) == (SuspenseStatus.OPEN, None, None, None)
    reversal = await LoanEvent.get(kind=LoanEventKind.REVERSAL)
    assert (await posted(f"LoanEvent:{reversal.id}"))[AccountCode.SUSPENSE] == -INSTALLMENT
    assert await Installment.filter(loan_id=loan.id).order_by("number").values() == untouched
    assert sum([entry.points async for entry in PointsEntry.all()]) == 0
    assert await verify() == []
    before = await make.everything()
    assert (await unassign_suspense(officer, item_id=item.id, **UNASSIGNED)).id == item.id
    with pytest.raises(NotPossibleNow):
        await unassign_suspense(officer, item_id=item.id, **UNASSIGNED | {"key": "again"})
    assert await make.everything() == before
    assigned = await assign_suspense(officer, item_id=item.id, loan_id=right.id, key="found-2")
    assert (assigned.status, assigned.loan_id, assigned.assignments) == (SuspenseStatus.ASSIGNED, right.id, 2)
    assert (await Loan.get(id=right.id)).outstanding < right.outstanding
    assert await verify() == []
    with pytest.raises(ReceiptKnown):
        await record_repayment(officer, **cash(loan, reference="BANK-7", key="another"))


async def test_what_bounced_or_is_of_others_is_not_taken_back(loan, officer):  # noqa: F811
    item = await make.suspense_item(officer)
    await assign_suspense(officer, item_id=item.id, loan_id=loan.id, key="found")
    own = await make.officer_of(loan.customer_id, customer_id=loan.customer_id)
    elsewhere = Viewer(role=officer.role, clock=officer.clock, staff_id=officer.staff_id, branch_ids=(99,))
    repayment = await Repayment.get()
    before = await make.everything()
    for viewer, refusal in ((own, OwnAffairs), (elsewhere, NotFound)):
        with pytest.raises(refusal):
            await unassign_suspense(viewer, item_id=item.id, **UNASSIGNED)
    with pytest.raises(NotFound):
        await unassign_suspense(officer, item_id=999, **UNASSIGNED)
    with pytest.raises(ReasonTooShort):
        await unassign_suspense(officer, item_id=item.id, **UNASSIGNED | {"reason": "x"})
    assert await make.everything() == before
    bounced = {"repayment_id": repayment.id, "reversed_on": make.TODAY, "reason": "银行退回该笔款项", "key": "bounced"}
    await reverse_repayment(officer, **bounced)
    before = await make.everything()
    with pytest.raises(AlreadyReversed):
        await unassign_suspense(officer, item_id=item.id, **UNASSIGNED)
    assert await make.everything() == before
    assert await verify() == []


async def test_of_who_takes_back_and_who_reverses_at_once_one_does(loan, officer):  # noqa: F811
    item = await make.suspense_item(officer)
    await assign_suspense(officer, item_id=item.id, loan_id=loan.id, key="found")
    repayment = await Repayment.get()
    bounced = {"repayment_id": repayment.id, "reversed_on": make.TODAY, "reason": "银行退回该笔款项", "key": "bounced"}
    answers = await asyncio.gather(
        unassign_suspense(officer, item_id=item.id, **UNASSIGNED),
        unassign_suspense(officer, item_id=item.id, **UNASSIGNED | {"key": "another"}),
        reverse_repayment(officer, **bounced),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, AlreadyReversed | NotPossibleNow) for answer in answers) == 2
    assert await LoanEvent.filter(kind=LoanEventKind.REVERSAL).count() == 1
    assert await verify() == []
