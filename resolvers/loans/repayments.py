"""Repaying a loan: asked for by the customer through the provider, or recorded by an officer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tortoise.exceptions import IntegrityError
from tortoise.expressions import RawSQL

from models import Loan, LoanParty, PaymentIntent, PrepaymentQuote, Repayment, Viewer
from models.database import locked, transaction
from models.loans.bookings import LockedLoan
from notifications import outbox
from notifications.loans.repayments import RepaymentFailed
from resolvers import configured, keys
from resolvers.loans import bookings
from resolvers.loans.bookings import Received, Repaid
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
from rules.loyalty.kinds import PointsKind
from rules.money import LARGEST, ZERO, Money
from rules.payments.states import PaymentChannel, PaymentStatus
from rules.people.access import PAYERS, Role
from rules.people.staff import check_not_own

MANUAL = "manual"
"""The provider of receipts that officers record."""

Book = Callable[[LockedLoan, Received, keys.Asked], Awaitable[Repaid]]
"""Checks what was received for a locked loan, and books it."""


@dataclass(frozen=True)
class RepaymentPending:
    """A payment the provider has not answered yet."""

    intent: PaymentIntent
    loan: Loan


async def repay(viewer: Viewer, *, loan_id: int, amount: Money, key: str) -> Repaid | RepaymentPending:
    """Collect a payment through the provider and book it; a repeat under the same key collects and books it once.

    Raises `NotFound` (also to a guarantor, who does not pay), `LoanClosed`, `AmountNotAllowed`, `CurrencyMismatch`,
    `Overpayment`, `PaymentUnderWay`, `PaymentFailed`, `KeyReused`.
    """
    async with keys.once(PaymentIntent, viewer, "repay", key, loan_id, amount.amount, amount.currency) as kept:
        if kept.is_new:
            loan = await locked(Loan, viewer, loan_id)
            await check_pays(viewer, loan)
            if loan.status not in OWED:
                raise LoanClosed
            payable = await bookings.payable(loan, kept.today)
            check_offered(amount.amount, amount.currency, payable)
            check_not_under_way(amount.amount, payable, await waiting(loan))
            kept.keep(await intend(viewer, loan, amount, kept.now))
    return await answer(viewer, await collect(viewer, kept.result))


async def waiting(loan: Loan) -> Decimal:
    """Sum up what was asked for and may still be collected."""
    intents = await PaymentIntent.filter(loan_id=loan.id, status=PaymentStatus.PENDING)
    return sum((intent.amount for intent in intents), ZERO)


async def check_pays(viewer: Viewer, loan: Loan) -> None:
    """Let a party act who pays. Raises `NotFound`."""
    if not await LoanParty.exists(loan_id=loan.id, customer_id=viewer.customer_id, role__in=list(PAYERS)):
        raise NotFound


async def intend(
    viewer: Viewer, loan: Loan, amount: Money, now: datetime, *, prepayment_quote_id: int | None = None
) -> PaymentIntent:
    """Write down that a payment is to be collected."""
    return await PaymentIntent.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        actor=viewer.actor,
        provider=configured().payment_provider.name,
        currency=amount.currency,
        amount=amount.amount,
        status=PaymentStatus.PENDING,
        asked_at=now,
        prepayment_quote_id=prepayment_quote_id,
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
    match answer:
        case Paid():
            return await _book(viewer, intent, answer)
        case Failed():
            return await _keep_failure(viewer, intent, answer)
        case Pending():
            return intent


async def _book(viewer: Viewer, intent: PaymentIntent, paid: Paid) -> PaymentIntent:
    """Book what arrived; its value date is the provider's, as far as it lies in the loan's life so far, or a quote's."""
    quote_id = intent.prepayment_quote_id
    quoted = None if quote_id is None else await PrepaymentQuote.get(id=quote_id)
    async with bookings.locked_for_intent(viewer, "settle_payment", intent.loan_id, intent.id) as held:
        if held.intent_status is PaymentStatus.SUCCEEDED:
            await held.write((), {})
        else:
            value_on = min(paid.value_on or held.unit.today, held.unit.today)
            if quoted is not None:  # It was confirmed in time, however long the money is on its way.
                value_on = quoted.value_on
            received = Received(
                provider=intent.provider,
                provider_reference=paid.provider_reference,
                intent_id=intent.id,
                amount=Money(intent.amount, intent.currency),
                channel=PaymentChannel.APP,
                value_on=max(value_on, held.loan.opened_on or value_on),
                effect=None if quoted is None else quoted.effect,
            )
            await bookings.book(held, received)
    intent.status, intent.failure = PaymentStatus.SUCCEEDED, None
    return intent


