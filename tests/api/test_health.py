"""What a supervisor asks: is the process well, and may it be sent requests?"""

import asyncio
import contextlib
import time
from datetime import timedelta

from tortoise import connections

from jobs import background
from models import OutboxEvent
from models.clock import SystemClock
from models.database import disconnect
from tests import make
from tests.api.served import serve


async def test_a_process_without_a_worker_says_so(db):
    async with serve() as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (
        200,
        {"status": "ok", "worker": None, "outbox": {"oldestSeconds": 0}},
    )


async def test_the_heartbeat_of_the_worker_and_the_age_of_the_outbox_are_told(db, monkeypatch):
    past = make.clock.now() - timedelta(minutes=5)
    await OutboxEvent.create(kind="Unknown", body="{}", created_at=past)
    work = asyncio.create_task(background.run(SystemClock("Asia/Shanghai")))
    try:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        async with serve(clock=make.clock) as client:
            response = await client.get("/healthz")
            assert response.status_code == 200
            assert 0 <= response.json()["worker"]["secondsSinceHeartbeat"] < 60
            assert response.json()["outbox"]["oldestSeconds"] == 300
            monkeypatch.setitem(background._turned_at, "outbox", time.monotonic() - 3600)
            stuck = await client.get("/healthz")
            assert (stuck.status_code, stuck.json()["status"]) == (503, "stuck")
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
    assert background.idle_seconds() is None, "when the work has ended, every job has"


async def test_a_migrated_database_makes_the_process_ready(db):
    async with serve() as client:
        response = await client.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "ready")


async def test_a_migration_that_is_missing_keeps_requests_away_and_is_named(db):
    connection = connections.get("default")
    kept = await connection.execute_query_dict("SELECT app, name, applied_at FROM tortoise_migrations")
    await connection.execute_script("DELETE FROM tortoise_migrations WHERE name = '0001_initial'")
    try:
        async with serve() as client:
            response = await client.get("/readyz")
        assert (response.status_code, response.json()["missingMigrations"]) == (503, ["0001_initial"])
    finally:
        (first,) = [row for row in kept if row["name"] == "0001_initial"]
        await connection.execute_script(
            f"INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', '0001_initial', '{first['applied_at']}')"
        )


async def test_without_a_database_the_process_is_well_but_not_ready(db):
    await disconnect()
    async with serve() as client:
        well, ready = await client.get("/healthz"), await client.get("/readyz")
    assert (well.status_code, well.json()["outbox"]) == (200, None)
    assert (ready.status_code, ready.json()["database"]) == (503, "does not answer")
