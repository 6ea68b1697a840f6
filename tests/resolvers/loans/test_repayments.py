import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import (
    Allocation,
    Entry,
    IdempotencyKey,
    Installment,
    Loan,
    OutboxEvent,
    PaymentIntent,
    PointsAccount,
    Posting,
    Receipt,
    Repayment,
    Viewer,
)
from resolvers.loans.repayments import Repaid, RepaymentPending, record_repayment, repay
from resolvers.payments.providers.interface import Answer
from resolvers.payments.providers.manual import Manual
from resolvers.payments.providers.sandbox import Behaviour, Sandbox
from rules.books.accounts import AccountCode
from rules.errors import KeyReused, NotFound
from rules.loans.repayments import (
    AmountNotAllowed,
    CurrencyMismatch,
    DateNotAllowed,
    LoanClosed,
    Overpayment,
    PaymentFailed,
    PaymentUnderWay,
    ReceiptKnown,
)
from rules.loans.states import LoanStatus
from rules.money import Money
from rules.payments.states import PaymentChannel, PaymentStatus
from rules.people.access import PartyRole, Role
from tests import make

INSTALLMENT = Decimal("341.42")
"""Each of the three installments of 1,000 at 14.5 % a year."""


def yuan(amount: str | Decimal) -> Money:
    return Money(Decimal(amount), "CNY")


@pytest.fixture
async def loan(db) -> Loan:
    """1,000 for 3 months; paid out on 16 March, due on the 16th of April, May and June."""
    return await make.loan(term=3, product=await make.product(annual_rate=Decimal("0.1450"), fees=[]))


@pytest.fixture
async def borrower(loan) -> Viewer:
    return await make.viewer_of(loan.customer_id)


async def books_of(source: str) -> dict[AccountCode, Decimal]:
    entry = await Entry.get(source=source)
    postings = await Posting.filter(entry_id=entry.id).select_related("account")
    return {posting.account.code: posting.amount for posting in postings}


async def test_a_payment_pays_interest_before_principal_and_earns_points(loan, borrower):
    answer = await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="april")
    assert isinstance(answer, Repaid)
    assert (answer.repayment.amount, answer.repayment.channel) == (INSTALLMENT, PaymentChannel.APP)
    assert answer.loan.outstanding == Decimal("670.66")
    assert answer.points_earned == 10
    allocation = await Allocation.get(repayment_id=answer.repayment.id)
    assert (allocation.interest, allocation.principal, allocation.excess) == (Decimal("12.08"), Decimal("329.34"), 0)
    first = await Installment.get(loan_id=loan.id, number=1)
    assert (first.is_open, first.paid_on) == (False, date(2026, 3, 16))
    assert await books_of(f"Repayment:{answer.repayment.id}") == {
        AccountCode.CASH: INSTALLMENT,
        AccountCode.LOANS_RECEIVABLE: Decimal("-329.34"),
        AccountCode.INTEREST_INCOME: Decimal("-12.08"),
    }
    kinds = [event.kind for event in await OutboxEvent.filter(customer_id=loan.customer_id).order_by("id")]
    assert kinds[-2:] == ["RepaymentReceived", "PointsEarned"]
    assert await verify() == []


async def test_the_same_key_books_once_and_answers_the_same(loan, borrower):
    first = await repay(borrower, loan_id=loan.id, amount=yuan("100.00"), key="tap")
    before = await make.everything()
    again = await repay(borrower, loan_id=loan.id, amount=yuan("100"), key="tap")
    assert isinstance(first, Repaid)
    assert isinstance(again, Repaid)
    assert (again.repayment.id, again.loan.outstanding, again.points_earned) == (
        first.repayment.id,
        first.loan.outstanding,
        first.points_earned,
    )
    after = await make.everything()
    assert {**after, "audit_entry": []} == {**before, "audit_entry": []}


async def test_the_same_key_for_something_else_is_refused(loan, borrower):
    await repay(borrower, loan_id=loan.id, amount=yuan("100.00"), key="tap")
    before = await make.everything()
    with pytest.raises(KeyReused):
        await repay(borrower, loan_id=loan.id, amount=yuan("100.01"), key="tap")
    assert await make.everything() == before


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (yuan("0"), AmountNotAllowed),
        (yuan("-5.00"), AmountNotAllowed),
        (yuan("5.001"), AmountNotAllowed),
        (yuan("NaN"), AmountNotAllowed),
        (yuan("1000000000000000000"), Overpayment),
        (yuan("1024.27"), Overpayment),
        (Money(Decimal("5.00"), "USD"), CurrencyMismatch),
    ],
)
async def test_an_amount_that_cannot_be_asked_for_changes_nothing(loan, borrower, amount, refusal):
    before = await make.everything()
    with pytest.raises(refusal):
        await repay(borrower, loan_id=loan.id, amount=amount, key="tap")
    assert await make.everything() == before
    assert [reference.partition("-")[0] for reference in make.sandbox().moved] == ["payout"]


