"""Firebase Cloud Messaging and Google's token endpoint, on loopback, over TLS; also as a process of its own.

`python -m tests.standins.fcm --port 0 --folder F` prints one line of JSON: its port, whom to trust, and the service account.
Over HTTP it tells what it took (`GET /_accepted`, `GET /_messages`), fails on command (`POST /_fail`) and forgets (`POST /_forget`).
"""

import argparse
import asyncio
import contextlib
import secrets
import signal
import sys
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs

import jwt
import orjson
import uvloop
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.standins import certificates, fcm_shape
from tests.standins.faults import Fault, Faults
from tests.standins.http import Answer, Request, Server, answer

AUDIENCE = "https://oauth2.googleapis.com/token"
SCOPES = {"https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/firebase.messaging"}
"""Either of them will do."""
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
ERRORS: dict[str, tuple[int, str, str | None]] = {
    "UNREGISTERED": (404, "NOT_FOUND", "UNREGISTERED"),
    "SENDER_ID_MISMATCH": (403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"),
    "BAD_ADDRESS": (400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"),
    "QUOTA_EXCEEDED": (429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"),
    "UNAVAILABLE": (503, "UNAVAILABLE", "UNAVAILABLE"),
    "INTERNAL": (500, "INTERNAL", "INTERNAL"),
    "UNAUTHENTICATED": (401, "UNAUTHENTICATED", None),
    "THIRD_PARTY_AUTH_ERROR": (401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"),
    "PERMISSION_DENIED": (403, "PERMISSION_DENIED", None),
}
"""Each answer's status, in numbers and words, and FCM's own code. Other faults: BAD_PAYLOAD, BAD_GATEWAY, CUT_BEFORE and
CUT_AFTER (the message was taken), and SLOW, whose answer comes late and is good."""


class Fcm:
    """One project, one service account, and what was sent."""

    def __init__(self, project: str = "goodterms-test", *, latency_seconds: float = 0.0, keep: int = 20_000) -> None:
        self.project = project
        self.faults = Faults()
        self.token_faults = Faults()
        """For everybody: UNAVAILABLE, REFUSED, NO_TOKEN, SLOW."""
        self.token_seconds = 3_600
        self.latency_seconds = latency_seconds
        self.taken: deque[bytes] = deque(maxlen=keep)
        """The last requests that were accepted, as they came."""
        self.ids: Counter[tuple[str, str]] = Counter()
        """How often each address was sent each message."""
        self.counts: Counter[str] = Counter()
        """Answers by their name; also `requests`, `tokens` and `accepted`."""
        self._key = _key()
        self._tokens: dict[str, float] = {}

    @property
    def messages(self) -> list[dict]:
        """What was accepted, oldest first."""
        return [orjson.loads(body)["message"] for body in self.taken]

    def service_account(self, url: str) -> dict[str, str]:
        """Give what a developer downloads from the console."""
        return {
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": "k1",
            "private_key": certificates.pem(self._key).decode(),
            "client_email": f"push@{self.project}.iam.gserviceaccount.com",
            "client_id": "1",
            "token_uri": f"{url}/token",
        }

    def end_tokens(self) -> None:
        """No token that was given is good any more."""
        self._tokens.clear()

    def __call__(self, request: Request) -> Answer:
        path = request.path.partition("?")[0]
        if request.method == "POST" and path.endswith("messages:send"):
            return self._send(path, request)
        match request.method, path:
            case "POST", "/token":
                return self._token(request)
            case "GET", "/_accepted":
                return answer(**self.counts, distinct=len(self.ids))
            case "GET", "/_messages":
                return answer(messages=self.messages)
            case "POST", "/_fail":
                self.faults.fail(**request.json())
                return answer()
            case "POST", "/_forget":
                self.forget()
                return answer()
        return answer(404, error={"code": 404, "status": "NOT_FOUND"})

    def forget(self) -> None:
        """Nothing was sent, and nothing goes wrong any more."""
        self.faults.heal()
        self.taken.clear()
        self.ids.clear()
        self.counts.clear()

    def _send(self, path: str, request: Request) -> Answer:
        self.counts["requests"] += 1
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0.0) <= time.monotonic():
            return self._error("UNAUTHENTICATED")
        if path != f"/v1/projects/{self.project}/messages:send":
            return self._error("PERMISSION_DENIED")
        if (problem := fcm_shape.problem(request.body)) is not None:
            return self._malformed(*problem)
        asked = request.json()
        address = fcm_shape.address_of(asked["message"])
        fault = self.faults.next(address)
        if fault is not None and fault.name not in {"CUT_AFTER", "SLOW"}:
            return self._fails(fault)
        given = self._accept(request.body, asked, address)
        return given if fault is None else self._fails(fault, given)

    def _accept(self, body: bytes, asked: dict, address: str) -> Answer:
        name = f"projects/{self.project}/messages/{secrets.token_hex(8)}"
        if not asked.get("validate_only"):
            self.taken.append(body)
            self.ids[address, asked["message"].get("data", {}).get("id", "")] += 1
            self.counts["accepted"] += 1
        return Answer(body=orjson.dumps({"name": name}), delay_seconds=self.latency_seconds)

    def _fails(self, fault: Fault, given: Answer | None = None) -> Answer:
        if fault.name == "SLOW" and given is not None:
            return Answer(body=given.body, delay_seconds=fault.delay_seconds)
        if fault.name in {"CUT_BEFORE", "CUT_AFTER"}:
            self.counts[fault.name] += 1
            return Answer(is_cut=True)
        if fault.name == "BAD_GATEWAY":
            self.counts[fault.name] += 1
            return Answer(502, b"<html>Bad Gateway</html>", (("x-from", "proxy"),))
        if fault.name == "BAD_PAYLOAD":
            return self._malformed("message.notification", "Invalid value.")
        return self._error(fault.name, fault.retry_after)

    def _error(self, name: str, retry_after: str | None = None) -> Answer:
        status, words, code = ERRORS[name]
        details = [{"@type": FCM_ERROR, "errorCode": code}] if code else []
        return self._refused(name, status, words, f"It is {name}.", details, retry_after)

    def _malformed(self, field: str, description: str) -> Answer:
        violation = {"field": field, "description": description}
        details = [{"@type": BAD_REQUEST, "fieldViolations": [violation]}]
        return self._refused("MALFORMED", 400, "INVALID_ARGUMENT", description, details)

    def _refused(
        self, name: str, code: int, status: str, message: str, details: list, retry_after: str | None = None
    ) -> Answer:
        self.counts[name] += 1
        body = {"error": {"code": code, "message": message, "status": status, "details": details}}
        headers = (("retry-after", retry_after),) if retry_after is not None else ()
        return Answer(code, orjson.dumps(body), headers, self.latency_seconds)

    def _token(self, request: Request) -> Answer:
        self.counts["tokens"] += 1
        fault = self.token_faults.next("")
        if fault is not None and fault.name != "SLOW":
            status = {"UNAVAILABLE": 503, "REFUSED": 400, "NO_TOKEN": 200}[fault.name]
            return answer(status, error="invalid_grant" if status == 400 else "")
        form = parse_qs(request.body.decode())
        try:
            claims = jwt.decode(
                form["assertion"][0],
                self._key.public_key(),
                algorithms=["RS256"],
                audience=AUDIENCE,
                issuer=self.service_account("")["client_email"],
                options={"require": ["exp", "iat", "iss", "aud"]},
            )
        except (jwt.InvalidTokenError, KeyError) as problem:
            return answer(400, error="invalid_grant", error_description=type(problem).__name__)
        if form.get("grant_type") != [GRANT] or not SCOPES & set(str(claims.get("scope")).split()):
            return answer(400, error="invalid_scope")
        token = secrets.token_urlsafe(96)
        self._tokens[token] = time.monotonic() + self.token_seconds
        body = {"access_token": token, "expires_in": self.token_seconds, "token_type": "Bearer"}
        return Answer(body=orjson.dumps(body), delay_seconds=fault.delay_seconds if fault else 0.0)


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


@contextlib.asynccontextmanager
async def serving(fcm: Fcm, files: certificates.Certificates, port: int = 0) -> AsyncIterator[Server]:
    """Serve it, offering HTTP/2 and HTTP/1.1 as Google does."""
    async with Server(fcm, port, files.for_server("h2", "http/1.1")) as server:
        yield server


async def _run(arguments: argparse.Namespace) -> None:
    fcm = Fcm(arguments.project, latency_seconds=arguments.latency_milliseconds / 1_000, keep=arguments.keep)
    fcm.faults.one_in, fcm.faults.one_in_times = arguments.one_in, arguments.times
    folder: Path = arguments.folder
    files = certificates.made(folder)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(fcm, files, arguments.port) as server:
        account = folder / "service-account.json"
        account.write_bytes(orjson.dumps(fcm.service_account(server.url)))
        told = {"port": server.port, "url": server.url, "service_account": str(account)}
        sys.stdout.write(orjson.dumps({**told, "ca": str(files.ca)}).decode() + "\n")
        sys.stdout.flush()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), arguments.seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description="Firebase Cloud Messaging on loopback")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path, required=True, help="where its certificates and service account are put")
    parser.add_argument("--project", default="goodterms-test")
    parser.add_argument("--latency-milliseconds", type=float, default=0.0)
    parser.add_argument("--one-in", type=int, default=0, help="one address in so many answers 503")
    parser.add_argument("--times", type=int, default=3, help="so many times, before it is taken")
    parser.add_argument("--keep", type=int, default=20_000, help="how many messages are kept")
    parser.add_argument("--seconds", type=float, default=3_600.0, help="when it ends by itself")
    uvloop.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
