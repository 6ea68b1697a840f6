import asyncio
from datetime import date
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import (
    Allocation,
    Installment,
    Loan,
    LoanEvent,
    OutboxEvent,
    PaymentIntent,
    PointsAccount,
    Posting,
    Repayment,
    Staff,
    Viewer,
)
from resolvers.loans.prepayments import confirm, quote, record
from resolvers.loans.repayments import Repaid, RepaymentPending, record_repayment, repay
from resolvers.payments.providers.sandbox import Behaviour
from rules.books.accounts import AccountCode
from rules.errors import NotFound
from rules.loans.events import LoanEventKind, PrepaymentEffect
from rules.loans.prepayments import BelowDue, NothingToPrepay, NotWithdrawable, QuoteExpired
from rules.loans.repayments import (
    AmountNotAllowed,
    CurrencyMismatch,
    Overpayment,
    PaymentFailed,
    PaymentUnderWay,
    ReceiptKnown,
)
from rules.loans.states import LoanStatus
from rules.money import ZERO, Money
from rules.payments.states import PaymentChannel
from rules.people.access import PartyRole
from rules.people.staff import OwnAffairs
from tests import make
from tests.resolvers.loans.test_repayments import borrower, cash, loan, officer, yuan  # noqa: F401
from tests.resolvers.payments.test_receipts import told, word

TERM, PAYMENT, WITHDRAW = PrepaymentEffect


def received(quote_id: int, **changes: object) -> dict:
    said = {"quote_id": quote_id, "channel": PaymentChannel.CASH, "reference": "P-1", "key": "prepaid"}
    return said | changes


async def rows_of(loan: Loan) -> list[tuple[int, Decimal]]:  # noqa: F811
    rows = await Installment.filter(loan_id=loan.id, is_open=True).order_by("number")
    return [(row.number, row.principal + row.interest - row.paid_principal - row.paid_interest) for row in rows]


async def test_a_quote_says_every_part_and_what_it_saves(loan, borrower):  # noqa: F811
    await make.pass_until(date(2026, 4, 1))
    full = await quote(borrower, loan_id=loan.id, effect=TERM)
    assert (full.amount, full.interest, full.principal) == (Decimal("1006.24"), Decimal("6.24"), Decimal("1000.00"))
    assert (full.is_full, full.lines_left, full.ends_on, full.installment) == (True, 0, None, 0)
    assert full.saved_interest == Decimal("24.26") - Decimal("6.24")
    part = await quote(borrower, loan_id=loan.id, amount=yuan("500.00"), effect=TERM)
    assert (part.interest, part.principal) == (Decimal("6.24"), Decimal("493.76"))
    assert (part.lines_left, part.ends_on) == (2, date(2026, 5, 16))
    less = await quote(borrower, loan_id=loan.id, amount=yuan("500.00"), effect=PAYMENT)
    assert (less.lines_left, less.ends_on) == (3, date(2026, 6, 16))
    assert less.installment < part.installment
    assert 0 < less.saved_interest < part.saved_interest


@pytest.mark.parametrize("effect", [TERM, PAYMENT])
async def test_a_confirmation_books_exactly_the_quote(loan, borrower, effect):  # noqa: F811
    await make.pass_until(date(2026, 4, 1))
    part = await quote(borrower, loan_id=loan.id, amount=yuan("500.00"), effect=effect)
    paid = await confirm(borrower, quote_id=part.id, key="yes")
    assert isinstance(paid, Repaid)
    split = await Allocation.get(repayment_id=paid.repayment.id)
    assert (split.interest, split.principal, split.excess) == (part.interest, part.principal, 0)
    left = await rows_of(loan)
    assert len(left) == part.lines_left
    assert left[0][1] == part.installment
    event = await LoanEvent.get(repayment_id=paid.repayment.id)
    assert (event.kind, event.effect, event.amount) == (LoanEventKind.PREPAYMENT, effect, part.amount)
    assert await verify() == []


async def test_all_that_settles_it_closes_the_loan_and_a_bounce_opens_it_again(loan, borrower):  # noqa: F811
    await make.pass_until(date(2026, 4, 1))
    before = await rows_of(loan)
    full = await quote(borrower, loan_id=loan.id, effect=TERM)
    paid = await confirm(borrower, quote_id=full.id, key="yes")
    assert isinstance(paid, Repaid)
    assert (paid.loan.status, paid.loan.outstanding) == (LoanStatus.CLOSED, 0)
    await make.reversal(paid.repayment)
    assert (await Loan.get(id=loan.id)).status is LoanStatus.ACTIVE
    assert await rows_of(loan) == before
    assert await verify() == []