async def test_an_overpayment_is_told_what_is_owed(loan, borrower):
    with pytest.raises(Overpayment) as refused:
        await repay(borrower, loan_id=loan.id, amount=yuan("1024.27"), key="tap")
    assert refused.value.maximum == yuan("1024.26")


async def test_the_last_payment_closes_the_loan(loan, borrower):
    answer = await repay(borrower, loan_id=loan.id, amount=yuan("1024.26"), key="all")
    assert isinstance(answer, Repaid)
    assert (answer.loan.status, answer.loan.is_open, answer.loan.outstanding) == (LoanStatus.CLOSED, False, 0)
    assert answer.points_earned == 30
    assert not await Installment.exists(loan_id=loan.id, is_open=True)
    assert (await OutboxEvent.all().order_by("-id").first()).kind == "LoanRepaid"
    assert await verify() == []
    before = await make.everything()
    with pytest.raises(LoanClosed):
        await repay(borrower, loan_id=loan.id, amount=yuan("1.00"), key="more")
    assert await make.everything() == before


async def test_points_are_for_installments_wholly_paid_in_time(loan, borrower):
    half = await repay(borrower, loan_id=loan.id, amount=yuan("300.00"), key="half")
    assert isinstance(half, Repaid)
    assert half.points_earned == 0
    await make.pass_until(date(2026, 4, 16))
    rest = await repay(borrower, loan_id=loan.id, amount=yuan("41.42"), key="rest")
    assert isinstance(rest, Repaid)
    assert rest.points_earned == 10
    await make.pass_until(date(2026, 5, 17))
    late = await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="late")
    assert isinstance(late, Repaid)
    assert late.points_earned == 0
    assert await make.points_of(loan.customer_id) == 10
    assert await verify() == []


async def test_a_stranger_and_a_guarantor_pay_nothing(loan):
    stranger, guarantor = await make.customer(), await make.customer()
    await make.party(loan, guarantor, PartyRole.GUARANTOR)
    before = await make.everything()
    for person in (stranger, guarantor):
        with pytest.raises(NotFound):
            await repay(make.viewer(person), loan_id=loan.id, amount=yuan("10.00"), key="tap")
    assert await make.everything() == before


