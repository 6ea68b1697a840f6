"""Where the contents of files lie: encrypted, under names that say nothing."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from models import Paper, Upload
from models.secrets import opened_bytes, sealed_bytes


class FileStore(Protocol):
    """Keeps bytes under names; what it keeps is encrypted before it comes here."""

    async def put(self, name: str, sealed: bytes) -> None: ...

    async def get(self, name: str) -> bytes: ...

    async def delete(self, name: str) -> None: ...


class Folder:
    """A folder on this machine. Several processes may share it, also over a network."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def put(self, name: str, sealed: bytes) -> None:
        """Write it whole or not at all."""
        await asyncio.to_thread(self._write, name, sealed)

    def _write(self, name: str, sealed: bytes) -> None:
        target = self._at(name)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = target.with_suffix(".part")
        try:
            with before.open("wb") as file:
                before.chmod(0o600)
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            before.replace(target)
        except BaseException:  # A full disk is not filled further.
            before.unlink(missing_ok=True)
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # Or the row may outlive its file when power fails.
        finally:
            os.close(folder)

    async def get(self, name: str) -> bytes:
        """Read it. Raises `FileNotFoundError`."""
        return await asyncio.to_thread(self._at(name).read_bytes)

    async def delete(self, name: str) -> None:
        """Delete it, if it is there."""
        await asyncio.to_thread(self._at(name).unlink, missing_ok=True)

    def _at(self, name: str) -> Path:
        assert name.isalnum(), "names are our own"
        return self.path / name[:2] / name


@asynccontextmanager
async def keeping(store: FileStore, content: bytes, model: type[Upload | Paper], row_id: int) -> AsyncIterator[str]:
    """Encrypt a file and keep it; gives its name, for a row to be saved with.

    The file is deleted again unless the row names it, also where its transaction is broken off while it commits.
    """
    name = secrets.token_hex(16)
    await store.put(name, await asyncio.to_thread(sealed_bytes, content, name))
    try:
        yield name
    finally:
        if not await model.exists(id=row_id, file_key=name):
            await store.delete(name)


async def read(store: FileStore, name: str) -> bytes:
    """Give a file as it was kept. Raises `cryptography.exceptions.InvalidTag` if it was tampered with or moved."""
    return await asyncio.to_thread(opened_bytes, await store.get(name), name)
