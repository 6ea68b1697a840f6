"""Clients that do not read, on a real connection: nothing is kept for them without end, and nobody waits for them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from api.sockets import MAX_UNREAD_BYTES
from models import Application
from notifications import live
from rules.ids import encode_id
from tests import make
from tests.api.live.apps import App, connected, token_of
from tests.journeys.conftest import served

LONG = f"""subscription($input: ApplicationMovedInput!) {{ applicationMoved(input: $input) {{
  version contract {{ {" ".join(f"t{number}: text" for number in range(20))} }} }} }}"""
"""An answer of some ten thousand bytes."""
MANY = 500
"""As many of them are more than what lies between the two holds, made small here."""
NARROW = 4096
PING = bytes((0x89, 0x80 | 125)) + bytes(4) + bytes(125)
"""A ping with all that it may carry; a pong is as long."""


@pytest.fixture
async def application(db) -> Application:
    return await Application.get(id=(await make.contract(await make.customer())).application_id)


@asynccontextmanager
async def narrow(**settings) -> AsyncIterator[httpx.AsyncClient]:
    """Serve with next to no room for what is on its way."""
    server = served(**settings)
    async with server as http:
        server.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * NARROW)
        yield http


@asynccontextmanager
async def deaf(url, token: str) -> AsyncIterator[App]:
    """An app that connects, and then reads nothing."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, NARROW)
    line.connect((url.host, url.port))
    line.setblocking(False)
    async with connected(url, token, sock=line, close_timeout=0.1) as app:
        app.connection.transport.pause_reading()
        yield app
        app.connection.transport.abort()


async def move(application: Application) -> None:
    """Count another version, and wake whoever watches."""
    application.version += 1
    async with make.unit():
        await application.save(update_fields=["version"])
    live.wake("application", [application.id])


async def until_one_is_left(http) -> None:
    async with asyncio.timeout(20):
        while (await http.get("/healthz")).json()["sockets"] != 1:
            await asyncio.sleep(0.02)


async def test_a_client_that_stops_reading_is_hung_up_on_and_nobody_waits_for_it(application):
    number, token = encode_id("Application", application.id), await token_of(await application.customer)
    async with (
        narrow(socket_patience_seconds=0.3) as http,
        deaf(http.base_url, token) as lost,
        connected(http.base_url, token) as app,
    ):
        await app.subscribe(LONG, applicationId=number)
        await app.news()
        await lost.subscribe(LONG, applicationId=number)
        sent = 0
        while live.hub.count() == 2:
            await move(application)
            assert (await app.news())["version"] == application.version
            sent += 1
            assert sent < MANY, "all of it is kept for a client that reads nothing"
        await until_one_is_left(http)
        await move(application)
        assert (await app.news())["version"] == application.version


async def test_a_client_that_asks_and_does_not_read_the_answers_is_hung_up_on(application):
    token = await token_of(await application.customer)
    async with narrow() as http, deaf(http.base_url, token) as lost, connected(http.base_url, token) as app:
        lost.connection.transport.write(PING * (MAX_UNREAD_BYTES // 100))
        await until_one_is_left(http)
        assert await app.is_quiet()


async def test_a_server_that_stops_says_so_and_does_not_wait_for_clients_that_do_not_read(application):
    token = await token_of(await application.customer)
    stopped = narrow(socket_patience_seconds=0.3)
    http = await stopped.__aenter__()
    async with deaf(http.base_url, token) as lost, connected(http.base_url, token) as app:
        lost.connection.transport.write(PING * 2_000)
        await asyncio.sleep(0.1)
        assert (await http.get("/healthz")).json()["sockets"] == 2
        async with asyncio.timeout(10):
            await stopped.__aexit__(None, None, None)
        assert (await app.closed())[0] == 1012
