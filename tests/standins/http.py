"""A small and fast HTTP server: what the stand-ins answer with, over HTTP/1.1 and, with TLS, over HTTP/2."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import httptools
import orjson


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked, whichever HTTP he speaks."""

    method: str
    path: str
    headers: dict[str, str]
    """By their names in small letters."""
    body: bytes

    def json(self):
        return orjson.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to it, after a while, or not at all."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay_seconds: float = 0.0
    is_cut: bool = False
    """Whether the connection ends instead."""

    @property
    def fields(self) -> list[tuple[str, str]]:
        return [("content-type", "application/json"), *self.headers, ("content-length", str(len(self.body)))]


def answer(status: int = 200, /, **body: object) -> Answer:
    return Answer(status, orjson.dumps(body))


Handler = Callable[[Request], Answer]


@dataclass
class Server:
    """A server that listens on loopback."""

    handler: Handler
    port: int = 0
    tls: ssl.SSLContext | None = None
    connections: int = 0
    """How many were ever made."""
    open: set[asyncio.Transport] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "Server":
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Arrived(self), "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for transport in list(self.open):
            transport.abort()
        await self._server.wait_closed()
        await asyncio.sleep(0)  # What was cut off is told so.


class _Arrived(asyncio.Protocol):
    """A connection of which is not known yet what it speaks."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def connection_made(self, transport) -> None:
        secured = transport.get_extra_info("ssl_object")
        is_two = secured is not None and secured.selected_alpn_protocol() == "h2"
        spoken = _Two(self._server) if is_two else _One(self._server)
        transport.set_protocol(spoken)
        spoken.connection_made(transport)


class _Spoken(asyncio.Protocol):
    """One connection."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def connection_made(self, transport) -> None:
        self.transport = transport
        self._server.connections += 1
        self._server.open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.open.discard(self.transport)

    def _ask(self, request: Request, stream: int = 0) -> None:
        answer = self._server.handler(request)
        if answer.delay_seconds:
            asyncio.get_running_loop().call_later(answer.delay_seconds, self._give, answer, stream)
        else:
            self._give(answer, stream)

    def _give(self, answer: Answer, stream: int) -> None:
        if answer.is_cut:
            self.transport.abort()
        elif not self.transport.is_closing():
            self._write(answer, stream)

    def _write(self, answer: Answer, stream: int) -> None:
        raise NotImplementedError


class _One(_Spoken):
    """HTTP/1.1, one request after the other."""

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.abort()

    def on_message_begin(self) -> None:
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    def on_url(self, url: bytes) -> None:
        self._path = url.decode()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode().lower()] = value.decode()

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        method = self._parser.get_method().decode()
        self._ask(Request(method, self._path, self._headers, b"".join(self._body)))

    def _write(self, answer: Answer, stream: int) -> None:
        head = "".join(f"{name}: {value}\r\n" for name, value in answer.fields)
        self.transport.write(f"HTTP/1.1 {answer.status} .\r\n{head}\r\n".encode() + answer.body)


class _Two(_Spoken):
    """HTTP/2, many requests at once."""

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        self._streams: dict[int, tuple[dict[str, str], list[bytes]]] = {}
        self._h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self._h2.initiate_connection()
        self._flush()

    def data_received(self, data: bytes) -> None:
        try:
            for event in self._h2.receive_data(data):
                self._happened(event)
        except h2.exceptions.ProtocolError:
            self._flush()
            self.transport.abort()
            return
        self._flush()

    def _happened(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.RequestReceived():
                self._streams[event.stream_id] = dict(event.headers), []
            case h2.events.DataReceived():
                self._streams[event.stream_id][1].append(event.data)
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.StreamEnded():
                headers, body = self._streams.pop(event.stream_id)
                asked = Request(headers[":method"], headers[":path"], headers, b"".join(body))
                self._ask(asked, event.stream_id)
            case h2.events.StreamReset():
                self._streams.pop(event.stream_id, None)

    def _write(self, answer: Answer, stream: int) -> None:
        try:
            self._h2.send_headers(stream, [(":status", str(answer.status)), *answer.fields])
            self._h2.send_data(stream, answer.body, end_stream=True)
        except h2.exceptions.ProtocolError:
            return  # Whoever asked has gone meanwhile.
        self._flush()

    def _flush(self) -> None:
        if data := self._h2.data_to_send():
            self.transport.write(data)
