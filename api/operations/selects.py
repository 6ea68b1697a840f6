"""One SELECT of a plan while it grows: its tables, the columns asked for, and who may see which row.

Every table is bounded by its model's scope where it is joined or selected, so a relation gives no more than a root would.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from tortoise.fields.relational import ForeignKeyFieldInstance

from api.operations.columns import Kind, kind_of
from api.operations.dialects import Dialect
from api.operations.running import Declined, Statement, Value
from models import LoanParty
from models.base import Row
from models.scopes import Asker, Condition, InBranches, Is, IsAfter, IsMissing, Never, PartyTo
from rules.people.access import Role

_ASKED: dict[Asker, Kind] = {
    Asker.CUSTOMER: Kind.WHOLE,
    Asker.STAFF: Kind.WHOLE,
    Asker.BRANCHES: Kind.WHOLE,
    Asker.NOW: Kind.INSTANT,
}

MOST_JOINED, MOST_LISTED, MOST_NESTED = 60, 100, 5
"""What either database takes of joins, of columns in a list within a row, and of such lists within each other.

SQLite joins 64 tables and its parser remembers 100 things at a time; PostgreSQL gives a function 100 arguments.
"""


def field_kind(model: type[Row], name: str) -> Kind:
    """Say what a column holds. Raises `Declined` for a column that no plan reads."""
    kind = kind_of(model._meta.fields_map[name])
    if kind is None:
        raise Declined(f"column {model.__name__}.{name}")
    return kind


@dataclass
class Writing:
    """A statement being written: its values in order, and how many tables it has named."""

    dialect: Dialect
    role: Role

    def __post_init__(self) -> None:
        self.values: list[Value] = []
        self._numbers: dict[Hashable, int] = {}
        self._tables = 0

    def alias(self) -> str:
        self._tables += 1
        return f"t{self._tables}"

    def value(self, name: Hashable, give: Value, kind: Kind, *, is_list: bool = False) -> str:
        """Send a value; one that is known by the same name is sent once."""
        if name not in self._numbers:
            self.values.append(give)
            self._numbers[name] = len(self.values)
        return self.dialect.parameter(self._numbers[name], kind, is_list=is_list)

    def key(self) -> str:
        """The row that the statement starts from."""
        return self.value("key", lambda _, key: key, Kind.WHOLE)

    def asked(self, asker: Asker, kind: Kind, *, is_list: bool = False) -> str:
        """A value of the viewer's."""
        if asker is Asker.BRANCHES and self.dialect.selects_key_of_first:
            return self.value(asker, lambda run, _: str(list(run.viewer.branch_ids)), kind)
        return self.value(asker, lambda run, _: asker.of(run.viewer), kind, is_list=is_list)

    def statement(self, sql: str) -> Statement:
        return Statement(sql, tuple(self.values))


class Table:
    """A table under an alias, and the columns that are asked of it."""

    def __init__(self, writing: Writing, model: type[Row]) -> None:
        self.writing = writing
        self.model = model
        self.alias = writing.alias()
        self.asked: dict[str, None] = {}

    def column(self, name: str) -> str:
        """Name a column in SQL."""
        self.asked[name] = None
        return f'{self.alias}."{column_name(self.model, name)}"'

    def visible(self) -> list[str]:
        """What holds for the rows that the viewer may see."""
        return [self._condition(condition) for condition in self.model.scope(self.writing.role)]

    def equal(self, conditions: Mapping[str, Any]) -> list[str]:
        """What a declaration fixes, such as `is_open=True`."""
        found = []
        for name, value in conditions.items():
            assert isinstance(value, bool), "only yes and no are fixed by a declaration"
            found.append(self.column(name) if value else f"NOT {self.column(name)}")
        return found

    def _condition(self, condition: Condition) -> str:
        writing = self.writing
        match condition:
            case Is(column, asker):
                return f"{self.column(column)} = {writing.asked(asker, _ASKED[asker])}"
            case IsAfter(column, asker):
                return f"{self.column(column)} > {writing.asked(asker, _ASKED[asker])}"
            case IsMissing(column):
                return f"{self.column(column)} IS NULL"
            case InBranches(path):
                branches = writing.asked(Asker.BRANCHES, Kind.WHOLE, is_list=True)
                return self.along(path, lambda column: writing.dialect.is_any(column, branches))
            case PartyTo(column, roles):
                party = Table(writing, LoanParty)
                me = writing.asked(Asker.CUSTOMER, Kind.WHOLE)
                parts = ", ".join(f"'{role.value}'" for role in sorted(roles))
                return (
                    f'EXISTS (SELECT 1 FROM "{LoanParty._meta.db_table}" AS {party.alias}'
                    f" WHERE {party.column('loan_id')} = {self.column(column)}"
                    f" AND {party.column('customer_id')} = {me} AND {party.column('role')} IN ({parts}))"
                )
            case Never():
                return "1 = 0"

    def along(self, path: str, write: Any) -> str:
        """Say something of a column, ours or one of a row that our keys lead to, such as `customer__branch_id`."""
        step, _, rest = path.partition("__")
        if not rest:
            return str(write(self.column(step)))
        key = self.model._meta.fields_map[step]
        assert isinstance(key, ForeignKeyFieldInstance)
        target = Table(self.writing, key.related_model)
        return (
            f'EXISTS (SELECT 1 FROM "{target.model._meta.db_table}" AS {target.alias}'
            f" WHERE {target.column('id')} = {self.column(f'{step}_id')} AND {target.along(rest, write)})"
        )


