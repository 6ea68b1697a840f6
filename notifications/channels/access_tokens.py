"""Google's access tokens: fetched in a thread, one at a time, and ahead of their end."""

import asyncio
import functools
import logging
import time
from typing import Any

from google.auth.credentials import TokenState
from google.auth.exceptions import RefreshError, TransportError
from google.auth.transport.requests import Request

from notifications.channels.interface import TIMEOUT_SECONDS, Outcome, Result

AGAIN_AFTER_SECONDS = 10.0
"""How long a token that still works is kept in use after the next one could not be fetched."""

logger = logging.getLogger("goodterms.push")


class AccessTokens:
    """The tokens of one service account, for one event loop. The library's own fetching would stop the loop meanwhile."""

    def __init__(self, credential: Any, ca_file: str | None = None) -> None:
        """Take a credential of `firebase_admin.credentials`."""
        self._credential = credential.get_credential()
        self._ask = Request()
        if ca_file is not None:
            self._ask.session.verify = ca_file
            self._ask.session.trust_env = False  # Or REQUESTS_CA_BUNDLE would go before it.
        self._fetching: asyncio.Task[None] | None = None
        self._not_before = float("-inf")

    async def current(self) -> str:
        """Give a token that should be taken. Raises google.auth's errors if there is none to be had."""
        state = self._credential.token_state
        if state is TokenState.INVALID:
            await self._fetch()
        elif state is TokenState.STALE and self._fetching is None and time.monotonic() >= self._not_before:
            self._begin()  # The one there is will do meanwhile.
        return str(self._credential.token)

    async def instead_of(self, refused: str) -> str:
        """Give another token than the one that was refused; whoever comes first fetches it for all."""
        if self._credential.token == refused:
            await self._fetch()
        return str(self._credential.token)

    async def aclose(self) -> None:
        """Wait until nothing is being fetched, and close the connection."""
        if self._fetching is not None:
            await asyncio.wait([self._fetching])
        self._ask.session.close()

    async def _fetch(self) -> None:
        await asyncio.shield(self._fetching or self._begin())

    def _begin(self) -> asyncio.Task[None]:
        self._fetching = asyncio.create_task(asyncio.to_thread(self._fetch_blocking))
        self._fetching.add_done_callback(self._end)
        return self._fetching

    def _end(self, fetching: asyncio.Task[None]) -> None:
        self._fetching = None
        if not fetching.cancelled() and (problem := fetching.exception()) is not None:
            self._not_before = time.monotonic() + AGAIN_AFTER_SECONDS
            logger.warning("no access token could be fetched: %s", type(problem).__name__)

    def _fetch_blocking(self) -> None:
        try:
            self._credential.refresh(functools.partial(self._ask, timeout=TIMEOUT_SECONDS))
        except (AttributeError, LookupError, TypeError, ValueError) as problem:
            unreadable = RefreshError("what answered is no token endpoint", retryable=True)  # type: ignore[no-untyped-call]
            raise unreadable from problem


def judged(problem: Exception) -> Result:
    """Say what it means for a message that no token could be fetched."""
    if isinstance(problem, TransportError) or (isinstance(problem, RefreshError) and problem.retryable):
        return Result(Outcome.TRY_LATER, detail="NO_TOKEN")
    return Result(Outcome.LANE_CLOSED, detail="CREDENTIALS_REFUSED")
