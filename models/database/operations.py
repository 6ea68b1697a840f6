"""Operations for migrations, where Tortoise's own leave something out."""

# ruff: noqa: ARG002  Every operation is asked in the same words.

from collections.abc import Callable, Iterable
from typing import Any

from tortoise import fields
from tortoise.fields.base import OnDelete
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel, TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.database.append_only import drop_statements, guard_statements
from models.database.guards import guards_of
from rules.books.accounts import CHART, AccountCode


def key(model: str, column: str, *, null: bool = False) -> Any:
    """Give the column of a key, as `models.fields.reference` declares it."""
    return _key(fields.ForeignKeyField, model, column, null=null)


def only_key(model: str, column: str, *, null: bool = False) -> Any:
    """Give the column of a key that no two rows share."""
    return _key(fields.OneToOneField, model, column, null=null)


def _key(made: Any, model: str, column: str, *, null: bool) -> Any:  # Their overloads want to know `null` beforehand.
    return made(
        f"models.{model}",
        source_field=column,
        null=null,
        db_constraint=True,
        to_field="id",
        related_name=False,
        on_delete=OnDelete.RESTRICT,
    )


def not_negative(table: str, *columns: str) -> list[CheckConstraint]:
    """Give the constraints that every amount and count has, unless its column may be negative."""
    return [CheckConstraint(check=f'"{column}" >= 0', name=f"{table}_{column}_not_negative") for column in columns]


class CreateTable(CreateModel):
    """Creates a table with its CHECK constraints and partial unique indexes, which `CreateModel` forgets.

    SQLite could add a CHECK later only by remaking the table, which loses its indexes and triggers.
    """

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is None:
            return
        model = new_state.apps.get_model(f"{app_label}.{self.name}")
        constraints: tuple[Any, ...] = tuple(model._meta.constraints)
        editor: Any = state_editor
        checks = [constraint for constraint in constraints if isinstance(constraint, CheckConstraint)]
        editor._get_inner_statements = lambda: [
            editor.CHECK_CONSTRAINT_CREATE_TEMPLATE.format(name=check.name, check=check.check) for check in checks
        ]
        try:
            await editor.create_model(model)
        finally:
            del editor._get_inner_statements
        for constraint in constraints:
            if isinstance(constraint, UniqueConstraint):
                await state_editor.client.execute_query(unique_index_statement(model._meta.db_table, constraint))


class AddColumn(AddField):
    """Adds a column together with CHECK constraints that speak of it, so that SQLite need not remake the table."""

    def __init__(self, model_name: str, name: str, field: Any, *checks: CheckConstraint) -> None:
        super().__init__(model_name, name, field)
        self.checks = checks

    def state_forward(self, app_label: str, state: State) -> None:
        options = self.get_model_state(state, app_label, self.model_name).options
        options["constraints"] = [*options.get("constraints", ()), *self.checks]
        super().state_forward(app_label, state)

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is None:
            return
        editor: Any = state_editor
        written = [
            editor.CHECK_CONSTRAINT_CREATE_TEMPLATE.format(name=check.name, check=check.check) for check in self.checks
        ]
        editor.ADD_FIELD_TEMPLATE = " ".join([type(editor).ADD_FIELD_TEMPLATE, *written])
        try:
            await super().database_forward(app_label, old_state, new_state, state_editor)
        finally:
            del editor.ADD_FIELD_TEMPLATE


class AddOneIndex(AddIndex):
    """Adds an index without building anew the model and all that are near it, which takes most of the time of `AddIndex`."""

    def state_forward(self, app_label: str, state: State) -> None:
        options = self.get_model_state(state, app_label, self.model_name).options
        options["indexes"] = [*options.get("indexes", ()), self.index]


def unique_index_statement(table: str, constraint: UniqueConstraint) -> str:
    """Write the partial unique index of a constraint with a condition."""
    assert constraint.condition, f"{constraint.name}: without a condition, say unique_together"
    columns = ", ".join(f'"{column}"' for column in constraint.fields)
    return f'CREATE UNIQUE INDEX "{constraint.name}" ON "{table}" ({columns}) WHERE {constraint.condition}'


class AddPartialUnique(AddConstraint):
    """Adds a partial unique index, which `AddConstraint` knows for PostgreSQL only."""

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            table = new_state.apps.get_model(f"{app_label}.{self.model_name}")._meta.db_table
            assert isinstance(self.constraint, UniqueConstraint)
            await state_editor.client.execute_query(unique_index_statement(table, self.constraint))


