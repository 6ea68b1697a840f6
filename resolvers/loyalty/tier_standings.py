"""How a customer stands with his level: what he has, what is missing, and what may end, in words and numbers."""

from dataclasses import dataclass
from datetime import date

from models import Customer, Tier, Viewer
from notifications import words
from resolvers.loyalty.tier_reviews import Ladder, Seen, ladder, look_at, named
from rules.errors import NotFound
from rules.loyalty.tiers import RESTORED_AFTER, SUSPENDED_AFTER_DAYS, WINDOW_MONTHS, Ending, ending_of


@dataclass(frozen=True)
class TierStanding:
    """How a customer stands with his level."""

    tier: Tier
    qualifying_points: int
    window_months: int
    valid_to: date | None
    next_tier: Tier | None
    missing_points: int | None
    missing: str | None
    ends_on: date | None
    points_to_keep: int | None
    ending: str | None
    perks_suspended_on: date | None
    perks_suspended: str | None


async def tier_standing(viewer: Viewer, *, customer_id: int | None = None) -> TierStanding:
    """Say how a customer stands today: the one who asks, or one whom staff name. Raises `NotFound`."""
    whose = viewer.customer_id if customer_id is None else customer_id
    if whose is None or not await Customer.visible_to(viewer).filter(id=whose).exists():
        raise NotFound
    in_force = await ladder()
    levels = in_force or Ladder(tiers=await Tier.all().order_by("rank"), window_months=WINDOW_MONTHS)
    (seen,) = await look_at(levels, [whose], viewer.today)
    standing, tier = seen.standing, levels.tiers[seen.standing.rank]
    following = None if in_force is None else next(iter(levels.tiers[standing.rank + 1 :]), None)
    missing = None if following is None else max(following.threshold - standing.qualifying, 0)
    ending = None if in_force is None else ending_of(standing, levels.thresholds, viewer.today)
    return TierStanding(
        tier=tier,
        qualifying_points=standing.qualifying,
        window_months=levels.window_months,
        valid_to=standing.valid_to,
        next_tier=following,
        missing_points=missing,
        missing=_missing(viewer, following, missing),
        ends_on=None if ending is None else ending.last_on,
        points_to_keep=None if ending is None else ending.missing,
        ending=_ending(viewer, tier, ending),
        perks_suspended_on=seen.suspended_on,
        perks_suspended=_suspended(viewer, seen),
    )


def _missing(viewer: Viewer, tier: Tier | None, points: int | None) -> str | None:
    if tier is None or not points:
        return None
    return words.say("tier.missing", viewer.locale, missing=points, tier=named(tier))


def _ending(viewer: Viewer, tier: Tier, ending: Ending | None) -> str | None:
    if ending is None:
        return None
    return words.say("tier.ending", viewer.locale, missing=ending.missing, last_on=ending.last_on, tier=named(tier))


def _suspended(viewer: Viewer, seen: Seen) -> str | None:
    if seen.suspended_on is None:
        return None
    key = "tier.suspended_late" if seen.is_late else "tier.suspended"
    left = max(RESTORED_AFTER - seen.paid_in_time, 0)
    return words.say(key, viewer.locale, days=SUSPENDED_AFTER_DAYS, since=seen.suspended_on, left=left)
