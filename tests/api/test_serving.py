"""The process itself: it starts on a fresh machine's database, answers, works in the background, and stops."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from settings import ROOT
from tests import programs
from tests.programs import PATIENCE_SECONDS, Launcher, Program


@pytest.fixture(scope="module")
def house(launcher, migrated_file, tmp_path_factory):
    """A house with an admin, and so with an open day; to be copied."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copy(migrated_file, folder)
    admin = ("create-admin", "--login", "root", "--name", "Root")
    made = asyncio.run(run(launcher, folder, "jobs", *admin, typed="a long password\n"))
    assert made[0] == 0, made
    return folder


def environment_of(folder: Path) -> dict[str, str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mine = {
        "DATABASE_URL": f"sqlite://{folder}/goodterms.sqlite3",
        "KEY_DIRECTORY": str(folder / "keys"),
        "PORT": str(port),
        "ENVIRONMENT": "development",
    }
    return {**os.environ, **mine}


async def run(launcher: Launcher, folder: Path, *arguments: str, typed: str = "") -> tuple[int, str, str]:
    return await programs.run(launcher, folder, *arguments, typed=typed, environment=environment_of(folder))


@dataclass
class Server:
    """The API before a house, and a client of it."""

    program: Program
    http: httpx.AsyncClient
    log: Path

    async def until_it_listens(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                assert self.program.is_alive, self.log.read_text()
                with suppress(httpx.ConnectError):
                    await self.http.get("/healthz")
                    return
                await asyncio.sleep(0.02)

    async def until_it_ended(self) -> str:
        """Give what it said."""
        code = await self.program.ended()
        assert code in (0, -signal.SIGTERM, -signal.SIGINT)
        return self.log.read_text("utf-8")


@asynccontextmanager
async def serving(launcher: Launcher, folder: Path, **changed: str) -> AsyncIterator[Server]:
    """Serve a house until the block is left."""
    environment, log = environment_of(folder) | changed, folder / "server.log"
    program = launcher.start("api", environment=environment, out=log)
    url = f"http://127.0.0.1:{environment['PORT']}"
    try:
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS, verify=False) as http:
            server = Server(program, http, log)
            await server.until_it_listens()
            yield server
    finally:
        program.kill()


def test_the_program_is_found_by_its_name(house, tmp_path):
    """What the other tests fork is started here as it is typed."""
    shutil.copytree(house, tmp_path, dirs_exist_ok=True)
    environment = environment_of(tmp_path)
    server = subprocess.Popen(
        [sys.executable, "-m", "api"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        for line in server.stdout:
            if "Stop     Ctrl+C" in line:
                break
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=PATIENCE_SECONDS)
    finally:
        server.kill()
    assert server.returncode in (0, -signal.SIGTERM)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_a_migrated_house_with_an_open_day_is_served_until_told_to_stop(launcher, house, tmp_path, stop):
    shutil.copytree(house, tmp_path, dirs_exist_ok=True)
    async with serving(launcher, tmp_path) as server:
        response = await server.http.post("/graphql", json={"query": "{ viewer { role } }"})
        assert response.json() == {"data": {"viewer": {"role": "VISITOR"}}}
        assert "server" not in response.headers
        server.program.signal(stop)
        said = await server.until_it_ended()
        assert f"{server.http.base_url}/graphql" in said
    assert "Traceback" not in said


async def test_a_house_that_was_never_migrated_is_not_served(launcher, tmp_path):
    code, said, _ = await run(launcher, tmp_path, "api")
    assert code > 0
    assert "Goodterms is ready" not in said


async def test_a_house_without_an_open_day_says_what_to_do(launcher, migrated_file, tmp_path):
    shutil.copy(migrated_file, tmp_path)
    code, said, failed = await run(launcher, tmp_path, "api")
    assert code > 0
    assert "python -m jobs create-admin" in said + failed


async def test_a_write_under_way_when_the_process_is_told_to_stop_is_finished_and_answered(launcher, house, tmp_path):
    shutil.copytree(house, tmp_path, dirs_exist_ok=True)
    held = sqlite3.connect(tmp_path / "goodterms.sqlite3", isolation_level=None)
    try:
        async with serving(launcher, tmp_path) as server:
            held.execute("BEGIN IMMEDIATE")
            query = 'mutation { requestCode(input: {phone: "13877771234"}) { __typename } }'
            asked = asyncio.create_task(server.http.post("/graphql", json={"query": query}))
            await until_it_has_read(server)
            server.program.signal(signal.SIGTERM)
            await until_nobody_listens(server)
            await asyncio.sleep(0.1)
            assert not asked.done()
            assert server.program.is_alive
            held.execute("ROLLBACK")
            response = await asked
            said = await server.until_it_ended()
        assert response.json() == {"data": {"requestCode": {"__typename": "RequestCodeSuccess"}}}
        assert held.execute("SELECT count(*) FROM sign_in_code").fetchone() == (1,)
    finally:
        held.close()
    assert "Traceback" not in said


async def until_it_has_read(server: Server) -> None:
    """Wait until what was sent before is read: another caller, who comes later, has his answer."""
    await asyncio.sleep(0.1)
    async with httpx.AsyncClient(verify=False) as later:
        await later.get(f"{server.http.base_url}/nowhere")


async def until_nobody_listens(server: Server) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient(verify=False) as late:
        with pytest.raises(httpx.ConnectError):
            while True:
                with suppress(httpx.ReadError, httpx.RemoteProtocolError):  # It came in between.
                    await late.get(f"{server.http.base_url}/nowhere")
                await asyncio.sleep(0.02)


async def test_a_process_that_logs_json_says_nothing_else_when_something_fails(launcher, house, tmp_path):
    shutil.copytree(house, tmp_path, dirs_exist_ok=True)
    async with serving(launcher, tmp_path, JSON_LOGS="true") as server:
        with sqlite3.connect(tmp_path / "goodterms.sqlite3") as broken:
            broken.execute("DROP TABLE sign_in_code")
        broken.close()
        query = 'mutation { requestCode(input: {phone: "13877771234"}) { __typename } }'
        failed = await server.http.post("/graphql", json={"query": query}, headers={"X-Request-Id": "gateway-0007"})
        assert failed.json()["errors"][0]["extensions"]["requestId"] == "gateway-0007"
        server.program.signal(signal.SIGTERM)
        said = await server.until_it_ended()
    (line,) = [json.loads(text) for text in said.splitlines() if "gateway-0007" in text]
    assert line["errors"][0]["kind"] == "OperationalError"
    assert "Traceback" not in said
    assert "13877771234" not in said
