"""What a business date brings once: remembered, so that looking again costs one read."""

from collections.abc import Awaitable, Callable
from datetime import date

from tortoise.exceptions import IntegrityError

from models import DayStep, Viewer


async def once_a_day(viewer: Viewer, name: str, today: date, work: Callable[[], Awaitable[object]]) -> None:
    """Do a step of the day that was not done yet; one that breaks off is done again, so it is harmless to repeat."""
    if await DayStep.exists(name=name, done_on__gte=today):
        return
    await work()
    if not await DayStep.filter(name=name).update(done_on=today):
        try:
            await DayStep.create(name=name, done_on=today, created_at=viewer.now)
        except IntegrityError:  # Another process was faster.
            return
