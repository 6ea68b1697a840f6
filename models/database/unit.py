"""The unit of work that is open in this task: its time is the time of everything written in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.base import Row
    from models.viewer import Viewer


@dataclass
class Unit:
    """One transaction: who does what, when, and to which row."""

    viewer: "Viewer"
    operation: str
    now: datetime
    today: date
    """The open AccountingDay, read inside the transaction."""
    reason: str = ""
    subject: "Row | None" = field(default=None)
    """What it is about, for the audit entry: the first row locked, unless the resolver names another."""
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    """Done once it has ended, however it ended: drop here what this process remembers of what it changed."""


current_unit: ContextVar[Unit | None] = ContextVar("current_unit", default=None)


@contextmanager
def at_work(unit: Unit) -> Iterator[Unit]:
    """Let the unit be the one that is open, for the block."""
    token = current_unit.set(unit)
    try:
        yield unit
    finally:
        current_unit.reset(token)


def open_unit() -> Unit:
    """Give the unit of work that is open."""
    unit = current_unit.get()
    assert unit is not None, "rows are written inside transaction() or keys.once() only"
    return unit


def unit_now() -> datetime:
    """The open unit's time: the default of every `created_at`."""
    return open_unit().now
