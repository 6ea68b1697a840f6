"""Whether the process is well (`/healthz`: else start it anew), and whether to send it requests (`/readyz`)."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.state import AppState
from jobs import background
from models.database.connection import missing_migrations
from notifications import outbox

PATIENCE_SECONDS = 2.0
"""How long the database may take to answer."""
STUCK_AFTER_SECONDS = 600
"""When a background job that has not turned once is stuck, and not only busy with the days that were missed."""


async def health(request: Request[AppState]) -> Response:
    """Answer 503 where the background work is stuck; a database that is away is no reason to start anew.

    `worker` is null where the process has none, `outbox` where the database does not answer.
    """
    idle = background.idle_seconds()
    is_stuck = idle is not None and idle > STUCK_AFTER_SECONDS
    body: dict[str, Any] = {
        "status": "stuck" if is_stuck else "ok",
        "worker": None if idle is None else {"secondsSinceHeartbeat": round(idle, 1)},
        "outbox": await _outbox(request),
    }
    return JSONResponse(body, 503 if is_stuck else 200)


async def _outbox(request: Request[AppState]) -> dict[str, Any] | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            waiting_since = await outbox.waiting_since()
    except Exception:  # noqa: BLE001  Whatever the database does, this process answers.
        return None
    now = request.state["clock"].now()
    return {"oldestSeconds": 0 if waiting_since is None else max(0, int((now - waiting_since).total_seconds()))}


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


def health_routes() -> list[Route]:
    """Give the addresses that a supervisor asks."""
    return [Route("/healthz", health), Route("/readyz", readiness)]
