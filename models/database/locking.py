"""Locking rows before deciding about them."""

from typing import TYPE_CHECKING, Any, TypeVar

from tortoise import connections

from models.database.unit import current_unit
from models.viewer import Viewer
from rules.errors import NotFound

if TYPE_CHECKING:
    from models.base import Row

M = TypeVar("M", bound="Row")


async def one_at_a_time(name: str) -> None:
    """Let transactions that say the same name run one after the other, where there is no row to lock yet."""
    assert current_unit.get() is not None, "only a transaction can wait for another"
    connection = connections.get("default")
    if connection.capabilities.dialect == "postgres":  # SQLite's transactions run one after the other anyway.
        await connection.execute_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [name])


async def locked(model: type[M], viewer: Viewer, id: int | None = None, **where: Any) -> M:
    """Lock one row the viewer may see, until the transaction ends; by id, or by what else is true of it.

    The first row locked becomes what the transaction is about. Raises `NotFound`.
    """
    unit = current_unit.get()
    assert unit is not None, "rows are locked inside transaction() or keys.once() only"
    if id is not None:
        where["id"] = id
    # SQLite has no FOR UPDATE and needs none: its transactions begin by taking the write lock.
    visible = model.visible_to(viewer).filter(**where)
    # No key is ever changed, and a stronger lock would wait for every row that only names this one.
    row = await visible.select_for_update(of=(model._meta.db_table,), no_key=True).get_or_none()
    if row is None:
        raise NotFound
    if unit.subject is None:
        unit.subject = row
    return row
