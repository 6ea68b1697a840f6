"""What a list can be narrowed by: equality on clear columns, all of it at once."""

from dataclasses import dataclass
from typing import Any

import strawberry
from tortoise.expressions import Q

from schema.declarations.ids import key_of
from schema.declarations.inputs import type_name_of


@dataclass(frozen=True)
class Match:
    """One condition: a column, or a column of a related row (`customer__branch_id`), equals what was sent."""

    column: str
    id_of: type | None = None


def matches(column: str, *, id_of: type | None = None) -> Any:
    """Narrow a list by a column; with `id_of`, what is sent is the global id of such a row."""
    return Match(column, id_of)


def sent_value(match: Match, sent: Any) -> Any:
    """Give the value that a condition compares with. Raises `BadInput` for a bad id."""
    return sent if match.id_of is None else key_of(str(sent), type_name_of(match.id_of))


def condition(declared: type, sent: object) -> Q:
    """Turn a filter input into a condition. Raises `BadInput` for a bad id."""
    conditions = Q()
    for name in declared.__annotations__:
        match: Match = declared.__dict__[name]
        value = getattr(sent, name)
        if value is not None and value is not strawberry.UNSET:
            conditions &= Q(**{match.column: sent_value(match, value)})
    return conditions
