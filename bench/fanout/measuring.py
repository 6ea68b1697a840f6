"""Measuring the morning: each run has a worker of its own on one core, and a stand-in for Firebase on the other."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson

from bench import keys
from bench.answers import Disagreement
from bench.data.databases import FOLDER, Say
from bench.fanout.crowd import forget, noon_of, settle_in, settled, town_of_reminders
from bench.fanout.worker import PARTS
from bench.processes import ROOT, settle
from bench.wire import Counts, counting_proxy
from settings import Settings

MOST_COUNTED = 10_000
"""Statements are counted on so many messages at the most: the proxy that counts would slow the rest."""
MOST_PLAIN = 5_000
"""So many messages go by the library alone: what one costs does not depend on how many there are."""
ONE_IN, TIMES = 500, 3
"""One message in so many is answered 503 so many times, in the run with trouble."""
PER_SECOND = 10_000
"""How fast messages may go."""
LONGEST_SECONDS = 900


@dataclass(frozen=True)
class Used:
    """What a part of a run took from its process."""

    seconds: float
    cpu_seconds: float
    memory_mib: float
    """The most until then."""
    statements: int = 0
    firsts_seconds: float = 0.0
    """How long it took until each had been tried once."""


@dataclass(frozen=True)
class FanOut:
    """What was measured of a morning."""

    messages: int
    parts: Mapping[str, Used]
    troubled: Mapping[str, Used]
    """The same with one message in 500 answered 503 three times."""
    counted: Mapping[str, Used]
    counted_messages: int
    plain_messages: int
    plain: Used


@dataclass(frozen=True)
class Firebase:
    """The stand-in for Firebase, and what clients have to know of it."""

    url: str
    account: str
    ca: str

    @property
    def settings(self) -> dict[str, str]:
        return {"FCM_URL": self.url, "FCM_CREDENTIALS": self.account, "CA_FILE": self.ca}

    async def taken(self) -> dict[str, int]:
        """Give what it took since it was last asked."""
        async with httpx.AsyncClient(verify=False, timeout=60) as http:  # noqa: S501  It is on loopback.
            counts: dict[str, int] = (await http.get(f"{self.url}/_accepted")).json()
            await http.post(f"{self.url}/_forget", content=b"{}")
            return counts


async def measure_fan_out(server: str, messages: int, today: date, say: Say) -> FanOut:
    """Measure, on a database of its own beside that of `server`. Raises `Disagreement` where not each got one message."""
    noon = noon_of(today, Settings().lender_zone)
    few = min(messages, MOST_COUNTED)
    async with town_of_reminders(server, noon, today) as url, _firebase("calm") as calm:
        say(f"{messages:,} reminders: making their customers")
        await settle_in(url, noon, today, 1, few)
        say("reminders: counting statements")
        async with counting_proxy(url) as (proxied, counts):
            counted = await _morning(proxied, calm, noon, today, counts)
        await _check(url, calm, few)
        if messages > few:
            await settle_in(url, noon, today, few + 1, messages)
        await forget(url)
        say("reminders: timing")
        parts = await _morning(url, calm, noon, today)
        await _check(url, calm, messages)
        await forget(url)
        say("reminders: timing, one in five hundred not taken at once")
        async with _firebase("troubled", "--one-in", str(ONE_IN), "--times", str(TIMES)) as troubled:
            slower = await _morning(url, troubled, noon, today)
            await _check(url, troubled, messages)
        say("reminders: by Google's library alone")
        some = min(messages, MOST_PLAIN)
        plain = await _plain(calm, some)
    return FanOut(messages, parts, slower, counted, few, some, plain)


async def _morning(
    url: str, firebase: Firebase, noon: datetime, today: date, counts: Counts | None = None
) -> dict[str, Used]:
    """Have a worker do everything; gives what each part took."""
    environment = {**keys.environment(), **firebase.settings, "DATABASE_URL": url, "FCM_PER_SECOND": str(PER_SECOND)}
    # Nothing answers there: the parts are begun from here, and not over Redis.
    environment |= {"ENVIRONMENT": "production", "PAYMENT_PROVIDER": "manual", "REDIS_URL": "redis://127.0.0.1:1"}
    used = {}
    arguments = ("--noon", noon.isoformat(), "--today", today.isoformat())
    async with _process("bench.fanout.worker", arguments, environment) as worker:
        for part in PARTS:
            before = 0 if counts is None else len(counts.statements)
            said = await _answer(worker)
            after = 0 if counts is None else len(counts.statements)
            assert said.pop("part") == part
            used[part] = Used(**said, statements=after - before)
        assert worker.stdin is not None
        worker.stdin.write(b"\n")
    return used


async def _plain(firebase: Firebase, messages: int) -> Used:
    arguments = ("--account", firebase.account, "--url", firebase.url, "--messages", str(messages))
    environment = {"SSL_CERT_FILE": firebase.ca, "REQUESTS_CA_BUNDLE": firebase.ca}
    async with _process("bench.fanout.plain", arguments, environment) as process:
        said = await _answer(process)
    taken = (await firebase.taken())["accepted"]
    if said.pop("taken") != taken or taken != messages:
        raise Disagreement(f"by Google's library alone, {taken} of {messages} messages were taken")
    return Used(**said, memory_mib=0.0)


async def _check(url: str, firebase: Firebase, messages: int) -> None:
    """Raise `Disagreement` unless everybody got one message, and it is written down."""
    taken, kept = await firebase.taken(), await settled(url)
    if not taken["accepted"] == taken["distinct"] == messages or kept != {"ACCEPTED": messages}:
        raise Disagreement(f"{messages} were to be reminded: Firebase took {taken}, and the rows say {kept}")


@asynccontextmanager
async def _firebase(name: str, *options: str) -> AsyncIterator[Firebase]:
    """Start the stand-in, beside the bench on the core of the load."""
    folder = FOLDER / f"firebase-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = ("-m", "tests.standins.fcm", "--folder", str(folder), "--keep", "1", *options)
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        said = orjson.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        yield Firebase(said["url"], said["service_account"], said["ca"])
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _process(
    module: str, arguments: Sequence[str], environment: Mapping[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start `python -m module` on the core of the servers; it ends with the block."""
    log = FOLDER / f"{module}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module, *arguments),
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", **environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=output,
            preexec_fn=settle,
        )
    try:
        yield process
        if await asyncio.wait_for(process.wait(), 60) != 0:
            raise Disagreement(_last(log))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _answer(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """Say that it may go on, and wait for its line."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"\n")
    line = await asyncio.wait_for(process.stdout.readline(), LONGEST_SECONDS)
    if not line:
        raise Disagreement("a process ended before its time; what it said lies in var/bench")
    said: dict[str, Any] = orjson.loads(line)
    return said


def _last(log: Path) -> str:
    return log.read_text("utf-8")[-2_000:]