async def test_a_repeat_pays_once(loan, borrower):  # noqa: F811
    part = await quote(borrower, loan_id=loan.id, amount=yuan("500.00"), effect=TERM)
    answers = await asyncio.gather(*(confirm(borrower, quote_id=part.id, key="yes") for _ in range(5)))
    assert len({answer.repayment.id for answer in answers if isinstance(answer, Repaid)}) == 1
    assert await Repayment.all().count() == 1
    before = await make.everything()
    with pytest.raises(QuoteExpired):
        await confirm(borrower, quote_id=part.id, key="again")
    assert await make.everything() == before


async def test_a_quote_expires_with_its_day_and_with_anything_else_that_happens(loan, borrower, officer):  # noqa: F811
    first = await quote(borrower, loan_id=loan.id, amount=yuan("500.00"), effect=TERM)
    await record_repayment(officer, **cash(loan, amount=yuan("1.00")))
    second = await quote(borrower, loan_id=loan.id, amount=yuan("500.00"), effect=TERM)
    await make.pass_until(date(2026, 3, 17))
    third = await quote(borrower, loan_id=loan.id, amount=yuan("500.00"), effect=TERM)
    before = await make.everything()
    for stale in (first, second):
        with pytest.raises(QuoteExpired):
            await confirm(borrower, quote_id=stale.id, key="late")
        with pytest.raises(QuoteExpired):
            await record(officer, **received(stale.id))
    assert await make.everything() == before
    assert isinstance(await record(officer, **received(third.id)), Repaid)
    assert await verify() == []


async def test_a_rate_that_changed_meanwhile_expires_it(loan, borrower):  # noqa: F811
    part = await quote(borrower, loan_id=loan.id, amount=yuan("500.00"), effect=TERM)
    async with make.unit():
        await LoanEvent.create(
            loan_id=loan.id,
            customer_id=loan.customer_id,
            currency="CNY",
            kind=LoanEventKind.RATE_CHANGE,
            value_on=make.TODAY,
            annual_rate=Decimal("0.05"),
        )
    before = await make.everything()
    with pytest.raises(QuoteExpired):
        await confirm(borrower, quote_id=part.id, key="late")
    assert await make.everything() == before


async def test_money_that_arrives_when_the_quote_no_longer_fits_repays_what_it_can(loan, borrower, officer):  # noqa: F811
    make.sandbox().next_answers(Behaviour.NEVER)
    full = await quote(borrower, loan_id=loan.id, effect=TERM)
    pending = await confirm(borrower, quote_id=full.id, key="yes")
    assert isinstance(pending, RepaymentPending)
    await record_repayment(officer, **cash(loan, amount=yuan("600.00")))
    await told(word(await PaymentIntent.get(id=pending.intent.id)))
    now = await Loan.get(id=loan.id)
    assert (now.status, now.outstanding) == (LoanStatus.CLOSED, 0)
    paid = sum(split.interest + split.principal for split in await Allocation.all())
    assert now.credit == Decimal("1600.00") - paid > 0
    assert await verify() == []


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (yuan("0"), AmountNotAllowed),
        (yuan("-1.00"), AmountNotAllowed),
        (yuan("1.005"), AmountNotAllowed),
        (yuan("1000.01"), Overpayment),
        (Money(Decimal(500), "USD"), CurrencyMismatch),
    ],
)
async def test_an_amount_that_cannot_be_is_refused(loan, borrower, amount, refusal):  # noqa: F811
    before = await make.everything()
    with pytest.raises(refusal):
        await quote(borrower, loan_id=loan.id, amount=amount, effect=TERM)
    assert await make.everything() == before


async def test_what_is_due_comes_first(loan, borrower):  # noqa: F811
    await make.pass_until(date(2026, 4, 20))
    before = await make.everything()
    with pytest.raises(BelowDue) as refused:
        await quote(borrower, loan_id=loan.id, amount=yuan("341.42"), effect=TERM)
    assert refused.value.settled.amount > Decimal("341.42")
    assert await make.everything() == before


