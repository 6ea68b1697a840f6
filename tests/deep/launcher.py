"""Starts API processes: reads the program once and forks, so that a hundred of them take little more than one.

Commands come in by line, `start {environment and log}` or `kill PID` or `is-alive PID`, and each is answered by a line.
"""

import json
import os
import signal
import sys

from api.__main__ import main


class Launcher:
    """The parent of the processes: only it may wait for them, so no other process can be meant by an old number."""

    def __init__(self) -> None:
        self.living: set[int] = set()

    def start(self, argument: str) -> int:
        asked = json.loads(argument)
        pid = os.fork()
        if pid == 0:
            _be_the_api(asked["environment"], asked["log"])
        self.living.add(pid)
        return pid

    def kill(self, argument: str) -> int:
        pid = int(argument)
        if pid in self.living:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            self.living.remove(pid)
        return pid

    def is_alive(self, argument: str) -> int:
        pid = int(argument)
        if pid in self.living and os.waitpid(pid, os.WNOHANG)[0]:
            self.living.remove(pid)
        return int(pid in self.living)


def _be_the_api(environment: dict[str, str], log: str) -> None:
    code: object = 1
    try:
        written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for number, stream in enumerate((os.open(os.devnull, os.O_RDONLY), written, written)):
            os.dup2(stream, number)
        os.environ.clear()
        os.environ.update(environment)
        main()
        code = 0
    except SystemExit as end:
        code = end.code
    finally:
        sys.stdout.flush()
        os._exit(code if isinstance(code, int) else 1)


def serve() -> None:
    """Answer until the test that started us is gone; nobody stays behind."""
    launcher = Launcher()
    commands = {"start": launcher.start, "kill": launcher.kill, "is-alive": launcher.is_alive}
    try:
        while line := sys.stdin.readline():
            name, _, argument = line.partition(" ")
            sys.stdout.write(f"{commands[name](argument)}\n")
            sys.stdout.flush()
    finally:
        for pid in list(launcher.living):
            launcher.kill(str(pid))


if __name__ == "__main__":
    serve()
