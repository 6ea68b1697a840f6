"""What a new business date brings about for loyalty."""

from datetime import date

from models import Viewer
from resolvers.books.day_steps import StepsFailed, Work, once_a_day
from resolvers.loyalty.lots import catch_points_up, tell_points_expire
from resolvers.loyalty.milestones import reach
from resolvers.loyalty.named_officers import end_unfounded
from resolvers.loyalty.redemptions import cancel_unconfirmed
from resolvers.loyalty.referral_rewards import reward_referrals
from resolvers.loyalty.tier_reviews import review_due_tiers, review_reached_tiers
from resolvers.loyalty.vouchers import tell_vouchers_expire

_AT_EACH_LOOK: dict[str, Work] = {
    "points": catch_points_up,
    "levels reached": review_reached_tiers,
}
_ONCE: dict[str, Work] = {
    "levels that are reviewed": review_due_tiers,
    "points that expire": tell_points_expire,
    "unconfirmed orders": cancel_unconfirmed,
    "vouchers that expire": tell_vouchers_expire,
    "referrals": reward_referrals,
    "named officers": end_unfounded,
    "milestones": reach,
}


async def bring_about(viewer: Viewer, on: date) -> None:
    """Do what the date brings about, in this order. What breaks off is done again, and what was done is not done twice.

    Raises `StepsFailed`, once all the others are done.
    """
    failed = list[Exception]()
    for name, work in (_AT_EACH_LOOK | _ONCE).items():
        try:
            await (work(viewer, on) if name in _AT_EACH_LOOK else once_a_day(viewer, name, on, work))
        except Exception as error:  # noqa: BLE001  They are raised together.
            error.add_note(f"in what {on} brings about: {name}")
            failed.append(error)
    if failed:
        raise StepsFailed(f"what {on} brings about for loyalty", failed)
