"""A line to the database that a test can cut, or hold: a small TCP proxy on loopback."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit


class Line:
    """Passes bytes between the processes and the database."""

    def __init__(self, url: str) -> None:
        self._there = urlsplit(url)
        self._port = 0
        self._server: asyncio.Server | None = None
        self._flows = asyncio.Event()
        self._flows.set()
        self._passing: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The database's URL by way of this line."""
        user, _, _ = self._there.netloc.rpartition("@")
        return self._there._replace(netloc=f"{user}@127.0.0.1:{self._port}").geturl()

    async def connect(self) -> None:
        """Let bytes pass, at the same port as before."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        assert self._server is not None
        self._server.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    def hold(self) -> None:
        """Let nothing through, and say nothing about it."""
        self._flows.clear()

    def release(self) -> None:
        """Let everything through that was held."""
        self._flows.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        try:
            there = await asyncio.open_connection(self._there.hostname, self._there.port)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._pump(reader, there[1]))
                    both.create_task(self._pump(there[0], writer))
            finally:
                there[1].transport.abort()
        finally:
            writer.transport.abort()
            self._passing.discard(task)

    async def _pump(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                await self._flows.wait()
                to.write(data)
                await to.drain()
        to.transport.abort()
