"""The queue of what leaves the house, written in SQL: claiming some, reading what is true of them now, writing results.

A claim moves `due_at` on by a lease and counts a try: who comes too late finds another number of tries, and writes nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from models.database.handwritten import Rows, Statement, as_rows, fetch_rows
from models.notifications.recipients import SETTINGS
from rules.notifications.classes import Lane

LEASE = timedelta(minutes=5)
"""How long a worker has what it claimed for itself, if nothing else is set."""
NEWEST = 10
"""One in so many claimed is of those that came due last: what is tried again, or is news, does not wait behind a crowd."""

_KINDS = {
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
      delivery.about_due_on, delivery.tag, notification.body, notification.is_read, {SETTINGS},
      push_address.provider, push_address.kind AS address_kind, push_address.platform,
      push_address.value AS address, push_address.seen_at,
      push_address.retired_at IS NULL AND push_address.customer_id = delivery.customer_id
        AND push_address.seen_at > :heard_since AS is_alive,
      CASE WHEN delivery.channel = 'SMS' THEN customer.phone END AS phone,
      CASE WHEN delivery.channel = 'EMAIL' THEN
        (SELECT email_address.address FROM email_address WHERE email_address.customer_id = customer.id
         AND email_address.confirmed_at IS NOT NULL) END AS email,
      CASE WHEN delivery.channel = 'PUSH' THEN
        (SELECT COUNT(*) FROM notification AS unread WHERE unread.customer_id = customer.id AND NOT unread.is_read)
      END AS badge,
      CASE WHEN delivery.message_class <> 'PROMOTION' THEN FALSE ELSE
        EXISTS (SELECT 1 FROM loan WHERE loan.customer_id = delivery.customer_id
                AND (loan.days_past_due > 0 OR loan.status = 'WRITTEN_OFF'))
        OR EXISTS (SELECT 1 FROM hardship_request WHERE hardship_request.asked_by_id = delivery.customer_id
                   AND hardship_request.status IN ('OPEN', 'PLAN_PROPOSED')) END AS is_restricted,
      CASE WHEN delivery.message_class <> 'PROMOTION' THEN FALSE ELSE EXISTS (
        SELECT 1 FROM outbox_event JOIN promotion ON outbox_event.once_key LIKE 'promotion:' || promotion.id || ':%'
        WHERE outbox_event.id = notification.event_id AND promotion.status = 'CANCELLED') END AS is_cancelled,
      CASE WHEN delivery.about_due_on IS NULL THEN TRUE ELSE EXISTS (
        SELECT 1 FROM installment JOIN loan ON loan.id = installment.loan_id
        WHERE installment.customer_id = delivery.customer_id AND installment.due_on = delivery.about_due_on
        AND installment.is_open AND loan.status = 'ACTIVE') END AS is_still_due,
      CASE WHEN delivery.message_class = 'PROMOTION' THEN
        (SELECT {{array}}(consent_entry.is_given, consent_entry.created_at) FROM consent_entry
         WHERE consent_entry.customer_id = delivery.customer_id AND consent_entry.purpose = 'MARKETING'
         AND consent_entry.channel = delivery.channel ORDER BY consent_entry.id DESC LIMIT 1) END AS consent
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

Written = Mapping[str, Any]


async def claim(
    connection: BaseDBAsyncClient,
    lane: Lane,
    most: int,
    now: datetime,
    heard_since: datetime,
    lease: timedelta = LEASE,
) -> list[dict[str, Any]]:
    """Claim up to so many that are due on a lane, for as long as the lease, and read all that is to be known of each."""
    newest = most // NEWEST
    values = {"lane": lane.value, "most": most - newest, "newest": newest, "now": now, "until": now + lease}
    ids = await fetch_rows(connection, _CLAIM, values)
    if not ids:
        return []
    return await fetch_rows(connection, _READ, {"ids": as_rows(ids), "heard_since": heard_since})


async def record(connection: BaseDBAsyncClient, results: Iterable[Written]) -> set[int]:
    """Write what became of claimed ones; gives them without those that another has claimed since, or settled."""
    rows = await fetch_rows(connection, _RECORD, {"results": as_rows(results)})
    return {row["id"] for row in rows}


async def retire(connection: BaseDBAsyncClient, addresses: Iterable[Written], now: datetime) -> None:
    """Use these addresses no more, unless their app was heard of since they were claimed."""
    await fetch_rows(connection, _RETIRE, {"gone": as_rows(addresses), "now": now})


async def fall_back(connection: BaseDBAsyncClient, ids: Iterable[int], now: datetime) -> None:
    """Queue an SMS for each notification of these pushes that reaches no phone now, and has none."""
    await fetch_rows(connection, _FALL_BACK, {"ids": as_rows({"id": id} for id in ids), "now": now})
