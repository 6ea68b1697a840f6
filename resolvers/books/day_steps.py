"""What a business date brings, step by step."""

from collections.abc import Awaitable, Callable
from datetime import date

from tortoise.exceptions import IntegrityError

from models import DayStep, Viewer

Work = Callable[[Viewer, date], Awaitable[object]]
"""Does what the open day brings about; harmless to repeat, and to break off."""


class StepsFailed(ExceptionGroup[Exception]):
    """Some steps of a day broke off, which neither the steps after them nor the next day wait for."""


async def once_a_day(viewer: Viewer, name: str, today: date, work: Work) -> None:
    """Do a step of the day unless it was done: remembered, so that looking again costs one read.

    One that breaks off is done again.
    """
    if await DayStep.exists(name=name, done_on__gte=today):
        return
    await work(viewer, today)
    if not await DayStep.filter(name=name).update(done_on=today):
        try:
            await DayStep.create(name=name, done_on=today, created_at=viewer.now)
        except IntegrityError:  # Another process was faster.
            return
