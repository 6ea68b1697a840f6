"""The end of a push address: why it is not used any more. In a transaction that is open."""

from typing import Any

from models import PushAddress
from models.database import open_unit
from rules.notifications.deliveries import RetiredBecause


async def retire(because: RetiredBecause, **where: Any) -> int:
    """Use the live addresses of which this is true no more; gives how many there were."""
    live = PushAddress.filter(retired_at__isnull=True, **where)
    return await live.update(retired_at=open_unit().now, retired_because=because)
