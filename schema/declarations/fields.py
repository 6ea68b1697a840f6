"""What a field of a GraphQL type can be. A declaration says what; resolver, plan, mask and description follow from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

from rules.people.access import ALL_STAFF, EVERYONE, ClearTo, Role

T = TypeVar("T")


class Ambient(Enum):
    """What a computed field may need beside the row's columns."""

    TODAY = "TODAY"
    NOW = "NOW"
    LOCALE = "LOCALE"
    VIEWER = "VIEWER"


TODAY, NOW, LOCALE, VIEWER = Ambient


@dataclass(frozen=True)
class Column:
    """A column of tier C1, or a value's attribute, under its own name or another."""

    name: str | None = None


@dataclass(frozen=True)
class MoneyColumn:
    """An amount, or the sum of several, together with the row's currency."""

    names: tuple[str, ...]
    """Its columns; none for the one of the field's own name."""


@dataclass(frozen=True)
class Masked:
    """A sensitive column: clear to some of those who may see the row, a mask to the others."""

    mask: Callable[[str], str]
    clear_to: ClearTo
    column: str | None = None


@dataclass(frozen=True)
class Computed:
    """A pure function of columns and ambients."""

    function: Callable[..., Any]
    needs: tuple[str | Ambient, ...]


@dataclass(frozen=True)
class Relation:
    """One other row: the one a key names, or the first whose `via` column names this row."""

    key: str | None
    via: str | None
    order_by: str
    where: Mapping[str, Any]


@dataclass(frozen=True)
class Children:
    """A small closed list of rows whose `via` column names this row; of all rows for a root field."""

    via: str | None
    order_by: str
    where: Mapping[str, Any]
    allow: frozenset[Role]


@dataclass(frozen=True)
class ConnectionList:
    """A list of any length, read page by page."""

    via: str | None
    order_by: str
    filter: type | None
    is_counted: bool
    cap: int
    allow: frozenset[Role]
    where: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Counted:
    """How many rows have a `via` column that names this row."""

    model: type
    via: str
    where: Mapping[str, Any]


Declaration = Column | MoneyColumn | Masked | Computed | Relation | Children | ConnectionList | Counted

PAGE_CAP = 100
EXPORT_CAP = 1000


def column(name: str | None = None) -> Any:
    """A plain column under another name; one under its own needs no declaration at all."""
    return Column(name)


def money(*names: str) -> Any:
    """An amount of tier C1, with the row's `currency`; the sum of amounts, where several are named."""
    return MoneyColumn(names)


def masked(mask: Callable[[str], str], *, clear_to: ClearTo, column: str | None = None) -> Any:
    """A column of tier C2 or C3; an encrypted one is masked by the column stored beside it."""
    return Masked(mask, clear_to, column)


def computed(function: Callable[..., T], *needs: str | Ambient) -> T:
    """A value that follows from clear columns and ambients, given to `function` in this order."""
    return Computed(function, needs)  # type: ignore[return-value]


def relation(key: str | None = None, *, via: str | None = None, order_by: str = "id", **where: Any) -> Any:
    """Another row, by our key column or as the first whose `via` names us; null if it does not exist for the viewer."""
    assert (key is None) != (via is None), "a relation goes by a key of ours or via a key of theirs"
    return Relation(key, via, order_by, where)


def children(*, via: str | None = None, order_by: str = "id", allow: frozenset[Role] = EVERYONE, **where: Any) -> Any:
    """All the rows of a small closed list."""
    return Children(via, order_by, where, allow)


def connection(
    *,
    via: str | None = None,
    order_by: str = "id",
    filter: type | None = None,
    is_counted: bool = False,
    is_export: bool = False,
    allow: frozenset[Role] = EVERYONE,
    **where: Any,
) -> Any:
    """A list read page by page: at most 100 rows a page, 1,000 for staff where it is an export.

    `is_counted` promises that an index makes `totalCount` cheap.
    """
    assert not is_export or allow <= ALL_STAFF, "an export is for staff"
    assert via is not None or not is_counted, "a root list is not cheap to count"
    return ConnectionList(via, order_by, filter, is_counted, EXPORT_CAP if is_export else PAGE_CAP, allow, where)


def counted(model: type, *, via: str, **where: Any) -> int:
    """How many rows of `model` belong to this one."""
    return Counted(model, via, where)  # type: ignore[return-value]
