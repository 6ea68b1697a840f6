"""Sending back what a customer paid too much: credit that a settled loan kept, to an account of his own."""

from models import Loan, Payout, Viewer
from models.database import locked, open_unit
from resolvers import keys
from resolvers.loans import disbursements
from resolvers.people.bank_accounts import ask_in_whose_name, lock_payable_account
from rules.errors import NotFound
from rules.loans.states import SETTLED
from rules.money import ZERO
from rules.payments.payouts import NothingToRefund, PayoutUnderWay
from rules.payments.states import UNDER_WAY
from rules.states import NotPossibleNow


async def request_refund(viewer: Viewer, *, loan_id: int, bank_account_id: int, key: str) -> Payout:
    """Have all the credit of a settled loan sent to an account; while a loan runs, its credit pays what falls due.

    After a failed payout, asking once more under a new key sends the money again, to the account then named. Raises
    `NotFound` (to everybody but the borrower), `NotPossibleNow`, `NothingToRefund`, `PayoutUnderWay`,
    `BankAccountNotVerified`, `PayoutFailed`, `KeyReused`.
    """
    await ask_in_whose_name(viewer, bank_account_id)
    async with keys.once(Payout, viewer, "request_refund", key, loan_id, bank_account_id) as kept:
        if kept.is_new:
            loan = await locked(Loan, viewer, loan_id)
            if loan.customer_id != viewer.customer_id:
                raise NotFound
            await lock_payable_account(viewer, bank_account_id)
            await _check_refundable(loan)
            unit = open_unit()
            kept.keep(await disbursements.order_payout(unit, loan, bank_account_id, loan.credit, is_refund=True))
    return await disbursements.pay_out_or_refuse(viewer, kept.result)


def is_covered(loan: Loan, payout: Payout) -> bool:
    """Say whether a loan still has the credit that a payout is to send back."""
    return loan.status in SETTLED and loan.credit >= payout.amount


async def _check_refundable(loan: Loan) -> None:
    """Let a loan pass whose credit can be sent back, once. Raises `NotPossibleNow`, `NothingToRefund`, `PayoutUnderWay`."""
    if loan.status not in SETTLED:
        raise NotPossibleNow(current=loan.status)
    if loan.credit == ZERO:
        raise NothingToRefund
    if await Payout.exists(loan_id=loan.id, is_refund=True, status__in=list(UNDER_WAY)):
        raise PayoutUnderWay
