"""Booking money received: what it pays for, what it leaves owed, and what it earns."""

from collections.abc import Sequence

from models import Allocation, AllocationLine, Installment, Loan, Receipt, Repayment
from models.database import Unit
from notifications import outbox
from notifications.loans.repayments import LoanRepaid, RepaymentReceived
from notifications.loyalty.points import PointsEarned
from resolvers.books import journal
from resolvers.loyalty import points
from rules.books.accounts import AccountCode
from rules.loans.numbers import loan_number
from rules.loans.repayments import OpenInstallment, Share, Split, allocate
from rules.loans.states import LOAN_MOVES, OWED, LoanStatus
from rules.loyalty.points import points_for_installment
from rules.money import ZERO, Money
from rules.payments.states import PaymentChannel


async def book(unit: Unit, loan: Loan, receipt: Receipt, channel: PaymentChannel) -> Repayment:
    """Book a receipt against its loan, which the caller has locked. Money received is never refused.

    What exceeds the debt is the customer's credit; what arrives for a loan that is not owed waits in suspense. Principal
    of a loan written off has left the books: what is paid of it is a recovery.
    """
    before = loan.status
    was_owed = before in OWED
    installments = await open_installments(loan) if was_owed else []
    split, shares = allocate(receipt.amount, [remaining(installment) for installment in installments])
    repayment = await Repayment.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        receipt_id=receipt.id,
        currency=receipt.currency,
        amount=receipt.amount,
        channel=channel,
        value_on=receipt.value_on,
        received_at=receipt.received_at,
    )
    await _keep_allocation(repayment, split, shares)
    await _pay_installments(receipt, installments, shares)
    await _reduce(unit, loan, split, closes=was_owed and all(not installment.is_open for installment in installments))
    await _post(unit, repayment, split, before)
    earned = await _award(unit, repayment, installments, shares)
    await _tell(loan, repayment, earned, is_repaid=was_owed and loan.status is LoanStatus.CLOSED)
    return repayment


async def open_installments(loan: Loan) -> list[Installment]:
    """Give the installments that are not paid in full, oldest first."""
    return await Installment.filter(loan_id=loan.id, is_open=True).order_by("number")


def remaining(installment: Installment) -> OpenInstallment:
    """Say what of an installment is still to be paid."""
    return OpenInstallment(
        id=installment.id,
        number=installment.number,
        due_on=installment.due_on,
        principal=installment.principal - installment.paid_principal,
        interest=installment.interest - installment.paid_interest,
    )


async def payable(loan: Loan) -> Money:
    """Sum up what the schedule still asks for; nothing unless the loan is owed."""
    installments = await open_installments(loan) if loan.status in OWED else []
    parts = [remaining(installment) for installment in installments]
    return Money(sum((part.principal + part.interest for part in parts), ZERO), loan.currency)


async def _keep_allocation(repayment: Repayment, split: Split, shares: Sequence[Share]) -> None:
    owner = {"loan_id": repayment.loan_id, "customer_id": repayment.customer_id, "repayment_id": repayment.id}
    await Allocation.create(
        **owner,
        currency=repayment.currency,
        costs=split.costs,
        penalty=split.penalty,
        interest=split.interest,
        principal=split.principal,
        excess=split.excess,
    )
    await AllocationLine.bulk_create(
        AllocationLine(
            **owner,
            installment_id=share.installment_id,
            currency=repayment.currency,
            interest=share.interest,
            principal=share.principal,
        )
        for share in shares
    )


async def _pay_installments(receipt: Receipt, installments: Sequence[Installment], shares: Sequence[Share]) -> None:
    by_id = {installment.id: installment for installment in installments}
    for share in shares:
        installment = by_id[share.installment_id]
        installment.paid_interest += share.interest
        installment.paid_principal += share.principal
        if share.closes:
            installment.is_open, installment.paid_on = False, receipt.value_on
        await installment.save(update_fields=["paid_interest", "paid_principal", "is_open", "paid_on"])


async def _reduce(unit: Unit, loan: Loan, split: Split, *, closes: bool) -> None:
    loan.outstanding -= split.principal
    if closes:
        assert loan.outstanding == 0, f"loan {loan.id}: all installments are paid, the principal is not"
        LOAN_MOVES.check(loan.status, LoanStatus.CLOSED, unit.viewer.role)
        loan.status, loan.is_open = LoanStatus.CLOSED, False
    await loan.save(update_fields=["outstanding", "status", "is_open"])


async def _post(unit: Unit, repayment: Repayment, split: Split, before: LoanStatus) -> None:
    written_off = before is LoanStatus.WRITTEN_OFF
    await journal.post(
        unit,
        source=f"Repayment:{repayment.id}",
        currency=repayment.currency,
        amounts={
            AccountCode.CASH: repayment.amount,
            AccountCode.RECOVERY_INCOME if written_off else AccountCode.LOANS_RECEIVABLE: -split.principal,
            AccountCode.INTEREST_INCOME: -split.interest,
            AccountCode.PENALTY_INCOME: -split.penalty,
            AccountCode.FEE_INCOME: -split.costs,
            AccountCode.CUSTOMER_CREDIT if before in OWED else AccountCode.SUSPENSE: -split.excess,
        },
        customer_id=repayment.customer_id,
        loan_id=repayment.loan_id,
    )


async def _award(unit: Unit, repayment: Repayment, installments: Sequence[Installment], shares: Sequence[Share]) -> int:
    """Give the borrower points for every installment that is now paid in full, and was so in time."""
    due_on = {installment.id: installment.due_on for installment in installments}
    earned = 0
    for share in shares:
        reward = points_for_installment(due_on[share.installment_id], repayment.value_on) if share.closes else 0
        source = f"Installment:{share.installment_id}"
        if reward and await points.award(
            unit, customer_id=repayment.customer_id, points=reward, source=source, repayment_id=repayment.id
        ):
            earned += reward
    return earned


async def _tell(loan: Loan, repayment: Repayment, earned: int, *, is_repaid: bool) -> None:
    customer_id, number = loan.customer_id, loan_number(loan.id, loan.created_at)
    amount = Money(repayment.amount, repayment.currency)
    await outbox.record(RepaymentReceived(customer_id=customer_id, loan_id=loan.id, number=number, amount=amount))
    if earned:
        await outbox.record(PointsEarned(customer_id=customer_id, points=earned))
    if is_repaid:
        await outbox.record(LoanRepaid(customer_id=customer_id, loan_id=loan.id, number=number))
