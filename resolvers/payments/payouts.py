"""Payouts made by hand: one member of staff says that it is to be paid, another one that it was, or that it failed."""

from datetime import date

from tortoise.exceptions import IntegrityError

from models import BankAccount, Loan, Payout, Viewer
from models.database import locked, open_unit
from resolvers import keys
from resolvers.loans import disbursements, refunds, tranches
from resolvers.loans.own_affairs import check_not_party
from resolvers.payments.providers.manual import Manual
from resolvers.people.staff import accounts_of
from rules.errors import NotFound
from rules.loans.repayments import ReceiptKnown
from rules.loans.states import LoanStatus
from rules.payments.payouts import PayoutFailure, check_paid_on
from rules.payments.states import PAYOUT_MOVES, PayoutStatus
from rules.people.bank_accounts import AccountStatus, check_payable
from rules.people.staff import check_other_person
from rules.states import NotPossibleNow


async def release_payout(viewer: Viewer, *, payout_id: int, key: str) -> Payout:
    """Say that a payout is to be paid at the bank; one that failed can be released again.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow` (also where a later payout has taken its place),
    `BankAccountNotVerified` for an account that the bank found to be in another name, `KeyReused`.
    """
    async with keys.once(Payout, viewer, "release_payout", key, payout_id) as kept:
        if kept.is_new:
            loan, payout = await _lock(viewer, payout_id)
            PAYOUT_MOVES.check(payout.status, PayoutStatus.RELEASED, viewer.role)
            await _check_waited_for(loan, payout)
            account = await BankAccount.get(id=payout.bank_account_id)
            check_payable(account.status, can_verify=Manual.verifies_accounts)
            payout.status, payout.failure = PayoutStatus.RELEASED, None
            payout.released_by_id, payout.released_on, payout.settled_by_id = viewer.staff_id, kept.today, None
            columns = ["status", "failure", "released_by_id", "released_on", "settled_by_id"]
            await payout.save(update_fields=columns)
            kept.keep(payout)
    return kept.result


async def confirm_payout(viewer: Viewer, *, payout_id: int, reference: str, paid_on: date, key: str) -> Payout:
    """Book a transfer that was made at the bank, by the bank's reference: the loan runs from the day it was paid.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `SamePerson` to whoever released it, `PayoutDateNotAllowed`,
    `ReceiptKnown` for another payout's reference, `KeyReused`.
    """
    reference = reference.upper()
    try:
        async with keys.once(Payout, viewer, "confirm_payout", key, payout_id, reference, paid_on) as kept:
            if kept.is_new:
                loan, payout = await _lock(viewer, payout_id)
                PAYOUT_MOVES.check(payout.status, PayoutStatus.SUCCEEDED, viewer.role)
                released_on = await _settle_as_second(viewer, payout)
                check_paid_on(paid_on, released_on, kept.today)
                await disbursements.succeed(open_unit(), loan, payout, reference, paid_on)
                kept.keep(payout)
    except IntegrityError as problem:
        if "provider_reference" not in str(problem):
            raise
        raise ReceiptKnown from None
    return kept.result


async def fail_payout(viewer: Viewer, *, payout_id: int, reason: PayoutFailure, key: str) -> Payout:
    """Keep that a payout did not leave, or came back: it can be released again, or go to another account.

    One that nobody has released yet is NOT_SENT, by one person; one that was released takes another than who did. The customer is told,
    unless nothing was sent. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `SamePerson`, `KeyReused`.
    """
    async with keys.once(Payout, viewer, "fail_payout", key, payout_id, reason) as kept:
        if kept.is_new:
            loan, payout = await _lock(viewer, payout_id)
            PAYOUT_MOVES.check(payout.status, PayoutStatus.FAILED, viewer.role)
            if payout.status is PayoutStatus.RELEASED:
                await _settle_as_second(viewer, payout)
            elif reason is not PayoutFailure.NOT_SENT:  # No bank has been asked.
                raise NotPossibleNow(current=payout.status)
            await disbursements.fail(open_unit(), payout, reason)
            if reason is PayoutFailure.NAME_DIFFERS:
                account = BankAccount.filter(id=payout.bank_account_id)
                await account.update(status=AccountStatus.NAME_DIFFERS, verified_at=kept.now)
            if reason is not PayoutFailure.NOT_SENT:
                await disbursements.tell_failure(loan, payout)
            kept.keep(payout)
    return kept.result


async def _lock(viewer: Viewer, payout_id: int) -> tuple[Loan, Payout]:
    """Lock a payout that is made by hand, after its loan, as whoever books one does.

    Raises `NotFound`, `OwnAffairs`, and `NotPossibleNow` for one that a provider sends.
    """
    assert viewer.is_in_charge, "payouts are made by staff in charge"
    payout = await Payout.visible_to(viewer).get_or_none(id=payout_id)
    if payout is None:
        raise NotFound
    loan = await locked(Loan, viewer, payout.loan_id)
    payout = await locked(Payout, viewer, payout_id)
    open_unit().subject = payout
    await check_not_party(viewer, loan)
    if payout.provider != Manual.name:
        raise NotPossibleNow(current=payout.status)
    return loan, payout


async def _check_waited_for(loan: Loan, payout: Payout) -> None:
    """Let a payout be released for which its loan still waits. Raises `NotPossibleNow`."""
    newest = await disbursements.newest_payout(loan, payout.change_id, is_refund=payout.is_refund)
    if payout.is_refund:
        is_waited_for = refunds.is_covered(loan, payout)
    else:
        is_waited_for = loan.status is (LoanStatus.PENDING if payout.change_id is None else LoanStatus.ACTIVE)
    if newest.id != payout.id or not is_waited_for:
        raise NotPossibleNow(current=payout.status)
    if payout.change_id is not None:
        await tranches.check_payable(loan, payout)


async def _settle_as_second(viewer: Viewer, payout: Payout) -> date:
    """Name the viewer, unsaved, as who says how a release ended; gives its day. Raises `SamePerson`."""
    assert payout.released_on is not None, "what is settled was released"
    check_other_person(payout.released_by_id, await accounts_of(viewer))
    payout.settled_by_id = viewer.staff_id
    return payout.released_on
