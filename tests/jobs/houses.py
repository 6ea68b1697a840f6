"""A folder with a house in it, for tests of what an engineer types there."""

import os
from pathlib import Path

from tests import programs
from tests.programs import Launcher, Program


class House:
    """A folder with a house in it, and what an engineer types there."""

    def __init__(self, launcher: Launcher, folder: Path) -> None:
        self.launcher, self.folder = launcher, folder
        self.file = folder / "house.sqlite3"

    async def jobs(self, *arguments: str, typed: str = "", **environment: str) -> tuple[int, str, str]:
        """Run `python -m jobs`; gives its exit code and what it said."""
        return await programs.run(
            self.launcher, self.folder, "jobs", *arguments, typed=typed, environment=self.environment(**environment)
        )

    def environment(self, **more: str) -> dict[str, str]:
        """What its programs know."""
        known = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": f"sqlite://{self.file}?synchronous=OFF",
            "KEY_DIRECTORY": str(self.folder / "keys"),
        }
        return known | more

    def worker(self, redis_url: str, **environment: str) -> Program:
        """Start `python -m jobs worker`; what it says goes to the file `worker`."""
        return self.launcher.start(
            "jobs",
            "worker",
            environment=self.environment(REDIS_URL=redis_url, **environment),
            out=self.folder / "worker",
        )
