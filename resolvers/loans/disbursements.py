"""Paying loans, tranches and refunds out: ask the provider with no transaction open, then book what it answered."""

import logging
from datetime import date
from decimal import Decimal

from models import Disbursement, Installment, Loan, LoanEvent, Payout, ProductVersion, Viewer
from models.database import Unit, locked, transaction
from notifications import outbox
from notifications.loans.disbursements import LoanPaidOut, LoanPayoutFailed, TranchePaidOut, TranchePayoutFailed
from notifications.loans.refunds import RefundFailed, RefundPaidOut
from resolvers import configured
from resolvers.loans import refinancings, replays
from resolvers.payments.providers.interface import Answer, Failed, Paid, Pending, wait_for
from resolvers.products.terms import fee_terms, fees_of
from rules.books.accounts import AccountCode
from rules.loans.events import LoanEventKind
from rules.loans.numbers import loan_number
from rules.loans.states import LOAN_MOVES, LoanStatus
from rules.money import ZERO, Money
from rules.payments.payouts import PayoutFailed
from rules.payments.states import PAYOUT_MOVES, PayoutStatus
from rules.people.access import Role
from rules.products.fees import fees_of_kind, waive
from rules.products.kinds import FeeKind

logger = logging.getLogger(__name__)


async def fees_kept_back(loan: Loan) -> Money:
    """Give what is kept back when a loan is paid out, as its product's version says, less what was waived."""
    version = await ProductVersion.get(id=loan.product_version_id)
    fees = waive(fee_terms(await fees_of(version)), loan.fee_waiver_percent)
    return Money(fees_of_kind(fees, FeeKind.UPFRONT, loan.principal), loan.currency)


async def order_payout(
    unit: Unit,
    loan: Loan,
    bank_account_id: int,
    amount: Decimal,
    *,
    change_id: int | None = None,
    settles: Decimal = ZERO,
    is_refund: bool = False,
) -> Payout:
    """Write down that money is to be sent to an account: the loan's, less what settles another, a tranche's, or credit."""
    return await Payout.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        bank_account_id=bank_account_id,
        provider=configured().payment_provider.name,
        currency=loan.currency,
        amount=amount,
        change_id=change_id,
        settles=settles,
        settles_on=unit.today if settles else None,
        is_refund=is_refund,
        status=PayoutStatus.PENDING,
        asked_at=unit.now,
    )


async def newest_payout(loan: Loan, change_id: int | None = None, *, is_refund: bool = False) -> Payout:
    """Give the payout that counts, of a loan, a tranche of it or its credit: an older one is over."""
    payouts = Payout.filter(loan_id=loan.id, change_id=change_id, is_refund=is_refund)
    payout = await payouts.order_by("-id").first()
    assert payout is not None, "what was ordered has a payout"
    return payout


async def pay_out(viewer: Viewer, payout: Payout) -> Payout:
    """Ask the provider to send the money, and book its answer; harmless to repeat. No transaction may be open."""
    provider = configured().payment_provider
    if payout.status is not PayoutStatus.PENDING or payout.provider != provider.name:
        return payout
    await payout.fetch_related("bank_account")
    number = payout.bank_account.number.read()
    amount = Money(payout.amount, payout.currency)
    return await settle(viewer, payout, await wait_for(provider.pay_out(reference_of(payout), amount, number)))


async def pay_out_or_refuse(viewer: Viewer, payout: Payout) -> Payout:
    """Pay out for a customer who waits for the answer. Raises `PayoutFailed`."""
    payout = await pay_out(viewer, payout)
    if payout.status is PayoutStatus.FAILED:
        raise PayoutFailed(reason=str(payout.failure))
    return payout


def reference_of(payout: Payout) -> str:
    """Name a payout to the provider, always the same."""
    return f"payout-{payout.id}"


async def settle(viewer: Viewer, payout: Payout, answer: Answer) -> Payout:
    """Book what the provider answered about a payout, once, however often it is said."""
    if isinstance(answer, Pending):
        return payout
    async with transaction(viewer, "settle_payout") as unit:
        loan = await locked(Loan, viewer, payout.loan_id)
        payout = await locked(Payout, viewer, payout.id)
        if isinstance(answer, Paid) and payout.status is not PayoutStatus.SUCCEEDED:
            await succeed(unit, loan, payout, answer.provider_reference, unit.today)
        elif isinstance(answer, Failed) and payout.status is PayoutStatus.PENDING:
            await fail(unit, payout, answer.reason)
            if viewer.role is Role.SYSTEM:  # The customer reads it in the answer he waits for.
                await tell_failure(loan, payout)
    return payout


