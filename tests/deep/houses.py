"""A house under load: API processes started from this checkout, customers who pay without pause, and its books."""

import asyncio
import json
import os
import random
import socket
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import models
import resolvers
from models.clock import SystemClock
from models.database import connect, disconnect
from resolvers.people import tokens
from rules.ids import encode_id
from tests import make
from tests.configured import configure_resolvers
from tests.conftest import KEYS
from tests.programs import PATIENCE_SECONDS, Launcher, Program

TOKEN_KEY = b"t" * 32
REPAY = """mutation Repay($input: RepayInput!) { repay(input: $input) {
  __typename ... on RepaySuccess { repayment { id } } ... on UserError { code } } }"""

DICE = random.Random()
"""The random moments."""


class Unanswered(Exception):
    """No answer came, or one that says neither yes nor no: what happened is not known to the caller."""


@dataclass(frozen=True)
class Borrower:
    """Somebody who owes enough to pay for as long as a test runs."""

    loan_id: int
    token: str


@dataclass(frozen=True)
class Payment:
    """What somebody wants to pay; no two payments of a house are of one amount."""

    borrower: Borrower
    amount: Decimal
    key: str


@dataclass(frozen=True)
class Process(Program):
    """One API process."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass
class House:
    """A database with borrowers, the processes before it, and what they acknowledged."""

    url: str
    folder: Path
    borrowers: list[Borrower]
    asked: dict[str, Payment] = field(default_factory=dict)
    """Every payment that was ever asked for, by its key."""
    acknowledged: dict[str, str] = field(default_factory=dict)
    """The repayment's id, by the key that was told of it."""
    redis_url: str = ""
    launcher: Launcher = field(default_factory=Launcher)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def log(self) -> Path:
        """What all the processes said."""
        return self.folder / "processes.log"

    async def start(self, url: str = "", port: int = 0) -> Process:
        """Start a process, and wait until it answers."""
        port = port or _free_port()
        program = self.launcher.start("api", environment=self.environment(url or self.url, port), out=self.log)
        process = Process(self.launcher, program.pid, port)
        await self._until_it_answers(process)
        return process

    def start_worker(self) -> Program:
        """Start a worker."""
        return self.launcher.start("jobs", "worker", environment=self.environment(self.url), out=self.log)

    async def _until_it_answers(self, process: Process) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), client(process) as http:
            while True:
                assert process.is_alive, self.log.read_text()
                with suppress(httpx.TransportError):
                    if (await http.get("/healthz")).is_success:
                        return
                await asyncio.sleep(0.02)

    def environment(self, url: str, port: int = 8000) -> dict[str, str]:
        """Say what a process is to know."""
        keys = {name: b64encode(key).decode() for name, key in KEYS.by_id.items()}
        return {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": url,
            "PORT": str(port),
            "TOKEN_KEYS": f'{{"now": "{b64encode(TOKEN_KEY).decode()}"}}',
            "TOKEN_KEY_ID": "now",
            "TOKEN_AUDIENCE": "goodterms-api",
            "ENCRYPTION_KEYS": str(keys).replace("'", '"'),
            "ENCRYPTION_KEY_ID": KEYS.current,
            "BLIND_INDEX_KEY": b64encode(KEYS.blind_index).decode(),
            "REDIS_URL": self.redis_url,
        }

    def next_payment(self) -> Payment:
        """Think of another payment."""
        number = next(self._numbers)
        borrower = self.borrowers[number % len(self.borrowers)]
        payment = Payment(borrower, Decimal(100 + number) / 100, f"pay-{number}")
        self.asked[payment.key] = payment
        return payment

    async def pay(self, http: httpx.AsyncClient, payment: Payment) -> None:
        """Ask for a payment, or ask again; raises `Unanswered` where the caller cannot know what came of it."""
        try:
            answer = await http.post("/graphql", content=body_of(payment), headers=headers_of(payment))
        except httpx.TransportError as problem:
            raise Unanswered(repr(problem)) from problem
        said = answer.json()
        if "errors" in said:
            raise Unanswered(said)
        repaid = said["data"]["repay"]
        assert repaid["__typename"] == "RepaySuccess", said
        known = self.acknowledged.setdefault(payment.key, repaid["repayment"]["id"])
        assert known == repaid["repayment"]["id"], f"{payment.key} was booked twice"

    async def pay_again(self, process: Process) -> int:
        """Ask again for everything that was not acknowledged, until it is; gives how many that were."""
        waiting = [payment for key, payment in self.asked.items() if key not in self.acknowledged]
        async with client(process) as http:
            for payment in waiting:
                await self.pay(http, payment)
        return len(waiting)

    def close(self) -> None:
        """End every process that was started."""
        self.launcher.close()


def body_of(payment: Payment) -> bytes:
    """What the app sends."""
    amount = {"amount": str(payment.amount), "currency": "CNY"}
    asked = {"loanId": encode_id("Loan", payment.borrower.loan_id), "amount": amount, "key": payment.key}
    return json.dumps({"query": REPAY, "variables": {"input": asked}}).encode()


def headers_of(payment: Payment) -> dict[str, str]:
    """How the app sends it."""
    return {"Authorization": f"Bearer {payment.borrower.token}", "Content-Type": "application/json"}


def request_of(payment: Payment) -> bytes:
    """All of it, byte by byte."""
    body = body_of(payment)
    headers = {"Host": "goodterms.test", **headers_of(payment), "Content-Length": str(len(body))}
    lines = ["POST /graphql HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def client(process: Process) -> httpx.AsyncClient:
    """An app that talks to one process."""
    return httpx.AsyncClient(base_url=process.url, timeout=PATIENCE_SECONDS, verify=False)  # Reading CAs takes long.


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    """Be connected in this process for the block."""
    await connect(url)
    try:
        yield
    finally:
        await disconnect()


async def furnish(url: str, folder: Path, *, borrowers: int = 8, days_ago: int = 0, **terms: object) -> House:
    """Fill a migrated database with people who owe, on the day that it is, or so many days ago."""
    models.configure(KEYS)
    configure_resolvers()
    signing = {"now": Ed25519PrivateKey.from_private_bytes(TOKEN_KEY)}
    resolvers.configure(replace(resolvers.configured(), token_keys=signing, token_lifetime=timedelta(hours=1)))
    real = SystemClock("Asia/Shanghai")
    make.clock.moment, make.clock.business_date = make.NOON, make.TODAY
    async with opened(url):
        await make.travel_to(real.calendar_day() - timedelta(days=days_ago))
        make.clock.moment = real.now()
        product = await make.product(**terms)
        people = []
        for _ in range(borrowers):
            loan = await make.loan(amount="200000.00", term=36, product=product)
            session_id = (await make.viewer_of(loan.customer_id)).session_id
            assert session_id is not None
            people.append(Borrower(loan.id, tokens.issue(session_id, real.now())[0]))
        await make.deliver()
    return House(url, folder, people)
