"""Promises to pay: made, taken back, and found kept or broken when a day ends."""

from datetime import date, timedelta
from typing import Any

from tortoise.connection import get_connection

from models import Loan, PromiseToPay, Viewer
from models.database import locked, transaction
from models.database.handwritten import fetch_one, fetch_rows, read_date
from models.loans import promises as sql
from notifications import outbox
from notifications.loans.promises import PromiseTakenBack, PromiseWrittenDown
from resolvers.loans import repayments, replays
from resolvers.loans.own_affairs import check_not_party
from rules.errors import NotFound
from rules.loans.loan_positions import position_of
from rules.loans.numbers import loan_number
from rules.loans.promises import (
    CORRECTED_DAYS,
    LONGEST_DAYS,
    PROMISE_MOVES,
    OwnWord,
    PromiseRuns,
    PromiseStatus,
    check_promise,
    is_own_word,
    outcome_of,
)
from rules.loans.repayments import CurrencyMismatch
from rules.loans.states import OWED
from rules.money import Money, from_cents
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
        if loan.status not in OWED:
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
        if viewer.staff_id is not None:
            await outbox.record(
                PromiseWrittenDown(
                    customer_id=loan.customer_id,
                    loan_id=loan.id,
                    number=loan_number(loan.id, loan.created_at),
                    amount=amount,
                    due_on=due_on,
                )
            )
        return promise


async def cancel_promise(viewer: Viewer, *, promise_id: int) -> PromiseToPay:
    """Take a promise back; staff only what one of them wrote down, and the customer is told.

    Raises `NotFound`, `OwnAffairs`, `OwnWord`, `NotPossibleNow`.
    """
    async with transaction(viewer, "cancel_promise") as unit:
        named = await PromiseToPay.visible_to(viewer).get_or_none(id=promise_id)
        if named is None:
            raise NotFound
        loan = await locked(Loan, viewer, named.loan_id)
        await _check_speaks(viewer, loan)
        promise = await locked(PromiseToPay, viewer, promise_id)
        unit.subject = promise
        if viewer.staff_id is not None and is_own_word(promise.recorded_by_id):
            raise OwnWord
        await _settle(promise, PromiseStatus.CANCELLED, viewer.role, unit.today)
        if viewer.staff_id is not None:
            number = loan_number(loan.id, loan.created_at)
            await outbox.record(PromiseTakenBack(customer_id=loan.customer_id, loan_id=loan.id, number=number))
        return promise


async def settle_promises(viewer: Viewer, today: date) -> int:
    """Find out which promises were kept, and which were broken by now; gives how many of both.

    Those found out lately are looked at again: money may have bounced since, or been booked later than it came.
    `today` is the day just opened: the clock may still show the one before. Harmless to repeat.
    """
    assert viewer.role is Role.SYSTEM, "time passes by itself"
    count = 0
    for found in await fetch_rows(
        get_connection("default"), sql.RECEIVED, {"since": today - timedelta(days=CORRECTED_DAYS)}
    ):
        if _outcome(found, today) is PromiseStatus(found["status"]):
            continue
        async with transaction(viewer, "settle_promise") as unit:
            await locked(Loan, viewer, found["loan_id"])
            unit.subject = promise = await locked(PromiseToPay, viewer, found["id"])
            now = await fetch_one(get_connection("default"), sql.RECEIVED_FOR, {"id": promise.id})
            assert now is not None, "it is there"
            status = _outcome(now, today)
            if status is not promise.status:
                await _settle(promise, status, viewer.role, today)
                count += 1
    return count


def _outcome(found: dict[str, Any], today: date) -> PromiseStatus:
    promised, received, day = from_cents(found["amount"]), from_cents(found["received"]), read_date(found["due_on"])
    is_late = found["days_past_due"] > 0
    return outcome_of(PromiseStatus(found["status"]), promised, received, day, today, is_late=is_late)


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
