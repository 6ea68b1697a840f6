"""Settling a loan out of a new one, on the day the new one is signed; booked once the rest has reached the customer."""

from datetime import date
from decimal import Decimal

from models import Application, Loan, LoanEvent, Payout, Receipt, Refinancing, Repayment
from models.database import Unit, locked
from notifications import outbox
from resolvers.loans import bookings, replays
from rules.books.accounts import AccountCode
from rules.loans.events import LoanEventKind, PrepaymentEffect
from rules.loans.numbers import loan_number
from rules.loans.refinancings import NotRefinanceable, Refinanced, check_refinanceable, check_settles
from rules.loans.states import LoanStatus
from rules.money import ZERO, Money, exactly
from rules.payments.states import UNDER_WAY, PaymentChannel

REFINANCING = "refinancing"
"""The provider of receipts that come out of a new loan."""


async def refinanced_by(application: Application, received: Decimal, today: date) -> Refinanced | None:
    """Say what an application would settle today, were so much paid out; None if it settles nothing.

    Raises `NotRefinanceable`, `RefinancingTooSmall`.
    """
    refinancing = await Refinancing.get_or_none(application_id=application.id).select_related("loan")
    if refinancing is None:
        return None
    old = refinancing.loan
    settled = await _settlement(old, application.currency, received, today)
    return Refinanced(loan_number(old.id, old.created_at), settled)


async def amount_to_settle(unit: Unit, loan: Loan, received: Decimal) -> Decimal:
    """Give what a loan that is being signed keeps back to settle an older one; of that one, the caller then has the lock.

    Raises `NotRefinanceable`, also while another new loan is about to settle it or more of it is being paid out, and
    `RefinancingTooSmall`.
    """
    if loan.refinances_id is None:
        return ZERO
    old = await locked(Loan, unit.viewer, loan.refinances_id)
    if await is_about_to_be_settled(old, by_other_than=loan) or await is_tranche_under_way(old):
        raise NotRefinanceable
    return (await _settlement(old, loan.currency, received, unit.today)).amount


async def is_about_to_be_settled(loan: Loan, *, by_other_than: Loan | None = None) -> bool:
    """Say whether a loan waits for its payout that is to settle this one."""
    waiting = Loan.filter(refinances_id=loan.id, status=LoanStatus.PENDING)
    return await (waiting if by_other_than is None else waiting.exclude(id=by_other_than.id)).exists()


async def is_tranche_under_way(loan: Loan, *, other_than: Payout | None = None) -> bool:
    """Say whether more money is on its way to the customer of a loan."""
    under_way = Payout.filter(loan_id=loan.id, change_id__isnull=False, status__in=list(UNDER_WAY))
    return await (under_way if other_than is None else under_way.exclude(id=other_than.id)).exists()


async def _settlement(old: Loan, currency: str, received: Decimal, today: date) -> Money:
    check_refinanceable(old.status, old.currency, currency)
    ledger = replays.replayed(await replays.load(old), today)
    with exactly():
        settled = Money(ledger.payoff(today).total, currency)
    check_settles(received, settled)
    return settled


async def settle(unit: Unit, loan: Loan, payout: Payout) -> None:
    """Book what a loan that was just paid out kept back, as an early repayment of the one it settles.

    It counts for the day on which it was reckoned, so that it settles exactly that; were it too much, the rest is kept.
    """
    assert loan.refinances_id is not None, "it settles something"
    assert payout.settles_on is not None, "it was reckoned on a day"
    old = await locked(Loan, unit.viewer, loan.refinances_id)
    owner = {"loan_id": old.id, "customer_id": old.customer_id, "currency": old.currency, "amount": payout.settles}
    receipt = await Receipt.create(
        **owner,
        provider=REFINANCING,
        provider_reference=f"loan-{loan.id}",
        received_at=unit.now,
        value_on=payout.settles_on,
    )
    repayment = await Repayment.create(
        **owner,
        receipt_id=receipt.id,
        channel=PaymentChannel.NEW_LOAN,
        value_on=payout.settles_on,
        received_at=unit.now,
    )
    await LoanEvent.create(
        **owner,
        kind=LoanEventKind.PREPAYMENT,
        effect=PrepaymentEffect.REDUCE_TERM,
        value_on=payout.settles_on,
        repayment_id=repayment.id,
    )
    before, moved = old.status, {AccountCode.REFINANCING: payout.settles}
    earned = await replays.bring_up_to_date(unit, old, f"Repayment:{repayment.id}", moved)
    for event in bookings.told(old, Money(payout.settles, old.currency), earned, before):
        await outbox.record(event)
