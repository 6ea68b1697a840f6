"""Operations for migrations, where Tortoise's own leave something out."""

# ruff: noqa: ARG002  Every operation is asked in the same words.

from collections.abc import Callable
from typing import Any

from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint
from tortoise.migrations.operations import AddConstraint, AddField, CreateModel, TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State

from models.database.append_only import drop_statements, guard_statements


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


class MakeAppendOnly(TortoiseOperation):
    """Makes the database itself refuse to change or delete the rows of a table."""

    def __init__(self, table: str) -> None:
        self.table = table

    def describe(self) -> str:
        return f"Make {self.table} append-only"

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        await self._run(state_editor, guard_statements)

    async def database_backward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        await self._run(state_editor, drop_statements)

    async def _run(self, editor: BaseSchemaEditor | None, statements: Callable[[str, str], list[str]]) -> None:
        if editor is not None:
            # Each by itself: the editor of SQLite would cut a trigger's body in two.
            for statement in statements(self.table, editor.client.capabilities.dialect):
                await editor.client.execute_query(statement)


class MakeChangeable(MakeAppendOnly):
    """Lets the rows of an append-only table be changed, until it is made append-only again in the same migration."""

    def describe(self) -> str:
        return f"Make {self.table} changeable"

    async def database_forward(
        self,
        app_label: str,
        old_state: State,
        new_state: State,
        state_editor: BaseSchemaEditor | None = None,
    ) -> None:
        await self._run(state_editor, drop_statements)


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
