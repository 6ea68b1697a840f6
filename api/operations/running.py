"""What one run of a plan knows: who asks, with which values, and which pages of which lists."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import VariableValues

from models.database.reading import fetch
from models.viewer import Viewer
from schema.context import Context
from schema.declarations.pages import PageRequest


class Declined(Exception):
    """Not for a plan: the stock executor answers. The reason is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(Exception):
    """An operation answered with a refusal, kept in the context: the stock executor renders it."""


@dataclass(frozen=True)
class ListRequest:
    """What one list of the operation is asked for."""

    page: PageRequest
    filters: Sequence[Any]
    """The values of the filter's conditions, as the database takes them, in the order they were declared."""


class Run:
    """One run of a plan."""

    def __init__(self, context: Context, variables: VariableValues, lists: int) -> None:
        self.context = context
        self.variables = variables
        self.lists: list[Any] = [None] * lists
        """A `ListRequest` for each list of the plan, once its turn has come."""
        self.see(context.viewer)

    def see(self, viewer: Viewer) -> None:
        """Take the viewer's values: at the start, and after an operation that may have changed them."""
        self.viewer = viewer
        self.today, self.now, self.locale = viewer.today, viewer.now, viewer.locale
        self.me = viewer.customer_id

    async def rows(self, statement: "Statement", key: int | None) -> Sequence[Any]:
        """Read the rows of one statement."""
        return await fetch(statement.sql, [value(self, key) for value in statement.values])

    async def row(self, statement: "Statement", key: int | None) -> Any:
        """Read the one row of a statement, None if there is none; without a key there is none to look for."""
        if key is None:
            return None
        found = await self.rows(statement, key)
        return found[0] if found else None


Value = Callable[[Run, int | None], Any]
"""Gives one value that is sent beside a statement; the key is the row it starts from."""


@dataclass(frozen=True)
class Statement:
    """One SELECT of a plan."""

    sql: str
    values: tuple[Value, ...]
