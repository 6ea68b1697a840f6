"""What makes up for something: proposed by one, approved by another, booked like any money."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import Allocation, Case, CaseRedress, Loan, OutboxEvent, PointsEntry, Posting, Repayment
from models.database import transaction
from resolvers.loans import reversals
from resolvers.service import case_answers, cases, redress
from rules.errors import KeyReused, NotFound
from rules.loans.repayments import CurrencyMismatch, NotReversible
from rules.money import Money
from rules.payments.states import PaymentChannel
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.states import ProposalStatus
from rules.service.cases import CaseOutcome, CaseStatus
from rules.service.redress import RedressKind, RedressTooLarge, RedressUnclear, RedressWaits
from rules.states import NotPossibleNow
from tests import complaining, make


def yuan(amount: str) -> Money:
    return Money(Decimal(amount), "CNY")


async def complained() -> tuple[Loan, Case]:
    """A loan for which a fee was kept back, and a complaint about it."""
    loan = await make.loan()
    viewer = await make.viewer_of(loan.customer_id)
    case = await cases.open_case(viewer, complaining.terms(loan_id=loan.id), words=complaining.WORDS, key="case")
    return loan, case


async def fee_of(loan: Loan) -> Decimal:
    """What was kept back when it was paid out."""
    booked = await Posting.filter(entry__loan_id=loan.id, account__code="FEE_INCOME")
    return -sum(posting.amount for posting in booked)


async def proposed(case: Case, loan: Loan, amount: str = "5.00") -> CaseRedress:
    officer = await complaining.answerer(case)
    return await redress.propose_redress(
        officer,
        case_id=case.id,
        kind=RedressKind.FEE_REFUND,
        words="多收的手续费",
        amount=yuan(amount),
        loan_id=loan.id,
    )


async def test_a_fee_is_given_back_through_the_journal_of_the_loan(db):
    loan, case = await complained()
    waiting = await proposed(case, loan)
    assert not await Repayment.filter(loan_id=loan.id).exists()
    manager = await make.manager_of(loan.customer_id)
    done = await redress.approve_redress(manager, redress_id=waiting.id, key="refund")
    assert (done.status, done.decided_by_id) == (ProposalStatus.APPROVED, manager.staff_id)
    paid = await Repayment.get(id=done.repayment_id)
    assert (paid.amount, paid.channel) == (Decimal("5.00"), PaymentChannel.REDRESS)
    cost = await Posting.filter(entry__source=f"Repayment:{paid.id}", account__code="REDRESS_EXPENSE").get()
    assert cost.amount == Decimal("5.00")
    kinds = await OutboxEvent.all().values_list("kind", flat=True)
    assert "FeeGivenBack" in kinds
    assert "CaseRedressed" in kinds
    assert "RepaymentReceived" not in kinds
    assert "REDRESSED" in await complaining.log_of(case)
    assert await verify() == []


async def test_the_same_key_gives_it_once_and_another_key_finds_it_done(db):
    loan, case = await complained()
    waiting = await proposed(case, loan)
    manager = await make.manager_of(loan.customer_id)
    both = [redress.approve_redress(manager, redress_id=waiting.id, key="refund") for _ in range(2)]
    first, second = await asyncio.gather(*both)
    assert first.repayment_id == second.repayment_id
    with pytest.raises(NotPossibleNow):
        await redress.approve_redress(manager, redress_id=waiting.id, key="other")
    assert await Repayment.filter(loan_id=loan.id).count() == 1
    another = await proposed(case, loan, "1.00")
    with pytest.raises(KeyReused):
        await redress.approve_redress(manager, redress_id=another.id, key="refund")


async def test_no_more_is_given_back_than_was_paid(db):
    loan, case = await complained()
    fee = await fee_of(loan)
    assert fee > 0
    with pytest.raises(RedressTooLarge) as refused:
        await proposed(case, loan, f"{fee + Decimal('0.01')}")
    assert refused.value.maximum == Money(fee, "CNY")
    first, second = await proposed(case, loan, f"{fee}"), await proposed(case, loan, "0.01")
    manager = await make.manager_of(loan.customer_id)
    await redress.approve_redress(manager, redress_id=first.id, key="first")
    with pytest.raises(RedressTooLarge):
        await redress.approve_redress(manager, redress_id=second.id, key="second")
    assert (await CaseRedress.get(id=second.id)).status is ProposalStatus.PROPOSED
    assert await Repayment.filter(loan_id=loan.id).count() == 1
    assert await verify() == []


async def test_whoever_proposed_it_does_not_approve_it(db):
    loan, case = await complained()
    manager = await make.manager_of(loan.customer_id)
    waiting = await redress.propose_redress(
        manager, case_id=case.id, kind=RedressKind.FEE_REFUND, words="退", amount=yuan("1.00"), loan_id=loan.id
    )
    with pytest.raises(SamePerson):
        await redress.approve_redress(manager, redress_id=waiting.id, key="own")
    relative = await make.manager_of(loan.customer_id, customer_id=loan.customer_id)
    with pytest.raises(OwnAffairs):
        await redress.approve_redress(relative, redress_id=waiting.id, key="own")
    assert not await Repayment.filter(loan_id=loan.id).exists()


async def test_points_and_apologies_are_given(db):
    loan, case = await complained()
    officer, manager = await complaining.answerer(case), await make.manager_of(loan.customer_id)
    points = await redress.propose_redress(
        officer, case_id=case.id, kind=RedressKind.POINTS, words="表示歉意", points=200
    )
    sorry = await redress.propose_redress(officer, case_id=case.id, kind=RedressKind.APOLOGY, words="对不起")
    before = await make.points_of(loan.customer_id)
    for number, each in enumerate((points, sorry)):
        for _ in range(2):
            await redress.approve_redress(manager, redress_id=each.id, key=f"key-{number}")
    assert await make.points_of(loan.customer_id) == before + 200
    assert await PointsEntry.filter(source=f"Redress:{points.id}").count() == 1
    seen = CaseRedress.visible_to(await make.viewer_of(loan.customer_id))
    assert await seen.count() == 2
    assert await verify() == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (RedressKind.APOLOGY, {"points": 5}),
        (RedressKind.POINTS, {}),
        (RedressKind.FEE_REFUND, {"amount": yuan("1.00")}),
        (RedressKind.FEE_REFUND, {"amount": yuan("-1.00"), "loan_id": 1}),
        (RedressKind.FEE_REFUND, {"amount": yuan("0.001"), "loan_id": 1}),
    ],
)
async def test_what_says_too_little_or_too_much_is_refused(db, kind, said):
    case = await complaining.case()
    officer = await complaining.answerer(case)
    with pytest.raises(RedressUnclear):
        await redress.propose_redress(officer, case_id=case.id, kind=kind, words="x", **said)
    assert not await CaseRedress.exists()


async def test_a_loan_of_somebody_else_or_in_another_currency_is_refused(db):
    loan, case = await complained()
    other = await make.loan()
    officer = await complaining.answerer(case)
    said = {"case_id": case.id, "kind": RedressKind.FEE_REFUND, "words": "x"}
    with pytest.raises(NotFound):
        await redress.propose_redress(officer, amount=yuan("1.00"), loan_id=other.id, **said)
    with pytest.raises(CurrencyMismatch):
        await redress.propose_redress(officer, amount=Money(Decimal("1.00"), "USD"), loan_id=loan.id, **said)
    assert not await CaseRedress.exists()


async def test_a_case_is_not_answered_while_something_waits_to_be_decided(db):
    loan, case = await complained()
    waiting = await proposed(case, loan)
    with pytest.raises(RedressWaits):
        await complaining.decided(case)
    assert (await Case.get(id=case.id)).status is CaseStatus.INVESTIGATING
    await redress.decline_redress(await make.manager_of(loan.customer_id), redress_id=waiting.id)
    assert (await complaining.decided(case, CaseOutcome.REJECTED)).status is CaseStatus.CLOSED


async def test_nothing_is_given_once_the_case_is_over(db):
    loan, case = await complained()
    waiting = await proposed(case, loan)
    await case_answers.withdraw_case(await make.viewer_of(loan.customer_id), case_id=case.id)
    with pytest.raises(NotPossibleNow):
        await redress.approve_redress(await make.manager_of(loan.customer_id), redress_id=waiting.id, key="late")
    assert not await Repayment.filter(loan_id=loan.id).exists()


async def test_what_was_given_back_is_not_reversed(db):
    loan, case = await complained()
    waiting = await proposed(case, loan)
    done = await redress.approve_redress(await make.manager_of(loan.customer_id), redress_id=waiting.id, key="refund")
    officer = await make.officer_of(loan.customer_id)
    with pytest.raises(NotReversible):
        await reversals.reverse_repayment(
            officer, repayment_id=done.repayment_id, reversed_on=make.TODAY, reason="A mistake.", key="back"
        )


async def test_verify_finds_a_refund_without_its_redress(db):
    loan, case = await complained()
    waiting = await proposed(case, loan)
    done = await redress.approve_redress(await make.manager_of(loan.customer_id), redress_id=waiting.id, key="refund")
    async with transaction(make.system(), "plant"):
        await CaseRedress.filter(id=done.id).update(amount=Decimal("9.00"))
    assert f"redress {done.id} is APPROVED, which no repayment bears out" in await verify()


async def test_what_a_refund_paid_is_not_given_back_once_more(db):
    loan = await make.loan(product=await make.product(penalty_multiplier=Decimal("1.5")))
    await make.pass_until(date(2026, 6, 1))
    viewer = await make.viewer_of(loan.customer_id)
    case = await cases.open_case(viewer, complaining.terms(loan_id=loan.id), words="罚息", key="late")
    fee, manager = await fee_of(loan), await make.manager_of(loan.customer_id)
    waiting = await proposed(case, loan, f"{fee}")
    await redress.approve_redress(manager, redress_id=waiting.id, key="fee")
    paid = await Allocation.filter(loan_id=loan.id)
    assert sum(each.penalty for each in paid) > 0, "it paid some of the penalty"
    with pytest.raises(RedressTooLarge) as refused:
        await proposed(case, loan, "0.01")
    assert refused.value.maximum == yuan("0.00")
    await make.repayment(await Loan.get(id=loan.id), "500.00")
    own = sum(each.penalty for each in await Allocation.filter(loan_id=loan.id)) - sum(each.penalty for each in paid)
    if own:
        assert (await proposed(case, loan, f"{own}")).amount == own
    assert await verify() == []


async def test_while_a_loan_can_be_withdrawn_nothing_is_given_back(db):
    loan = await make.loan(product=await make.product(cooling_off_days=14))
    viewer = await make.viewer_of(loan.customer_id)
    case = await cases.open_case(viewer, complaining.terms(loan_id=loan.id), words="手续费", key="young")
    with pytest.raises(RedressTooLarge):
        await proposed(case, loan, "1.00")
    await make.pass_until(make.TODAY + timedelta(days=15))
    assert (await proposed(case, loan, "1.00")).amount == Decimal("1.00")