class _Triggers(TortoiseOperation):
    """Makes triggers on a table, or takes them away again."""

    forward: Callable[[str, str], list[str]]
    backward: Callable[[str, str], list[str]]

    def __init__(self, table: str) -> None:
        self.table = table

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        await self._run(state_editor, type(self).forward)

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        await self._run(state_editor, type(self).backward)

    async def _run(self, editor: BaseSchemaEditor | None, statements: Callable[[str, str], list[str]]) -> None:
        if editor is not None:
            # Each by itself: the editor of SQLite would cut a trigger's body in two.
            for statement in statements(self.table, editor.client.capabilities.dialect):
                await editor.client.execute_query(statement)


class MakeAppendOnly(_Triggers):
    """Makes the database itself refuse to change or delete the rows of a table."""

    forward = staticmethod(guard_statements)
    backward = staticmethod(drop_statements)

    def describe(self) -> str:
        return f"Make {self.table} append-only"


class MakeChangeable(_Triggers):
    """Lets the rows of an append-only table be changed, until it is made append-only again in the same migration."""

    forward = staticmethod(drop_statements)
    backward = staticmethod(guard_statements)

    def describe(self) -> str:
        return f"Make {self.table} changeable"


class AddGuards(_Triggers):
    """Makes the guards of a table, which `models.database.guards` tells; the tables that they read must be there."""

    @staticmethod
    def forward(table: str, dialect: str) -> list[str]:
        return [statement for guard in guards_of(table) for statement in guard.statements(dialect)]

    @staticmethod
    def backward(table: str, dialect: str) -> list[str]:
        return [statement for guard in guards_of(table) for statement in guard.drop_statements(dialect)]

    def describe(self) -> str:
        return f"Guard {self.table}"


class RenewGuards(AddGuards):
    """Makes the guards of a table anew, as `models.database.guards` tells them now."""

    @staticmethod
    def forward(table: str, dialect: str) -> list[str]:
        return [*AddGuards.backward(table, dialect), *AddGuards.forward(table, dialect)]

    backward = forward


class Remake(CreateTable):
    """Makes a table anew with its rows: for constraints and keys that change, which SQLite cannot do in place.

    `values` gives, by column, what a row gets in SQL over the old row; columns not named keep what they were. No other
    table may have a key to it.
    """

    def __init__(self, name: str, fields: Any, options: Any, bases: Any, values: dict[str, str]) -> None:
        super().__init__(name=name, fields=fields, options=options, bases=bases)
        self.values = values

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is None:
            return
        client, table = state_editor.client, old_state.apps.get_model(f"{app_label}.{self.name}")._meta.db_table
        await client.execute_query(f'CREATE TABLE "{table}_before" AS SELECT * FROM "{table}"')  # noqa: S608  Names of ours.
        await client.execute_query(f'DROP TABLE "{table}"')
        await super().database_forward(app_label, old_state, new_state, state_editor)
        columns = new_state.apps.get_model(f"{app_label}.{self.name}")._meta.db_fields
        written = ", ".join(f'"{column}"' for column in sorted(columns))
        taken = ", ".join(self.values.get(column, f'"{table}_before"."{column}"') for column in sorted(columns))
        await client.execute_query(f'INSERT INTO "{table}" ({written}) SELECT {taken} FROM "{table}_before"')  # noqa: S608  Names of ours.
        await client.execute_query(f'DROP TABLE "{table}_before"')
        if client.capabilities.dialect != "sqlite":
            await client.execute_query(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM \"{table}\" HAVING MAX(id) > 0"  # noqa: S608
            )


class AddLedgerAccounts(TortoiseOperation):
    """Adds accounts to the chart, by their codes, as `rules.books.accounts` first shows them."""

    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def describe(self) -> str:
        return f"Add {', '.join(self.codes)} to the chart of accounts"

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            dialect = state_editor.client.capabilities.dialect
            await state_editor.client.execute_query(ledger_accounts_statement(self.codes, dialect))

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        if state_editor is not None:
            codes = ", ".join(f"'{code}'" for code in self.codes)
            await state_editor.client.execute_query(f"DELETE FROM ledger_account WHERE code IN ({codes})")  # noqa: S608


def ledger_accounts_statement(codes: Iterable[str], dialect: str) -> str:
    """Write the INSERT of accounts into the chart."""
    now = "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')" if dialect == "sqlite" else "now()"
    rows = []
    for code in codes:
        line = CHART[AccountCode(code)]
        values = (code, line.number, line.name_zh, line.name_en, line.kind.value)
        rows.append("('" + "', '".join(values) + f"', {now})")
    return (
        "INSERT INTO ledger_account (code, number, name_zh, name_en, kind, created_at)"  # noqa: S608
        f" VALUES {', '.join(rows)}"
    )
