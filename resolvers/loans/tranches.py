"""Lending more of a loan that runs: a change by agreement that holds once its money has left."""

from datetime import date

from models import Loan, LoanChange, Payout, ProductVersion, Viewer
from models.database import open_unit
from resolvers import keys
from resolvers.loans import agreements, disbursements, refinancings, replays
from resolvers.people.bank_accounts import ask_in_whose_name, lock_payable_account
from rules.errors import NotFound
from rules.loans.changes import ChangeKind, ChangeNotAllowed, ChangeStatus, check_lends_more
from rules.payments.states import PayoutStatus
from rules.products.quotes import AmountOutOfRange
from rules.states import NotPossibleNow


async def accept_tranche(viewer: Viewer, *, loan_id: int, bank_account_id: int, key: str) -> Loan:
    """Accept the tranche that was offered, and have it paid out: the new schedule holds once the money has left.

    After a failed payout, accepting once more under a new key sends the money again, to the account then named. Raises
    `NotFound` (to everybody but the borrower, and where no tranche waits), `NotPossibleNow`, `ChangeNotAllowed`,
    `AmountOutOfRange`, `BankAccountNotVerified`, `PayoutFailed`, `KeyReused`.
    """
    await ask_in_whose_name(viewer, bank_account_id)
    async with keys.once(Payout, viewer, "accept_tranche", key, loan_id, bank_account_id) as kept:
        if kept.is_new:
            loan = await agreements.lock_active(viewer, loan_id)
            if loan.customer_id != viewer.customer_id:
                raise NotFound
            await lock_payable_account(viewer, bank_account_id)
            await _check_free(loan)
            change = await _tranche(loan, kept.today)
            agreements.changed(await replays.load(loan), agreements.terms_of(change), kept.today)
            if change.status is ChangeStatus.APPROVED:
                await agreements.answer(viewer, change, ChangeStatus.ACCEPTED, kept.now)
            assert change.amount is not None, "a tranche has an amount"
            kept.keep(
                await disbursements.order_payout(open_unit(), loan, bank_account_id, change.amount, change_id=change.id)
            )
    await disbursements.pay_out_or_refuse(viewer, kept.result)
    return await Loan.visible_to(viewer).get(id=loan_id)


async def check_payable(loan: Loan, payout: Payout) -> None:
    """Let the payout of a tranche be released: what happened meanwhile may leave no room for it. Raises `NotPossibleNow`."""
    version = await ProductVersion.get(id=loan.product_version_id)
    try:
        await _check_free(loan, payout)
        check_lends_more(loan.principal, payout.amount, version.max_amount, loan.currency)
    except (ChangeNotAllowed, AmountOutOfRange):
        raise NotPossibleNow(current=payout.status) from None


async def _check_free(loan: Loan, payout: Payout | None = None) -> None:
    """Let a loan pass that nothing else is being paid out of, or is about to settle. Raises `ChangeNotAllowed`."""
    if await refinancings.is_tranche_under_way(loan, other_than=payout):
        raise ChangeNotAllowed
    if await refinancings.is_about_to_be_settled(loan):
        raise ChangeNotAllowed


async def _tranche(loan: Loan, today: date) -> LoanChange:
    """Give the tranche that waits for its customer, or whose payout failed. Raises `NotFound`."""
    change = await agreements.newest_change(
        loan, ChangeKind.TRANCHE, today, ChangeStatus.APPROVED, ChangeStatus.ACCEPTED
    )
    if change is None:
        raise NotFound
    if change.status is ChangeStatus.ACCEPTED:
        payout = await disbursements.newest_payout(loan, change.id)
        if payout.status is not PayoutStatus.FAILED:
            raise NotFound
    return change
