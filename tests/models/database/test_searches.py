"""What the database finds by words: told from the table, followed by itself, and never anything but the words."""

import pytest
from tortoise.connection import get_connection

from models.database import connect, disconnect
from models.database.catalogue import CatalogueError, check_catalogue
from models.database.executor import Executor
from models.database.reading import dialect, fetch
from models.database.searches import MakeSearchable, as_query, hits_statement, is_searched_as_written
from tests import teaching
from tests.databases import ON_POSTGRES


async def hits(column: str, word: str) -> int:
    place = "$1" if ON_POSTGRES else "?1"
    return len(await fetch(hits_statement("article_words", column, dialect(), place), [as_query(word, dialect())]))


@pytest.mark.parametrize(
    "word", ['"', "'", "\\", "*", "a*", "x OR y", "!x", "x:*", "NEAR(x)", "title_words : x", "(", "", "a\0"]
)
async def test_what_is_no_word_is_never_sent(word):
    for spoken in ("sqlite", "postgres"):
        with pytest.raises(AssertionError, match="letters and digits"):
            as_query(word, spoken)


async def test_what_is_an_operator_elsewhere_is_a_word_here(db):
    await teaching.published(title_en="this or that, near by", body_en="and not the rest")
    words = ("or", "near", "and", "not", "this")
    assert [await hits("title_words", word) for word in words] == [1, 1, 0, 0, 1]
    assert [await hits("body_words", word) for word in words] == [0, 0, 1, 1, 0]


async def test_each_column_is_searched_by_itself_and_words_are_whole(db):
    await teaching.published(title_en="Squirrel", body_en="Hedgehog")
    found = {
        column: [await hits(column, word) for word in ("squirrel", "hedgehog")]
        for column in ("title_words", "body_words")
    }
    assert found == {"title_words": [1, 0], "body_words": [0, 1]}
    assert [await hits("title_words", word) for word in ("squirre", "squirrels", "提前", "提款")] == [0, 0, 1, 0]


async def test_a_table_can_be_made_not_searchable_and_searchable_again(copied_database):
    await connect(copied_database)
    try:
        editor = Executor(get_connection("default"), {})._schema_editor()
        operation = MakeSearchable("article_words")
        await operation.database_backward("models", None, None, editor)
        with pytest.raises(CatalogueError, match="article_words_search on article_words"):
            await check_catalogue()
        await operation.database_forward("models", None, None, editor)
        await check_catalogue()
    finally:
        await disconnect()


@pytest.mark.skipif(ON_POSTGRES, reason="there the columns that are searched are generated")
async def test_a_search_that_did_not_follow_its_table_is_noticed(db):
    await teaching.published()
    assert await is_searched_as_written("article_words")
    connection = get_connection("default")
    await connection.execute_query('DROP TRIGGER "article_words_search_follows_update"')
    await connection.execute_query("UPDATE article_words SET title_words = 'hedgehog'")
    assert not await is_searched_as_written("article_words")
