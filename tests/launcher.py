"""Starts our programs: reads them once and forks, so that a hundred processes take little more than one.

Commands come in by line and each is answered by a line, a number: `start {what}` by the process's, `poll PID` by its exit
code or `RUNNING`, `signal {process and signal}` by the process's.
"""

import asyncio
import json
import os
import signal
import sys
import traceback
from importlib import import_module

from models.database import connect, disconnect
from schema.build import schema
from tests.programs import RUNNING

MAINS = {module: import_module(f"{module}.__main__").main for module in ("api", "jobs")}


class Launcher:
    """The parent of the processes: only it may wait for them, so no other process can be meant by an old number."""

    def __init__(self) -> None:
        self.living: set[int] = set()
        self.codes: dict[int, int] = {}

    def start(self, argument: str) -> int:
        asked = json.loads(argument)
        pid = os.fork()
        if pid == 0:
            _become(asked["module"], asked["arguments"], asked["environment"], asked["streams"])
        self.living.add(pid)
        return pid

    def poll(self, argument: str) -> int:
        return self._wait(int(argument), os.WNOHANG)

    def signal(self, argument: str) -> int:
        pid, number = json.loads(argument)
        if pid in self.living:
            os.kill(pid, number)
            if number == signal.SIGKILL:
                self._wait(pid, 0)
        return int(pid)

    def _wait(self, pid: int, options: int) -> int:
        if pid in self.living and (ended := os.waitpid(pid, options))[0]:
            self.living.remove(pid)
            self.codes[pid] = os.waitstatus_to_exitcode(ended[1])
        return self.codes.get(pid, RUNNING)


def _become(module: str, arguments: list[str], environment: dict[str, str], streams: list[str]) -> None:
    """Be `python -m module arguments`."""
    code: object = 1
    try:
        kinds = (os.O_RDONLY, os.O_WRONLY | os.O_APPEND | os.O_CREAT, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for number, (path, kind) in enumerate(zip(streams, kinds, strict=True)):
            os.dup2(os.open(path, kind, 0o600), number)
        sys.stdin = open(0, closefd=False)  # The old one may have read on.  # noqa: SIM115
        sys.argv = [module, *arguments]
        os.environ.clear()
        os.environ.update(environment)
        MAINS[module]()
        code = 0
    except SystemExit as end:
        code = end.code if end.code is not None else 0
    except BaseException:  # noqa: BLE001  As Python does with what nobody caught.
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


async def build_the_schema() -> None:
    """Build it once for all: most of what a process of the API does before it listens."""
    await connect("sqlite://:memory:")
    try:
        schema()
    finally:
        await disconnect()


def serve() -> None:
    """Answer until the test that started us is gone; nobody stays behind."""
    asyncio.run(build_the_schema())
    launcher = Launcher()
    commands = {"start": launcher.start, "poll": launcher.poll, "signal": launcher.signal}
    try:
        while line := sys.stdin.readline():
            name, _, argument = line.partition(" ")
            sys.stdout.write(f"{commands[name](argument)}\n")
            sys.stdout.flush()
    finally:
        for pid in list(launcher.living):
            launcher.signal(json.dumps([pid, signal.SIGKILL]))


if __name__ == "__main__":
    serve()
