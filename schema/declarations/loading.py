"""Reading rows for the stock executor, many parents at a time; every read starts at what the viewer may see."""

from collections.abc import Iterable, Mapping
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from models.base import Row
from models.viewer import Viewer
from schema.declarations.pages import Order, PageRequest


async def rows_by_key(model: type[Row], viewer: Viewer, keys: list[int]) -> list[Row | None]:
    """Give the visible row of each key, None where there is none."""
    found = {row.pk: row for row in await model.visible_to(viewer).filter(id__in=keys)}
    return [found.get(key) for key in keys]


async def rows_by_parent(
    model: type[Row], viewer: Viewer, via: str, where: Mapping[str, Any], order_by: str, parents: list[int]
) -> list[list[Row]]:
    """Give all visible rows of each parent, in order."""
    chosen = model.visible_to(viewer).filter(**{f"{via}__in": parents}, **where).order_by(order_by, "id")
    return _grouped(await chosen, via, parents)


async def first_by_parent(
    model: type[Row], viewer: Viewer, via: str, where: Mapping[str, Any], order_by: str, parents: list[int]
) -> list[Row | None]:
    """Give the first visible row of each parent, None where there is none."""
    chosen = model.visible_to(viewer).filter(**{f"{via}__in": parents}, **where)
    rows = await _ranked(chosen, via, [f"{column} ASC" for column in _with_id(order_by)], limit=1)
    return [group[0] if group else None for group in _grouped(rows, via, parents)]


async def page_by_parent(
    chosen: QuerySet[Row], via: str, order: Order, request: PageRequest, parents: list[int]
) -> list[list[Row]]:
    """Give up to `limit + 1` visible rows of each parent, in the direction of the request."""
    direction = "DESC" if request.is_backward else "ASC"
    within = bounded(chosen.filter(**{f"{via}__in": parents}), order, request)
    rows = await _ranked(within, via, [f"{column} {direction}" for column in order.columns], request.limit + 1)
    return _grouped(rows, via, parents)


async def page_of_all(chosen: QuerySet[Row], order: Order, request: PageRequest) -> list[Row]:
    """Give up to `limit + 1` rows of a root list, in the direction of the request."""
    sign = "-" if request.is_backward else ""
    columns = [sign + column for column in order.columns]
    return await bounded(chosen, order, request).order_by(*columns).limit(request.limit + 1)


async def counts_by_parent(
    model: type[Row], viewer: Viewer, via: str, where: Mapping[str, Any], parents: list[int]
) -> list[int]:
    """Count the visible rows of each parent."""
    chosen = model.visible_to(viewer).filter(**{f"{via}__in": parents}, **where)
    counted = await chosen.annotate(rows=Count("id")).group_by(via).values(via, "rows")
    found = {row[via]: row["rows"] for row in counted}
    return [found.get(parent, 0) for parent in parents]


def bounded(chosen: QuerySet[Row], order: Order, request: PageRequest) -> QuerySet[Row]:
    """Keep the rows between the request's cursors."""
    conditions: list[Q] = []
    if request.after is not None:
        conditions.append(order.beyond(request.after, "gt"))
    if request.before is not None:
        conditions.append(order.beyond(request.before, "lt"))
    return chosen.filter(*conditions)


def _with_id(order_by: str) -> tuple[str, ...]:
    return ("id",) if order_by == "id" else (order_by, "id")


async def _ranked(chosen: QuerySet[Row], via: str, order: list[str], limit: int) -> list[Row]:
    """Read the first `limit` rows of each parent. The ORM has no such thing, so its own statement is wrapped."""
    chosen._choose_db_if_not_chosen()
    chosen._make_query()
    inner, values = chosen.query.get_parameterized_sql()
    statement = (
        f'SELECT * FROM (SELECT level.*, row_number() OVER (PARTITION BY "{via}" ORDER BY {", ".join(order)})'  # noqa: S608
        f" AS rank_in_parent FROM ({inner}) AS level) AS ranked WHERE rank_in_parent <= {limit}"
        f' ORDER BY "{via}", rank_in_parent'
    )
    rows = await chosen._db.execute_query_dict(statement, values)
    for row in rows:
        del row["rank_in_parent"]
    return [chosen.model._init_from_db(**row) for row in rows]


def _grouped(rows: Iterable[Row], via: str, parents: list[int]) -> list[list[Row]]:
    groups: dict[int, list[Row]] = {parent: [] for parent in parents}
    for row in rows:
        groups[getattr(row, via)].append(row)
    return [groups[parent] for parent in parents]
