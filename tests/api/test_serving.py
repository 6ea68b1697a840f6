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
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A migrated house with an admin, and so with an open day; to be copied."""
    folder = tmp_path_factory.mktemp("house")
    environment = environment_of(folder)
    assert run(environment, "jobs", "migrate").returncode == 0
    shutil.copy(folder / "goodterms.sqlite3", folder / "without-a-day.sqlite3")
    made = run(environment, "jobs", "create-admin", "--login", "root", "--name", "Root", typed="a long password\n")
    assert made.returncode == 0, made.stderr
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


def run(environment: dict[str, str], *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def start(environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "api"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


async def answer(environment: dict[str, str], server: subprocess.Popen[str]) -> httpx.Response:
    """Ask until the server listens."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{environment['PORT']}") as client:
        for _ in range(300):
            assert server.poll() is None, server.stdout.read()
            try:
                return await client.post("/graphql", json={"query": "{ viewer { role } }"})
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_a_migrated_house_with_an_open_day_is_served_until_told_to_stop(house, tmp_path, stop):
    shutil.copytree(house, tmp_path, dirs_exist_ok=True)
    environment = environment_of(tmp_path)
    server = start(environment)
    try:
        response = await answer(environment, server)
        assert response.json() == {"data": {"viewer": {"role": "VISITOR"}}}
        assert "server" not in response.headers
        server.send_signal(stop)
        said, _ = server.communicate(timeout=20)
    finally:
        server.kill()
    assert f"http://127.0.0.1:{environment['PORT']}/graphql" in said
    assert "Traceback" not in said
    assert server.returncode in (0, -stop)


def test_a_house_that_was_never_migrated_is_not_served(tmp_path):
    refused = run(environment_of(tmp_path), "api")
    assert refused.returncode != 0
    assert "Goodterms is ready" not in refused.stdout


def test_a_house_without_an_open_day_says_what_to_do(house, tmp_path):
    shutil.copy(house / "without-a-day.sqlite3", tmp_path / "goodterms.sqlite3")
    refused = run(environment_of(tmp_path), "api")
    assert refused.returncode != 0
    assert "python -m jobs create-admin" in refused.stderr + refused.stdout


async def test_a_write_under_way_when_the_process_is_told_to_stop_is_finished_and_answered(house, tmp_path):
    shutil.copytree(house, tmp_path, dirs_exist_ok=True)
    environment = environment_of(tmp_path)
    server = start(environment)
    held = sqlite3.connect(tmp_path / "goodterms.sqlite3", isolation_level=None)
    try:
        await answer(environment, server)
        held.execute("BEGIN IMMEDIATE")
        query = 'mutation { requestCode(input: {phone: "13877771234"}) { __typename } }'
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{environment['PORT']}", timeout=30) as client:
            asked = asyncio.create_task(client.post("/graphql", json={"query": query}))
            await asyncio.sleep(0.5)
            server.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.5)
            assert not asked.done()
            assert server.poll() is None
            with pytest.raises(httpx.ConnectError):
                async with httpx.AsyncClient() as late:
                    await late.get(f"http://127.0.0.1:{environment['PORT']}/healthz")
            held.execute("ROLLBACK")
            response = await asked
        said, _ = await asyncio.to_thread(server.communicate, timeout=20)
        assert response.json() == {"data": {"requestCode": {"__typename": "RequestCodeSuccess"}}}
        assert held.execute("SELECT count(*) FROM sign_in_code").fetchone() == (1,)
    finally:
        held.close()
        server.kill()
    assert "Traceback" not in said
    assert server.returncode in (0, -signal.SIGTERM)


async def test_a_process_that_logs_json_says_nothing_else_when_something_fails(house, tmp_path):
    shutil.copytree(house, tmp_path, dirs_exist_ok=True)
    environment = environment_of(tmp_path) | {"JSON_LOGS": "true"}
    server = start(environment)
    try:
        await answer(environment, server)
        with sqlite3.connect(tmp_path / "goodterms.sqlite3") as broken:
            broken.execute("DROP TABLE sign_in_code")
        query = 'mutation { requestCode(input: {phone: "13877771234"}) { __typename } }'
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{environment['PORT']}", timeout=30) as client:
            failed = await client.post("/graphql", json={"query": query}, headers={"X-Request-Id": "gateway-0007"})
        assert failed.json()["errors"][0]["extensions"]["requestId"] == "gateway-0007"
        server.send_signal(signal.SIGTERM)
        said, _ = await asyncio.to_thread(server.communicate, timeout=20)
    finally:
        server.kill()
    (line,) = [json.loads(text) for text in said.splitlines() if "gateway-0007" in text]
    assert line["errors"][0]["kind"] == "OperationalError"
    assert "Traceback" not in said
    assert "13877771234" not in said
