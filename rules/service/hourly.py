"""How much somebody writes in an hour."""

from collections.abc import Sequence
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


def again_at(latest: Sequence[datetime], most: int) -> datetime | None:
    """Say when somebody may write again who wrote these within the last hour, the newest first; None: now."""
    return latest[most - 1] + HOUR if len(latest) >= most else None