async def _keep_failure(viewer: Viewer, intent: PaymentIntent, failed: Failed) -> PaymentIntent:
    async with transaction(viewer, "settle_payment"):
        loan = await locked(Loan, viewer, intent.loan_id)
        intent = await locked(PaymentIntent, viewer, intent.id)
        if intent.status is PaymentStatus.PENDING:
            intent.status, intent.failure = PaymentStatus.FAILED, failed.reason
            await intent.save(update_fields=["status", "failure"])
            await _tell_failure(viewer, loan, intent)
    return intent


async def _tell_failure(viewer: Viewer, loan: Loan, intent: PaymentIntent) -> None:
    """Send word, unless the customer reads it in the answer he waits for."""
    if viewer.role is Role.SYSTEM:
        number, amount = loan_number(loan.id, loan.created_at), Money(intent.amount, intent.currency)
        customer_id = loan.customer_id
        await outbox.record(RepaymentFailed(customer_id=customer_id, loan_id=loan.id, number=number, amount=amount))


async def answer(viewer: Viewer, intent: PaymentIntent) -> Repaid | RepaymentPending:
    """Say what is true now. Raises `PaymentFailed`."""
    if intent.status is PaymentStatus.FAILED:
        raise PaymentFailed(reason=str(intent.failure))
    if intent.status is PaymentStatus.PENDING:
        return RepaymentPending(intent, await Loan.visible_to(viewer).get(id=intent.loan_id))
    return await repaid(viewer, receipt__intent_id=intent.id)


_POINTS_EARNED = f"""(SELECT COALESCE(SUM(points), 0) FROM points_entry
                     WHERE repayment_id = repayment.id AND kind = '{PointsKind.EARNED}')"""  # noqa: S608  A name.


async def repaid(viewer: Viewer, **where: int) -> Repaid:
    """Read what was booked, as it is now. Raises `NotFound` where the viewer may not see it any more."""
    earned = RawSQL(_POINTS_EARNED)
    booked = Repayment.visible_to(viewer).annotate(points_earned=earned).select_related("loan")
    repayment: Any = await booked.get_or_none(**where)
    if repayment is None:
        raise NotFound
    return Repaid(repayment, repayment.loan, int(repayment.points_earned))


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
    asked = keys.asked_by(viewer, "record_repayment", key, *arguments)
    received = Received(
        provider=MANUAL, provider_reference=reference, amount=amount, channel=channel, value_on=received_on
    )
    return await record_once(viewer, loan_id, received, asked, _book_record)


async def record_once(viewer: Viewer, loan_id: int, received: Received, asked: keys.Asked, book: Book) -> Repaid:
    """Let `book` book what was received, if nobody did so under this key before; else give what was booked then.

    Raises `NotFound`, `ReceiptKnown`, `KeyReused`, and what `book` does.
    """
    known_id = await keys.known(asked)
    if known_id is None:
        booked = await _record(viewer, loan_id, received, asked, book)
        if booked is not None:
            return booked
        known_id = await keys.known(asked)
    assert known_id is not None, "who was first has committed"
    return await repaid(viewer, id=known_id)


async def _record(viewer: Viewer, loan_id: int, received: Received, asked: keys.Asked, book: Book) -> Repaid | None:
    """Book in one transaction; None where somebody with the same key was faster."""
    try:
        async with bookings.locked_for_key(viewer, loan_id, asked, received) as held:
            return None if held.is_key_known else await book(held, received, asked)
    except IntegrityError as problem:
        if await keys.known(asked) is not None:  # Under the same key, and for another loan: no lock held them apart.
            return None
        if "provider_reference" not in str(problem):
            raise
        raise ReceiptKnown from None  # Somebody recorded it, for another loan, at this moment.


async def _book_record(held: LockedLoan, received: Received, asked: keys.Asked) -> Repaid:
    loan, amount = held.loan, received.amount
    check_not_own(held.staff_kin, held.party_customer_ids)
    if loan.opened_on is None:
        raise LoanClosed
    check_offered(amount.amount, amount.currency, Money(LARGEST, loan.currency))
    check_received_on(received.value_on, loan.opened_on, held.unit.today)
    if held.known_repayment_id is None:
        return await bookings.book(held, received, asked)
    repayment = await Repayment.get(id=held.known_repayment_id)
    booked = (repayment.loan_id, Money(repayment.amount, repayment.currency), repayment.channel, repayment.value_on)
    if booked != (loan.id, amount, received.channel, received.value_on):
        raise ReceiptKnown
    await bookings.keep_known(held, repayment, asked)
    return await repaid(held.unit.viewer, id=repayment.id)
