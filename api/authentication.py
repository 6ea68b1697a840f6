"""Who is asking: the bearer token, the language, the address."""

from starlette.requests import HTTPConnection, Request

from api.state import AppState
from models.clock import SystemClock
from models.viewer import Viewer
from notifications import words
from resolvers.people import sessions
from resolvers.people.tokens import TokenInvalid
from rules.people.kinds import Locale


def accepted_language(request: HTTPConnection[AppState]) -> Locale | None:
    """Give the language of ours that `Accept-Language` likes best."""
    return words.best_locale(request.headers.get("accept-language", ""))


async def viewer_of(request: Request[AppState]) -> Viewer:
    """Give the person who asks, a visitor if he shows no token; raises TokenInvalid."""
    return await viewer_with(_token_of(request), request)


async def viewer_with(token: str | None, connection: HTTPConnection[AppState]) -> Viewer:
    """Give the person who shows a token, a visitor without one; raises TokenInvalid."""
    clock = connection.state["clock"]
    if isinstance(clock, SystemClock):
        await clock.refresh()
    address = connection.client.host if connection.client else ""
    return await sessions.viewer_of(token, clock, accepted_language(connection), address)


def _token_of(request: Request[AppState]) -> str | None:
    headers = request.headers.getlist("authorization")
    if len(headers) > 1:
        raise TokenInvalid
    return bearer_token(headers[0]) if headers else None


def bearer_token(authorization: str) -> str:
    """Give the token of `Bearer …`; raises TokenInvalid where there is none."""
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenInvalid
    return token.strip()
