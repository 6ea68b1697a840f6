"""Who has consented, many people at a time."""

from collections.abc import Collection
from datetime import datetime

from tortoise import connections

from models.database.handwritten import Rows, Statement, as_rows, fetch_rows
from rules.notifications.classes import MessageChannel
from rules.notifications.consents import CONSENT_HOLDS, ConsentPurpose

_ASKED = Rows("asked", (("id", "bigint"),))
_CONSENTED = Statement(
    "consented",
    """
    SELECT asked.id FROM {asked} WHERE (
      SELECT consent_entry.is_given AND consent_entry.created_at > :since FROM consent_entry
      WHERE consent_entry.customer_id = asked.id AND consent_entry.purpose = :purpose
        AND consent_entry.channel = :channel
      ORDER BY consent_entry.id DESC LIMIT 1
    )
    """,
    {"since": "timestamptz", "purpose": "text", "channel": "text"},
    (_ASKED,),
)


async def consented(
    customer_ids: Collection[int],
    channel: MessageChannel,
    now: datetime,
    purpose: ConsentPurpose = ConsentPurpose.MARKETING,
) -> set[int]:
    """Give those of these customers who said yes last, as `rules.notifications.consents.holds` has it; one statement."""
    values = {
        "asked": as_rows({"id": each} for each in customer_ids),
        "since": now - CONSENT_HOLDS,
        "purpose": purpose.value,
        "channel": channel.value,
    }
    return {row["id"] for row in await fetch_rows(connections.get("default"), _CONSENTED, values)}
