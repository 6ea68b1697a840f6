"""Whether the process is well (`/healthz`: else start it anew), and whether to send it requests (`/readyz`)."""

import asyncio
from collections.abc import Mapping, Sized
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.state import AppState
from jobs import tasks
from jobs.background import STUCK_AFTER_SECONDS
from models.database.connection import missing_migrations
from notifications import outbox

PATIENCE_SECONDS = 2.0
"""How long the database may take to answer."""


async def health(request: Request[AppState], plans: Mapping[str, int], sockets: Sized) -> Response:
    """Answer 503 where the background work of this process is stuck; what is away elsewhere is no reason to start anew.

    `worker` says how long ago the task that is furthest behind was last done, in whichever process: it is null where
    none ever was. `worker` and `outbox` are null where the database does not answer. `plans` counts this process's
    answers: by a compiled plan, or why not. `sockets` says how many WebSockets it has open.
    """
    work = request.state["work"]
    is_stuck = work is not None and work.stuck_seconds() > STUCK_AFTER_SECONDS
    body: dict[str, Any] = {
        "status": "stuck" if is_stuck else "ok",
        "plans": plans,
        "sockets": len(sockets),
        **await _in_rows(request),
    }
    return JSONResponse(body, 503 if is_stuck else 200)


async def _in_rows(request: Request[AppState]) -> dict[str, Any]:
    """Read what the processes of the house have written down."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            done_at = await tasks.last_done_at()
            waiting_since = await outbox.waiting_since()
    except Exception:  # noqa: BLE001  Whatever the database does, this process answers.
        return {"worker": None, "outbox": None}
    now = request.state["clock"].now()
    return {
        "worker": None if done_at is None else {"secondsSinceHeartbeat": _seconds(now - done_at)},
        "outbox": {"oldestSeconds": 0 if waiting_since is None else _seconds(now - waiting_since)},
    }


def _seconds(passed: timedelta) -> int:
    return max(0, int(passed.total_seconds()))


async def readiness(_: Request[AppState]) -> Response:
    """Answer 200 if the database answers and has every migration of this version, else 503."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            missing = await missing_migrations()
    except Exception:  # noqa: BLE001
        return JSONResponse({"status": "not ready", "database": "does not answer"}, 503)
    if missing:
        return JSONResponse({"status": "not ready", "database": "ok", "missingMigrations": missing}, 503)
    return JSONResponse({"status": "ready", "database": "ok", "missingMigrations": []})


def health_routes(plans: Mapping[str, int], sockets: Sized) -> list[Route]:
    """Give the addresses that a supervisor asks; `plans` and `sockets` are counted by whoever answers operations."""

    async def health_of_process(request: Request[AppState]) -> Response:
        return await health(request, plans, sockets)

    return [Route("/healthz", health_of_process), Route("/readyz", readiness)]
