"""Repaying early: quoted first, with every fee and the saving, then confirmed as quoted, or refused as expired."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from models import Loan, LoanEvent, PaymentIntent, PrepaymentQuote, Viewer
from models.database import locked, transaction
from models.loans.bookings import LockedLoan
from resolvers import keys
from resolvers.loans import bookings, repayments, replays
from resolvers.loans.bookings import Received, Repaid
from resolvers.loans.refinancings import is_tranche_under_way
from resolvers.loans.repayments import MANUAL, RepaymentPending
from rules.errors import NotFound
from rules.loans.events import PrepaymentEffect
from rules.loans.prepayments import NothingToPrepay, NotWithdrawable, QuoteExpired, check_withdrawable, quote_prepayment
from rules.loans.repayments import CurrencyMismatch, ReceiptKnown, check_amount, check_not_under_way
from rules.loans.states import OWED
from rules.money import Money
from rules.payments.states import PaymentChannel
from rules.people.staff import check_not_own


async def quote(
    viewer: Viewer, *, loan_id: int, amount: Money | None = None, effect: PrepaymentEffect
) -> PrepaymentQuote:
    """Reckon what repaying early would come to today: an amount, or all that settles the loan or undoes it.

    Raises `NotFound` (also to a guarantor), `NothingToPrepay`, `AmountNotAllowed`, `CurrencyMismatch`, `Overpayment`,
    `BelowDue`, `NotWithdrawable`.
    """
    async with transaction(viewer, "quote_prepayment") as unit:
        loan = await locked(Loan, viewer, loan_id)
        if viewer.customer_id is not None:
            await repayments.check_pays(viewer, loan)
        if loan.status not in OWED:
            raise NothingToPrepay
        if amount is not None:
            if amount.currency != loan.currency:
                raise CurrencyMismatch(loan.currency)
            check_amount(amount.amount)
        stored = await replays.load(loan)
        if effect is PrepaymentEffect.WITHDRAW:
            check_withdrawable(loan.status, loan.opened_on, stored.version.cooling_off_days, unit.today)
            if await is_tranche_under_way(loan):
                raise NotWithdrawable
        figures = quote_prepayment(
            replays.terms_of(stored),
            replays.events_of(stored),
            unit.today,
            None if amount is None else amount.amount,
            effect,
        )
        unit.subject = made = await PrepaymentQuote.create(
            loan_id=loan.id,
            customer_id=loan.customer_id,
            value_on=unit.today,
            effect=effect,
            currency=loan.currency,
            last_event_number=_last_event(stored.events),
            **vars(figures),
        )
        return made


async def confirm(viewer: Viewer, *, quote_id: int, key: str) -> Repaid | RepaymentPending:
    """Collect exactly what was quoted, and book it as a prepayment; a repeat under the same key does so once.

    Raises `NotFound`, `QuoteExpired`, `PaymentUnderWay`, `PaymentFailed`, `KeyReused`.
    """
    async with keys.once(PaymentIntent, viewer, "confirm_prepayment", key, quote_id) as kept:
        if kept.is_new:
            loan, quoted = await _standing_quote(viewer, quote_id, kept.today)
            await repayments.check_pays(viewer, loan)
            amount = Money(quoted.amount, quoted.currency)
            check_not_under_way(quoted.amount, amount, await repayments.waiting(loan))
            kept.keep(await repayments.intend(viewer, loan, amount, kept.now, prepayment_quote_id=quoted.id))
    return await repayments.answer(viewer, await repayments.collect(viewer, kept.result))


async def record(viewer: Viewer, *, quote_id: int, channel: PaymentChannel, reference: str, key: str) -> Repaid:
    """Book cash or a transfer, received today, that repays early exactly as quoted.

    Raises `NotFound`, `OwnAffairs`, `QuoteExpired`, `ReceiptKnown`, `KeyReused`.
    """
    quoted = await PrepaymentQuote.visible_to(viewer).get_or_none(id=quote_id)
    if quoted is None:
        raise NotFound
    if quoted.effect is PrepaymentEffect.WITHDRAW and await is_tranche_under_way(await Loan.get(id=quoted.loan_id)):
        raise QuoteExpired
    received = Received(
        provider=MANUAL,
        provider_reference=reference.upper(),
        amount=Money(quoted.amount, quoted.currency),
        channel=channel,
        value_on=quoted.value_on,
        effect=quoted.effect,
    )
    asked = keys.asked_by(viewer, "record_prepayment", key, quote_id, channel, received.provider_reference)

    async def book(held: LockedLoan, received: Received, asked: keys.Asked) -> Repaid:
        check_not_own(held.staff_kin, held.party_customer_ids)
        if held.known_repayment_id is not None:
            raise ReceiptKnown
        if not _stands(quoted, _last_event(held.stored.events), held.unit.today) or held.loan.status not in OWED:
            raise QuoteExpired
        return await bookings.book(held, received, asked)

    return await repayments.record_once(viewer, quoted.loan_id, received, asked, book)


async def _standing_quote(viewer: Viewer, quote_id: int, today: date) -> tuple[Loan, PrepaymentQuote]:
    """Give a quote that holds, its loan locked. Raises `NotFound`, `QuoteExpired`."""
    quoted = await PrepaymentQuote.visible_to(viewer).get_or_none(id=quote_id)
    if quoted is None:
        raise NotFound
    loan = await locked(Loan, viewer, quoted.loan_id)
    last = await LoanEvent.filter(loan_id=loan.id).order_by("-id").first()
    if not _stands(quoted, 0 if last is None else last.id, today) or loan.status not in OWED:
        raise QuoteExpired
    if quoted.effect is PrepaymentEffect.WITHDRAW and await is_tranche_under_way(loan):
        raise QuoteExpired
    return loan, quoted


def _stands(quoted: PrepaymentQuote, last_event_number: int, today: date) -> bool:
    return quoted.value_on == today and quoted.last_event_number == last_event_number


def _last_event(events: Iterable[Mapping[str, Any]]) -> int:
    return max((event["id"] for event in events), default=0)