async def succeed(unit: Unit, loan: Loan, payout: Payout, reference: str, paid_on: date) -> None:
    """Book a payout, locked together with its loan, that reached the customer. Raises `NotPossibleNow`."""
    PAYOUT_MOVES.check(payout.status, PayoutStatus.SUCCEEDED, unit.viewer.role)
    payout.status, payout.failure, payout.provider_reference = PayoutStatus.SUCCEEDED, None, reference
    await payout.save(update_fields=["status", "failure", "provider_reference", "settled_by_id"])
    if payout.is_refund:
        await _happen(unit, loan, payout, paid_on, LoanEventKind.REFUND, RefundPaidOut)
    elif payout.change_id is not None:
        await _lend_more(unit, loan, payout, paid_on)
    else:
        await _open(unit, loan, payout, paid_on)


async def fail(unit: Unit, payout: Payout, reason: str) -> None:
    """Keep that a payout, which the caller has locked, did not reach the customer. Raises `NotPossibleNow`."""
    PAYOUT_MOVES.check(payout.status, PayoutStatus.FAILED, unit.viewer.role)
    payout.status, payout.failure = PayoutStatus.FAILED, reason
    await payout.save(update_fields=["status", "failure", "settled_by_id"])


def _complain(payout: Payout, loan: Loan) -> None:
    logger.error("payout %s succeeded after it had failed, while loan %s is %s", payout.id, loan.id, loan.status)


async def _lend_more(unit: Unit, loan: Loan, payout: Payout, paid_on: date) -> None:
    """Let a tranche happen to its loan: it bears interest from the day it was paid."""
    if loan.status not in (LoanStatus.ACTIVE, LoanStatus.CLOSED) or await LoanEvent.exists(change_id=payout.change_id):
        _complain(payout, loan)
        return
    await _happen(unit, loan, payout, paid_on, LoanEventKind.TRANCHE, TranchePaidOut)


async def _happen(
    unit: Unit,
    loan: Loan,
    payout: Payout,
    paid_on: date,
    kind: LoanEventKind,
    told: type[TranchePaidOut | RefundPaidOut],
) -> None:
    """Let what was paid happen to its loan, and send word: a tranche is lent, a refund comes out of its credit."""
    assert loan.opened_on is not None, "it was paid out before"
    event = await LoanEvent.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        currency=loan.currency,
        kind=kind,
        value_on=max(paid_on, loan.opened_on),
        amount=payout.amount,
        change_id=payout.change_id,
        payout_id=payout.id if payout.is_refund else None,
    )
    await replays.bring_up_to_date(unit, loan, f"LoanEvent:{event.id}")
    await outbox.record(
        told(
            customer_id=loan.customer_id,
            loan_id=loan.id,
            number=loan_number(loan.id, loan.created_at),
            amount=Money(payout.amount, payout.currency),
        )
    )


async def _open(unit: Unit, loan: Loan, payout: Payout, paid_on: date) -> None:
    """Open the loan: it runs from the day it was paid."""
    if loan.status is not LoanStatus.PENDING:
        _complain(payout, loan)
        return
    LOAN_MOVES.check(loan.status, LoanStatus.ACTIVE, unit.viewer.role)
    fees = loan.principal - payout.amount - payout.settles
    disbursement = await Disbursement.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        payout_id=payout.id,
        currency=loan.currency,
        amount=payout.amount,
        fees=fees,
        settled=payout.settles,
        value_on=paid_on,
    )
    loan.status, loan.opened_on = LoanStatus.ACTIVE, paid_on
    await loan.save(update_fields=["status", "opened_on"])
    if payout.settles:  # All loans before the points of their owner.
        await locked(Loan, unit.viewer, loan.refinances_id)
    moved = {AccountCode.REFINANCING: -payout.settles}
    await replays.bring_up_to_date(unit, loan, f"Disbursement:{disbursement.id}", moved)
    if payout.settles:
        await refinancings.settle(unit, loan, payout)
    first = await Installment.filter(loan_id=loan.id).order_by("number").first()
    assert first is not None, "a loan has installments"
    await outbox.record(
        LoanPaidOut(
            customer_id=loan.customer_id,
            loan_id=loan.id,
            number=loan_number(loan.id, loan.created_at),
            amount=Money(payout.amount, payout.currency),
            first_due_on=first.due_on,
        )
    )


async def tell_failure(loan: Loan, payout: Payout) -> None:
    """Send word that the money did not arrive, and that another account can be named."""
    number = loan_number(loan.id, loan.created_at)
    told = RefundFailed if payout.is_refund else TranchePayoutFailed if payout.change_id else LoanPayoutFailed
    await outbox.record(told(customer_id=loan.customer_id, loan_id=loan.id, number=number))
