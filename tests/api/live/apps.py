"""Apps that watch: the protocol graphql-transport-ws from a client's side, over a real WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

from models import Application, Customer, Notification, OutboxEvent, Staff
from notifications import live
from notifications.live import hub
from resolvers.applications import applications
from resolvers.people import tokens
from rules.ids import encode_id
from rules.money import Money
from tests import make

PROTOCOL = "graphql-transport-ws"
PATIENCE_SECONDS = 20
INBOX = "subscription($input: InboxGrewInput!) { inboxGrew(input: $input) { id kind title } }"
MOVED = """subscription($input: ApplicationMovedInput!) {
  applicationMoved(input: $input) { id status version assignee { name } } }"""


class App:
    """One WebSocket of an app."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def received(self) -> Any:
        """Wait for the next message."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return json.loads(await self.connection.recv())

    async def sign_in(self, token: str | None, name: str = "authorization") -> Any:
        """Say who one is, and give what comes."""
        await self.send(type="connection_init", payload={} if token is None else {name: f"Bearer {token}"})
        return await self.received()

    async def subscribe(self, document: str, number: str = "1", **input: Any) -> None:
        """Begin to watch, and wait until one does."""
        watching = hub.count()
        await self.ask({"query": document, "variables": {"input": input}}, number)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while hub.count() == watching:
                await asyncio.sleep(0.005)

    async def ask(self, payload: object, number: str = "1") -> None:
        """Send what is to run, whatever it is."""
        await self.send(type="subscribe", id=number, payload=payload)

    async def news(self) -> Any:
        """Wait for something new: gives what its one root field gives."""
        message = await self.received()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        (given,) = message["payload"]["data"].values()
        return given

    async def refused(self) -> Any:
        """Wait for what ends a subscription: its first error."""
        message = await self.received()
        assert message["type"] == "error", message
        return message["payload"][0]

    async def is_quiet(self) -> bool:
        """Say whether nothing had come before the answer to a ping that was sent now."""
        await self.send(type="ping")
        return bool((await self.received())["type"] == "pong")

    async def closed(self) -> tuple[int | None, str]:
        """Wait until the other side closes it; gives code and reason."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.connection.wait_closed()
        return self.connection.close_code, self.connection.close_reason or ""


@asynccontextmanager
async def connected(url: object, token: str | None = None, **options: Any) -> AsyncIterator[App]:
    """Open a socket at the address of a server; signed in if there is a token."""
    address = f"{url}/graphql".replace("http://", "ws://", 1).replace("//graphql", "/graphql")
    given = {"subprotocols": [PROTOCOL], "ping_interval": None, "compression": None} | options
    async with websockets.connect(address, **given) as connection:
        app = App(connection)
        if token is not None:
            answer = await app.sign_in(token)
            assert answer == {"type": "connection_ack"}, answer
        yield app


async def token_of(person: Customer | Staff) -> str:
    """Sign somebody in; gives his token."""
    viewer = await make.signed_in(person)
    return tokens.issue(viewer.session_id, make.clock.now())[0]


async def tell(customer: Customer, kind: str = "NewSignIn") -> str:
    """Put something into a customer's inbox; gives its id."""
    body = json.dumps({"customer_id": customer.id})
    async with make.unit() as unit:
        event = await OutboxEvent.create(kind=kind, body=body, customer_id=customer.id, delivered_at=unit.now)
        row = await Notification.create(customer_id=customer.id, event_id=event.id, kind=kind, body=body)
    live.wake("inbox", [customer.id])
    return encode_id("Notification", row.id)


async def application_of(customer: Customer) -> Application:
    """Have a customer begin an application."""
    product = await make.product()
    asked = Money(make.Decimal("5000.00"), "CNY")
    return await applications.start_application(make.viewer(customer), product_id=product.id, amount=asked, term=12)