async def test_nothing_is_left_to_prepay_on_a_settled_loan(loan, borrower, officer):  # noqa: F811
    await record_repayment(officer, **cash(loan, amount=yuan("1024.26")))
    before = await make.everything()
    with pytest.raises(NothingToPrepay):
        await quote(borrower, loan_id=loan.id, effect=TERM)
    assert await make.everything() == before


async def test_it_waits_for_payments_that_are_under_way(loan, borrower):  # noqa: F811
    make.sandbox().next_answers(Behaviour.NEVER)
    await repay(borrower, loan_id=loan.id, amount=yuan("100.00"), key="a")
    full = await quote(borrower, loan_id=loan.id, effect=TERM)
    before = await make.everything()
    with pytest.raises(PaymentUnderWay):
        await confirm(borrower, quote_id=full.id, key="yes")
    assert await make.everything() == before


async def test_what_the_provider_does_not_collect_changes_nothing(loan, borrower):  # noqa: F811
    make.sandbox().next_answers(Behaviour.FAIL)
    full = await quote(borrower, loan_id=loan.id, effect=TERM)
    rows = await rows_of(loan)
    with pytest.raises(PaymentFailed):
        await confirm(borrower, quote_id=full.id, key="yes")
    assert await rows_of(loan) == rows
    assert await verify() == []


async def test_only_who_pays_is_quoted_and_nobody_records_his_own(loan, borrower, officer):  # noqa: F811
    guarantor = await make.customer()
    await make.party(loan, guarantor, PartyRole.GUARANTOR)
    part = await quote(borrower, loan_id=loan.id, amount=yuan("500.00"), effect=TERM)
    await Staff.filter(id=officer.staff_id).update(customer_id=loan.customer_id)
    before = await make.everything()
    stranger = make.viewer(guarantor)
    with pytest.raises(NotFound):
        await quote(stranger, loan_id=loan.id, effect=TERM)
    with pytest.raises(NotFound):
        await confirm(stranger, quote_id=part.id, key="yes")
    with pytest.raises(OwnAffairs):
        await record(officer, **received(part.id))
    assert await make.everything() == before


async def test_a_reference_is_recorded_once(loan: Loan, borrower: Viewer, officer: Viewer):  # noqa: F811
    await record_repayment(officer, **cash(loan, amount=yuan("1.00"), reference="P-1"))
    part = await quote(borrower, loan_id=loan.id, amount=yuan("500.00"), effect=TERM)
    before = await make.everything()
    with pytest.raises(ReceiptKnown):
        await record(officer, **received(part.id))
    assert await make.everything() == before
    first = await record(officer, **received(part.id, reference="P-2"))
    again = await record(officer, **received(part.id, reference="P-2"))
    assert first.repayment.id == again.repayment.id


@pytest.fixture
async def cooling(db) -> Loan:
    """1,000.00 at 14.5 % with a fee of 1 %, paid out on 16 March; for 14 days it can be undone."""
    product = await make.product(annual_rate=Decimal("0.1450"), cooling_off_days=14)
    return await make.loan(term=3, product=product)


async def balance(code: AccountCode) -> Decimal:
    postings = await Posting.filter(account__code=code)
    return sum((posting.amount for posting in postings), ZERO)


async def test_within_the_cooling_off_time_a_loan_is_undone_and_its_fees_are_given_back(cooling):
    customer = await make.viewer_of(cooling.customer_id)
    await make.pass_until(date(2026, 3, 30))
    asked = await quote(customer, loan_id=cooling.id, effect=WITHDRAW)
    assert (asked.principal, asked.interest, asked.costs) == (Decimal("1000.00"), Decimal("5.46"), 0)
    assert (asked.credit, asked.amount) == (Decimal("10.00"), Decimal("995.46"))
    assert (asked.is_full, asked.lines_left) == (True, 0)
    undone = await confirm(customer, quote_id=asked.id, key="undo")
    assert isinstance(undone, Repaid)
    assert undone.loan.status is LoanStatus.CANCELLED
    assert (undone.loan.outstanding, undone.loan.credit, undone.points_earned) == (0, 0, 0)
    assert [await balance(code) for code in (AccountCode.LOANS_RECEIVABLE, AccountCode.FEE_INCOME)] == [0, 0]
    assert await balance(AccountCode.CUSTOMER_CREDIT) == 0
    assert await balance(AccountCode.INTEREST_INCOME) == Decimal("-5.46")
    assert await balance(AccountCode.CASH) == Decimal("5.46")
    told = [event.kind for event in await OutboxEvent.filter(customer_id=cooling.customer_id).order_by("id")]
    assert told[-2:] == ["RepaymentReceived", "LoanWithdrawn"]
    assert await verify() == []


