"""The queue of what leaves the house, written in SQL: claiming some, reading what is true of them now, writing results.

A claim moves `due_at` on by a lease and counts a try: who comes too late finds another number of tries, and writes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.backends.base.client import BaseDBAsyncClient

from models.database.handwritten import Rows, Statement, as_moment, as_rows, fetch_rows, read_moment
from models.notifications import offers
from models.notifications.recipients import SETTINGS, Settings
from models.secrets import Secret
from rules.notifications.addresses import AddressKind, Platform, PushProvider
from rules.notifications.classes import Category, Lane, MessageChannel, MessageClass
from rules.notifications.deliveries import DeliveryReason, DeliveryState

LEASE = timedelta(minutes=5)
"""How long a worker has what it claimed for itself, if nothing else is set."""
NEWEST = 10
"""One in so many claimed is of those that came due last: what is tried again, or is news, does not wait behind a crowd."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A message that is claimed, and what is true of it and its customer at this moment."""

    id: int
    tries: int
    """With this claim."""
    customer_id: int
    notification_id: int
    address_id: int | None
    kind: str
    body: str
    message_class: MessageClass
    category: Category
    channel: MessageChannel
    tag: str
    expires_at: datetime
    settings: Settings
    is_read: bool
    """In the app."""
    is_reminder: bool
    """Of a due day."""
    is_still_due: bool
    """Whether something of that day is open; true of what reminds of none."""
    is_alive: bool
    """Whether its push address is used, and still his."""
    has_consent: bool
    """To offers, by this way."""
    is_restricted: bool
    """Not offered anything now; false of what is no offer."""
    is_cancelled: bool
    """Its promotion was stopped."""
    provider: PushProvider | None
    address_kind: AddressKind | None
    platform: Platform | None
    address: str | None
    """What the push address is known by."""
    seen_at: datetime | None
    """When that was last named."""
    badge: int | None
    """How many he has not read; for pushes."""
    phone: Secret | None
    """For texts."""
    email: Secret | None
    """For e-mails; None where he confirmed none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What became of a claimed message."""

    of: Claimed
    state: DeliveryState
    reason: DeliveryReason | None = None
    due_at: datetime | None = None
    """When it may go, where it waits."""
    is_untried: bool = False
    """It was handed back, and costs no try."""
    carrier_reference: str = ""
    detail: str = ""


