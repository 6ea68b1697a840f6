"""Open WebSockets: whose each is, how long it may stay, and how one ends whose client does not read."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from api.authentication import bearer_token, viewer_with
from api.middleware import request_id_of
from api.state import AppState
from jobs.outages import Outage
from models.viewer import Clock, Viewer
from resolvers.people import sessions, tokens
from resolvers.people.tokens import TokenInvalid
from settings import Settings

FORBIDDEN = 4403
"""The token is wrong, or worth nothing any more. Unlike 4401, clients take it as a reason to come again, with another."""
TOO_BIG = 1009
WRONG_HERE = 1011
TRY_LATER = 1013
CHECK_SECONDS = 1.0
"""How often it is asked whether tokens and sessions go on, and whether clients read."""
DATABASE_SECONDS = 5.0
"""How long the database may take to say which sessions go on."""
MAX_UNREAD_BYTES = 1_048_576
"""How much may wait for a client to read it, whatever it is: the answers to his pings, too."""

logger = logging.getLogger("goodterms.api")


class Socket(WebSocket[AppState]):
    """One WebSocket; also what the library hands to whatever runs over it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, settings: Settings) -> None:
        super().__init__(scope, receive, send)
        self.connection_params: dict[str, object] = {}
        """What the client sent with `connection_init`."""
        self.session_id: int | None = None
        """Known once it is signed in."""
        self._token: str | None = None
        self._ends_at: datetime | None = None
        self._max_bytes = settings.max_body_bytes
        self._patience_seconds = settings.socket_patience_seconds
        # The server offers its apps no way to hang up on a client that does not read: closing waits until he does.
        self._transport: asyncio.Transport | None = getattr(getattr(receive, "__self__", None), "transport", None)

    @property
    def request_id(self) -> str:
        return request_id_of(self.scope)

    @property
    def clock(self) -> Clock:
        return self.state["clock"]

    @property
    def is_closed(self) -> bool:
        return self.application_state is WebSocketState.DISCONNECTED

    @property
    def is_over(self) -> bool:
        """Whether its token has ended."""
        return self._ends_at is not None and self._ends_at <= self.clock.now()

    @property
    def is_unread(self) -> bool:
        """Whether more waits to be read than may."""
        return self._transport is not None and self._transport.get_write_buffer_size() > MAX_UNREAD_BYTES

    async def sign_in(self) -> None:
        """Take the token that came with `connection_init`. Raises `TokenInvalid`."""
        sent = {name.lower(): value for name, value in self.connection_params.items()}
        token = bearer_token(str(sent.get("authorization", "")))
        viewer = await viewer_with(token, self)
        self._token, self._ends_at, self.session_id = token, tokens.end_of(token), viewer.session_id

    async def viewer(self) -> Viewer:
        """Give whose it is, as he is now; raises `TokenInvalid` where his session has ended."""
        if self._token is None:
            raise TokenInvalid
        return await viewer_with(self._token, self)

    async def receive(self) -> Message:
        """Receive a message; one that is too long ends the socket."""
        message = await super().receive()
        text = message.get("text") or ""
        if len(text) > self._max_bytes or len(text.encode(errors="surrogatepass")) > self._max_bytes:
            await self.end(TOO_BIG, "Message too big")
            raise WebSocketDisconnect(TOO_BIG)
        return message

    async def send(self, message: Message) -> None:
        """Send a message; where the client does not read in time, hang up. Raises `WebSocketDisconnect`."""
        if self.is_closed:
            raise WebSocketDisconnect
        try:
            async with asyncio.timeout(self._patience_seconds):
                await super().send(message)
        except (TimeoutError, RuntimeError) as problem:  # The latter where the server has closed it by itself.
            self.hang_up()
            raise WebSocketDisconnect(1006) from problem

    async def end(self, code: int, reason: str) -> None:
        """Close it, unless it is closed; takes as long as a client is given to read, and no longer."""
        with suppress(WebSocketDisconnect):
            await self.close(code, reason)

    def hang_up(self) -> None:
        """End the connection at once, whatever waits to be read."""
        self.application_state = WebSocketState.DISCONNECTED
        if self._transport is not None:
            self._transport.abort()

    def leave(self) -> None:
        """Nothing more is to be said: give the client time to read the last of it."""
        asyncio.get_running_loop().call_later(self._patience_seconds, self.hang_up)


class Sockets:
    """The open sockets of one process, looked after while there are any."""

    def __init__(self, max_per_session: int) -> None:
        self._max_per_session = max_per_session
        self._open: set[Socket] = set()
        self._of_session: dict[int, set[Socket]] = {}
        self._looking_after: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._database = Outage("the database", logger)

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def opened(self, socket: Socket) -> Iterator[None]:
        """Look after a socket for the block."""
        self._open.add(socket)
        if self._looking_after is None:
            self._looking_after = asyncio.create_task(self._look_after())
        try:
            yield
        finally:
            self._open.discard(socket)
            others = self._of_session.get(socket.session_id or 0, set())
            others.discard(socket)
            if not others:
                self._of_session.pop(socket.session_id or 0, None)
            if not self._open:
                self._looking_after.cancel()
                self._looking_after = None

    def admit(self, socket: Socket) -> bool:
        """Count a socket that has signed in for its session; False if that has as many as it may."""
        assert socket.session_id is not None, "it has signed in"
        of_session = self._of_session.setdefault(socket.session_id, set())
        if len(of_session) >= self._max_per_session:
            return False
        of_session.add(socket)
        return True

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self._check()
            except Exception as problem:  # noqa: BLE001  Whatever the database does, it is asked again.
                await asyncio.sleep(self._database.goes_on(problem))
            else:
                self._database.is_over()

    async def _check(self) -> None:
        """Hang up on clients that do not read; end what has no token, or no session, any more."""
        for socket in list(self._open):
            if socket.is_unread:
                socket.hang_up()
            elif socket.is_over:
                self._end(socket)
        if self._of_session:
            clock = next(iter(self._open)).clock
            async with asyncio.timeout(DATABASE_SECONDS):
                gone = self._of_session.keys() - await sessions.going_on(self._of_session, clock.now())
            for session_id in gone:
                for socket in self._of_session.get(session_id, ()):
                    self._end(socket)

    def _end(self, socket: Socket) -> None:
        if not socket.is_closed:
            ending = asyncio.create_task(socket.end(FORBIDDEN, "Forbidden"))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
