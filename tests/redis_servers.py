"""Redis for tests: the one at TEST_REDIS_URL, or a server of one's own to take away and bring back."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

SHARED = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")


def answers(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as asked:
        asked.settimeout(1)
        return asked.connect_ex((host, port)) == 0


def without_redis(reason: str) -> None:
    """Skip on a machine without Redis; where everything must pass, fail."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class RedisServer:
    """A server of one's own, with nothing in it at each start."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            without_redis("there is no redis-server here: `make redis` installs it")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"redis://127.0.0.1:{self.port}/0"
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": folder}
        self._command = [program, *(str(part) for name, value in options.items() for part in (f"--{name}", value))]
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._running = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        for _ in range(500):
            if answers(self.port):
                return
            time.sleep(0.01)
        raise AssertionError("redis-server does not answer")

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None
