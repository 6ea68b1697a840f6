"""A small schema behind the real front door."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import httpx
import strawberry
from graphql import GraphQLError
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from api.app import create_app
from api.state import AppState
from jobs.background import Work
from models.clock import TravellingClock
from models.viewer import Clock
from schema.context import Info
from schema.errors import BadInput, Forbidden, RequestError, Unauthenticated
from schema.scalars import SCALARS
from settings import Settings

NOON = datetime(2026, 3, 16, 4, 0, tzinfo=UTC)
Headers = Mapping[str, str] | list[tuple[str, str]] | None
SECRET = "the password is swordfish"


class Touched:
    """Counts what mutations did."""

    count = 0


@strawberry.input
class Sum:
    terms: list[int]


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"Hello, {name}"

    @strawberry.field
    def total(self, input: Sum) -> int:
        return sum(input.terms)

    @strawberry.field
    def role(self, info: Info) -> str:
        return info.context.viewer.role.value

    @strawberry.field
    def locale(self, info: Info) -> str:
        return info.context.viewer.locale.value

    @strawberry.field
    def me(self) -> str:
        raise Unauthenticated

    @strawberry.field
    def staff_only(self) -> str | None:
        raise Forbidden

    @strawberry.field
    def page(self, first: int) -> int | None:
        raise BadInput("input.too_many", limit=100).at("first") if first > 100 else ValueError(first)

    @strawberry.field
    def often(self) -> str | None:
        raise RequestError("RATE_LIMITED", "error.RATE_LIMITED", retry_after=30)

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def broken_inside(self) -> str | None:
        raise GraphQLError(SECRET)

    @strawberry.field
    def too_large(self) -> int | None:
        return 2**40

    @strawberry.field
    def surrogate(self) -> str | None:
        return "\ud800"

    @strawberry.field
    def missing(self) -> str:
        return None  # type: ignore[return-value]


@strawberry.type
class Mutation:
    @strawberry.mutation
    def touch(self) -> int:
        Touched.count += 1
        return Touched.count


TINY = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    config=StrawberryConfig(scalar_map=SCALARS),
    extensions=[ParserCache, ValidationCache],
)


def serve(
    schema: strawberry.Schema = TINY, clock: Clock | None = None, work: Work | None = None, **settings: Any
) -> httpx.AsyncClient:
    """Give a client of the app as a server would run it, its lifespan left out."""
    app = create_app(Settings(_env_file=None, **settings))
    state = AppState(clock=clock or TravellingClock(NOON, date(2026, 3, 16)), schema=schema, work=work)

    async def app_with_state(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app_with_state), base_url="http://goodterms.test")


async def post(
    body: object = None, *, content: bytes | None = None, headers: Headers = None, **settings: Any
) -> httpx.Response:
    """Send one POST to the small schema."""
    async with serve(**settings) as client:
        if content is None:
            return await client.post("/graphql", json=body, headers=headers)
        return await client.post(
            "/graphql", content=content, headers={"Content-Type": "application/json", **dict(headers or {})}
        )


async def get(params: Mapping[str, str], headers: Mapping[str, str] | None = None, **settings: Any) -> httpx.Response:
    """Send one GET to the small schema."""
    async with serve(**settings) as client:
        return await client.get("/graphql", params=params, headers=headers)
