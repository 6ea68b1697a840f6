"""Loans worked out from what happened to them.

Truth is the journal of events: the installments, allocations and figures of a loan are what its replay gives, and the
books are brought to what it says (`resolvers.loans.projections`). So a payment of last week, a bounced one and a quiet
night are booked in one way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient

from models import Loan
from models.database import Unit
from models.database.handwritten import as_rows, fetch_one, fetch_rows, write_together
from models.loans import replays as sql
from models.loans.stored import Stored, StoredProduct, stored
from resolvers.loans import projections
from resolvers.loans.projections import NOTHING, Moved
from resolvers.loyalty import points
from resolvers.products.terms import loan_terms
from rules.errors import Refused
from rules.loans.events import LAST, Event, LoanEventKind, PrepaymentEffect, standing
from rules.loans.ledger import Ledger, replay
from rules.loans.terms import LoanTerms
from rules.loyalty.kinds import Act
from rules.money import from_cents, from_millionths
from rules.products.kinds import DueComponent, ExcessRule
from rules.products.repricing import repricings


def terms_of(stored: Stored) -> LoanTerms:
    """Give the terms that a loan was signed under. What was received is never refused: the excess is kept."""
    loan = stored.loan
    assert loan.opened_on is not None, "it was paid out"
    terms = loan_terms(
        stored.version,
        stored.fees,
        stored.special_days,
        borrowed=from_cents(stored.borrowed),
        annual_rate=loan.rate,
        term=loan.term,
        disbursed_on=loan.opened_on,
        due_day=loan.due_day,
        fee_waiver_percent=loan.fee_waiver_percent,
    )
    return replace(terms, excess=ExcessRule.CREDIT) if terms.excess is ExcessRule.REFUSED else terms


def events_of(stored: Stored) -> list[Event]:
    """Give what happened to a loan, as the rules take it; an event's number is its id."""
    return [_event(row) for row in stored.events]


def _event(row: Mapping[str, Any]) -> Event:
    rate, effect = row["annual_rate"], row["effect"]
    return Event(
        number=row["id"],
        on=date.fromisoformat(row["value_on"]),
        kind=LoanEventKind(row["kind"]),
        amount=None if row["amount"] is None else from_cents(row["amount"]),
        annual_rate=None if rate is None else from_millionths(rate),
        effect=None if effect is None else PrepaymentEffect(effect),
        reverses=row["reverses_id"],
        periods=row["periods"],
        due_day=row["due_day"],
        pays_only=None if row["pays_only"] is None else DueComponent(row["pays_only"]),
        is_taken=True,
    )


def replayed(stored: Stored, as_of: date, *new: Event) -> Ledger:
    """Give where a loan stands on a day, after what happened and what is about to be written.

    Raises what `rules.loans.ledger.replay` does of what is new.
    """
    return replay(terms_of(stored), [*events_of(stored), *new], as_of)


def repriced(stored: Stored, today: date) -> list[Event]:
    """Give the changes of rate that have come due for a loan, to be written. Raises `ReferenceRateMissing`."""
    version, opened_on = stored.version, stored.loan.opened_on
    if version.repricing is None or opened_on is None:
        return []
    changes = [each for each in standing(events_of(stored), today) if each.kind is LoanEventKind.RATE_CHANGE]
    after, rate = (changes[-1].on, changes[-1].annual_rate) if changes else (opened_on, stored.loan.rate)
    assert rate is not None
    follows = (version.repricing, stored.rate_points, version.spread_bp)
    due = repricings(*follows, opened_on, rate, after, today, stored.discounts)
    return [
        Event(LAST + place, day, LoanEventKind.RATE_CHANGE, annual_rate=new) for place, (day, new) in enumerate(due)
    ]


async def load(loan: Loan) -> Stored:
    """Load what a loan's figures follow from; the caller has locked it."""
    loaded = await fetch_one(Tortoise.get_connection("default"), sql.LOAD, {"loan_id": loan.id})
    assert loaded is not None, "it is there"
    return stored(loan, loaded)


async def due_loans(connection: BaseDBAsyncClient, today: date, place: tuple[date, int], batch: int) -> list[Stored]:
    """Lock the next loans for which time has something to do, at most so many, and load them."""
    after, loan_id = place
    values = {"today": today, "after": after, "loan_id": loan_id, "batch": batch}
    return await _load(connection, await fetch_rows(connection, sql.LOCK_DUE, values))


async def loans_after(connection: BaseDBAsyncClient, loan_id: int, batch: int) -> list[Stored]:
    """Load the next loans by their ids, at most so many, locking nothing."""
    return await _load(connection, await fetch_rows(connection, sql.NEXT, {"loan_id": loan_id, "batch": batch}))


async def locked(connection: BaseDBAsyncClient, loan_id: int) -> Stored:
    """Lock a loan and load it, whoever asks."""
    (stored,) = await _load(connection, await fetch_rows(connection, sql.LOCK_ONE, {"loan_id": loan_id}))
    return stored


async def loaded(connection: BaseDBAsyncClient, loan_ids: Sequence[int]) -> list[Stored]:
    """Load some loans by their ids, locking nothing."""
    return await _load(connection, await fetch_rows(connection, sql.SOME, {"chosen": _chosen(loan_ids)}))


async def _load(connection: BaseDBAsyncClient, rows: list[dict[str, Any]]) -> list[Stored]:
    loans = {row["id"]: Loan._init_from_db(**row) for row in rows}
    loaded = await fetch_rows(connection, sql.LOAD_CHOSEN, {"chosen": _chosen(loans)}) if loans else []
    products: dict[int, StoredProduct] = {}
    used: dict[int, dict[Act, int]] = {}
    return [stored(loans[row["loan_id"]], row, products, used) for row in loaded]


def _chosen(loan_ids: Iterable[int]) -> str:
    return as_rows({"loan_id": id} for id in loan_ids)


async def bring_up_to_date(unit: Unit, loan: Loan, source: str, moved: Moved = NOTHING) -> int:
    """Write all that follows from what was just written of a loan, which the caller has locked; gives points earned.

    The owner's points are locked here, so whoever needs another loan, too, has locked that before.

    `source` names the entry in the books. Raises `NotPossibleNow`.
    """
    await points.lock_accounts([loan.customer_id])
    stored = await load(loan)
    changes = repriced(stored, unit.today)
    ledger = replayed(stored, unit.today, *changes)
    role = unit.viewer.role
    rebooked = await projections.rebook(stored, ledger, unit.today, role=role, source=source, moved=moved)
    rebooked.changes += projections.rate_changes(stored, changes)
    if statements := rebooked.statements():
        values = {"now": unit.now, "today": unit.today, **rebooked.values()}
        await write_together(Tortoise.get_connection("default"), statements, values)
    return max(rebooked.earned, 0)


def differences(stored: Stored, today: date) -> list[str]:
    """Name what is kept of a loan otherwise than its events say; nothing if all agrees.

    It is held against the last day before time changes something: until then nothing does. One that waits to be looked at
    may wait for days that have become holidays since, and is only worked out.
    """
    loan = stored.loan
    as_of = today if loan.next_action_on is None else min(today, loan.next_action_on - timedelta(days=1))
    is_moving = stored.special_days and loan.next_action_on is not None and loan.next_action_on <= today
    try:
        ledger = replayed(stored, max(as_of, loan.opened_on or as_of))
        return [] if is_moving else projections.differences(stored, ledger)
    except Refused as refused:
        return [refused.code]
