"""Who is asking: the bearer token, the language, the address."""

from starlette.requests import Request

from api.state import AppState
from models.clock import SystemClock
from models.viewer import Viewer
from notifications import words
from resolvers.people import sessions
from resolvers.people.tokens import TokenInvalid
from rules.people.kinds import Locale


def accepted_language(request: Request[AppState]) -> Locale | None:
    """Give the language of ours that `Accept-Language` likes best."""
    return words.best_locale(request.headers.get("accept-language", ""))


async def viewer_of(request: Request[AppState]) -> Viewer:
    """Give the person who asks, a visitor if he shows no token; raises TokenInvalid."""
    clock = request.state["clock"]
    if isinstance(clock, SystemClock):
        await clock.refresh()
    address = request.client.host if request.client else ""
    return await sessions.viewer_of(_bearer_token(request), clock, accepted_language(request), address)


def _bearer_token(request: Request[AppState]) -> str | None:
    headers = request.headers.getlist("authorization")
    if not headers:
        return None
    scheme, _, token = headers[0].strip().partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not token.strip():
        raise TokenInvalid
    return token.strip()
