"""As little web server as there can be: a token is looked up in a dictionary, an operation's name in another."""

import argparse
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import uvicorn


class Person(NamedTuple):
    """Who a token belongs to; staff have no customer's id, customers no staff's."""

    customer_id: int | None
    staff_id: int | None
    session_id: int
    branch_ids: list[int]


Answer = Callable[[Person, Mapping[str, Any]], Awaitable[bytes]]
Answers = Mapping[str, Answer]
"""What answers an operation, by its name; the answer is the whole body."""
Opening = Callable[[str], AbstractAsyncContextManager[Answers]]
"""Opens a database."""


def serve(opening: Opening) -> None:
    """Serve what the command line says, until told to stop."""
    parser = argparse.ArgumentParser()
    for name in ("port", "database", "people"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    people = read_people(Path(arguments.people))
    app = _App(opening, arguments.database, people)
    run(app, int(arguments.port))


def run(app: Any, port: int) -> None:
    """Run an app as the product runs its own."""
    uvicorn.run(
        app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", access_log=False, log_level="warning"
    )


def read_people(path: Path) -> dict[bytes, Person]:
    """Read who may ask, by the whole of the header."""
    return {b"Bearer " + token.encode(): Person(*person) for token, person in orjson.loads(path.read_bytes()).items()}


def key_of(global_id: str) -> int:
    """Give the row's key in a global id."""
    return int(base64.urlsafe_b64decode(global_id + "==").partition(b":")[2])


def key_after(cursor: str | None) -> int:
    """Give the row's key in a cursor of the list of loans."""
    return 0 if cursor is None else int(orjson.loads(base64.urlsafe_b64decode(cursor))[2])


def cents_of(amount: str) -> int:
    """Read an amount with two decimals."""
    return int(amount.replace(".", ""))


def hash_of(asked: Mapping[str, Any]) -> str:
    """Hash the arguments that stand under a key: in each server of its own way, so these hashes are not compared."""
    return sha256(orjson.dumps(asked, str, orjson.OPT_SORT_KEYS)).hexdigest()


class _App:
    def __init__(self, opening: Opening, database: str, people: Mapping[bytes, Person]) -> None:
        self.opening = opening(database)
        self.people = people
        self.answers: Answers = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        person = self.people[next(value for name, value in scope["headers"] if name == b"authorization")]
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message.get("more_body"):
                break
        asked = orjson.loads(body)
        answer = await self.answers[asked["operationName"]](person, asked["variables"])
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        async with self._opened():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        async with self.opening as self.answers:
            yield