_KINDS = {
    **offers.KINDS,
    **dict.fromkeys(("now", "until", "heard_since"), "timestamptz"),
    "lane": "text",
    **dict.fromkeys(("most", "newest"), "bigint"),
}
_CLAIM = Statement(
    "delivery",
    """
    WITH oldest AS (
      SELECT id FROM delivery WHERE state = 'QUEUED' AND lane = :lane AND due_at <= :now
      ORDER BY due_at, id LIMIT :most {lock_free}),
    newest AS (
      SELECT id FROM delivery WHERE state = 'QUEUED' AND lane = :lane AND due_at <= :now
      ORDER BY due_at DESC, id DESC LIMIT :newest {lock_free})
    UPDATE delivery SET due_at = :until, tries = tries + 1
    WHERE id IN (SELECT id FROM oldest UNION SELECT id FROM newest)
    RETURNING id
    """,
    _KINDS,
)
_IDS = Rows("ids", (("id", "bigint"),))
_READ = Statement(
    "claimed",
    f"""
    SELECT delivery.id, delivery.tries, delivery.customer_id, delivery.notification_id, delivery.kind,
      delivery.message_class, delivery.category, delivery.channel, delivery.address_id, delivery.expires_at,
      delivery.about_due_on IS NOT NULL AS is_reminder, delivery.tag, notification.body, notification.is_read,
      {SETTINGS}, push_address.provider, push_address.kind AS address_kind, push_address.platform,
      push_address.value AS address, push_address.seen_at,
      COALESCE(push_address.retired_at IS NULL AND push_address.customer_id = delivery.customer_id
        AND push_address.seen_at > :heard_since, FALSE) AS is_alive,
      CASE WHEN delivery.channel = 'SMS' THEN customer.phone END AS phone,
      CASE WHEN delivery.channel = 'EMAIL' THEN
        (SELECT email_address.address FROM email_address WHERE email_address.customer_id = customer.id
         AND email_address.confirmed_at IS NOT NULL) END AS email,
      CASE WHEN delivery.channel = 'PUSH' THEN
        (SELECT COUNT(*) FROM notification AS unread WHERE unread.customer_id = customer.id AND NOT unread.is_read)
      END AS badge,
      CASE WHEN delivery.message_class <> 'PROMOTION' THEN FALSE ELSE {offers.RESTRICTED} END AS is_restricted,
      CASE WHEN delivery.message_class <> 'PROMOTION' THEN FALSE ELSE {offers.consented("delivery.channel")}
      END AS has_consent,
      CASE WHEN delivery.message_class <> 'PROMOTION' THEN FALSE ELSE EXISTS (
        SELECT 1 FROM outbox_event JOIN promotion ON outbox_event.once_key LIKE 'promotion:' || promotion.id || ':%'
        WHERE outbox_event.id = notification.event_id AND promotion.status = 'CANCELLED') END AS is_cancelled,
      CASE WHEN delivery.about_due_on IS NULL THEN TRUE ELSE EXISTS (
        SELECT 1 FROM installment JOIN loan ON loan.id = installment.loan_id
        WHERE installment.customer_id = delivery.customer_id AND installment.due_on = delivery.about_due_on
        AND installment.is_open AND loan.status = 'ACTIVE') END AS is_still_due
    FROM {{ids}} JOIN delivery ON delivery.id = ids.id
    JOIN notification ON notification.id = delivery.notification_id
    JOIN customer ON customer.id = delivery.customer_id
    LEFT JOIN notification_setting ON notification_setting.customer_id = customer.id
    LEFT JOIN push_address ON push_address.id = delivery.address_id
    ORDER BY delivery.id
    """,  # noqa: S608  Names of ours.
    _KINDS,
    (_IDS,),
)
_RESULTS = Rows(
    "results",
    (
        ("id", "bigint"),
        ("tries", "bigint"),
        ("tries_now", "bigint"),
        ("state", "text"),
        ("reason", "text"),
        ("due_at", "timestamptz"),
        ("settled_at", "timestamptz"),
        ("carrier_reference", "text"),
        ("detail", "text"),
    ),
)
_RECORD = Statement(
    "delivery",
    """
    UPDATE delivery SET state = results.state, reason = results.reason, due_at = results.due_at,
      settled_at = results.settled_at, carrier_reference = results.carrier_reference, detail = results.detail,
      tries = results.tries_now
    FROM {results} WHERE delivery.id = results.id AND delivery.tries = results.tries AND delivery.state = 'QUEUED'
    RETURNING delivery.id
    """,
    _KINDS,
    (_RESULTS,),
)
_GONE = Rows("gone", (("id", "bigint"), ("seen_at", "timestamptz")))
_RETIRE = Statement(
    "push_address",
    """
    UPDATE push_address SET retired_at = :now, retired_because = 'GONE' FROM {gone}
    WHERE push_address.id = gone.id AND push_address.seen_at = gone.seen_at AND push_address.retired_at IS NULL
    RETURNING push_address.id
    """,
    _KINDS,
    (_GONE,),
)
_FALL_BACK = Statement(
    "delivery",
    """
    INSERT INTO delivery (created_at, customer_id, notification_id, kind, message_class, category, channel, lane,
      target, state, due_at, expires_at, about_due_on, tag)
    SELECT :now, push.customer_id, push.notification_id, push.kind, push.message_class, push.category, 'SMS', 'SMS',
      'sms', 'QUEUED', :now, push.expires_at, push.about_due_on, push.tag
    FROM {ids} JOIN delivery AS push ON push.id = ids.id
    WHERE push.channel = 'PUSH' AND push.expires_at > :now AND NOT EXISTS (
      SELECT 1 FROM delivery AS other WHERE other.notification_id = push.notification_id
      AND (other.channel = 'SMS' OR (other.channel = 'PUSH' AND other.state NOT IN ('FAILED', 'SKIPPED'))))
    ON CONFLICT (notification_id, target) DO NOTHING RETURNING id
    """,
    _KINDS,
    (_IDS,),
)