async def test_points_for_what_was_paid_before_are_taken_back_with_the_withdrawal(cooling):
    customer = await make.viewer_of(cooling.customer_id)
    await make.repayment(cooling)
    assert (await PointsAccount.get(customer_id=cooling.customer_id)).pending == 10
    asked = await quote(customer, loan_id=cooling.id, effect=WITHDRAW)
    undone = await confirm(customer, quote_id=asked.id, key="undo")
    assert isinstance(undone, Repaid)
    assert (await PointsAccount.get(customer_id=cooling.customer_id)).pending == 0
    assert await verify() == []
    await make.reversal(undone.repayment)
    assert (await PointsAccount.get(customer_id=cooling.customer_id)).pending == 10
    assert await verify() == []


async def test_where_the_money_of_a_withdrawal_bounces_the_loan_runs_on(cooling):
    customer = await make.viewer_of(cooling.customer_id)
    before = await rows_of(cooling)
    asked = await quote(customer, loan_id=cooling.id, effect=WITHDRAW)
    undone = await confirm(customer, quote_id=asked.id, key="undo")
    assert isinstance(undone, Repaid)
    await make.reversal(undone.repayment)
    loan = await Loan.get(id=cooling.id)  # noqa: F811
    assert (loan.status, loan.outstanding) == (LoanStatus.ACTIVE, Decimal("1000.00"))
    assert await rows_of(cooling) == before
    assert await balance(AccountCode.FEE_INCOME) == Decimal("-10.00")
    assert await verify() == []


async def confirmed_but_paid_later(
    customer: Viewer,
    loan: Loan,  # noqa: F811
    effect: PrepaymentEffect,
    arrives_on: date,
) -> Loan:
    """Quote and confirm all of it today; the provider's word comes days later. Gives the loan then."""
    make.sandbox().behaviour = Behaviour.LATER
    asked = await quote(customer, loan_id=loan.id, effect=effect)
    pending = await confirm(customer, quote_id=asked.id, key="later")
    assert isinstance(pending, RepaymentPending)
    await make.pass_until(arrives_on)
    await told(word(pending.intent))
    return await Loan.get(id=loan.id)


async def test_money_of_a_withdrawal_that_arrives_later_counts_for_the_day_it_was_asked_for(cooling):
    customer = await make.viewer_of(cooling.customer_id)
    await make.pass_until(date(2026, 3, 30))
    loan = await confirmed_but_paid_later(customer, cooling, WITHDRAW, date(2026, 4, 1))  # noqa: F811
    assert (loan.status, loan.outstanding, loan.credit) == (LoanStatus.CANCELLED, 0, 0)
    assert await verify() == []


async def test_after_the_cooling_off_time_or_without_one_nothing_is_undone(cooling, loan, borrower):  # noqa: F811
    customer = await make.viewer_of(cooling.customer_id)
    await make.pass_until(date(2026, 3, 31))
    for viewer, loan_id in ((customer, cooling.id), (borrower, loan.id)):
        with pytest.raises(NotWithdrawable):
            await quote(viewer, loan_id=loan_id, effect=WITHDRAW)
    assert await Loan.filter(status=LoanStatus.ACTIVE).count() == 2


async def test_a_withdrawal_is_of_all_that_is_owed(cooling):
    customer = await make.viewer_of(cooling.customer_id)
    with pytest.raises(BelowDue):
        await quote(customer, loan_id=cooling.id, amount=yuan("989.99"), effect=WITHDRAW)
    with pytest.raises(Overpayment):
        await quote(customer, loan_id=cooling.id, amount=yuan("990.01"), effect=WITHDRAW)


async def test_money_of_a_full_prepayment_that_arrives_days_later_leaves_nothing_owed(loan, borrower):  # noqa: F811
    await make.pass_until(date(2026, 4, 1))
    settled = await confirmed_but_paid_later(borrower, loan, TERM, date(2026, 4, 4))
    assert (settled.status, settled.outstanding, settled.credit) == (LoanStatus.CLOSED, 0, 0)
    assert (await Repayment.get(loan_id=loan.id)).value_on == date(2026, 4, 1)
    assert await verify() == []
