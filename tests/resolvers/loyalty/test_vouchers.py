"""Vouchers pay through the journal of the loan, once; reversing that gives them back."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import (
    Allocation,
    Customer,
    Entry,
    Loan,
    LoanEvent,
    OutboxEvent,
    PointsEntry,
    Posting,
    Redemption,
    Repayment,
    Viewer,
    Voucher,
)
from resolvers.loans import repayments
from resolvers.loans.reversals import reverse_repayment
from resolvers.loyalty import vouchers
from resolvers.loyalty.vouchers import VoucherUse, preview, use
from resolvers.payments.providers.sandbox import Behaviour
from resolvers.products.products import NewFee
from rules.errors import KeyReused, NotFound
from rules.loans.events import LoanEventKind
from rules.loans.repayments import AlreadyReversed, LoanClosed, PaymentUnderWay
from rules.loyalty.kinds import PointsKind
from rules.loyalty.redemptions import HandedOut
from rules.loyalty.rewards import RewardKind
from rules.loyalty.vouchers import NothingToPay, VoucherExpired, VoucherStatus
from rules.money import Money
from rules.payments.states import PaymentChannel
from rules.people.access import PartyRole
from rules.products.kinds import DueComponent, FeeKind
from rules.states import NotPossibleNow
from tests import make, rewarding

INTEREST = Decimal("3.63")
"""What the first line of the loan asks for: 1,000.00 at 4.35 %, a twelfth."""


@pytest.fixture
async def loan(db) -> Loan:
    product = await make.product(fees=[NewFee(FeeKind.PERIODIC, "管理费", "Service fee", amount=Decimal("2.00"))])
    loan = await make.loan(product=product)
    await rewarding.give(loan.customer_id, 2000)
    return loan


@pytest.fixture
async def borrower(loan) -> Viewer:
    return await make.viewer_of(loan.customer_id)


async def voucher(borrower: Viewer, kind=RewardKind.INTEREST_VOUCHER, **terms) -> Voucher:
    redemption = await rewarding.redemption(await rewarding.reward(kind, **terms), borrower)
    return await Voucher.get(redemption_id=redemption.id)


def of(voucher: Voucher, loan: Loan, key: str = "use") -> dict:
    return {"voucher_id": voucher.id, "loan_id": loan.id, "key": key}


async def told(loan: Loan) -> list[str]:
    return [event.kind for event in await OutboxEvent.filter(customer_id=loan.customer_id).order_by("id")]


async def test_it_pays_the_interest_of_the_next_installment_and_the_rest_lapses(loan, borrower):
    held = await voucher(borrower)
    points = await make.points_of(loan.customer_id)
    said = await preview(borrower, voucher_id=held.id, loan_id=loan.id)
    assert (said.pays, said.lapses) == (Money(INTEREST, "CNY"), Money(Decimal("6.37"), "CNY"))
    used = await use(borrower, **of(held, loan))
    assert (used.voucher.status, used.voucher.used_on, used.voucher.uses) == (VoucherStatus.USED, make.TODAY, 1)
    assert (used.repayment.amount, used.repayment.channel) == (INTEREST, PaymentChannel.VOUCHER)
    assert (used.loan.outstanding, used.loan.credit, used.points_earned) == (Decimal("1000.00"), 0, 0)
    line = await make.first_line(loan)
    assert (line.paid_interest, line.paid_principal, line.paid_costs) == (INTEREST, 0, 0)
    event = await LoanEvent.get(repayment_id=used.repayment.id)
    assert (event.kind, event.pays_only, event.amount) == (LoanEventKind.PAYMENT, DueComponent.INTEREST, INTEREST)
    entry = await Entry.get(source=f"Repayment:{used.repayment.id}")
    postings = await Posting.filter(entry_id=entry.id).select_related("account")
    assert {posting.account.code: posting.amount for posting in postings} == {
        "REWARDS_EXPENSE": INTEREST,
        "INTEREST_INCOME": -INTEREST,
    }
    allocation = await Allocation.get(repayment_id=used.repayment.id)
    assert (allocation.interest, allocation.excess) == (INTEREST, 0)
    assert await make.points_of(loan.customer_id) == points
    assert (await told(loan))[-1] == "VoucherUsed"
    assert await verify() == []


async def test_a_waiver_pays_fees_only(loan, borrower):
    held = await voucher(borrower, RewardKind.FEE_WAIVER)
    used = await use(borrower, **of(held, loan))
    assert used.repayment.amount == Decimal("2.00")
    line = await make.first_line(loan)
    assert (line.paid_costs, line.paid_interest) == (Decimal("2.00"), 0)
    assert await verify() == []


async def test_one_worth_less_than_is_owed_pays_all_it_is_worth(loan, borrower):
    held = await voucher(borrower, worth=Money(Decimal("1.00"), "CNY"))
    said = await preview(borrower, voucher_id=held.id, loan_id=loan.id)
    assert (said.pays.amount, said.lapses.amount) == (Decimal("1.00"), 0)
    assert (await use(borrower, **of(held, loan))).repayment.amount == Decimal("1.00")


async def test_where_nothing_is_owed_of_it_it_stays_as_it_is(loan, borrower):
    first, second = [await voucher(borrower) for _ in range(2)]
    await use(borrower, **of(first, loan))
    before = await make.everything()
    for ask in (use(borrower, **of(second, loan, "again")), preview(borrower, voucher_id=second.id, loan_id=loan.id)):
        with pytest.raises(NothingToPay):
            await ask
    assert await make.everything() == before


async def test_an_installment_that_is_paid_on_time_with_it_earns_as_any_other(loan, borrower):
    held = await voucher(borrower)
    await use(borrower, **of(held, loan))
    line = await make.first_line(loan)
    rest = line.principal + line.costs
    paid = await repayments.repay(borrower, loan_id=loan.id, amount=Money(rest, "CNY"), key="rest")
    assert paid.points_earned == 10
    earned = await PointsEntry.filter(loan_id=loan.id, kind=PointsKind.EARNED)
    assert [(entry.installment_number, entry.points) for entry in earned] == [(1, 10)]
    assert await verify() == []


async def test_a_used_one_is_not_used_again_nor_taken_back(loan, borrower):
    held = await voucher(borrower)
    used = await use(borrower, **of(held, loan))
    redemption, manager = await Redemption.get(id=held.redemption_id), await make.manager_of(loan.customer_id)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await use(borrower, **of(held, loan, "again"))
    for person in (borrower, manager):
        with pytest.raises(HandedOut):
            await rewarding.cancelled(person, redemption)
    assert (await use(borrower, **of(held, loan))).repayment.id == used.repayment.id
    with pytest.raises(KeyReused):
        await use(borrower, **of(held, loan) | {"voucher_id": held.id + 1})
    assert await make.everything() == before


async def test_it_is_for_its_owner_and_his_own_loan(loan, borrower):
    held = await voucher(borrower)
    stranger = await make.signed_in(await rewarding.rich(500))
    partner = await make.customer()
    await make.party(loan, partner, PartyRole.CO_BORROWER)
    await rewarding.give(partner.id, 500)
    partner = await make.signed_in(partner)
    his = await voucher(partner)
    before = await make.everything()
    for viewer, asked in (
        (stranger, of(held, loan)),
        (partner, of(held, loan)),
        (partner, of(his, loan)),
    ):
        with pytest.raises(NotFound):
            await use(viewer, **asked)
    assert await make.everything() == before


async def test_after_its_last_day_it_is_worth_nothing(loan, borrower):
    held = await voucher(borrower, usable_days=10)
    await make.travel_to(make.TODAY + timedelta(days=11))
    before = await make.everything()
    with pytest.raises(VoucherExpired) as refused:
        await use(borrower, **of(held, loan))
    assert refused.value.last_on == make.TODAY + timedelta(days=10)
    assert await make.everything() == before


async def test_while_a_payment_is_on_its_way_it_waits(loan, borrower):
    held = await voucher(borrower)
    make.sandbox().next_answers(Behaviour.NEVER)
    await repayments.repay(borrower, loan_id=loan.id, amount=Money(Decimal("50.00"), "CNY"), key="pending")
    before = await make.everything()
    with pytest.raises(PaymentUnderWay):
        await use(borrower, **of(held, loan))
    assert await make.everything() == before


async def test_on_a_loan_that_is_settled_it_pays_nothing(loan, borrower):
    held, closed = await voucher(borrower), await make.overpaid(loan)
    before = await make.everything()
    for ask in (use(borrower, **of(held, closed)), preview(borrower, voucher_id=held.id, loan_id=closed.id)):
        with pytest.raises(LoanClosed):
            await ask
    assert await make.everything() == before


async def test_reversing_what_it_paid_lets_it_be_used_again(loan, borrower):
    held = await voucher(borrower)
    points = await make.points_of(loan.customer_id)
    used = await use(borrower, **of(held, loan))
    reversal = await make.reversal(used.repayment)
    entry = await Entry.get(source=f"LoanEvent:{reversal.id}")
    postings = await Posting.filter(entry_id=entry.id).select_related("account")
    assert {posting.account.code: posting.amount for posting in postings} == {
        "REWARDS_EXPENSE": -INTEREST,
        "INTEREST_INCOME": INTEREST,
    }
    again = await Voucher.get(id=held.id)
    assert (again.status, again.used_on, again.repayment_id) == (VoucherStatus.OPEN, None, None)
    assert (await make.first_line(loan)).paid_interest == 0
    assert await make.points_of(loan.customer_id) == points
    assert await verify() == []
    second = await use(borrower, **of(held, loan, "second"))
    assert (second.voucher.uses, second.repayment.id > used.repayment.id) == (2, True)
    assert await verify() == []


async def test_one_used_twice_at_once_pays_once(loan, borrower):
    held = await voucher(borrower)
    taps = [use(borrower, **of(held, loan, key)) for key in ("one", "one", "two", "three")]
    answers = await asyncio.gather(*taps, return_exceptions=True)
    assert {type(answer) for answer in answers} <= {VoucherUse, NotPossibleNow, NothingToPay}
    assert await Repayment.filter(channel=PaymentChannel.VOUCHER).count() == 1
    assert (await make.first_line(loan)).paid_interest == INTEREST
    assert await verify() == []


async def test_used_on_two_loans_at_once_it_pays_one(loan, borrower):
    held = await voucher(borrower)
    other = await make.loan(await Customer.get(id=loan.customer_id), product=await make.product())
    taps = [use(borrower, **of(held, each, f"tap-{each.id}")) for each in (loan, other)]
    answers = await asyncio.gather(*taps, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["NotPossibleNow", "VoucherUse"]
    assert await Repayment.filter(channel=PaymentChannel.VOUCHER).count() == 1
    assert await verify() == []


async def test_used_again_while_its_payment_is_reversed_it_pays_once_or_again(loan, borrower):
    held = await voucher(borrower)
    used = await use(borrower, **of(held, loan))
    officer = await make.officer_of(loan.customer_id)
    reverse = {"repayment_id": used.repayment.id, "reversed_on": make.TODAY, "reason": "It was a mistake."}
    answers = await asyncio.gather(
        use(borrower, **of(held, loan, "again")),
        reverse_repayment(officer, **reverse, key="reverse"),
        reverse_repayment(officer, **reverse, key="reverse-too"),
        return_exceptions=True,
    )
    assert {type(answer) for answer in answers} <= {VoucherUse, LoanEvent, NotPossibleNow, AlreadyReversed}
    assert sum(isinstance(answer, LoanEvent) for answer in answers) == 1
    standing = await Repayment.filter(channel=PaymentChannel.VOUCHER).count() - 1
    assert standing == isinstance(answers[0], VoucherUse)
    assert (await make.first_line(loan)).paid_interest == INTEREST * standing
    assert await verify() == []


async def test_used_and_taken_back_at_once_it_is_one_of_both(loan, borrower):
    held = await voucher(borrower)
    points = await make.points_of(loan.customer_id)
    redemption = await Redemption.get(id=held.redemption_id)
    answers = await asyncio.gather(
        use(borrower, **of(held, loan)), rewarding.cancelled(borrower, redemption), return_exceptions=True
    )
    kinds = [type(answer) for answer in answers]
    assert kinds in ([VoucherUse, HandedOut], [NotPossibleNow, Redemption])
    assert await make.points_of(loan.customer_id) == points + (300 if kinds[1] is Redemption else 0)
    assert await verify() == []


async def test_its_owner_is_told_once_a_week_before_its_last_day(loan, borrower):
    held = await voucher(borrower, usable_days=20)
    await voucher(borrower, usable_days=90)
    cancelled = await voucher(borrower, usable_days=20)
    await rewarding.cancelled(borrower, await Redemption.get(id=cancelled.redemption_id))
    await make.pass_until(make.TODAY + timedelta(days=15))
    await vouchers.tell_vouchers_expire(make.system(), make.clock.business_date)
    events = await OutboxEvent.filter(kind="VoucherExpiring")
    assert [event.once_key for event in events] == [f"VoucherExpiring:{held.id}:{held.expires_on}"]
