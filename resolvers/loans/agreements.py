"""Changes of a loan by agreement: proposed by one, approved by another, and made once the customer accepts them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from tortoise.connection import get_connection

from models import Loan, LoanChange, LoanEvent, Viewer
from models.database import Unit, locked, open_unit, transaction
from models.loans import bookings as sql
from models.loans.stored import Stored
from notifications import outbox
from notifications.loans.agreements import LoanChanged, LoanChangeOffered
from resolvers import keys
from resolvers.loans import changes, refinancings, repayments, replays
from rules.errors import NotFound
from rules.loans.changes import (
    ACCEPTABLE_DAYS,
    AGREED,
    AT_ONCE,
    CHANGE_MOVES,
    ChangeKind,
    ChangeNotAllowed,
    ChangeStatus,
    ChangeTerms,
    check_change,
    check_lends_more,
    check_length,
)
from rules.loans.ledger import Ledger
from rules.loans.loan_positions import LoanPosition, position_of
from rules.loans.numbers import loan_number
from rules.loans.repayments import CurrencyMismatch
from rules.loans.states import LoanStatus
from rules.money import Money
from rules.products.quotes import AmountOutOfRange
from rules.states import NotPossibleNow


@dataclass(frozen=True)
class ChangeOffer:
    """A change that waits for the customer, and the loan as it would be were it accepted today."""

    kind: ChangeKind
    periods: int | None
    due_day: int | None
    annual_rate: Decimal | None
    amount: Money | None
    acceptable_until: date
    position: LoanPosition


@dataclass(frozen=True)
class ChangeOffers:
    """All changes of a loan that wait for the customer."""

    offers: tuple[ChangeOffer, ...]


async def propose_change(
    viewer: Viewer,
    *,
    loan_id: int,
    kind: ChangeKind,
    periods: int | None = None,
    due_day: int | None = None,
    annual_rate: Decimal | None = None,
    amount: Money | None = None,
    reason: str,
) -> LoanChange:
    """Propose a change of an active loan.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `AlreadyProposed`, `ChangeNotAllowed`, `PlanTooLong`,
    `CurrencyMismatch`, `AmountOutOfRange` where more would be lent in all than the product allows.
    """
    terms = ChangeTerms(kind, periods, due_day, annual_rate, None if amount is None else amount.amount)
    async with transaction(viewer, "propose_change") as unit:
        loan = await changes.loan_to_change(unit, loan_id, kind)
        if amount is not None and amount.currency != loan.currency:
            raise CurrencyMismatch(loan.currency)
        proposed(await replays.load(loan), terms, unit.today)
        return await changes.propose(unit, loan, terms, reason)


async def approve_change(viewer: Viewer, *, change_id: int) -> LoanChange:
    """Offer a proposed change to the customer, who can accept it for some days; a waiver is made at once.

    Raises `NotFound`, `OwnAffairs`, `SamePerson`, `NotPossibleNow`, `ChangeNotAllowed`, `AmountOutOfRange`.
    """
    async with transaction(viewer, "approve_change") as unit:
        loan, change = await changes.change_to_decide(unit, change_id, AGREED)
        if loan.status is not LoanStatus.ACTIVE:
            raise NotPossibleNow(current=loan.status)
        is_at_once = change.kind in AT_ONCE
        change.acceptable_until = None if is_at_once else unit.today + timedelta(days=ACCEPTABLE_DAYS)
        await changes.decide(unit, change, ChangeStatus.APPROVED)
        changed(await replays.load(loan), terms_of(change), unit.today)
        if is_at_once:
            await _make(unit, loan, change)
        else:
            await outbox.record(
                LoanChangeOffered(
                    customer_id=loan.customer_id,
                    loan_id=loan.id,
                    number=loan_number(loan.id, loan.created_at),
                    until=unit.today + timedelta(days=ACCEPTABLE_DAYS),
                )
            )
        return change


async def decline_change(viewer: Viewer, *, change_id: int) -> LoanChange:
    """Leave a loan as it is. Raises `NotFound`, `OwnAffairs`, `SamePerson`, `NotPossibleNow`."""
    async with transaction(viewer, "decline_change") as unit:
        _, change = await changes.change_to_decide(unit, change_id, AGREED)
        await changes.decide(unit, change, ChangeStatus.DECLINED)
        return change


async def change_offers(viewer: Viewer, *, loan_id: int) -> ChangeOffers:
    """Show what waits for the customer, and the schedule as it would be; nothing that can no longer be made.

    Raises `NotFound`, also to a guarantor.
    """
    stored = await sql.seen(get_connection("default"), viewer, loan_id)
    waiting = LoanChange.filter(
        loan_id=loan_id, status=ChangeStatus.APPROVED, acceptable_until__gte=viewer.today, kind__in=list(AGREED)
    )
    about_to_be_settled = await refinancings.is_about_to_be_settled(stored.loan)
    offers = []
    for change in await waiting.order_by("id") if stored.loan.status is LoanStatus.ACTIVE else ():
        assert change.acceptable_until is not None, "it was approved"
        if change.kind is ChangeKind.TRANCHE and about_to_be_settled:
            continue
        terms = terms_of(change)
        try:
            ledger = changed(stored, terms, viewer.today)
        except (ChangeNotAllowed, AmountOutOfRange):
            continue
        amount = None if terms.amount is None else Money(terms.amount, stored.loan.currency)
        shown = position_of(ledger, viewer.today)
        offers.append(
            ChangeOffer(**{**vars(terms), "amount": amount}, acceptable_until=change.acceptable_until, position=shown)
        )
    return ChangeOffers(tuple(offers))


async def accept_change(viewer: Viewer, *, loan_id: int, kind: ChangeKind, key: str) -> Loan:
    """Accept what was offered: the new schedule holds from today on.

    Raises `NotFound` (also to a guarantor, and where nothing of the kind waits), `NotPossibleNow`, `ChangeNotAllowed`
    where what happened meanwhile leaves nothing to change, `KeyReused`.
    """
    assert kind is not ChangeKind.TRANCHE, "its money goes to an account"
    async with keys.once(Loan, viewer, "accept_change", key, loan_id, kind) as kept:
        if kept.is_new:
            loan = await lock_active(viewer, loan_id)
            change = await _offered(loan, kind, kept.today)
            changed(await replays.load(loan), terms_of(change), kept.today)
            await answer(viewer, change, ChangeStatus.ACCEPTED, kept.now)
            await _make(open_unit(), loan, change)
            kept.keep(loan)
    return kept.result


async def refuse_change(viewer: Viewer, *, loan_id: int, kind: ChangeKind) -> Loan:
    """Keep the loan as it is. Raises `NotFound`, as `accept_change` does."""
    async with transaction(viewer, "refuse_change") as unit:
        loan = await _lock(viewer, loan_id)
        await answer(viewer, await _offered(loan, kind, unit.today), ChangeStatus.REFUSED, unit.now)
        return loan


async def answer(viewer: Viewer, change: LoanChange, status: ChangeStatus, now: datetime) -> None:
    """Keep what the customer said to a change, and when. Raises `NotPossibleNow`."""
    CHANGE_MOVES.check(change.status, status, viewer.role)
    change.status, change.answered_at = status, now
    await change.save(update_fields=["status", "answered_at"])
    await changes.follow(change, viewer.role)


async def _make(unit: Unit, loan: Loan, change: LoanChange) -> None:
    """Let a change happen to its loan, which is locked."""
    await LoanEvent.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        currency=loan.currency,
        kind=AGREED[change.kind],
        value_on=unit.today,
        annual_rate=change.annual_rate,
        periods=change.periods,
        due_day=change.due_day,
        change_id=change.id,
    )
    await replays.bring_up_to_date(unit, loan, f"LoanChange:{change.id}")
    number = loan_number(loan.id, loan.created_at)
    await outbox.record(LoanChanged(customer_id=loan.customer_id, loan_id=loan.id, number=number))


def terms_of(change: LoanChange) -> ChangeTerms:
    """Give what exactly a change changes."""
    return ChangeTerms(change.kind, change.periods, change.due_day, change.annual_rate, change.amount)


def proposed(stored: Stored, terms: ChangeTerms, today: date) -> Ledger:
    """Give a loan as it would be by a change that can be proposed.

    Raises `ChangeNotAllowed`, `PlanTooLong`, `AmountOutOfRange`.
    """
    check_length(replays.events_of(stored), terms, today)
    return changed(stored, terms, today)


def changed(stored: Stored, terms: ChangeTerms, today: date) -> Ledger:
    """Give a loan as it would be. Raises `ChangeNotAllowed`, `AmountOutOfRange`."""
    if terms.kind is ChangeKind.TRANCHE:
        check_lends_more(stored.loan.principal, terms.amount, stored.version.max_amount, stored.loan.currency)
    return check_change(replays.terms_of(stored), replays.events_of(stored), terms, today)


async def _lock(viewer: Viewer, loan_id: int) -> Loan:
    """Lock a loan for a party who pays. Raises `NotFound`."""
    loan = await locked(Loan, viewer, loan_id)
    await repayments.check_pays(viewer, loan)
    return loan


async def lock_active(viewer: Viewer, loan_id: int) -> Loan:
    """Lock it if it is active. Raises `NotFound`, `NotPossibleNow`."""
    loan = await _lock(viewer, loan_id)
    if loan.status is not LoanStatus.ACTIVE:
        raise NotPossibleNow(current=loan.status)
    return loan


async def _offered(loan: Loan, kind: ChangeKind, today: date) -> LoanChange:
    """Give the newest change of a kind that waits for its customer. Raises `NotFound`."""
    change = await newest_change(loan, kind, today, ChangeStatus.APPROVED)
    if change is None:
        raise NotFound
    return change


async def newest_change(loan: Loan, kind: ChangeKind, today: date, *statuses: ChangeStatus) -> LoanChange | None:
    """Give the newest change of a kind that stands so, and that the customer can still answer."""
    found = LoanChange.filter(loan_id=loan.id, kind=kind, status__in=list(statuses), acceptable_until__gte=today)
    return await found.order_by("-id").first()
