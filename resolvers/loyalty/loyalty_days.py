"""What a new business date brings about for loyalty."""

from datetime import date

from models import Viewer
from resolvers.books.day_steps import once_a_day
from resolvers.loyalty.lots import catch_points_up
from resolvers.loyalty.milestones import reach
from resolvers.loyalty.named_officers import end_unfounded
from resolvers.loyalty.redemptions import cancel_unconfirmed
from resolvers.loyalty.referral_rewards import reward_referrals
from resolvers.loyalty.tier_reviews import review_tiers
from resolvers.loyalty.vouchers import tell_expiring


async def bring_about(viewer: Viewer, on: date) -> None:
    """Do what the date brings about, in this order. What breaks off is done again, and what was done is not done twice."""
    await catch_points_up(viewer, on)
    await review_tiers(viewer, on)
    await once_a_day(viewer, "unconfirmed orders", on, lambda: cancel_unconfirmed(viewer, on))
    await tell_expiring(viewer, on)
    await once_a_day(viewer, "referrals", on, lambda: reward_referrals(viewer, on))
    await once_a_day(viewer, "named officers", on, lambda: end_unfounded(viewer, on))
    await once_a_day(viewer, "milestones", on, lambda: reach(viewer, on))
