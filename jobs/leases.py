"""Leases: of all processes, one does a thing, and another takes over where that one falls silent."""

import os
import secrets
import socket
from datetime import datetime, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from models import Heartbeat, Lease


def name_of_this_process() -> str:
    """Make a name that no other process has, and that an engineer finds the process by."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


async def take(name: str, holder: str, now: datetime, lasting: timedelta) -> bool:
    """Take a lease that is free, or keep one's own for longer; False while another holds it."""
    may_be_mine = Lease.filter(Q(holder=holder) | Q(until__lte=now), name=name)
    if await may_be_mine.update(holder=holder, until=now + lasting):
        return True
    if await Lease.exists(name=name):
        return False
    return await _created(Lease(name=name, holder=holder, until=now + lasting, created_at=now))


async def give_back(name: str, holder: str, now: datetime) -> None:
    """Let others have one's lease at once."""
    await Lease.filter(name=name, holder=holder, until__gt=now).update(until=now)


async def beat(name: str, worker: str, now: datetime) -> None:
    """Keep that a task has been done."""
    if not await Heartbeat.filter(name=name).update(worker=worker, at=now):
        await _created(Heartbeat(name=name, worker=worker, at=now, created_at=now))


async def _created(row: Lease | Heartbeat) -> bool:
    """Write the first row of a name; False if another process was faster."""
    try:
        await row.save(force_create=True)
    except IntegrityError:
        return False
    return True
