"""What a supervisor asks: is the process well, and may it be sent requests?"""

import time
from datetime import timedelta

import pytest
from tortoise import connections

from jobs import leases
from jobs.background import working_here
from jobs.tasks import TASKS
from models import OutboxEvent
from models.clock import SystemClock
from models.database import disconnect
from tests import make
from tests.api.served import serve


async def test_a_house_in_which_nothing_was_ever_done_in_the_background_says_so(db):
    async with serve() as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (
        200,
        {"status": "ok", "plans": {}, "sockets": 0, "worker": None, "outbox": {"oldestSeconds": 0}},
    )


async def test_the_heartbeat_of_workers_anywhere_and_the_age_of_the_outbox_are_told(db):
    now = make.clock.now()
    await OutboxEvent.create(kind="Unknown", body="{}", created_at=now - timedelta(minutes=5))
    for task in TASKS:
        await leases.beat(task.name, "a worker elsewhere", now - timedelta(seconds=20))
    await leases.beat("outbox", "another", now - timedelta(hours=1))
    async with serve(clock=make.clock) as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (
        200,
        {
            "status": "ok",
            "plans": {},
            "sockets": 0,
            "worker": {"secondsSinceHeartbeat": 3600},
            "outbox": {"oldestSeconds": 300},
        },
    ), "that workers elsewhere fell silent is no reason to start this process anew"


@pytest.mark.parametrize("part", ["runner", "scheduler"])
async def test_a_process_whose_own_background_work_is_stuck_is_to_be_started_anew(db, part):
    clock = SystemClock("Asia/Shanghai")
    async with working_here(clock, 10) as work, serve(clock=clock, work=work) as client:
        well = await client.get("/healthz")
        assert (well.status_code, well.json()["status"]) == (200, "ok")
        long_ago = time.monotonic() - 3600
        if part == "runner":
            work.runner._began_at["a task that hangs"] = long_ago
        else:
            work.scheduler._turned_at = long_ago
        stuck = await client.get("/healthz")
        assert (stuck.status_code, stuck.json()["status"]) == (503, "stuck")


async def test_how_operations_were_answered_is_counted_with_the_reason(db):
    async with serve() as client:
        for _ in range(2):
            await client.post("/graphql", json={"query": "{ hello }"})
        counts = (await client.get("/healthz")).json()["plans"]
    assert counts == {"compiled": 1, "declined: root field hello": 2}


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
