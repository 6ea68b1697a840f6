"""The app: its routes, and what has to be true before it takes a request."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from api.graphiql import graphiql_routes
from api.graphql import GraphQLEndpoint
from api.health import health_routes
from api.logs import configure_logs
from api.middleware import CAREFUL_HEADERS, HTTPS_ONLY, DefaultHeaders, RequestId
from api.state import AppState
from jobs import background
from jobs.rooms import configure_rooms
from models import AccountingDay
from models.clock import SystemClock
from models.database import connect, disconnect
from models.database.catalogue import check_catalogue
from schema.build import schema
from settings import Settings
from settings import settings as settings_of_this_process


class NotReady(Exception):
    """The app cannot start; the message says what to do first."""


def create_app(settings: Settings) -> Starlette:
    """Make the app. Its lifespan connects, checks and works in the background; one such app a process."""
    headers = CAREFUL_HEADERS if settings.is_development else CAREFUL_HEADERS | HTTPS_ONLY
    return Starlette(
        routes=_routes(settings),
        middleware=[Middleware(RequestId), Middleware(DefaultHeaders, headers=headers)],
        lifespan=lambda _: _lifespan(settings),
    )


def make_app() -> Starlette:
    """Make the app from the environment, as in `uvicorn --factory api.app:make_app --workers 4`."""
    settings = settings_of_this_process()
    configure_logs(as_json=settings.logs_json)
    return create_app(settings)


def _routes(settings: Settings) -> list[BaseRoute]:
    routes: list[BaseRoute] = [Route("/graphql", GraphQLEndpoint(settings)), *health_routes()]
    return routes + graphiql_routes() if settings.is_development else routes


@contextlib.asynccontextmanager
async def _lifespan(settings: Settings) -> AsyncIterator[AppState]:
    configure_rooms(settings)
    await connect(settings.database_url, pool_size=settings.database_pool_size)
    try:
        await check_catalogue()
        if not await AccountingDay.exists(is_open=True):
            raise NotReady(
                "No business day is open: `python -m jobs create-admin` (or, to try it, `demo`) opens the first."
            )
        clock = SystemClock(settings.lender_zone)
        await clock.refresh()
        async with _working(clock):
            yield AppState(clock=clock, schema=schema())
    finally:
        await disconnect()


@contextlib.asynccontextmanager
async def _working(clock: SystemClock) -> AsyncIterator[None]:
    """Run the background work beside the app, and wait for its end when the app stops."""
    work = asyncio.create_task(background.run(clock))
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
