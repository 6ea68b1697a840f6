"""Whom the crowd has brought."""

from collections.abc import Sequence
from datetime import timedelta

import models
from models import Branch, Customer, Viewer
from models.database import transaction
from resolvers.loyalty import referral_reviews
from resolvers.loyalty.referral_programmes import ReferralTermsBonus
from rules.loyalty.referrals import ReferralPolicy, ReferralVerdict
from tests import make, referring


async def refer(branches: Sequence[Branch], referrer_ids: Sequence[int], boss: Viewer) -> None:
    """Each has brought somebody of his branch, whom something speaks against; of both, one is decided against."""
    await referring.programme(
        ReferralPolicy.LINKED,
        bonuses=[ReferralTermsBonus(3, 30)],
        valid_from=make.clock.business_date,
        valid_to=make.clock.business_date + timedelta(days=900),
    )
    for branch, referrer_id in zip(branches, referrer_ids, strict=True):
        referrer, friend = await Customer.get(id=referrer_id), await make.customer(branch=branch)
        await referring.related(referrer, friend)
        await referring.came_by(friend, await referring.code_of(referrer))
        await referring.applied(friend)
    referral = await referring.of(friend)
    decided = {"referral_id": referral.id, "verdict": ReferralVerdict.REJECT, "reason": "They share a household."}
    await referral_reviews.decide_referral(boss, **decided)
    async with transaction(make.system(), "remember"):  # What was rewarded, and when it would have been.
        await models.Referral.filter(id=referral.id).update(pays_on=make.TODAY)
        await models.ReferralPart.filter(customer_id=referrer_id).update(
            status="REWARDED", rewarded_in=make.TODAY.replace(day=1), points=100
        )
