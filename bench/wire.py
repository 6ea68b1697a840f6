"""Counting statements where no server can hide one: between it and PostgreSQL, in the messages they exchange."""

import asyncio
import contextlib
import re
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_SSL_REQUEST = 80_877_103
_LENGTH = struct.Struct("!I")
_BESIDE = re.compile(
    rb"\s*(BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SELECT pg_advisory_unlock_all)", re.IGNORECASE
)
"""What opens and closes transactions, and how asyncpg's pool resets a connection: counted by itself."""


@dataclass
class Counts:
    """What went to the database so far."""

    statements: list[bytes] = field(default_factory=list)
    """Their texts."""
    beside: int = 0
    """BEGIN, COMMIT and the like, and resets of a connection."""


class FrontendMessages:
    """Reads what a client of PostgreSQL sends (protocol 3), as it comes, and counts what is executed."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.buffer = b""
        self.has_begun = False
        self.prepared: dict[bytes, bytes] = {}
        """Texts by the name under which the client prepared them."""
        self.bound = b""

    def feed(self, data: bytes) -> None:
        self.buffer += data
        while message := self._next():
            kind, body = message
            if kind == b"P":
                name, text, _ = body.split(b"\0", 2)
                self.prepared[name] = text
            elif kind == b"B":
                self.bound = self.prepared.get(body.split(b"\0", 2)[1], b"")
            elif kind == b"E":
                self.counts.statements.append(self.bound)
            elif kind == b"Q" and _BESIDE.match(body):
                self.counts.beside += 1
            elif kind == b"Q":
                self.counts.statements.append(body.rstrip(b"\0"))

    def _next(self) -> tuple[bytes, bytes] | None:
        """Cut off one whole message; the first has no kind."""
        start = 1 if self.has_begun else 0
        if len(self.buffer) < start + 4:
            return None
        end = start + _LENGTH.unpack_from(self.buffer, start)[0]
        if len(self.buffer) < end:
            return None
        kind, body, self.buffer = self.buffer[:start], self.buffer[start + 4 : end], self.buffer[end:]
        self.has_begun = self.has_begun or _LENGTH.unpack_from(body)[0] != _SSL_REQUEST
        return kind, body


@asynccontextmanager
async def counting_proxy(url: str) -> AsyncIterator[tuple[str, Counts]]:
    """Listen in front of a PostgreSQL database; gives the URL to connect to, and the counts."""
    parts, counts = urlsplit(url), Counts()
    carried: set[asyncio.StreamWriter] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, downstream = await asyncio.open_connection(parts.hostname, parts.port or 5432)
        carried.update((writer, downstream))
        await asyncio.gather(_copy(reader, downstream, FrontendMessages(counts)), _copy(upstream, writer, None))

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    user = parts.netloc.rpartition("@")[0]
    try:
        yield parts._replace(netloc=f"{user}@127.0.0.1:{port}").geturl(), counts
    finally:
        server.close()
        for writer in carried:
            writer.close()  # Both directions end with it.


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, messages: FrontendMessages | None) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            if messages is not None:
                messages.feed(data)
            writer.write(data)
            await writer.drain()
    writer.close()
