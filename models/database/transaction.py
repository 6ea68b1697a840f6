"""The one transaction of a write: its time, its business date, its audit entry."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from models.database.engine import at_begin
from models.database.guards import DAY_LOCK
from models.database.unit import Unit, at_work, current_unit
from models.viewer import Viewer
from rules.people.access import Role


@asynccontextmanager
async def transaction(
    viewer: Viewer, operation: str, *, reason: str = "", is_alone: bool = False
) -> AsyncIterator[Unit]:
    """Run the body as one unit of work: all of it is kept, with its audit entry, or nothing.

    The day that is open when it begins stays open until it ends: one that moves the day, or changes what a day that
    ends reads, is alone; it waits for the others, and those that come after wait for it. BEGIN, COMMIT and ROLLBACK
    are never left half done; a body cancelled midway is rolled back. Transactions do not nest, and nothing that could
    outlive this one may be started inside it.
    """
    unit: Unit | None = None
    try:
        async with bare_transaction(is_alone=is_alone):
            with at_work(await _begin(viewer, operation, reason)) as unit:
                yield unit
                await _write_audit_entry(unit)
    finally:
        for act in unit.afterwards if unit else ():
            act()


@asynccontextmanager
async def bare_transaction(*, is_alone: bool = False) -> AsyncIterator[BaseDBAsyncClient]:
    """Begin and end a transaction, and no more: the unit, its day and its audit entry are the caller's to see to.

    For the writes that are written in SQL, `models.loans.bookings`, or that must not say when and by whom, such as a search;
    everybody else says `transaction()`.
    """
    assert current_unit.get() is None, "a transaction is open already: one per write"
    async with AsyncExitStack() as stack:
        # SQLite needs no lock for the day: its transactions run one after the other anyway.
        told = at_begin.set(f"; SELECT pg_advisory_xact_lock{'' if is_alone else '_shared'}({DAY_LOCK})")
        try:
            connection = await stack.enter_async_context(in_transaction("default"))
        finally:
            at_begin.reset(told)
        yield connection


async def _begin(viewer: Viewer, operation: str, reason: str) -> Unit:
    from models.books.accounting_days import AccountingDay  # noqa: PLC0415  Every model imports the unit of work.

    day = await AccountingDay.get_or_none(is_open=True)
    return unit_of(viewer, operation, None if day is None else day.on, reason=reason)


def unit_of(viewer: Viewer, operation: str, open_day: date | None, *, reason: str = "") -> Unit:
    """Make the unit of a transaction that has just read which day is open."""
    assert open_day is not None or viewer.role is Role.SYSTEM, "no AccountingDay is open"
    return Unit(viewer, operation, now=viewer.now, today=open_day or viewer.today, reason=reason)


async def _write_audit_entry(unit: Unit) -> None:
    from models.people.audit import AuditEntry  # noqa: PLC0415  As above.

    subject = unit.subject
    await AuditEntry.create(
        actor=unit.viewer.actor,
        role=unit.viewer.role,
        session_number=unit.viewer.session_id,
        operation=unit.operation,
        subject="" if subject is None else f"{type(subject).__name__}:{subject.id}",
        customer_number=None if subject is None else subject.owner_id,
        reason=unit.reason,
    )