async def test_a_co_borrower_pays_and_the_borrower_gets_the_points(loan):
    other = await make.customer()
    await make.party(loan, other, PartyRole.CO_BORROWER)
    answer = await repay(make.viewer(other), loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap")
    assert isinstance(answer, Repaid)
    assert answer.points_earned == 10
    assert (await PaymentIntent.get()).actor == f"C{other.id}"
    assert (await PointsAccount.get(customer_id=loan.customer_id)).pending == 10
    assert (await PointsAccount.get(customer_id=other.id)).pending == 0
    assert await verify() == []


async def test_a_provider_that_answers_later_leaves_the_payment_pending_until_asked_again(loan, borrower):
    make.sandbox().next_answers(Behaviour.LATER)
    pending = await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap")
    assert isinstance(pending, RepaymentPending)
    assert pending.intent.status is PaymentStatus.PENDING
    assert pending.loan.outstanding == 1000
    assert not await Repayment.exists()
    done = await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap")
    assert isinstance(done, Repaid)
    assert done.loan.outstanding == Decimal("670.66")
    assert make.sandbox().asked[f"intent-{pending.intent.id}"] == 2


async def test_a_provider_that_never_answers_books_nothing(loan, borrower):
    make.sandbox().next_answers(Behaviour.NEVER)
    for _ in range(3):
        answer = await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap")
        assert isinstance(answer, RepaymentPending)
    assert await PaymentIntent.all().count() == 1
    assert not await Receipt.exists()
    assert await verify() == []


async def test_a_payment_that_fails_is_refused_each_time_and_a_new_key_tries_anew(loan, borrower):
    make.sandbox().next_answers(Behaviour.FAIL)
    for _ in range(2):
        with pytest.raises(PaymentFailed) as refused:
            await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap")
        assert refused.value.reason == "SANDBOX_FAILED"
    assert make.sandbox().asked[f"intent-{(await PaymentIntent.get()).id}"] == 1
    assert not await Receipt.exists()
    assert (await Loan.get(id=loan.id)).outstanding == 1000
    answer = await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap again")
    assert isinstance(answer, Repaid)


class Unreachable(Sandbox):
    """A provider whose line is down."""

    async def collect(self, reference: str, amount: Money) -> Answer:
        raise ConnectionRefusedError


async def test_a_provider_that_cannot_be_reached_is_one_that_answers_later(loan, borrower):
    make.provide(Unreachable())
    answer = await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap")
    assert isinstance(answer, RepaymentPending)
    make.provide(Sandbox())
    assert isinstance(await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap"), Repaid)


async def test_what_exceeds_the_debt_at_booking_becomes_a_credit_also_once_the_loan_is_settled(loan, borrower):
    make.sandbox().next_answers(Behaviour.LATER, Behaviour.LATER)
    asked = {"a": yuan("600.00"), "b": yuan("400.00")}
    for key, amount in asked.items():
        assert isinstance(await repay(borrower, loan_id=loan.id, amount=amount, key=key), RepaymentPending)
    cash = {"channel": PaymentChannel.CASH, "reference": "C1", "received_on": borrower.today, "key": "cash"}
    await record_repayment(await make.officer_of(loan.customer_id), loan_id=loan.id, amount=yuan("700.00"), **cash)
    paid = [await repay(borrower, loan_id=loan.id, amount=amount, key=key) for key, amount in asked.items()]
    splits = [await Allocation.get(repayment_id=each.repayment.id) for each in paid if isinstance(each, Repaid)]
    assert [split.excess for split in splits] == [Decimal("275.74"), Decimal("400.00")]
    assert (await books_of(f"Repayment:{splits[0].repayment_id}"))[AccountCode.CUSTOMER_CREDIT] == Decimal("-275.74")
    assert await books_of(f"Repayment:{splits[1].repayment_id}") == {
        AccountCode.CASH: Decimal("400.00"),
        AccountCode.CUSTOMER_CREDIT: Decimal("-400.00"),
    }
    assert (await Loan.get(id=loan.id)).status is LoanStatus.CLOSED
    assert await verify() == []


async def test_what_is_under_way_is_not_asked_for_again(loan, borrower):
    make.sandbox().next_answers(Behaviour.NEVER)
    await repay(borrower, loan_id=loan.id, amount=yuan("600.00"), key="a")
    before = await make.everything()
    with pytest.raises(PaymentUnderWay) as refused:
        await repay(borrower, loan_id=loan.id, amount=yuan("424.27"), key="b")
    assert refused.value.maximum == yuan("424.26")
    assert await make.everything() == before
    assert isinstance(await repay(borrower, loan_id=loan.id, amount=yuan("424.26"), key="b"), Repaid)


async def test_what_failed_can_be_asked_for_again(loan, borrower):
    make.sandbox().next_answers(Behaviour.FAIL)
    with pytest.raises(PaymentFailed):
        await repay(borrower, loan_id=loan.id, amount=yuan("1024.26"), key="a")
    assert isinstance(await repay(borrower, loan_id=loan.id, amount=yuan("1024.26"), key="b"), Repaid)


async def test_fifty_at_once_with_ten_keys_book_exactly_ten(loan, borrower):
    calls = [repay(borrower, loan_id=loan.id, amount=yuan("50.00"), key=f"tap-{number % 10}") for number in range(50)]
    answers = await asyncio.gather(*calls)
    assert all(isinstance(answer, Repaid) for answer in answers)
    assert len({answer.repayment.id for answer in answers if isinstance(answer, Repaid)}) == 10
    assert await Repayment.all().count() == 10
    assert await Receipt.all().count() == 10
    assert await IdempotencyKey.filter(operation="repay").count() == 10
    splits = await Allocation.all()
    assert sum(split.interest + split.principal for split in splits) == 500
    assert sum(posting.amount for posting in await Posting.all()) == 0
    assert await verify() == []


@pytest.fixture
async def officer(loan) -> Viewer:
    return await make.officer_of(loan.customer_id)


def cash(loan: Loan, **changes: object) -> dict:
    received = {
        "loan_id": loan.id,
        "amount": yuan(INSTALLMENT),
        "channel": PaymentChannel.CASH,
        "reference": "R-1",
        "received_on": date(2026, 3, 16),
        "key": "desk-1",
    }
    return received | changes


async def test_an_officer_records_cash_once(loan, officer):
    first = await record_repayment(officer, **cash(loan))
    again = await record_repayment(officer, **cash(loan))
    other_key = await record_repayment(officer, **cash(loan, key="desk-2"))
    assert first.repayment.id == again.repayment.id == other_key.repayment.id
    assert first.points_earned == 10
    assert first.loan.outstanding == Decimal("670.66")
    receipt = await Receipt.get()
    assert (receipt.provider, receipt.provider_reference, receipt.intent_id) == ("manual", "R-1", None)
    assert await verify() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": yuan("341.43")},
        {"channel": PaymentChannel.TRANSFER},
        {"received_on": date(2026, 3, 17)},
    ],
)
async def test_a_reference_that_was_booked_for_something_else_is_refused(loan, officer, changes):
    await make.travel_to(date(2026, 3, 18))
    await record_repayment(officer, **cash(loan))
    before = await make.everything()
    with pytest.raises(ReceiptKnown):
        await record_repayment(officer, **cash(loan, key="desk-2", **changes))
    assert await make.everything() == before


