"""Repaying a loan: asked for by the customer through the provider, or recorded by an officer."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tortoise.exceptions import IntegrityError

from models import Loan, LoanParty, PaymentIntent, Receipt, Repayment, Viewer
from models.database import Unit, locked, open_unit, transaction
from notifications import outbox
from notifications.loans.repayments import RepaymentFailed
from resolvers import configured, keys
from resolvers.loans import bookings
from resolvers.loans.own_affairs import check_not_party
from resolvers.loyalty import points
from resolvers.payments.providers.interface import Answer, Failed, Paid, Pending, wait_for
from rules.errors import NotFound
from rules.loans.numbers import loan_number
from rules.loans.repayments import (
    LoanClosed,
    PaymentFailed,
    ReceiptKnown,
    check_not_under_way,
    check_offered,
    check_received_on,
)
from rules.loans.states import OWED
from rules.money import LARGEST, ZERO, Money
from rules.payments.states import PaymentChannel, PaymentStatus
from rules.people.access import PAYERS, Role

MANUAL = "manual"
"""The provider of receipts that officers record."""


@dataclass(frozen=True)
class Repaid:
    """A payment received and booked, the loan as it is now, and the points it earned."""

    repayment: Repayment
    loan: Loan
    points_earned: int


@dataclass(frozen=True)
class RepaymentPending:
    """A payment the provider has not answered yet."""

    intent: PaymentIntent
    loan: Loan


@dataclass(frozen=True)
class Received:
    """What an officer says was received outside the app."""

    amount: Money
    channel: PaymentChannel
    reference: str
    on: date


async def repay(viewer: Viewer, *, loan_id: int, amount: Money, key: str) -> Repaid | RepaymentPending:
    """Collect a payment through the provider and book it; a repeat under the same key collects and books it once.

    Raises `NotFound` (also to a guarantor, who does not pay), `LoanClosed`, `AmountNotAllowed`, `CurrencyMismatch`,
    `Overpayment`, `PaymentUnderWay`, `PaymentFailed`, `KeyReused`.
    """
    async with keys.once(PaymentIntent, viewer, "repay", key, loan_id, amount.amount, amount.currency) as kept:
        if kept.is_new:
            loan = await locked(Loan, viewer, loan_id)
            await _check_pays(viewer, loan)
            if loan.status not in OWED:
                raise LoanClosed
            payable = await bookings.payable(loan)
            check_offered(amount.amount, amount.currency, payable)
            check_not_under_way(amount.amount, payable, await _waiting(loan))
            kept.keep(await _intend(viewer, loan, amount, kept.now))
    return await _answer(viewer, await collect(viewer, kept.result))


async def _waiting(loan: Loan) -> Decimal:
    """Sum up what was asked for and may still be collected."""
    intents = await PaymentIntent.filter(loan_id=loan.id, status=PaymentStatus.PENDING)
    return sum((intent.amount for intent in intents), ZERO)


async def _check_pays(viewer: Viewer, loan: Loan) -> None:
    if not await LoanParty.exists(loan_id=loan.id, customer_id=viewer.customer_id, role__in=list(PAYERS)):
        raise NotFound


async def _intend(viewer: Viewer, loan: Loan, amount: Money, now: datetime) -> PaymentIntent:
    return await PaymentIntent.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        actor=viewer.actor,
        provider=configured().payment_provider.name,
        currency=amount.currency,
        amount=amount.amount,
        status=PaymentStatus.PENDING,
        asked_at=now,
    )


async def collect(viewer: Viewer, intent: PaymentIntent) -> PaymentIntent:
    """Ask the provider for the money, and book its answer; harmless to repeat. No transaction may be open."""
    provider = configured().payment_provider
    if intent.status is not PaymentStatus.PENDING or intent.provider != provider.name:
        return intent
    amount = Money(intent.amount, intent.currency)
    return await settle(viewer, intent, await wait_for(provider.collect(reference_of(intent), amount)))


def reference_of(intent: PaymentIntent) -> str:
    """Name an intent to the provider, always the same."""
    return f"intent-{intent.id}"


async def settle(viewer: Viewer, intent: PaymentIntent, answer: Answer) -> PaymentIntent:
    """Book what the provider answered about an intent, once, however often it is said.

    Money that arrives after all, for an intent that had failed, is booked like any other.
    """
    if isinstance(answer, Pending):
        return intent
    async with transaction(viewer, "settle_payment") as unit:
        loan = await locked(Loan, viewer, intent.loan_id)
        intent = await locked(PaymentIntent, viewer, intent.id)
        if isinstance(answer, Paid) and intent.status is not PaymentStatus.SUCCEEDED:
            intent.status, intent.failure = PaymentStatus.SUCCEEDED, None
            await intent.save(update_fields=["status", "failure"])
            receipt = await _receive(unit, loan, intent, answer)
            await bookings.book(unit, loan, receipt, PaymentChannel.APP)
        elif isinstance(answer, Failed) and intent.status is PaymentStatus.PENDING:
            intent.status, intent.failure = PaymentStatus.FAILED, answer.reason
            await intent.save(update_fields=["status", "failure"])
            await _tell_failure(viewer, loan, intent)
    return intent


async def _tell_failure(viewer: Viewer, loan: Loan, intent: PaymentIntent) -> None:
    """Send word, unless the customer reads it in the answer he waits for."""
    if viewer.role is Role.SYSTEM:
        number, amount = loan_number(loan.id, loan.created_at), Money(intent.amount, intent.currency)
        customer_id = loan.customer_id
        await outbox.record(RepaymentFailed(customer_id=customer_id, loan_id=loan.id, number=number, amount=amount))


async def _receive(unit: Unit, loan: Loan, intent: PaymentIntent, paid: Paid) -> Receipt:
    """Write the receipt down; its value date is the provider's, as far as it lies in the loan's life so far."""
    value_on = min(paid.value_on or unit.today, unit.today)
    return await Receipt.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        provider=intent.provider,
        provider_reference=paid.provider_reference,
        intent_id=intent.id,
        currency=intent.currency,
        amount=intent.amount,
        received_at=unit.now,
        value_on=max(value_on, loan.opened_on or value_on),
    )


async def _answer(viewer: Viewer, intent: PaymentIntent) -> Repaid | RepaymentPending:
    """Say what is true now."""
    if intent.status is PaymentStatus.FAILED:
        raise PaymentFailed(reason=str(intent.failure))
    if intent.status is PaymentStatus.PENDING:
        return RepaymentPending(intent, await Loan.visible_to(viewer).get(id=intent.loan_id))
    receipt = await Receipt.get(intent_id=intent.id)
    return await _repaid(viewer, await Repayment.get(receipt_id=receipt.id))


async def _repaid(viewer: Viewer, repayment: Repayment) -> Repaid:
    loan = await Loan.visible_to(viewer).get(id=repayment.loan_id)
    return Repaid(repayment, loan, await points.earned_by(repayment.id))


async def record_repayment(
    viewer: Viewer,
    *,
    loan_id: int,
    amount: Money,
    channel: PaymentChannel,
    reference: str,
    received_on: date,
    key: str,
) -> Repaid:
    """Book money that was received outside the app, once for each reference.

    It is there, so it is never too much: see `bookings.book` for what exceeds the debt. Raises `NotFound`,
    `AmountNotAllowed`, `CurrencyMismatch`, `DateNotAllowed`, `LoanClosed` for a loan never paid out, `ReceiptKnown`, `OwnAffairs`,
    `KeyReused`.
    """
    assert channel is not PaymentChannel.APP, "what the app collects is booked by itself"
    reference = reference.upper()
    arguments = (loan_id, amount.amount, amount.currency, channel, reference, received_on)
    try:
        async with keys.once(Repayment, viewer, "record_repayment", key, *arguments) as kept:
            if kept.is_new:
                loan = await locked(Loan, viewer, loan_id)
                await check_not_party(viewer, loan)
                kept.keep(await _record(open_unit(), loan, Received(amount, channel, reference, received_on)))
    except IntegrityError as problem:
        if "provider_reference" not in str(problem):
            raise
        raise ReceiptKnown from None  # Somebody recorded it, for another loan, at this moment.
    return await _repaid(viewer, kept.result)


async def _record(unit: Unit, loan: Loan, received: Received) -> Repayment:
    amount = received.amount
    if loan.opened_on is None:
        raise LoanClosed
    check_offered(amount.amount, amount.currency, Money(LARGEST, loan.currency))
    check_received_on(received.on, loan.opened_on, unit.today)
    known = await Receipt.get_or_none(provider=MANUAL, provider_reference=received.reference)
    if known is not None:
        return await _known_repayment(known, loan, received)
    receipt = await Receipt.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        provider=MANUAL,
        provider_reference=received.reference,
        currency=amount.currency,
        amount=amount.amount,
        received_at=unit.now,
        value_on=received.on,
    )
    return await bookings.book(unit, loan, receipt, received.channel)


async def _known_repayment(receipt: Receipt, loan: Loan, received: Received) -> Repayment:
    """Give what was booked under a reference, if it was the same payment."""
    repayment = await Repayment.get(receipt_id=receipt.id)
    amount = Money(repayment.amount, repayment.currency)
    booked = Received(amount, repayment.channel, receipt.provider_reference, repayment.value_on)
    if repayment.loan_id != loan.id or booked != received:
        raise ReceiptKnown
    return repayment
