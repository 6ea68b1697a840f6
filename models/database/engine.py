"""What both engines refuse: queries on the wrong side of a transaction's ends."""

from contextvars import ContextVar
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError

at_begin: ContextVar[str] = ContextVar("at_begin", default="")
"""What PostgreSQL is told in one breath with BEGIN."""


class Inside:
    """The client inside a transaction, or inside a savepoint of one."""

    _parent: Any
    _finalized: bool

    @property
    def base(self) -> BaseDBAsyncClient:
        """The client that the transaction was begun on."""
        base: BaseDBAsyncClient = self._parent.base if isinstance(self._parent, Inside) else self._parent
        return base

    @property
    def is_finished(self) -> bool:
        return self._finalized or (isinstance(self._parent, Inside) and self._parent.is_finished)

    def check_open(self) -> None:
        """Refuse what a task wants of a transaction that it outlived: it would write into somebody else's."""
        if self.is_finished:
            raise TransactionManagementError("this transaction has ended: its task outlived it")


def check_outside(client: BaseDBAsyncClient) -> None:
    """Refuse a query that was bound to its connection before the open transaction began.

    On SQLite it would wait for ever for the lock that its own transaction holds; on PostgreSQL it would take a second
    connection, until the pool has none.
    """
    current = get_connections().get(client.connection_name)
    if isinstance(current, Inside) and current.base is client:
        raise TransactionManagementError("this query was bound to its connection before the transaction began")
