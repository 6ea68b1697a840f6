"""The migrations make what the models declare, on an empty database, however many run them at once."""

import asyncio

import pytest
from tortoise import fields
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import IntegrityError
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.migration import Migration
from tortoise.migrations.operations import AddField, CreateModel
from tortoise.migrations.schema_generator.state_apps import StateApps

from models import LedgerAccount
from models.database import connect, disconnect, migrate, tortoise_config
from models.database.catalogue import CatalogueError, check_catalogue
from models.database.executor import Current, Executor
from models.database.guards import GUARDS
from models.database.operations import AddGuards, MakeAppendOnly
from rules.books.accounts import CHART
from tests.databases import ON_POSTGRES, postgres_database


@pytest.fixture
def empty_database(tmp_path):
    if ON_POSTGRES:
        with postgres_database() as url:
            yield url
    else:
        yield f"sqlite://{tmp_path}/new folder/goodterms.sqlite3"


async def applied() -> list[str]:
    rows = await get_connection("default").execute_query_dict("SELECT name FROM tortoise_migrations ORDER BY id")
    return [row["name"] for row in rows]


async def test_models_and_migrations_agree(db):
    config = tortoise_config(db)
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        changes = await MigrationAutodetector(context.apps, config["apps"]).changes()
        assert [writer.as_string() for writer in changes] == []


async def test_after_one_that_failed_four_who_migrate_at_once_migrate_once(empty_database, monkeypatch):
    async def fail(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(MakeAppendOnly, "_run", fail)
        with pytest.raises(ZeroDivisionError):
            await migrate(empty_database)
    await connect(empty_database)
    try:
        with pytest.raises(CatalogueError, match="table loan"):
            await check_catalogue()
    finally:
        await disconnect()
    await asyncio.gather(*(migrate(empty_database) for _ in range(4)))
    await connect(empty_database)
    try:
        await check_catalogue()
        names = await applied()
        assert names == sorted(set(names)) != []
    finally:
        await disconnect()


async def test_every_account_that_code_posts_to_is_in_the_chart_once_migrated(empty_database):
    """One that is new comes with a migration that adds it: houses that there are would lack it."""
    await migrate(empty_database)
    await connect(empty_database)
    try:
        rows = {row.code: row for row in await LedgerAccount.all()}
        assert rows.keys() == CHART.keys()
        for code, line in CHART.items():
            row = rows[code]
            assert (row.number, row.name_zh, row.name_en, row.kind) == line
            assert row.created_at.tzinfo is not None
    finally:
        await disconnect()


@pytest.mark.parametrize("table", sorted({guard.table for guard in GUARDS}))
async def test_a_guard_can_be_taken_away_again(copied_database, table):
    await connect(copied_database)
    try:
        editor = Executor(get_connection("default"), {})._schema_editor()
        operation = AddGuards(table)
        await operation.database_backward("models", None, None, editor)
        with pytest.raises(CatalogueError, match=f"on {table}"):
            await check_catalogue()
        await operation.database_forward("models", None, None, editor)
        await check_catalogue()
    finally:
        await disconnect()


async def test_a_table_made_append_only_can_be_made_changeable_again(copied_database):
    await connect(copied_database)
    try:
        connection = get_connection("default")
        editor = Executor(connection, {})._schema_editor()
        operation = MakeAppendOnly("tier")
        await operation.database_forward("models", None, None, editor)
        with pytest.raises(IntegrityError, match="append-only"):
            await connection.execute_query("DELETE FROM tier")
        await operation.database_backward("models", None, None, editor)
        await connection.execute_query("DELETE FROM tier")
    finally:
        await disconnect()


async def test_an_operation_is_told_what_was_there_before_it(copied_database):
    seen = []

    class Growing(AddField):
        async def database_forward(self, app_label, old_state, new_state, state_editor=None):
            names = [set(state.apps.get_model("models.Thing")._meta.fields) for state in (old_state, new_state)]
            seen.append(names)

    class Grown(Migration):
        operations = [
            CreateModel("Thing", fields=[("id", fields.IntField(primary_key=True))], options={"table": "thing"}),
            Growing("Thing", "weight", fields.IntField(default=1)),
            Growing("Thing", "height", fields.IntField(default=1)),
        ]

    await connect(copied_database)
    try:
        editor = Executor(get_connection("default"), {})._schema_editor()
        state = Current(models={}, apps=StateApps(default_connections={"models": "default"}))
        await Grown("grown", "models").apply(state, schema_editor=editor)
    finally:
        await disconnect()
    assert seen == [[{"id"}, {"id", "weight"}], [{"id", "weight"}, {"id", "weight", "height"}]]
