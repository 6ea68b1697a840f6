"""Cancelling a loan before it is paid out."""

from models import Loan, Payout, Viewer
from models.database import locked, transaction
from notifications import outbox
from notifications.loans.cancellations import LoanCancelled
from resolvers.loans import disbursements
from resolvers.loans.own_affairs import check_not_party
from resolvers.payments.providers.manual import Manual
from rules.errors import NotFound
from rules.loans.numbers import loan_number
from rules.loans.states import LOAN_MOVES, LoanStatus
from rules.payments.payouts import PayoutUnderWay
from rules.payments.states import PAYOUT_MOVES, PayoutStatus
from rules.people.reveal import check_reason
from rules.states import NotPossibleNow


async def cancel_loan(viewer: Viewer, *, loan_id: int, reason: str | None = None) -> Loan:
    """Cancel a signed loan whose money has not left, and with it the payout that waits; staff say why.

    Raises `NotFound` (also to a party who did not sign), `NotPossibleNow`, `PayoutUnderWay`, and to staff `OwnAffairs`
    and `ReasonTooShort`.
    """
    stated = check_reason(reason or "") if viewer.is_in_charge else (reason or "")
    async with transaction(viewer, "cancel_loan", reason=stated):
        loan = await locked(Loan, viewer, loan_id)
        if viewer.is_in_charge:
            await check_not_party(viewer, loan)
        elif loan.customer_id != viewer.customer_id:
            raise NotFound
        if loan.status is not LoanStatus.PENDING:
            raise NotPossibleNow(current=loan.status)
        LOAN_MOVES.check(loan.status, LoanStatus.CANCELLED, viewer.role)
        await _cancel_payout(viewer, await disbursements.newest_payout(loan))
        loan.status, loan.is_open = LoanStatus.CANCELLED, False
        await loan.save(update_fields=["status", "is_open"])
        number = loan_number(loan.id, loan.created_at)
        await outbox.record(LoanCancelled(customer_id=loan.customer_id, loan_id=loan.id, number=number))
        return loan


async def _cancel_payout(viewer: Viewer, payout: Payout) -> None:
    """Cancel what nobody has sent yet; a provider that was asked may be sending it. Raises `PayoutUnderWay`."""
    payout = await locked(Payout, viewer, payout.id)
    if payout.status is PayoutStatus.FAILED:
        return
    if payout.status is not PayoutStatus.PENDING or payout.provider != Manual.name:
        raise PayoutUnderWay
    PAYOUT_MOVES.check(payout.status, PayoutStatus.CANCELLED, viewer.role)
    payout.status = PayoutStatus.CANCELLED
    await payout.save(update_fields=["status"])
