"""The one transaction of a write: its time, its business date, its audit entry."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.transactions import in_transaction

from models.database.unit import Unit, current_unit
from models.viewer import Viewer
from rules.people.access import Role


@asynccontextmanager
async def transaction(viewer: Viewer, operation: str, *, reason: str = "") -> AsyncIterator[Unit]:
    """Run the body as one unit of work: all of it is kept, with its audit entry, or nothing.

    BEGIN, COMMIT and ROLLBACK are never left half done; a body cancelled midway is rolled back. Transactions do not
    nest, and nothing that could outlive this one may be started inside it.
    """
    assert current_unit.get() is None, "a transaction is open already: one per write"
    unit: Unit | None = None
    try:
        async with in_transaction("default"):
            unit = await _begin(viewer, operation, reason)
            token = current_unit.set(unit)
            try:
                yield unit
                await _write_audit_entry(unit)
            finally:
                current_unit.reset(token)
    finally:
        for act in unit.afterwards if unit else ():
            act()


async def _begin(viewer: Viewer, operation: str, reason: str) -> Unit:
    from models.books.accounting_days import AccountingDay  # noqa: PLC0415  Every model imports the unit of work.

    day = await AccountingDay.get_or_none(is_open=True)
    assert day is not None or viewer.role is Role.SYSTEM, "no AccountingDay is open"
    return Unit(viewer, operation, now=viewer.now, today=day.on if day else viewer.today, reason=reason)


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
