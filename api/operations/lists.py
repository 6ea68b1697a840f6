"""What a list is asked for: its page and its filter, checked by the functions that the stock resolvers use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import get_argument_values
from tortoise.fields.relational import ForeignKeyFieldInstance

from api.operations.columns import Kind
from api.operations.documents import variables_in
from api.operations.running import ListRequest, Run, Value
from api.operations.selections import Selected, Selections
from api.operations.selects import Select, Table, field_kind
from models.base import Row
from schema.declarations.fields import ConnectionList
from schema.declarations.filters import Match, sent_value
from schema.declarations.pages import Order, PageRequest, requested

Sent = Mapping[str, Any]


@dataclass(frozen=True)
class AskedList:
    """One connection of an operation, as far as it is known when the plan is made."""

    number: int
    """Its place among the run's lists."""
    order: Order
    page: PageRequest
    """The page of the run it was made in: of the same size and direction as any other's."""
    matches: tuple[tuple[Match, type[Row], str], ...]
    """The conditions that are set, each with the model and column at the end of its path."""
    is_filtered: bool
    """Whether a filter was given at all, be it an empty one."""
    request: Callable[[Run], ListRequest]

    def bound(self, select: Select) -> None:
        """Narrow a select to the page and the filter, in the page's order."""
        table, writing = select.table, select.table.writing
        for position, (match, model, column) in enumerate(self.matches):
            name = ("filter", self.number, position)
            value = writing.value(name, self._filter(position), field_kind(model, column))
            select.conditions.append(table.along(match.column, lambda found, value=value: f"{found} = {value}"))
        columns = [table.column(name) for name in self.order.columns]
        for side, sign in (("after", ">"), ("before", "<")):
            if getattr(self.page, side) is not None:
                select.conditions.append(f"({', '.join(columns)}) {sign} ({', '.join(self._position(table, side))})")
        select.order = [f"{column}{' DESC' if self.page.is_backward else ''}" for column in columns]
        select.limit = self.page.limit + 1

    def _filter(self, position: int) -> Value:
        return lambda run, _: run.lists[self.number].filters[position]

    def _position(self, table: Table, side: str) -> list[str]:
        def key(run: Run, _: int | None) -> int:
            found: int = getattr(run.lists[self.number].page, side).key
            return found

        key_value = table.writing.value((side, self.number, "id"), key, Kind.WHOLE)
        if self.order.column == "id":
            return [key_value]
        field = table.model._meta.fields_map[self.order.column]

        def value(run: Run, _: int | None) -> Any:
            return field.to_db_value(getattr(run.lists[self.number].page, side).value, table.model)

        return [table.writing.value((side, self.number), value, field_kind(table.model, self.order.column)), key_value]


def ask_list(
    selections: Selections, selected: Selected, declared: ConnectionList, order: Order, number: int
) -> AskedList:
    """Look at what a list is asked for. Raises `BadInput` as the stock resolver would."""
    sent = selections.arguments(selected)
    given = _filters_given(declared, sent)
    matches = tuple((match, *_end(order.model, match.column)) for _, match in given)

    def request_of(sent: Sent) -> ListRequest:
        pages = {name: value for name, value in sent.items() if name != "filter"}
        filters = [
            model._meta.fields_map[column].to_db_value(sent_value(match, sent["filter"][name]), model)
            for (name, _), (match, model, column) in zip(given, matches, strict=True)
        ]
        return ListRequest(requested(order, declared.cap, **pages), filters)

    first, is_filtered = request_of(sent), sent.get("filter") is not None
    if not any(any(variables_in(argument)) for argument in selected.node.arguments or ()):
        return AskedList(number, order, first.page, matches, is_filtered, lambda _: first)

    def request(run: Run) -> ListRequest:
        assert selected.field is not None
        return request_of(get_argument_values(selected.field, selected.node, run.variables))

    return AskedList(number, order, first.page, matches, is_filtered, request)


def _filters_given(declared: ConnectionList, sent: Sent) -> list[tuple[str, Match]]:
    """Give the conditions of a filter that are set, by their names in GraphQL."""
    narrowed = sent.get("filter")
    if narrowed is None or declared.filter is None:
        return []
    by_name = {_camel(name): declared.filter.__dict__[name] for name in declared.filter.__annotations__}
    return [(name, match) for name, match in by_name.items() if narrowed.get(name) is not None]


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _end(model: type[Row], path: str) -> tuple[type[Row], str]:
    """Give the model and the column at the end of a filter's path."""
    step, _, rest = path.partition("__")
    if not rest:
        return model, step
    key = model._meta.fields_map[step]
    assert isinstance(key, ForeignKeyFieldInstance)
    return _end(key.related_model, rest)