async def claim(
    connection: BaseDBAsyncClient,
    lane: Lane,
    most: int,
    now: datetime,
    *,
    heard_since: datetime,
    lease: timedelta,
    lenders_zone: ZoneInfo,
) -> list[Claimed]:
    """Claim up to so many that are due on a lane, for as long as the lease, and read all that is to be known of each."""
    newest = most // NEWEST
    due = {"lane": lane.value, "most": most - newest, "newest": newest, "now": now, "until": now + lease}
    ids = await fetch_rows(connection, _CLAIM, due)
    if not ids:
        return []
    asked = {"ids": as_rows(ids), "heard_since": heard_since, **offers.values(now)}
    return [_claimed(row, lenders_zone) for row in await fetch_rows(connection, _READ, asked)]


async def record(connection: BaseDBAsyncClient, kept: Iterable[Kept], now: datetime) -> set[int]:
    """Write what became of claimed ones; gives them without those that another has claimed since, or settled."""
    rows = [
        {
            "id": each.of.id,
            "tries": each.of.tries,
            "tries_now": each.of.tries - each.is_untried,
            "state": each.state,
            "reason": each.reason,
            "due_at": as_moment(each.due_at or now),
            "settled_at": None if each.state is DeliveryState.QUEUED else as_moment(now),
            "carrier_reference": each.carrier_reference[:200],
            "detail": each.detail[:100],
        }
        for each in kept
    ]
    return {row["id"] for row in await fetch_rows(connection, _RECORD, {"results": as_rows(rows)})}


async def retire(connection: BaseDBAsyncClient, claimed: Iterable[Claimed], now: datetime) -> None:
    """Use the addresses of these no more, unless their app was heard of since they were claimed."""
    gone = [{"id": each.address_id, "seen_at": as_moment(each.seen_at)} for each in claimed if each.seen_at is not None]
    await fetch_rows(connection, _RETIRE, {"gone": as_rows(gone), "now": now})


async def fall_back(connection: BaseDBAsyncClient, claimed: Iterable[Claimed], now: datetime) -> None:
    """Queue an SMS for each notification of these pushes that reaches no phone now, and has none."""
    await fetch_rows(connection, _FALL_BACK, {"ids": as_rows({"id": each.id} for each in claimed), "now": now})


def _claimed(row: Mapping[str, Any], lenders_zone: ZoneInfo) -> Claimed:
    plain = ("id", "tries", "customer_id", "notification_id", "address_id", "kind", "body", "tag", "address", "badge")
    flags = ("is_read", "is_reminder", "is_still_due", "is_alive", "has_consent", "is_restricted", "is_cancelled")
    values: dict[str, Any] = {name: row[name] for name in plain} | {name: bool(row[name]) for name in flags}
    return Claimed(
        **values,
        message_class=MessageClass(row["message_class"]),
        category=Category(row["category"]),
        channel=MessageChannel(row["channel"]),
        expires_at=read_moment(row["expires_at"]),
        settings=Settings.read(row, lenders_zone),
        provider=None if row["provider"] is None else PushProvider(row["provider"]),
        address_kind=None if row["address_kind"] is None else AddressKind(row["address_kind"]),
        platform=None if row["platform"] is None else Platform(row["platform"]),
        seen_at=read_moment(row["seen_at"]),
        phone=_secret(row["phone"], "customer.phone"),
        email=_secret(row["email"], "email_address.address"),
    )


def _secret(sealed: str | None, purpose: str) -> Secret | None:
    return None if sealed is None else Secret.from_sealed(sealed, purpose)
