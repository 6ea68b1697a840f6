"""A server on loopback, with an empty house behind it: a product, a branch, and staff as they are needed."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import httpx
import pytest
import uvicorn

import notifications
from api.app import create_app
from api.state import AppState
from models import Branch, Staff
from models.database.unit import current_unit
from notifications import NotificationSettings
from notifications.channels.console import Console
from resolvers.notifications import relay
from resolvers.people.staff import create_staff
from resolvers.products.products import NewFee, create_product
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.products.kinds import FeeKind, RepaymentMethod
from schema.build import schema
from settings import Settings
from tests import make
from tests.configured import PRODUCTION, configure_resolvers
from tests.journeys.client import World

PASSWORD = "a long enough password"


@pytest.fixture
async def world(db) -> AsyncIterator[World]:
    """The house, served over HTTP."""
    async with opened() as world:
        yield world


@pytest.fixture
async def strict_world(db) -> AsyncIterator[World]:
    """The same house in production, where only trusted documents are answered."""
    async with opened(**PRODUCTION) as world:
        yield world


@asynccontextmanager
async def opened(**settings: Any) -> AsyncIterator[World]:
    """Furnish the house, and serve it under some settings."""
    codes: dict[str, str] = {}

    async def send(to: str, code: str, _: Locale) -> None:
        assert current_unit.get() is None, "codes go out after the commit"
        codes[to] = code

    notifications.configure(NotificationSettings(console=Console(), fewest_people=1))
    configure_resolvers(send, send)
    await furnish()
    async with served(**settings) as http:
        yield World(http, codes, lambda role: hire(Role(role.upper())), lambda: relay.deliver_due(make.clock))


async def furnish() -> None:
    """Open a branch and offer a product."""
    if not await Branch.exists(is_default=True):
        await make.branch()
    await create_product(
        make.system(),
        code="EASY",
        name_zh="轻松贷",
        name_en="Easy loan",
        method=RepaymentMethod.EQUAL_INSTALLMENT,
        annual_rate=Decimal("0.0435"),
        currency="CNY",
        min_amount=Decimal("2000.00"),
        max_amount=Decimal("200000.00"),
        min_term=3,
        max_term=36,
        fees=[NewFee(FeeKind.UPFRONT, "手续费", "Arrangement fee", Decimal("0.01"))],
    )


async def hire(role: Role) -> tuple[str, str]:
    """Open an account for somebody of a role in the default branch; gives login and password."""
    there = await Staff.filter(role=role).count()
    login = f"{role.value.lower()}{there + 1 if there else ''}"
    needs_branch = role in (Role.OFFICER, Role.MANAGER)
    branches = [await Branch.get(is_default=True)] if needs_branch else []
    limit = Decimal("50000.00") if role is Role.OFFICER else None
    await create_staff(
        make.system(),
        login=login,
        password=PASSWORD,
        name=role.value.lower(),
        role=role,
        branches=branches,
        decision_limit=limit,
    )
    return login, PASSWORD


class served:  # noqa: N801  Used as a function.
    """Serve the app on a free port of loopback for the block."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(_env_file=None, **settings)

    async def __aenter__(self) -> httpx.AsyncClient:
        app = create_app(self.settings)
        state = AppState(clock=make.clock, schema=schema(), work=None)

        async def app_with_state(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, "state": dict(state)}, receive, send)

        self.listener = socket.create_server(("127.0.0.1", 0))
        self.server = uvicorn.Server(uvicorn.Config(app_with_state, lifespan="off", log_level="warning"))
        self.running = asyncio.create_task(self.server.serve(sockets=[self.listener]))
        while not self.server.started:
            await asyncio.sleep(0.01)
        url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.http = httpx.AsyncClient(base_url=url, timeout=30, verify=False)  # Reading CAs takes long.
        return self.http

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()
        self.server.should_exit = True
        await self.running
        self.listener.close()
