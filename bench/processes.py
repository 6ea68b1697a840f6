"""The servers: each a process of its own on one core; what it costs is read from /proc."""

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import load
from bench.load import WrongAnswer

ROOT = Path(__file__).parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")
_DIE_WITH_PARENT = 1
START_SECONDS = 120


@dataclass
class Server:
    """A running server, and what was measured of it."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    first_answer_seconds: float = 0.0
    rates: dict[str, list[float]] = field(default_factory=dict)
    """By operation, one for each round."""
    cpu: dict[str, list[float]] = field(default_factory=dict)
    """By operation, µs for each request, one for each round."""

    def cpu_seconds(self) -> float:
        """Give the time all its threads have computed."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_mib(self) -> float:
        """Give what it keeps in memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


def cores() -> tuple[int, int]:
    """Give the core of the servers and the core of the load: two, if there are two."""
    available = sorted(os.sched_getaffinity(0))
    return available[0], available[-1]


@contextmanager
def started(
    name: str, module: str, arguments: Sequence[str], environment: Mapping[str, str], port: int
) -> Iterator[Server]:
    """Start `python -m module`, on its core; it is stopped afterwards."""
    log = ROOT / "var" / "bench" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  Our own modules.
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**inherited, **environment},
            stdout=output,
            stderr=output,
            preexec_fn=settle,  # noqa: PLW1509  No thread of ours runs yet that could hold a lock.
        )
    try:
        yield Server(name, port, process, log)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def settle() -> None:
    """Stay on the core of the servers, and end with whoever started this process: for the moment after its fork."""
    os.sched_setaffinity(0, {cores()[0]})
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGTERM)


async def first_answer(server: Server, request: bytes) -> None:
    """Ask until it answers, and remember how long that took; the clock starts here, so call it at once."""
    began_at = time.perf_counter()
    while True:
        try:
            await load.ask(server.port, request)
        except (OSError, asyncio.IncompleteReadError):
            if server.process.poll() is not None or time.perf_counter() - began_at > START_SECONDS:
                raise WrongAnswer(f"{server.name} does not start:\n{server.log.read_text()[-2_000:]}") from None
            await asyncio.sleep(0.005)
        else:
            server.first_answer_seconds = time.perf_counter() - began_at
            return


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
