"""What every answer carries: the id of its request, and headers that keep browsers careful."""

import re
import secrets
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REQUEST_ID = "goodterms.request_id"
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


def request_id_of(scope: Scope) -> str:
    """Give the id by which a request is found in the logs."""
    request_id: str = scope[_REQUEST_ID]
    return request_id


class RequestId:
    """Takes the caller's `X-Request-Id` if it is a plain word, else makes one, and gives it back."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        sent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        request_id = scope[_REQUEST_ID] = sent if _ACCEPTABLE_ID.fullmatch(sent) else secrets.token_hex(16)

        async def send_with_id(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        await self.app(scope, receive, send_with_id)


class DefaultHeaders:
    """Adds headers to every answer that does not set them itself."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self.app = app
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *[pair for pair in self.headers if pair[0] not in own]]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Straight:
    """Takes one address straight to what answers it, past the routes: nearly every request asks for it."""

    def __init__(self, app: ASGIApp, path: str, endpoint: ASGIApp, sockets: ASGIApp) -> None:
        self.app = app
        self.path = path
        self.straight = {"http": endpoint, "websocket": sockets}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        straight = self.straight.get(scope["type"]) if scope.get("path") == self.path else None
        await (straight or self.app)(scope, receive, send)


CAREFUL_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
