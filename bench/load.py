"""The load: requests written beforehand, sent over kept connections, and as little done about each answer as can be."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

CONNECTIONS = 32
END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "
PROOF_WITHIN = 200
"""So many bytes at the beginning of a body are looked at: the servers write more than that at once."""


class Round(NamedTuple):
    """What came of one round."""

    answers: int
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


class WrongAnswer(Exception):
    """A server answered with something else than a success; the message begins as its answer did."""


class _Connection(asyncio.Protocol):
    """Sends the next request when the last one is answered, until there is none."""

    def __init__(self, requests: Iterator[bytes], proof: bytes, deadline: float) -> None:
        self.requests, self.proof, self.deadline = requests, proof, deadline
        self.answers = 0
        self.ended_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.head = b""
        self.missing = 0
        """Bytes of the body that have not come yet."""
        self.is_proven = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._send()

    def _send(self) -> None:
        request = next(self.requests, None) if time.perf_counter() < self.deadline else None
        if request is None:
            self.ended_at = time.perf_counter()
            self.transport.close()
        else:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self.missing == 0:
            data = self.head + data
            end = data.find(END_OF_HEAD)
            if end < 0:
                self.head = data
                return
            self.missing = self._length(data[:end].lower())
            self.head, data = b"", data[end + len(END_OF_HEAD) :]
            self.is_proven = False
        if data and not self.is_proven:
            if self.proof not in data[:PROOF_WITHIN]:
                self._fail(WrongAnswer(data[:1_000].decode(errors="replace")))
                return
            self.is_proven = True
        self.missing -= len(data)
        if self.missing == 0:
            self.answers += 1
            self._send()

    def _length(self, head: bytes) -> int:
        at = head.index(LENGTH) + len(LENGTH)
        return int(head[at:].partition(b"\r")[0])

    def _fail(self, problem: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(problem)
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            if exc is None and self.ended_at:
                self.done.set_result(None)
            else:
                self.done.set_exception(exc or ConnectionError("the server hung up"))


async def run_round(
    port: int, requests: Sequence[bytes], proof: bytes, seconds: float, *, repeats: bool = True
) -> Round:
    """Send requests for some seconds, in turn on all connections; every answer must hold `proof` near its beginning.

    With `repeats` they begin anew when all are sent; else the round ends then.
    """
    feed = itertools.cycle(requests) if repeats else iter(requests)
    loop, began_at = asyncio.get_running_loop(), time.perf_counter()
    connections = [
        (await loop.create_connection(lambda: _Connection(feed, proof, began_at + seconds), "127.0.0.1", port))[1]
        for _ in range(min(CONNECTIONS, len(requests)))
    ]
    try:
        await asyncio.wait_for(asyncio.gather(*(each.done for each in connections)), seconds + 60)
    finally:
        for each in connections:
            each.transport.abort()
        await asyncio.gather(*(each.done for each in connections), return_exceptions=True)
    answers = sum(each.answers for each in connections)
    return Round(answers, max(each.ended_at for each in connections) - began_at)


async def ask(port: int, request: bytes) -> bytes:
    """Send one request and give the body of its answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        head = (await reader.readuntil(END_OF_HEAD)).lower()
        if LENGTH not in head:
            raise WrongAnswer(head.decode(errors="replace"))
        body = await reader.readexactly(int(head.split(LENGTH)[1].split(b"\r")[0]))
        if not head.startswith(b"http/1.1 200"):
            raise WrongAnswer(f"port {port}: {(head + body).decode(errors='replace')}")
        return body
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def http_request(token: str, body: bytes) -> bytes:
    """Write a whole request."""
    head = (
        "POST /graphql HTTP/1.1\r\nHost: goodterms\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
        f"Accept-Language: zh-CN\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
