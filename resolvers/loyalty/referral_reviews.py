"""Deciding referrals that something speaks against."""

from models import Referral, ReferralCode, ReferralProgramme, Viewer
from models.database import locked, transaction
from resolvers.loyalty.referral_checks import move
from resolvers.people.relationships import check_not_ones_own
from rules.loyalty.referrals import ReferralPolicy, ReferralStatus, ReferralVerdict, RejectedBecause, pay_day
from rules.people.reveal import check_reason


async def decide_referral(viewer: Viewer, *, referral_id: int, verdict: ReferralVerdict, reason: str) -> Referral:
    """Let a referral count, or not. What a person decided is not put to review again.

    Raises `NotFound`, `OwnAffairs` about either of the two, `ReasonTooShort`, `NotPossibleNow`.
    """
    stated = check_reason(reason)
    async with transaction(viewer, "decide_referral", reason=stated) as unit:
        referral = await locked(Referral, viewer, referral_id)
        code = await ReferralCode.get(id=referral.code_id)
        await check_not_ones_own(viewer, referral.customer_id, code.customer_id)
        programme = await ReferralProgramme.get(id=referral.programme_id)
        if verdict is ReferralVerdict.REJECT:
            move(referral, ReferralStatus.REJECTED, viewer.role)
            referral.rejected_because = RejectedBecause.REVIEW
        elif programme.policy is ReferralPolicy.OPEN:
            move(referral, ReferralStatus.QUALIFIED, viewer.role)
            referral.pays_on = pay_day(unit.today)
        else:
            move(referral, ReferralStatus.INVITED, viewer.role)
            referral.pays_on = None
        referral.decided_by_id, referral.decided_at, referral.reason = viewer.staff_id, unit.now, stated
        await referral.save(
            update_fields=["status", "pays_on", "rejected_because", "decided_by_id", "decided_at", "reason"]
        )
        return referral
