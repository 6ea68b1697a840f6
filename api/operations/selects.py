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
from models import AccessGrant, CaseRecusal, Customer, CustomerEventBranch, LoanParty, PointsAccount, Registration, Tier
from models.base import LoanOwned, Row
from models.scopes import (
    Asker,
    Condition,
    InBranches,
    Invited,
    Is,
    IsAfter,
    IsMissing,
    IsNot,
    IsOpenTo,
    Never,
    NotRecused,
    PartyTo,
    Says,
)
from rules.people.access import ALL_PARTIES, PartyRole, Role

_ASKED: dict[Asker, Kind] = {
    Asker.CUSTOMER: Kind.WHOLE,
    Asker.STAFF: Kind.WHOLE,
    Asker.BRANCHES: Kind.WHOLE,
    Asker.NOW: Kind.INSTANT,
    Asker.TODAY: Kind.DAY,
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

    def visible_from(self, other: "Table", ours: str, theirs: str) -> list[str]:
        """What holds for the rows that the viewer may see, once `ours` is `theirs` of a row that he sees.

        What his seeing the other says already is not asked again; rows of one loan have one owner, which is compared
        instead of looking his branch up.
        """
        said = {_about(condition) for condition in other.model.scope(self.writing.role)}
        is_one_loan = _loan_key(self.model) == ours and _loan_key(other.model) == theirs
        found = []
        for condition in self.model.scope(self.writing.role):
            kind, column, whom = _about(condition)
            if column == ours and (kind, theirs, whom) in said:
                continue
            if kind is IsOpenTo and is_one_loan and (kind, column, whom) in said:
                continue  # The owners are compared beside it.
            if kind is InBranches and is_one_loan and column == "customer_id" and (kind, column, whom) in said:
                # Without the sum the database would think of its index, which finds less than the loan's.
                found.append(f"{self.column(column)} + 0 = {other.column(column)}")
            else:
                found.append(self._condition(condition))
        return found

    def equal(self, conditions: Mapping[str, Any]) -> list[str]:
        """What a declaration fixes, such as `is_open=True` or `retired_at=None`."""
        found = []
        for name, value in conditions.items():
            assert value is None or isinstance(value, bool), "only yes, no and nothing are fixed by a declaration"
            if value is None:
                found.append(f"{self.column(name)} IS NULL")
            else:
                found.append(self.column(name) if value else f"NOT {self.column(name)}")
        return found

    def _condition(self, condition: Condition) -> str:
        writing = self.writing
        match condition:
            case Is(column, asker):
                return f"{self.column(column)} = {writing.asked(asker, _ASKED[asker])}"
            case IsAfter(path, asker):
                now = writing.asked(asker, _ASKED[asker])
                return self.along(path, lambda column: f"{column} > {now}")
            case IsMissing(column):
                return f"{self.column(column)} IS NULL"
            case IsNot(path, asker):
                mine = writing.asked(asker, _ASKED[asker])
                return self.along(path, lambda column: f"({column} IS NULL OR {column} <> {mine})")
            case Says(path, value):
                return self.along(path, lambda column: f"{column} = '{value}'")
            case InBranches(path):
                branches = writing.asked(Asker.BRANCHES, Kind.WHOLE, is_list=True)
                return self.along(path, lambda column: writing.dialect.is_any(column, branches))
            case IsOpenTo(path):
                grant, me = Table(writing, AccessGrant), writing.asked(Asker.STAFF, Kind.WHOLE)
                owner = self.column("customer_id" if "__" in path else "id")
                return (
                    f"({self.along(path, lambda column: f'NOT {column}')}"
                    f' OR EXISTS (SELECT 1 FROM "{AccessGrant._meta.db_table}" AS {grant.alias}'
                    f" WHERE {grant.column('customer_id')} = {owner} AND {grant.column('staff_id')} = {me}"
                    f" AND {grant.column('is_active')}))"
                )
            case PartyTo(column, roles):
                party = Table(writing, LoanParty)
                me = writing.asked(Asker.CUSTOMER, Kind.WHOLE)
                parts = ", ".join(f"'{role.value}'" for role in sorted(roles))
                in_part = "" if roles == ALL_PARTIES else f" AND {party.column('role')} IN ({parts})"
                return (
                    f'EXISTS (SELECT 1 FROM "{LoanParty._meta.db_table}" AS {party.alias}'
                    f" WHERE {party.column('loan_id')} = {self.column(column)}"
                    f" AND {party.column('customer_id')} = {me}{in_part})"
                )
            case Invited():
                return self._invited(writing.asked(Asker.CUSTOMER, Kind.WHOLE))
            case NotRecused(column, asker):
                recusal, me = Table(writing, CaseRecusal), writing.asked(asker, _ASKED[asker])
                return (
                    f'NOT EXISTS (SELECT 1 FROM "{CaseRecusal._meta.db_table}" AS {recusal.alias}'
                    f" WHERE {recusal.column('staff_id')} = {me} AND {recusal.column('case_id')} = {self.column(column)})"
                )
            case Never():
                return "1 = 0"

    def _invited(self, me: str) -> str:
        """Say that the customer event is published and means me, or that I registered for it."""
        mine, tier, least = (Table(self.writing, model) for model in (PointsAccount, Tier, Tier))
        customer, branch = Table(self.writing, Customer), Table(self.writing, CustomerEventBranch)
        registration = Table(self.writing, Registration)
        return (
            f"({self.column('status')} = 'PUBLISHED' AND ({self.column('minimum_tier_id')} IS NULL OR EXISTS ("
            f'SELECT 1 FROM "{PointsAccount._meta.db_table}" AS {mine.alias}'
            f' JOIN "{Tier._meta.db_table}" AS {tier.alias} ON {tier.column("id")} = {mine.column("tier_id")}'
            f' JOIN "{Tier._meta.db_table}" AS {least.alias} ON {least.column("id")} = {self.column("minimum_tier_id")}'
            f" WHERE {mine.column('customer_id')} = {me} AND {tier.column('rank')} >= {least.column('rank')}))"
            f" AND ({self.column('is_for_all_branches')} OR EXISTS ("
            f'SELECT 1 FROM "{CustomerEventBranch._meta.db_table}" AS {branch.alias}'
            f' JOIN "{Customer._meta.db_table}" AS {customer.alias}'
            f" ON {customer.column('branch_id')} = {branch.column('branch_id')}"
            f" WHERE {branch.column('event_id')} = {self.column('id')} AND {customer.column('id')} = {me}))"
            f' OR EXISTS (SELECT 1 FROM "{Registration._meta.db_table}" AS {registration.alias}'
            f" WHERE {registration.column('event_id')} = {self.column('id')}"
            f" AND {registration.column('customer_id')} = {me}))"
        )

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
        self._join(source, key, target, "id")

    def join_by_unique(self, source: Table, target: Table, via: str) -> None:
        """Join the one row whose `via` names this one, if it is visible."""
        self._join(source, "id", target, via)

    def _join(self, source: Table, theirs: str, target: Table, ours: str) -> None:
        on = [f"{target.column(ours)} = {source.column(theirs)}", *target.visible_from(source, ours, theirs)]
        self.joins.append(f'LEFT JOIN "{target.model._meta.db_table}" AS {target.alias} ON {" AND ".join(on)}')

    def join_first(self, source: Table, via: str, where: Mapping[str, Any], order_by: str, model: type[Row]) -> Table:
        """Join the first visible row whose `via` names this one."""
        inner = Select(Table(self.writing, model))
        found = Table(self.writing, model)
        inner.of_parent(source, via, where)
        inner.in_order(order_by, via, where)
        inner.limit = 1
        self.joins.append(First(inner, found))
        return found

    def of_parent(self, parent: Table, via: str, where: Mapping[str, Any]) -> None:
        """Keep the visible rows whose `via` names a row of another table."""
        table = self.table
        owned = f"{table.column(via)} = {parent.column('id')}"
        self.conditions = [owned, *table.equal(where), *table.visible_from(parent, via, "id")]

    def of_root(self, via: str | None, where: Mapping[str, Any]) -> None:
        """Keep the visible rows whose `via` is the key that the statement starts from; all of them without."""
        table = self.table
        owned = [] if via is None else [f"{table.column(via)} = {self.writing.key()}"]
        self.conditions = [*owned, *table.equal(where), *table.visible()]

    def in_order(self, order_by: str, via: str | None, where: Mapping[str, Any]) -> None:
        """Order by a column, and by id where that alone leaves two rows in no order."""
        model = self.table.model
        fixed = {order_by, via, *where}
        is_total = any(set(columns) <= fixed for columns in model._meta.unique_together)
        columns = (order_by,) if is_total else dict.fromkeys((order_by, "id"))
        self.order = [self.table.column(name) for name in columns]

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
        source = f'"{table}" AS {self.table.alias}'
        if self.limit is None:
            return f"FROM {source}{joins}{conditions}{order}"
        limited = f"{source}{conditions}{order} LIMIT {self.limit}"
        if not joins and not any(is_json for _, is_json in self.outputs):
            return f"FROM {limited}"
        # First the page, then what belongs to its rows: else it would be looked up for all that the page is cut from.
        columns = ", ".join(self.table.column(name) for name in self.table.asked)
        return f"FROM (SELECT {columns} FROM {limited}) AS {self.table.alias}{joins}{order}"

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


def _about(condition: Condition) -> tuple[type, str, Asker | frozenset[PartyRole] | None]:
    """Say which kind a condition is of, which of our columns it is about, and whom it asks for there."""
    match condition:
        case InBranches(path):
            step, _, rest = path.partition("__")
            return InBranches, f"{step}_id" if rest else "id", Asker.BRANCHES
        case IsOpenTo(path):
            return IsOpenTo, "customer_id" if "__" in path else "id", Asker.STAFF
        case PartyTo(column, roles):
            return PartyTo, column, roles
        case Is(column, asker) | NotRecused(column, asker):
            return type(condition), column, asker
    return type(condition), "", None


def _loan_key(model: type[Row]) -> str | None:
    return model.loan_key if issubclass(model, LoanOwned) else None


def column_name(model: type[Row], name: str) -> str:
    """Name an attribute's column in the database."""
    return str(model._meta.fields_db_projection.get(name, name))
