"""What became of messages: that they were opened, how many came how far, and what each kind came to."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tortoise.connection import get_connection

from models import Delivery, Notification, Viewer
from models.database import transaction
from models.database.handwritten import Statement, fetch_rows
from notifications import configured
from rules.errors import NotFound
from rules.notifications.classes import MessageChannel
from rules.notifications.deliveries import SEEN, DeliveryReason, DeliveryState


async def report_opened(viewer: Viewer, *, notification_id: int, has_acted: bool) -> Notification:
    """Keep that the customer tapped a message, or did what it was about; saying it again changes nothing.

    Raises `NotFound`.
    """
    async with transaction(viewer, "report_opened") as unit:
        notification = await Notification.visible_to(viewer).get_or_none(id=notification_id)
        if notification is None:
            raise NotFound
        unit.subject = notification
        if not notification.is_read:
            notification.is_read, notification.read_at = True, unit.now
            await notification.save(update_fields=["is_read", "read_at"])
        await mark_opened([notification_id], unit.now)
        if has_acted:
            seen = Delivery.filter(notification_id=notification_id, state=DeliveryState.OPENED)
            await seen.update(state=DeliveryState.ACTED)
        return notification


async def mark_opened(notification_ids: Iterable[Any], now: datetime) -> None:
    """Keep that messages were seen, on whichever way they had come."""
    accepted = Delivery.filter(notification_id__in=list(notification_ids), state=DeliveryState.ACCEPTED)
    await accepted.update(state=DeliveryState.OPENED, opened_at=now)


@dataclass(frozen=True)
class ReasonCount:
    """How many were not sent for a reason."""

    reason: DeliveryReason
    count: int


@dataclass(frozen=True)
class FunnelRow:
    """How far the messages of one kind came by one way."""

    kind: str
    channel: MessageChannel
    queued: int
    accepted: int
    opened: int
    acted: int
    failed: int
    skipped: int
    reasons: tuple[ReasonCount, ...]


@dataclass(frozen=True)
class Funnel:
    """How far the messages of some days came, by kind and way."""

    rows: tuple[FunnelRow, ...]


_COUNTS = Statement(
    "counts",
    """
    SELECT delivery.kind, delivery.channel, delivery.state, delivery.reason, COUNT(*) AS count FROM delivery
    WHERE delivery.created_at >= :since AND delivery.created_at < :until
    GROUP BY delivery.kind, delivery.channel, delivery.state, delivery.reason
    ORDER BY delivery.kind, delivery.channel, delivery.reason
    """,
    {"since": "timestamptz", "until": "timestamptz"},
)


async def funnel(viewer: Viewer, *, first_day: date, last_day: date) -> Funnel:  # noqa: ARG001  Numbers only: all see the same.
    """Count the messages that were made on some days where the lender is; each counts where it is now, or was last."""
    zone = configured().zone
    days = {"since": first_day, "until": last_day + timedelta(days=1)}
    values = {name: datetime.combine(day, time.min, zone).astimezone(UTC) for name, day in days.items()}
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    reasons: dict[tuple[str, str], list[ReasonCount]] = defaultdict(list)
    for row in await fetch_rows(get_connection("default"), _COUNTS, values):
        key = row["kind"], row["channel"]
        counts[key][row["state"]] += row["count"]
        if row["reason"] is not None and row["state"] not in _WENT:
            reasons[key].append(ReasonCount(DeliveryReason(row["reason"]), row["count"]))
    return Funnel(
        tuple(
            FunnelRow(
                kind=kind,
                channel=MessageChannel(channel),
                reasons=tuple(reasons[kind, channel]),
                **{state.lower(): by_state[state] for state in DeliveryState},
            )
            for (kind, channel), by_state in counts.items()
        )
    )


_WENT = SEEN | {DeliveryState.ACCEPTED}
