"""Whom a promotion means, and what decides whether each of them is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.connection import get_connection

from models.database.handwritten import Statement, fetch_rows
from models.notifications import offers
from models.notifications.promotions import Promotion
from rules.notifications.caps import Told, first_days
from rules.notifications.classes import Category, MessageChannel
from rules.notifications.promotions import AudienceKind, Standing

_KINDS = {
    **dict.fromkeys(("audience", "up_to", "most"), "bigint"),
    **offers.KINDS,
    **dict.fromkeys(("day_since", "week_since", "month_since"), "timestamptz"),
    **dict.fromkeys(("category", "told_kind"), "text"),
}
_WANTED = """
    COALESCE((SELECT preference.is_on FROM preference WHERE preference.customer_id = customer.id
      AND preference.category = :category AND preference.channel = '{channel}'), TRUE) AS wants_{name},
"""
"""Who has not chosen about what needs consent wants it once he consents: `rules.notifications.preferences.by_default`."""
_TOLD = """
    (SELECT COUNT(*) FROM outbox_event WHERE outbox_event.customer_id = customer.id
     AND outbox_event.kind = :told_kind AND outbox_event.created_at >= :{window}_since) AS told_{window},
"""
_STANDING = "".join(
    [
        *(f"{offers.consented(repr(each.value))} AS consented_{each.value.lower()}," for each in MessageChannel),
        *(_WANTED.format(channel=each.value, name=each.value.lower()) for each in MessageChannel),
        *(_TOLD.format(window=window) for window in ("day", "week", "month")),
        f"{offers.RESTRICTED} AS is_restricted",
    ]
)
_NAMES = [
    *(f"{what}_{channel.value.lower()}" for channel in MessageChannel for what in ("consented", "wants")),
    *(f"told_{window}" for window in ("day", "week", "month")),
    "is_restricted",
]
_MEANT = {
    AudienceKind.TIER: """points_account JOIN customer ON customer.id = points_account.customer_id
      WHERE points_account.tier_id = :audience""",
    AudienceKind.BRANCH: "customer WHERE customer.branch_id = :audience",
    AudienceKind.LIST: """promotion_addressee JOIN customer ON customer.id = promotion_addressee.customer_id
      WHERE promotion_addressee.promotion_id = :audience""",
}
_NEXT = {
    kind: Statement(
        "candidate",
        f"""
        SELECT customer.id AS customer_id, {_STANDING} FROM {meant} AND customer.id > :up_to
        ORDER BY customer.id LIMIT :most
        """,  # noqa: S608  Names of ours.
        _KINDS,
    )
    for kind, meant in _MEANT.items()
}
_COUNT = {
    kind: Statement(
        "candidate",
        f"""
        SELECT {", ".join(_NAMES)}, COUNT(*) AS people FROM (SELECT {_STANDING} FROM {meant}) AS candidate
        GROUP BY {", ".join(_NAMES)}
        """,  # noqa: S608  Names of ours.
        _KINDS,
    )
    for kind, meant in _MEANT.items()
}


@dataclass(frozen=True)
class Occasion:
    """When it is asked, and about what: how somebody stands depends on both."""

    now: datetime
    zone: ZoneInfo
    """Where days begin by which offers are counted."""
    category: Category
    told_kind: str
    """The kind of the events that are counted."""

    def values(self) -> dict[str, Any]:
        """Give it as the values of the statements."""
        days = first_days(self.now.astimezone(self.zone).date())
        since = [datetime.combine(day, time(), self.zone).astimezone(UTC) for day in days]
        return {
            **offers.values(self.now),
            **dict(zip(("day_since", "week_since", "month_since"), since, strict=True)),
            "category": self.category.value,
            "told_kind": self.told_kind,
        }


async def next_of(promotion: Promotion, occasion: Occasion, most: int) -> list[tuple[int, Standing]]:
    """Give the next of a promotion's audience after `up_to`, by id, and how each stands; in one statement."""
    values = {**occasion.values(), "audience": _audience(promotion), "up_to": promotion.up_to, "most": most}
    rows = await fetch_rows(get_connection("default"), _NEXT[promotion.audience], values)
    return [(row["customer_id"], _standing(row)) for row in rows]


async def standings_of(promotion: Promotion, occasion: Occasion) -> list[tuple[Standing, int]]:
    """Give how many of a promotion's whole audience stand how; in one statement that names nobody."""
    values = {**occasion.values(), "audience": _audience(promotion)}
    rows = await fetch_rows(get_connection("default"), _COUNT[promotion.audience], values)
    return [(_standing(row), row["people"]) for row in rows]


def _audience(promotion: Promotion) -> int:
    return promotion.tier_id or promotion.branch_id or promotion.id


def _standing(row: Mapping[str, Any]) -> Standing:
    def ways(what: str) -> frozenset[MessageChannel]:
        return frozenset(channel for channel in MessageChannel if row[f"{what}_{channel.value.lower()}"])

    told = Told(row["told_day"], row["told_week"], row["told_month"])
    return Standing(ways("consented"), ways("wants"), told, bool(row["is_restricted"]))
