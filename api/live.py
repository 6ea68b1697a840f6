"""GraphQL over WebSocket: subscriptions, by the protocol graphql-transport-ws, under the same rules as over HTTP.

The protocol is the library's; here stand who may connect, which documents run, and how errors are worded.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import timedelta
from json import JSONDecodeError
from typing import Any, cast

import orjson
from graphql import GraphQLError, specified_rules
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.extensions import ValidationCache
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, SubscribeMessage
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UNSET, UnsetType

from api.documents import check_transport, find_operation, not_trusted
from api.errors import (
    Rendered,
    logger,
    render_all,
    render_no_request,
    render_request_error,
    without_suggestions,
)
from api.graphql import GraphQLEndpoint
from api.json_text import read_json
from api.requests import GraphQLRequest, NotARequest, checked_request
from api.sockets import FORBIDDEN, TRY_LATER, WRONG_HERE, Socket, Sockets
from models.viewer import Viewer
from resolvers.people.tokens import TokenInvalid
from rules.people.access import ALL_STAFF
from schema.context import Context
from schema.errors import BadInput, RequestError, cause_of
from settings import Settings

_validate = ValidationCache().cached_validate_document
"""Shares its cache with the schema's own ValidationCache: a document is validated once."""


class NotValid(Exception):
    """The document asks for what the schema does not have."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


class LiveContext(Context):
    """What travels with one subscription."""

    def __init__(self, viewer: Viewer, socket: Socket) -> None:
        super().__init__(viewer, socket.request_id)
        self._socket = socket

    async def renewed(self) -> Viewer:
        """Give whose the socket is, as he is now; raises `TokenInvalid` where his session has ended."""
        self.viewer = await self._socket.viewer()
        return await super().renewed()


class Worded(GraphQLError):
    """An error as the caller is to read it."""

    def __init__(self, rendered: Rendered) -> None:
        super().__init__(rendered["message"])
        self._rendered = rendered

    @property
    def formatted(self) -> Any:
        return self._rendered


class _Streams:
    """Stands where the library asks its schema for a stream: each has a context of its own, and errors in words."""

    def __init__(self, front: GraphQLEndpoint) -> None:
        self._front = front

    async def stream(
        self, query: str, *, context_value: Socket, variable_values: Any, operation_name: str | None, **_: object
    ) -> AsyncIterator[ExecutionResult]:
        """Run a subscription; gives its results as they come."""
        context = LiveContext(await context_value.viewer(), context_value)
        schema: Schema = context_value.state["schema"]
        results = await schema.stream(
            query,
            variable_values=variable_values,
            context_value=context,
            operation_name=operation_name,
            allowed_operation_types=(OperationType.SUBSCRIPTION,),
        )
        return self._worded(results, context, context_value)

    async def _worded(self, results: Any, context: Context, socket: Socket) -> AsyncIterator[ExecutionResult]:
        async with aclosing(results):
            async for result in results:
                if any(isinstance(cause_of(error), TokenInvalid) for error in result.errors or ()):
                    await socket.end(FORBIDDEN, "Forbidden")
                    return
                if result.errors:  # Of values, and of what was done with them: the document is valid.
                    errors = render_all(result.errors, context.viewer.locale, context.request_id)
                    result.errors = [Worded(each) for each in self.shown(errors)]
                yield result

    def shown(self, errors: list[Rendered]) -> list[Rendered]:
        """Leave out what is not told here."""
        return without_suggestions(errors) if self._front.hides_suggestions else errors


class _Handler(BaseGraphQLTransportWSHandler[Socket, None]):
    """The library's, which takes nothing for granted of a message, and runs documents that may be run here."""

    view: "LiveEndpoint"

    async def handle_message(self, message: Message) -> None:
        if not _is_message(message):
            await self.handle_invalid_message("Failed to parse message")
            return
        await super().handle_message(message)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        if self.connection_acknowledged:
            viewer = await self.context.viewer()
            try:
                self._check_count()
                payload = self.view.checked(self.context, viewer, message["payload"])
            except (NotARequest, RequestError, GraphQLError, NotValid) as wrong:
                errors = self.view.rendered(wrong, viewer, self.context)
                await self.send_message({"id": message["id"], "type": "error", "payload": cast(Any, errors)})
                return
            message = {**message, "payload": cast(Any, payload)}
        await super().handle_subscribe(message)

    def _check_count(self) -> None:
        """Raise NotARequest where as many run as may: as the library would say it, in the person's words."""
        limit = self.max_subscriptions_per_connection
        if limit is not None and len(self.operations) >= limit:
            message, key = f"A socket has at most {limit} subscriptions.", "error.TOO_MANY_SUBSCRIPTIONS"
            raise NotARequest(429, "TOO_MANY_SUBSCRIPTIONS", message, key=key, limit=limit)

    async def handle_task_exception(self, error: Exception) -> None:
        if isinstance(error, TokenInvalid):
            await self.context.end(FORBIDDEN, "Forbidden")
        elif not isinstance(error, WebSocketDisconnect | WebSocketDisconnected):  # Clients go when they like.
            logger.error("Unexpected error over a socket, request %s", self.context.request_id, exc_info=error)


