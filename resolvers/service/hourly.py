"""How much somebody has written within the last hour."""

from datetime import datetime
from typing import TypeVar

from tortoise.queryset import QuerySet

from models import Row
from rules.service import hourly
from rules.service.hourly import HOUR

R = TypeVar("R", bound=Row)


async def again_at(written: QuerySet[R], now: datetime, most: int) -> datetime | None:
    """Say when somebody may write again who wrote these rows, whatever their age; None: now. His row is locked."""
    latest = written.filter(created_at__gt=now - HOUR).order_by("-created_at", "-id").limit(most)
    return hourly.again_at([row.created_at for row in await latest.only("id", "created_at")], most)
