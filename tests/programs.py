"""Our programs as processes of their own: `python -m api` and `python -m jobs`, each forked from one that has read them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from settings import ROOT

RUNNING = 1_000
"""No exit code: those of programs end at 255, those of signals are negative."""
PATIENCE_SECONDS = 120
"""What has not ended by then hangs."""


class Launcher:
    """What starts and ends the processes: see `tests.launcher`. It begins with the first of them."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[str] | None = None

    def tell(self, command: str, argument: object) -> int:
        """Give a command, and its answer."""
        if self._running is None:
            self._running = subprocess.Popen(
                [sys.executable, "-m", "tests.launcher"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._running.stdin is not None
        assert self._running.stdout is not None
        self._running.stdin.write(f"{command} {json.dumps(argument)}\n")
        self._running.stdin.flush()
        return int(self._running.stdout.readline())

    def start(
        self,
        module: str,
        *arguments: str,
        environment: Mapping[str, str],
        out: Path,
        err: Path | None = None,
        typed: Path = Path(os.devnull),
    ) -> "Program":
        """Start `python -m module arguments`, in this environment and no other."""
        streams = [str(path) for path in (typed, out, err or out)]
        asked = {"module": module, "arguments": arguments, "environment": dict(environment), "streams": streams}
        return Program(self, self.tell("start", asked))

    def close(self) -> None:
        """End every process that was started."""
        if self._running is not None:
            self._running.communicate(timeout=PATIENCE_SECONDS)


@dataclass(frozen=True)
class Program:
    """One process."""

    launcher: Launcher
    pid: int

    @property
    def code(self) -> int | None:
        """Its exit code; a negative one is the signal that ended it; None while it runs."""
        code = self.launcher.tell("poll", self.pid)
        return None if code == RUNNING else code

    @property
    def is_alive(self) -> bool:
        return self.code is None

    def signal(self, number: int) -> None:
        self.launcher.tell("signal", [self.pid, number])

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.signal(signal.SIGKILL)

    async def ended(self) -> int:
        """Wait until it has ended; gives its exit code."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (code := self.code) is None:
                await asyncio.sleep(0.01)
        return code


async def run(
    launcher: Launcher, folder: Path, module: str, *arguments: str, typed: str = "", environment: Mapping[str, str]
) -> tuple[int, str, str]:
    """Run `python -m module arguments` to its end; gives its exit code and what it said."""
    said, failed, read = folder / "said", folder / "failed", folder / "typed"
    said.write_text("")
    failed.write_text("")
    read.write_text(typed)
    program = launcher.start(module, *arguments, environment=environment, out=said, err=failed, typed=read)
    return await program.ended(), said.read_text("utf-8"), failed.read_text("utf-8")
