"""Looking at a referral: who takes no part, who brought whom, and what a person has to look at."""

from datetime import timedelta

from tortoise.connection import get_connection

from models import Referral, ReferralCode, ReferralProgramme, Relationship, Staff
from models.database import Unit
from models.database.handwritten import fetch_one
from models.loyalty import referral_searches as sql
from rules.loyalty.referrals import (
    REFERRAL_MOVES,
    ReferralConcern,
    ReferralFacts,
    ReferralPolicy,
    ReferralStatus,
    RejectedBecause,
    concerns_of,
    is_in_time,
    pay_day,
)
from rules.people.access import Role
from rules.people.relationships import RelationshipKind


def move(referral: Referral, to: ReferralStatus, role: Role) -> None:
    """Move a referral, unsaved. Raises `NotPossibleNow`."""
    REFERRAL_MOVES.check(referral.status, to, role)
    referral.status = to


async def reject(referral: Referral, because: RejectedBecause, role: Role) -> None:
    """Let a referral count no longer. Raises `NotPossibleNow`."""
    move(referral, ReferralStatus.REJECTED, role)
    referral.rejected_because = because
    await referral.save(update_fields=["status", "rejected_because"])


async def is_insider(*customer_ids: int) -> bool:
    """Say whether one of some customers is a colleague, or of a colleague's family."""
    family = Relationship.filter(customer_id__in=customer_ids, kind=RelationshipKind.FAMILY, is_active=True)
    kin = [*customer_ids, *[row.relative_id async for row in family]]
    return await Staff.filter(customer_id__in=kin, is_active=True).exists()


async def has_brought(friend_id: int, referrer_id: int) -> bool:
    """Say whether a friend has brought the referrer, or whoever brought him, and so on up."""
    people = {"friend": friend_id, "referrer": referrer_id}
    return await fetch_one(get_connection("default"), sql.IS_ABOVE, people) is not None


async def fix(unit: Unit, customer_id: int, *, is_identity: bool = False) -> None:
    """Let the code that a customer used last be the one he came by: when he first applies or, by `is_identity`, says who
    he is, if that is what is rewarded. The caller has locked him.
    """
    waiting = Referral.filter(customer_id=customer_id, status=ReferralStatus.INVITED, fixed_at__isnull=True)
    referral = await waiting.first()
    if referral is None:
        return
    programme = await ReferralProgramme.get(id=referral.programme_id)
    if is_identity and programme.policy is not ReferralPolicy.OPEN:
        return
    if not is_in_time(referral.used_at, unit.now):
        await reject(referral, RejectedBecause.TOO_LATE, unit.viewer.role)
        return
    referral.fixed_at = unit.now
    if not await is_put_to_review(unit, referral, programme) and programme.policy is ReferralPolicy.OPEN:
        move(referral, ReferralStatus.QUALIFIED, unit.viewer.role)
        referral.pays_on = pay_day(unit.today)
    await referral.save(update_fields=["status", "fixed_at", "pays_on", "concerns"])


async def is_put_to_review(unit: Unit, referral: Referral, programme: ReferralProgramme) -> bool:
    """Let a person decide where something speaks against it, unsaved; what a person has decided is not asked again."""
    if referral.decided_by_id is not None:
        return False
    found = await _concerns(referral, programme)
    if found:
        move(referral, ReferralStatus.IN_REVIEW, unit.viewer.role)
        referral.concerns = ",".join(found)
    return bool(found)


async def _concerns(referral: Referral, programme: ReferralProgramme) -> tuple[ReferralConcern, ...]:
    code = await ReferralCode.get(id=referral.code_id)
    people = {"friend": referral.customer_id, "referrer": code.customer_id}
    shared = await fetch_one(get_connection("default"), sql.SHARED, people)
    assert shared is not None, "it is one row, whatever there is"
    day_before = referral.used_at - timedelta(days=1)
    uses = Referral.filter(code_id=code.id, used_at__gt=day_before, used_at__lte=referral.used_at)
    facts = ReferralFacts(
        **{name: bool(value) for name, value in shared.items()},
        is_staff=await is_insider(referral.customer_id, code.customer_id),
        friends_in_a_day=len(set(await uses.values_list("customer_id", flat=True))),
    )
    return concerns_of(facts, programme.daily_limit)