def _is_message(message: object) -> bool:
    """Say whether it has the form that the library relies on."""
    return (
        isinstance(message, dict)
        and isinstance(message.get("type"), str)
        and (message["type"] not in ("subscribe", "complete") or isinstance(message.get("id"), str))
        and (message["type"] != "subscribe" or isinstance(message.get("payload"), dict))
    )


class LiveEndpoint(GraphQL[Socket, None]):
    """The one address of the API, for WebSockets."""

    graphql_transport_ws_handler_class = _Handler

    def __init__(self, settings: Settings, front: GraphQLEndpoint) -> None:
        self._settings = settings
        self._front = front
        self._streams = _Streams(front)
        self.sockets = Sockets(settings.max_sockets)
        super().__init__(
            cast(Schema, self._streams),
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=settings.socket_init_seconds),
            max_subscriptions_per_connection=settings.max_subscriptions,
            allowed_origins=settings.origins,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = Socket(scope, receive, send, self._settings)
        with self.sockets.opened(socket):
            try:
                await self.run(cast(Any, socket))
            except WebSocketDisconnect:
                pass
            except TokenInvalid:
                await socket.end(FORBIDDEN, "Forbidden")
            except Exception:  # noqa: BLE001  The last line, as over HTTP.
                logger.exception("Unexpected error over a socket, request %s", socket.request_id)
                await socket.end(WRONG_HERE, f"Unexpected error, request {socket.request_id}"[:120])
            finally:
                socket.leave()

    async def get_context(self, request: Any, response: Any) -> Socket:  # noqa: ARG002
        """Give the socket itself: the contexts of what runs over it are its own."""
        return cast(Socket, request)

    async def on_ws_connect(self, context: Socket) -> UnsetType:
        """Let in who shows a token that is good, as often as he may."""
        try:
            await context.sign_in()
        except TokenInvalid:
            raise ConnectionRejectionError from None
        if not self.sockets.admit(context):
            await context.end(TRY_LATER, "Too many sockets of one session")
        return cast(UnsetType, UNSET)

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON within the limits of the API. Raises json.JSONDecodeError."""
        text = data.encode(errors="surrogatepass") if isinstance(data, str) else data
        try:
            return read_json(text, self._front.json_limits)
        except BadInput as wrong:
            raise JSONDecodeError(str(wrong), "", 0) from None

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()

    def checked(self, socket: Socket, viewer: Viewer, payload: object) -> dict[str, Any]:
        """Find what is to run; raises NotARequest, RequestError, GraphQLError or NotValid where it may not, or not here."""
        asked: GraphQLRequest = checked_request(payload, is_read_only=False)
        found = self._front.documents.find(asked)
        if found.is_for_staff and viewer.role not in ALL_STAFF:
            raise not_trusted()
        schema = socket.state["schema"]._schema
        self._front.operations.check(schema, found.text, asked.variables)
        document, operation = find_operation(asked, found)
        check_transport(operation, is_socket=True)
        if errors := _validate(schema, document, tuple(specified_rules)):
            raise NotValid(errors)
        return {"query": found.text, "variables": asked.variables, "operationName": asked.operation_name}

    def rendered(
        self, wrong: NotARequest | RequestError | GraphQLError | NotValid, viewer: Viewer, socket: Socket
    ) -> Sequence[Rendered]:
        """Word why something does not run."""
        if isinstance(wrong, NotARequest):
            return [render_no_request(wrong, viewer.locale)]
        if isinstance(wrong, RequestError):
            return [render_request_error(wrong, viewer.locale)]
        is_validation = isinstance(wrong, NotValid)
        errors = wrong.errors if isinstance(wrong, NotValid) else (wrong,)
        return self._streams.shown(render_all(errors, viewer.locale, socket.request_id, is_validation=is_validation))
