"""What providers say over HTTP, and what that means where they say nothing more exact."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from notifications.channels.interface import CONNECTION_LOST, TIMED_OUT, Outcome, Result

LONGEST_RETRY_AFTER = timedelta(hours=1)
"""No provider silences us for longer: after that we ask again."""
_TRY_LATER = frozenset({408, 425, 429})
_CLOSED = frozenset({401, 402, 403, 404, 405, 407})
"""Keys, money, permission or the URL itself: the next message would fare no better."""


def by_status(
    status: int, headers: Mapping[str, str], now: datetime, *, reference: str = "", detail: str = ""
) -> Result:
    """Judge an answer by its status alone; `detail` is what the provider calls it, `reference` what it took."""
    detail = detail or f"HTTP_{status}"
    if 200 <= status < 300:
        return Result(Outcome.ACCEPTED, reference=reference)
    if status >= 500 or status in _TRY_LATER:
        return Result(Outcome.TRY_LATER, detail=detail, retry_after=retry_after(headers, now))
    if status in _CLOSED or status < 400:  # Nobody redirects a POST that he means to take.
        return Result(Outcome.LANE_CLOSED, detail=detail)
    return Result(Outcome.REJECTED, detail=detail)


def by_failure(problem: aiohttp.ClientError | OSError) -> Result:
    """Judge what came instead of an answer: a time that ran out, or a connection that failed or broke."""
    return Result(Outcome.TRY_LATER, detail=TIMED_OUT if isinstance(problem, TimeoutError) else CONNECTION_LOST)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Read `Retry-After` (RFC 9110, 10.2.3), seconds or a date; None where there is none that makes sense."""
    value = headers.get("Retry-After", "").strip()
    if value.isdecimal() and value.isascii():
        return min(timedelta(seconds=int(value[:9])), LONGEST_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_RETRY_AFTER)


def trust(ca_file: str | None) -> ssl.SSLContext:
    """Give whom to trust: who signed the file, or else the machine's own (and `SSL_CERT_FILE`)."""
    return ssl.create_default_context(cafile=ca_file)


class Client:
    """Connections that are kept open, made when the first message goes."""

    def __init__(self, *, connections: int, timeout_seconds: float, ca_file: str | None = None) -> None:
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        self._trust = trust(ca_file)
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ssl=self._trust),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def aclose(self) -> None:
        """Close what is open."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
