"""The app: its routes, and what has to be true before it takes a request."""

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from api.files import file_routes
from api.graphiql import graphiql_routes
from api.graphql import GraphQLEndpoint
from api.health import health_routes
from api.live import LiveEndpoint
from api.middleware import CAREFUL_HEADERS, HTTPS_ONLY, DefaultHeaders, RequestId, Straight
from api.opt_outs import opt_out_routes
from api.partners import partner_routes
from api.state import AppState
from api.surveys import survey_routes
from jobs.background import working_here
from jobs.logs import configure_logs
from jobs.rooms import opened_house
from schema.build import schema
from settings import Settings
from settings import settings as settings_of_this_process


def create_app(settings: Settings) -> Starlette:
    """Make the app. Its lifespan connects, checks and, without Redis, works in the background; one such app a process."""
    headers = CAREFUL_HEADERS if settings.is_development else CAREFUL_HEADERS | HTTPS_ONLY
    endpoint = GraphQLEndpoint(settings)
    live = LiveEndpoint(settings, endpoint)
    routes: list[BaseRoute] = [
        *health_routes(endpoint.plans.counts, live.sockets),
        *file_routes(),
        *opt_out_routes(),
        *partner_routes(),
        *survey_routes(),
    ]
    return Starlette(
        routes=routes + graphiql_routes() if settings.is_development else routes,
        middleware=[
            Middleware(RequestId),
            Middleware(DefaultHeaders, headers=headers),
            Middleware(Straight, path="/graphql", endpoint=endpoint, sockets=live),
        ],
        lifespan=lambda _: _lifespan(settings),
    )


def make_app() -> Starlette:
    """Make the app from the environment, as in `uvicorn --factory api.app:make_app --workers 4`."""
    settings = settings_of_this_process()
    configure_logs(as_json=settings.logs_json)
    return create_app(settings)


@contextlib.asynccontextmanager
async def _lifespan(settings: Settings) -> AsyncIterator[AppState]:
    async with opened_house(settings, hears_others=True) as clock:
        if settings.redis_url:  # Workers of their own do it: `python -m jobs worker`.
            yield AppState(clock=clock, schema=schema(), work=None)
            return
        async with working_here(clock, settings.shutdown_seconds) as work:
            yield AppState(clock=clock, schema=schema(), work=work)
