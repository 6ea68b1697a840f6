"""Tortoise's SQLite engine, with transactions that survive cancellation and other processes.

The stock engine begins deferred (two writing processes fail at once with "database is locked"), keeps its lock for ever
when a task is cancelled while it begins, leaves a transaction open whose commit failed, and lets a task that outlives
its transaction write into somebody else's.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tortoise.backends.base.client import ConnectionWrapper, NestedTransactionContext, TransactionContext
from tortoise.backends.sqlite import client as stock
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from models.database.engine import Inside, check_outside
from models.database.shielded import to_the_end

T = TypeVar("T")


class SqliteClient(stock.SqliteClient):
    """One connection to a file; whoever writes holds its lock from BEGIN IMMEDIATE to COMMIT."""

    async def create_connection(self, with_db: bool) -> None:
        await to_the_end(self._connect(with_db))

    async def _connect(self, with_db: bool) -> None:
        try:
            await super().create_connection(with_db)
        except BaseException:  # Without all its pragmas a connection would not even check foreign keys.
            await self.close()
            raise

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        check_outside(self)
        return ConnectionWrapper(self._lock, self)

    def _in_transaction(self) -> TransactionContext:
        return Transaction(TransactionWrapper(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


class Transaction(TransactionContext):
    """The time between BEGIN IMMEDIATE and COMMIT or ROLLBACK; the body runs in the caller's task."""

    client: "TransactionWrapper"

    def __init__(self, client: "TransactionWrapper", lock: asyncio.Lock) -> None:
        self.client = client
        self._lock = lock

    async def __aenter__(self) -> "TransactionWrapper":
        await self._lock.acquire()
        try:
            await to_the_end(self.client.begin())
        except BaseException:
            await self._leave(self.client.rollback())
            raise
        self._token = get_connections().set(self.client.connection_name, self.client)
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            await self._leave(self.client.commit() if exc_type is None else self.client.rollback())
        finally:
            get_connections().reset(self._token)

    async def _leave(self, last: Coroutine[Any, Any, None]) -> None:
        try:
            await to_the_end(last)
        finally:
            self._lock.release()


class TransactionWrapper(Inside, stock.SqliteTransactionWrapper):
    """The connection inside a transaction, or inside a savepoint of one."""

    def _in_transaction(self) -> TransactionContext:
        self.check_open()
        return NestedTransactionContext(TransactionWrapper(self))

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        self.check_open()
        return OpenConnection(self._lock, self)

    async def begin(self) -> None:
        if not self._parent._connection:
            await self._parent.create_connection(with_db=True)
        assert self._parent._connection is not None
        self._connection = self._parent._connection
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def commit(self) -> None:
        self.check_open()
        self._finalized = True  # From here on, what a task left behind wants to write is refused.
        if not self._connection.in_transaction:
            raise TransactionManagementError("SQLite rolled this transaction back by itself")
        try:
            await self._connection.commit()
        except sqlite3.Error as error:
            await self._connection.rollback()
            kind = IntegrityError if isinstance(error, sqlite3.IntegrityError) else OperationalError
            raise kind(error) from error

    async def rollback(self) -> None:
        self._finalized = True
        if self._connection:
            await self._connection.rollback()

    async def execute_script(self, query: str) -> None:
        """Run the statements one by one: the driver's own way of running a script commits first."""
        statement = ""
        for part in query.strip().removesuffix(";").split(";"):
            statement += part + ";"
            if sqlite3.complete_statement(statement):
                await self.execute_query(statement)
                statement = ""


class OpenConnection(ConnectionWrapper[Any]):
    """Waits for its turn within a transaction, and refuses if the transaction has ended by then."""

    client: TransactionWrapper

    async def __aenter__(self) -> Any:
        connection = await super().__aenter__()
        try:
            self.client.check_open()
        except TransactionManagementError:
            self._lock.release()
            raise
        return connection


async def run_job(client: Any, job: Callable[[sqlite3.Connection], T]) -> T:
    """Run several statements in the driver's thread, to which every single one is handed and back.

    Cancelled, they run to their end all the same, before the transaction's ROLLBACK.
    """
    async with client.acquire_connection() as connection:
        try:
            result: T = await connection._execute(job, connection._conn)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(error) from error
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        return result


client_class = SqliteClient