class Select:
    """A SELECT on one table, with the rows joined to it."""

    def __init__(self, table: Table, depth: int = 0) -> None:
        if depth > MOST_NESTED:
            raise Declined("lists nested deeply")
        self.table = table
        self.writing = table.writing
        self.depth = depth
        """How many selects it stands in."""
        self.joins: list[Any] = []
        """Texts, and `First`s that are written once it is known what they are asked for."""
        self.conditions: list[str] = []
        self.order: list[str] = []
        self.limit: int | None = None
        self.outputs: list[tuple[str, bool]] = []
        """What is selected, and whether it is JSON."""

    def output(self, table: Table, name: str) -> int:
        """Select a column; gives its place in the row."""
        sql = self.writing.dialect.output(table.column(name), field_kind(table.model, name))
        return self.expression(sql)

    def expression(self, sql: str, *, is_json: bool = False) -> int:
        """Select anything; gives its place in the row."""
        if (sql, is_json) not in self.outputs:
            self.outputs.append((sql, is_json))
        return self.outputs.index((sql, is_json))

    def join_by_key(self, source: Table, key: str, target: Table) -> None:
        """Join the row that a key names, if it is visible."""
        self._join(target, [f"{target.column('id')} = {source.column(key)}"])

    def join_by_unique(self, source: Table, target: Table, via: str) -> None:
        """Join the one row whose `via` names this one, if it is visible."""
        self._join(target, [f"{target.column(via)} = {source.column('id')}"])

    def _join(self, target: Table, on: list[str]) -> None:
        table = target.model._meta.db_table
        self.joins.append(f'LEFT JOIN "{table}" AS {target.alias} ON ' + " AND ".join([*on, *target.visible()]))

    def join_first(self, source: Table, via: str, where: Mapping[str, Any], order_by: str, model: type[Row]) -> Table:
        """Join the first visible row whose `via` names this one."""
        inner = Select(Table(self.writing, model))
        found = Table(self.writing, model)
        parent = source.column("id")
        inner.conditions = [
            f"{inner.table.column(via)} = {parent}",
            *inner.table.equal(where),
            *inner.table.visible(),
        ]
        inner.order = [inner.table.column(name) for name in dict.fromkeys((order_by, "id"))]
        inner.limit = 1
        self.joins.append(First(inner, found))
        return found

    def sql(self) -> str:
        """Write it; outputs are called `c0`, `c1`, …."""
        outputs = ", ".join(f"{sql} AS c{number}" for number, (sql, _) in enumerate(self.outputs)) or "1"
        return f"SELECT {outputs} {self.tail()}"

    def tail(self) -> str:
        """Write what follows the outputs."""
        if len(self.joins) > MOST_JOINED:
            raise Declined("many relations")
        table = self.table.model._meta.db_table
        joins = "".join(f" {join if isinstance(join, str) else join.sql()}" for join in self.joins)
        conditions = f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""
        order = f" ORDER BY {', '.join(self.order)}" if self.order else ""
        limit = "" if self.limit is None else f" LIMIT {self.limit}"
        return f'FROM "{table}" AS {self.table.alias}{joins}{conditions}{order}{limit}'

    def json(self) -> str:
        """Write it as one JSON text within another select."""
        if len(self.outputs) > MOST_LISTED:
            raise Declined("a wide list within a list")
        named = [(f"listed.c{number}", is_json) for number, (_, is_json) in enumerate(self.outputs)]
        return self.writing.dialect.json_rows(named, self.sql())


@dataclass
class First:
    """The first row of another table for each row, joined under an alias."""

    inner: Select
    found: Table

    def sql(self) -> str:
        dialect, model = self.inner.writing.dialect, self.found.model
        asked = ["id"] if dialect.selects_key_of_first else list(dict.fromkeys(["id", *self.found.asked]))
        columns = ", ".join(self.inner.table.column(name) for name in asked)
        return dialect.first_join(f"SELECT {columns} {self.inner.tail()}", model._meta.db_table, self.found.alias)


def column_name(model: type[Row], name: str) -> str:
    """Name an attribute's column in the database."""
    return str(model._meta.fields_db_projection.get(name, name))