async def test_one_reference_for_two_loans_at_once_is_booked_for_one(loan, officer):
    other = await make.loan(await make.customer(branch_id=officer.branch_ids[0]), term=3)
    both = [record_repayment(officer, **cash(each, key=f"desk-{each.id}")) for each in (loan, other)]
    answers = await asyncio.gather(*both, return_exceptions=True)
    assert {type(answer) for answer in answers} == {Repaid, ReceiptKnown}
    assert await Repayment.all().count() == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"amount": yuan("0")}, AmountNotAllowed),
        ({"amount": yuan("1.234")}, AmountNotAllowed),
        ({"amount": Money(Decimal(5), "EUR")}, CurrencyMismatch),
        ({"received_on": date(2026, 3, 17)}, DateNotAllowed),
        ({"received_on": date(2026, 3, 15)}, DateNotAllowed),
        ({"loan_id": 10**9}, NotFound),
    ],
)
async def test_a_record_that_cannot_be_changes_nothing(loan, officer, changes, refusal):
    before = await make.everything()
    with pytest.raises(refusal):
        await record_repayment(officer, **cash(loan, **changes))
    assert await make.everything() == before


async def test_money_that_is_there_is_recorded_however_much_it_is(loan, officer):
    much = await record_repayment(officer, **cash(loan, amount=yuan("2000.00")))
    assert (much.loan.status, (await Allocation.get()).excess) == (LoanStatus.CLOSED, Decimal("975.74"))
    more = await record_repayment(officer, **cash(loan, amount=yuan("1.00"), reference="R-2", key="desk-2"))
    assert (await books_of(f"Repayment:{more.repayment.id}"))[AccountCode.CUSTOMER_CREDIT] == -1
    assert await verify() == []


async def test_an_officer_of_another_branch_does_not_see_the_loan(loan):
    far = await make.with_branches(make.viewer(await make.staff(role=Role.OFFICER, branches=[await make.branch()])))
    with pytest.raises(NotFound):
        await record_repayment(far, **cash(loan))


async def test_money_received_in_time_earns_points_though_it_is_recorded_late(loan, officer):
    await make.travel_to(date(2026, 4, 16) + timedelta(days=5))
    recorded = await record_repayment(officer, **cash(loan, received_on=date(2026, 4, 16)))
    assert recorded.points_earned == 10
    assert (await Installment.get(loan_id=loan.id, number=1)).paid_on == date(2026, 4, 16)


async def test_nothing_is_recorded_for_a_loan_that_was_never_paid_out(db):
    make.provide(Sandbox(Behaviour.NEVER))
    pending = await make.loan()
    officer, borrower = await make.officer_of(pending.customer_id), await make.viewer_of(pending.customer_id)
    before = await make.everything()
    with pytest.raises(LoanClosed):
        await record_repayment(officer, **cash(pending))
    with pytest.raises(LoanClosed):
        await repay(borrower, loan_id=pending.id, amount=yuan("1.00"), key="tap")
    assert await make.everything() == before


async def test_where_transfers_are_made_by_hand_the_app_says_so_and_the_officer_books_the_transfer(loan, borrower):
    make.provide(Manual())
    with pytest.raises(PaymentFailed) as refused:
        await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap")
    assert refused.value.reason == "TRANSFER_ONLY"
    assert not await Receipt.exists()
    assert (await Loan.get(id=loan.id)).outstanding == 1000
    officer = await make.officer_of(loan.customer_id)
    booked = await record_repayment(
        officer,
        loan_id=loan.id,
        amount=yuan(INSTALLMENT),
        channel=PaymentChannel.TRANSFER,
        reference="BANK-7",
        received_on=officer.today,
        key="desk",
    )
    assert booked.repayment.amount == INSTALLMENT
    assert await verify() == []
