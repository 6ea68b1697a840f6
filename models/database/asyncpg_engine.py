"""Tortoise's PostgreSQL engine, with transactions that survive cancellation.

The stock engine loses a connection of the pool when a task is cancelled while its transaction begins, and says nothing
when PostgreSQL turns the COMMIT of a failed transaction into a ROLLBACK.
"""

from collections.abc import Coroutine
from itertools import count
from typing import Any

import asyncpg
from tortoise.backends.asyncpg import client as stock
from tortoise.backends.base.client import (
    ConnectionWrapper,
    NestedTransactionContext,
    PoolConnectionWrapper,
    TransactionContext,
)
from tortoise.backends.base_postgres.client import translate_exceptions
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

from models.database.engine import Inside, at_begin, check_outside
from models.database.shielded import to_the_end

_savepoints = count(1)


class PooledConnection(asyncpg.Connection):
    """A connection that goes back to the pool as it is.

    The stock one asks the server to forget the session's settings, locks and cursors each time, which costs as much as a
    small read. Ours leave nothing behind: settings are made when connecting, and locks end with their transaction.
    A transaction that was left open is still rolled back.
    """

    def get_reset_query(self) -> str:
        return ""


class AsyncpgClient(stock.AsyncpgDBClient):
    """A pool of connections."""

    connection_class: Any = PooledConnection

    async def create_connection(self, with_db: bool) -> None:
        await to_the_end(super().create_connection(with_db))

    def acquire_connection(self) -> ConnectionWrapper[Any] | PoolConnectionWrapper[Any]:
        check_outside(self)
        return super().acquire_connection()

    def _in_transaction(self) -> TransactionContext:
        return Transaction(TransactionWrapper(self))

    async def execute_many(self, query: str, values: list[Any]) -> None:
        async with self._in_transaction() as transaction:
            await transaction.execute_many(query, values)


class Transaction(TransactionContext):
    """The time between BEGIN and COMMIT or ROLLBACK; the body runs in the caller's task."""

    client: "TransactionWrapper"

    def __init__(self, client: "TransactionWrapper") -> None:
        self.client = client
        self._pool_client: Any = client._parent

    async def __aenter__(self) -> "TransactionWrapper":
        await self._ensure_pool()
        self.client._connection = await self._pool_client._pool.acquire()
        try:
            await to_the_end(self.client.begin())
        except BaseException:
            await to_the_end(self._leave(self.client.rollback()))
            raise
        self._token = get_connections().set(self.client.connection_name, self.client)
        return self.client

    async def _ensure_pool(self) -> None:
        if not self._pool_client._pool:
            async with self._pool_client._pool_init_lock:
                if not self._pool_client._pool:
                    await self._pool_client.create_connection(with_db=True)

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            await to_the_end(self._leave(self.client.commit() if exc_type is None else self.client.rollback()))
        finally:
            get_connections().reset(self._token)

    async def _leave(self, last: Coroutine[Any, Any, None]) -> None:
        try:
            await last
        finally:
            if self._pool_client._pool:
                await self._pool_client._pool.release(self.client._connection)


class TransactionWrapper(Inside, stock.TransactionWrapper):
    """The connection inside a transaction, or inside a savepoint of one."""

    def _in_transaction(self) -> TransactionContext:
        self.check_open()
        return NestedTransactionContext(TransactionWrapper(self))

    def acquire_connection(self) -> ConnectionWrapper[Any]:
        self.check_open()
        return super().acquire_connection()

    async def execute_many(self, query: str, values: list[Any]) -> None:
        # Cancelled while it sends many rows, the driver (asyncpg 0.32) can wait for ever for its own cancellation.
        await to_the_end(super().execute_many(query, values))

    @translate_exceptions
    async def begin(self) -> None:
        await self._connection.execute(f"BEGIN{at_begin.get()}")

    @translate_exceptions
    async def commit(self) -> None:
        self.check_open()
        self._finalized = True  # From here on, what a task left behind wants to write is refused.
        if await self._connection.execute("COMMIT") != "COMMIT":
            raise TransactionManagementError("a statement of this transaction had failed, so it was rolled back")

    async def rollback(self) -> None:
        self._finalized = True
        if not self._connection.is_closed() and self._connection.is_in_transaction():
            await self._connection.execute("ROLLBACK")

    @translate_exceptions
    async def savepoint(self) -> None:
        self._savepoint = f"goodterms_{next(_savepoints)}"
        await self._connection.execute(f"SAVEPOINT {self._savepoint}")

    @translate_exceptions
    async def release_savepoint(self) -> None:
        await self._connection.execute(f"RELEASE SAVEPOINT {self._savepoint}")

    async def savepoint_rollback(self) -> None:
        await self._connection.execute(f"ROLLBACK TO SAVEPOINT {self._savepoint}")


client_class = AsyncpgClient
