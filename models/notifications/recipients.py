"""Whom we tell: his language, his hours, what he wants to be told by which way, and where he is reached."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from tortoise.connection import get_connection

from models.database.handwritten import Rows, Statement, as_rows, fetch_rows
from rules.notifications.addresses import PushProvider
from rules.notifications.classes import Category, Lane, MessageChannel
from rules.notifications.hours import DEFAULT_QUIET, QuietHours, at_minute
from rules.notifications.preferences import Choice
from rules.people.kinds import Locale

LANE_OF = {PushProvider.FCM: Lane.FCM, PushProvider.VENDOR: Lane.VENDOR}

SETTINGS = """
    customer.locale, notification_setting.zone, notification_setting.quiet_from, notification_setting.quiet_to,
    (SELECT {list}({array}(preference.category, preference.channel, preference.is_on)) FROM preference
     WHERE preference.customer_id = customer.id) AS choices
"""
"""Columns that `Settings.read` reads, of `customer` left-joined with `notification_setting`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How somebody wants to be told."""

    locale: Locale
    zone: ZoneInfo
    quiet: QuietHours
    choices: Mapping[Choice, bool]

    @classmethod
    def read(cls, row: Mapping[str, Any], lenders_zone: ZoneInfo) -> "Settings":
        """Read the columns of `SETTINGS`; what he did not choose is as usual."""
        quiet = DEFAULT_QUIET
        if row["quiet_from"] is not None:
            quiet = QuietHours(at_minute(row["quiet_from"]), at_minute(row["quiet_to"]))
        chosen = orjson.loads(row["choices"] or "[]")
        return cls(
            Locale(row["locale"] or Locale.ZH_CN),
            lenders_zone if row["zone"] is None else ZoneInfo(row["zone"]),
            quiet,
            {(Category(category), MessageChannel(channel)): bool(is_on) for category, channel, is_on in chosen},
        )


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is told something."""

    settings: Settings
    addresses: tuple[tuple[int, Lane], ...]
    """The push addresses that are alive, and which lane goes there."""
    has_email: bool
    """Whether he confirmed an address."""


_PEOPLE = Rows("people", (("id", "bigint"),))
_READ = Statement(
    "recipient",
    f"""
    SELECT customer.id, {SETTINGS},
      (SELECT {{list}}({{array}}(push_address.id, push_address.provider)) FROM push_address
       WHERE push_address.customer_id = customer.id AND push_address.retired_at IS NULL
       AND push_address.seen_at > :heard_since) AS addresses,
      EXISTS (SELECT 1 FROM email_address WHERE email_address.customer_id = customer.id
              AND email_address.confirmed_at IS NOT NULL) AS has_email
    FROM {{people}} JOIN customer ON customer.id = people.id
    LEFT JOIN notification_setting ON notification_setting.customer_id = customer.id
    """,  # noqa: S608  Names of ours.
    {"heard_since": "timestamptz"},
    (_PEOPLE,),
)


async def recipients(ids: Collection[int], heard_since: datetime, lenders_zone: ZoneInfo) -> dict[int, Recipient]:
    """Read these customers by id, in one statement; addresses not heard of since a moment are left out."""
    values = {"people": as_rows({"id": id} for id in ids), "heard_since": heard_since}
    return {
        row["id"]: Recipient(
            Settings.read(row, lenders_zone),
            tuple((id, LANE_OF[PushProvider(provider)]) for id, provider in orjson.loads(row["addresses"] or "[]")),
            bool(row["has_email"]),
        )
        for row in await fetch_rows(get_connection("default"), _READ, values)
    }
