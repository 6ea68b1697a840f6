"""Pages of lists: their arguments, their cursors, and what comes back. Shared by whatever answers a list."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from tortoise.expressions import Q

from models.base import Row
from schema.errors import BadInput

T = TypeVar("T")

DEFAULT_PAGE = 20
LONGEST_CURSOR = 500


@dataclass(frozen=True)
class Position:
    """A row's place in its list's order."""

    value: Any
    key: int


@dataclass(frozen=True)
class PageRequest:
    """Which rows of a list are asked for."""

    limit: int
    is_backward: bool
    after: Position | None
    before: Position | None


@dataclass(frozen=True)
class Order:
    """A list's fixed order: by one column, then by id; its name keeps cursors of other lists out."""

    list_name: str
    column: str
    model: type[Row]

    @property
    def columns(self) -> tuple[str, ...]:
        return ("id",) if self.column == "id" else (self.column, "id")

    def cursor(self, row: Row) -> str:
        """Write a row's position, opaquely."""
        return self.cursor_at(getattr(row, self.column), row.pk)

    def cursor_at(self, value: Any, key: int) -> str:
        """Write a position, opaquely: the value of the order's column, and the row's id."""
        return base64.urlsafe_b64encode(self._written(value, key)).decode()

    def position(self, cursor: str | None) -> Position | None:
        """Read a cursor of this list. Raises `BadInput`."""
        if cursor is None:
            return None
        try:
            sent = base64.urlsafe_b64decode(cursor[:LONGEST_CURSOR])
            _, value, key = orjson.loads(sent)
            field = self.model._meta.fields_map[self.column]
            if type(value) is not (int if field.field_type is int else str):
                raise ValueError
            read = field.to_python_value(value)
            is_ours = sent == self._written(read, key)
        except (binascii.Error, ValueError, TypeError, OverflowError):
            is_ours = False
        if not is_ours or type(key) is not int or not 0 < key < 2**63:
            raise BadInput("input.bad_cursor")
        return Position(read, key)

    def _written(self, value: Any, key: int) -> bytes:
        return orjson.dumps([self.list_name, value, key])

    def beyond(self, position: Position, comparison: str) -> Q:
        """The rows after (`gt`) or before (`lt`) a position."""
        if self.column == "id":
            by_id: dict[str, Any] = {f"id__{comparison}": position.key}
            return Q(**by_id)
        within: dict[str, Any] = {self.column: position.value, f"id__{comparison}": position.key}
        return Q(**{f"{self.column}__{comparison}": position.value}) | Q(**within)


def requested(
    order: Order,
    cap: int,
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> PageRequest:
    """Check a page's arguments. Raises `BadInput`."""
    if first is not None and last is not None:
        raise BadInput("input.first_and_last")
    limit = first if first is not None else last
    if limit is None:
        limit = DEFAULT_PAGE
    if not 0 <= limit <= cap:
        raise BadInput("input.too_many", limit=cap)
    return PageRequest(limit, last is not None, order.position(after), order.position(before))


@dataclass(frozen=True)
class Edge:
    """A row with its cursor."""

    node: Row
    cursor: str


@dataclass(frozen=True)
class PageInfo:
    """Where a page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True)
class Page:
    """One page of a list."""

    nodes: Sequence[Row]
    order: Order
    page_info: PageInfo
    count: Callable[[], Awaitable[int]] | None

    @property
    def edges(self) -> list[Edge]:
        return [Edge(node, self.order.cursor(node)) for node in self.nodes]


def cut(rows: Sequence[T], request: PageRequest) -> tuple[Sequence[T], bool]:
    """Cut a page out of up to `limit + 1` rows, read in the direction of the request.

    Gives them in the list's order, and whether there are more in that direction.
    """
    nodes = rows[: request.limit]
    return nodes[::-1] if request.is_backward else nodes, len(rows) > request.limit


def has_next_page(request: PageRequest, *, has_more: bool) -> bool:
    """Say whether there is more after the page, as far as its direction tells."""
    return request.before is not None if request.is_backward else has_more


def has_previous_page(request: PageRequest, *, has_more: bool) -> bool:
    """Say whether there is more before the page, as far as its direction tells."""
    return has_more if request.is_backward else request.after is not None


def make_page(
    rows: Sequence[Row], request: PageRequest, order: Order, count: Callable[[], Awaitable[int]] | None = None
) -> Page:
    """Make a page of up to `limit + 1` rows, read in the direction of the request."""
    nodes, has_more = cut(rows, request)
    info = PageInfo(
        has_next_page=has_next_page(request, has_more=has_more),
        has_previous_page=has_previous_page(request, has_more=has_more),
        start_cursor=order.cursor(nodes[0]) if nodes else None,
        end_cursor=order.cursor(nodes[-1]) if nodes else None,
    )
    return Page(nodes, order, info, count)
