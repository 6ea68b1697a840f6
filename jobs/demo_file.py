"""Where the demo is filled: on SQLite a copy that takes its place once it is whole, so that half a demo is never found."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.database import tortoise_config


class DatabaseInUse(Exception):
    """Another process has the database open."""


@contextmanager
def draft(url: str) -> Iterator[str]:
    """Give the URL to fill; nobody may have the database open. A PostgreSQL database is filled where it is.

    The copy does not wait for the disk at each commit, which would take most of the time; the whole of it does at the
    end. Raises `DatabaseInUse`.
    """
    if not url.startswith("sqlite://"):
        yield url
        return
    path = Path(tortoise_config(url)["connections"]["default"]["credentials"]["file_path"])
    if _beside(path, "-wal").exists():
        raise DatabaseInUse
    copy = _beside(path, ".filling")
    for name in ("", "-wal", "-shm"):
        _beside(copy, name).unlink(missing_ok=True)
    shutil.copyfile(path, copy)
    yield f"sqlite://{copy}?synchronous=OFF"
    with copy.open("rb+") as file:
        os.fsync(file.fileno())
    copy.replace(path)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
