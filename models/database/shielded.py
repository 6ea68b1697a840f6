"""Finishing what must not be left half done."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def to_the_end(operation: Coroutine[Any, Any, T]) -> T:
    """Run an operation in a task of its own and wait for its end, even if we are cancelled meanwhile.

    The cancellation goes on afterwards: it is raised in place of the operation's result or error.
    """
    task = asyncio.ensure_future(operation)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))  # Unlike the task itself, this can be cancelled alone.
        except asyncio.CancelledError as ours:
            cancelled = ours
    if cancelled is None:
        return task.result()
    raise cancelled from (None if task.cancelled() else task.exception())
