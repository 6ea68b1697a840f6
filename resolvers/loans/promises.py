"""Promises to pay: made, taken back, and found kept or broken when a day ends."""

from datetime import date, timedelta
from decimal import Decimal

from models import Loan, PromiseToPay, Repayment, Viewer
from models.database import locked, transaction
from resolvers.loans import repayments, replays
from resolvers.loans.own_affairs import check_not_party
from resolvers.loans.reversals import reversed_ids
from rules.errors import NotFound
from rules.loans.loan_positions import position_of
from rules.loans.promises import LONGEST_DAYS, PROMISE_MOVES, PromiseRuns, PromiseStatus, check_promise, outcome_of
from rules.loans.repayments import CurrencyMismatch
from rules.loans.states import LoanStatus
from rules.money import ZERO, Money
from rules.people.access import Role
from rules.states import NotPossibleNow


async def record_promise(viewer: Viewer, *, loan_id: int, amount: Money, due_on: date) -> PromiseToPay:
    """Write down what will be paid, by when: the customer's own word, or as he told a member of staff.

    Raises `NotFound` (also to a guarantor), `OwnAffairs`, `NotPossibleNow`, `CurrencyMismatch`, `PromiseRuns`,
    `PromiseDateNotAllowed`, `PromiseAmountNotAllowed`.
    """
    async with transaction(viewer, "record_promise") as unit:
        loan = await locked(Loan, viewer, loan_id)
        await _check_speaks(viewer, loan)
        if loan.status is not LoanStatus.ACTIVE:
            raise NotPossibleNow(current=loan.status)
        if amount.currency != loan.currency:
            raise CurrencyMismatch(expected=loan.currency)
        running = await PromiseToPay.get_or_none(loan_id=loan.id, status=PromiseStatus.OPEN)
        if running is not None:
            raise PromiseRuns(until=running.due_on)
        latest = unit.today + timedelta(days=LONGEST_DAYS)  # What is due in a thousand years is not worked out.
        due = await _due_by(loan, min(max(due_on, unit.today), latest))
        check_promise(amount.amount, due_on, unit.today, due)
        unit.subject = promise = await PromiseToPay.create(
            loan_id=loan.id,
            customer_id=loan.customer_id,
            currency=loan.currency,
            amount=amount.amount,
            promised_on=unit.today,
            due_on=due_on,
            status=PromiseStatus.OPEN,
            recorded_by_id=viewer.staff_id,
        )
        return promise


async def cancel_promise(viewer: Viewer, *, promise_id: int) -> PromiseToPay:
    """Take a promise back. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`."""
    async with transaction(viewer, "cancel_promise") as unit:
        named = await PromiseToPay.visible_to(viewer).get_or_none(id=promise_id)
        if named is None:
            raise NotFound
        loan = await locked(Loan, viewer, named.loan_id)
        await _check_speaks(viewer, loan)
        promise = await locked(PromiseToPay, viewer, promise_id)
        unit.subject = promise
        await _settle(promise, PromiseStatus.CANCELLED, viewer.role, unit.today)
        return promise


async def settle_promises(viewer: Viewer, today: date) -> int:
    """Find out which open promises were kept, and which were broken by now; gives how many of both.

    `today` is the day just opened: the clock may still show the one before. Harmless to repeat.
    """
    assert viewer.role is Role.SYSTEM, "time passes by itself"
    count = 0
    for waiting in await PromiseToPay.filter(status=PromiseStatus.OPEN).order_by("id"):
        received = await _received(waiting)
        status = outcome_of(waiting.amount, received, waiting.due_on, today)
        if status is PromiseStatus.OPEN:
            continue
        async with transaction(viewer, "settle_promise") as unit:
            await locked(Loan, viewer, waiting.loan_id)
            unit.subject = promise = await locked(PromiseToPay, viewer, waiting.id)
            status = outcome_of(promise.amount, await _received(promise), promise.due_on, today)
            if promise.status is PromiseStatus.OPEN and status is not PromiseStatus.OPEN:
                await _settle(promise, status, viewer.role, today)
                count += 1
    return count


async def _settle(promise: PromiseToPay, status: PromiseStatus, role: Role, today: date) -> None:
    PROMISE_MOVES.check(promise.status, status, role)
    promise.status, promise.settled_on = status, today
    await promise.save(update_fields=["status", "settled_on"])


async def _check_speaks(viewer: Viewer, loan: Loan) -> None:
    """Let a party who pays speak for himself, or staff for another. Raises `NotFound`, `OwnAffairs`."""
    if viewer.staff_id is None:
        await repayments.check_pays(viewer, loan)
    else:
        await check_not_party(viewer, loan)


async def _due_by(loan: Loan, day: date) -> Money:
    position = position_of(replays.replayed(await replays.load(loan), day), day)
    return Money(position.due.total, loan.currency)


async def _received(promise: PromiseToPay) -> Decimal:
    """Sum what was received for its loan since it was made, by its due day, without what bounced."""
    paid = Repayment.filter(loan_id=promise.loan_id, received_at__gte=promise.created_at, value_on__lte=promise.due_on)
    amounts = {row.id: row.amount async for row in paid}
    gone = await reversed_ids(promise.loan_id)
    return sum((amount for id, amount in amounts.items() if id not in gone), ZERO)
