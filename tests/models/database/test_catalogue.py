"""The database holds what the models declare, and a process notices when it does not."""

import pytest
from tortoise.connection import get_connection

from models.database import connect, disconnect
from models.database.catalogue import CatalogueError, check_catalogue, expected_tables
from tests.databases import ON_POSTGRES


async def test_a_migrated_database_holds_everything(db):
    await check_catalogue()


async def test_there_is_something_of_every_kind_to_look_for(db):
    tables = expected_tables("sqlite").values()
    assert len(tables) > 40
    for kind in ("columns", "references", "unique", "indexes", "named"):
        assert sum(len(getattr(table, kind)) for table in tables) > 15, kind


BROKEN = {
    "posting_refuses_delete on posting": 'DROP TRIGGER "posting_refuses_delete"',
    "audit_entry_refuses_update on audit_entry": 'DROP TRIGGER "audit_entry_refuses_update"',
    "entry_refuses_other_days on entry": 'DROP TRIGGER "entry_refuses_other_days"',
    "branch_one_default on branch": 'DROP INDEX "branch_one_default"',
    "index on loan (customer_id, id)": 'DROP INDEX "idx_loan_custome_c9a2a4"',
    "table signature": 'DROP TABLE "signature"',
    "column staff.login": 'ALTER TABLE "staff" RENAME COLUMN "login" TO "nickname"',
}
BROKEN_ON_SQLITE = {
    "article_words_search on article_words": 'DROP TABLE "article_words_search"',
    "article_words_search_follows_insert on article_words": 'DROP TRIGGER "article_words_search_follows_insert"',
}
BROKEN_ON_POSTGRES = {
    "article_words_search on article_words": 'DROP INDEX "article_words_search"',
    "title_words_search on article_words": 'ALTER TABLE "article_words" DROP COLUMN "title_words_search"',
    "loan_open_by_status on loan": 'ALTER TABLE "loan" DROP CONSTRAINT "loan_open_by_status"',
    "unique constraint on receipt (intent_id)": 'ALTER TABLE "receipt" DROP CONSTRAINT "receipt_intent_id_key"',
    "NOT NULL on loan.principal": 'ALTER TABLE "loan" ALTER COLUMN "principal" DROP NOT NULL',
    "foreign key loan.contract_id to contract": 'ALTER TABLE "loan" DROP CONSTRAINT "loan_contract_id_fkey"',
    "posting_refuses_truncate on posting": 'ALTER TABLE "posting" DISABLE TRIGGER "posting_refuses_truncate"',
    "accounting_day_waits_for_writers on accounting_day": 'ALTER TABLE "accounting_day" DISABLE TRIGGER USER',
    "posting_refuses_update on posting": 'ALTER TABLE "posting" DISABLE TRIGGER USER',
}


@pytest.mark.parametrize(
    ("missing", "statement"), (BROKEN | (BROKEN_ON_POSTGRES if ON_POSTGRES else BROKEN_ON_SQLITE)).items()
)
async def test_what_is_missing_is_named(copied_database, missing, statement):
    await connect(copied_database)
    try:
        if ON_POSTGRES and statement.startswith("DROP TRIGGER"):
            statement += f' ON "{missing.split()[-1]}"'
        await get_connection("default").execute_script(statement)
        with pytest.raises(CatalogueError, match="lacks") as refused:
            await check_catalogue()
        assert missing in str(refused.value)
    finally:
        await disconnect()


REMADE = {
    "loan_open_by_status on loan": ('CONSTRAINT "loan_open_by_status" CHECK', "CHECK"),
    "unique constraint on loan (contract_id)": ("BIGINT NOT NULL UNIQUE", "BIGINT NOT NULL"),
    "NOT NULL on loan.principal": ('"principal" BIGINT NOT NULL', '"principal" BIGINT'),
    "foreign key loan.contract_id to contract": ('REFERENCES "contract" ("id") ON DELETE RESTRICT', ""),
}


@pytest.mark.skipif(ON_POSTGRES, reason="a way of SQLite's")
@pytest.mark.parametrize("missing", REMADE)
async def test_what_a_remade_table_lost_is_named(copied_database, missing):
    was, remade = REMADE[missing]
    await connect(copied_database)
    try:
        connection = get_connection("default")
        (table,) = await connection.execute_query_dict("SELECT sql FROM sqlite_master WHERE name = 'loan'")
        assert was in table["sql"]
        await connection.execute_script(f'DROP TABLE "loan"; {table["sql"].replace(was, remade)}')
        with pytest.raises(CatalogueError) as refused:
            await check_catalogue()
        assert missing in str(refused.value)
    finally:
        await disconnect()


@pytest.mark.skipif(ON_POSTGRES, reason="a way of SQLite's")
async def test_a_connection_that_does_not_check_foreign_keys_is_refused(copied_database):
    await connect(f"{copied_database}&foreign_keys=OFF")
    try:
        with pytest.raises(CatalogueError, match="foreign_keys=ON"):
            await check_catalogue()
    finally:
        await disconnect()
