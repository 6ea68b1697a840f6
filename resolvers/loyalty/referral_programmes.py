"""Programmes that reward bringing customers: one person proposes, another decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from models import ReferralBonus, ReferralProgramme, Viewer
from models.database import one_at_a_time, transaction
from resolvers.products.proposals import DECIDED, decided
from rules.loyalty.referrals import DAILY_LIMIT, YEARLY_LIMIT, NoReferralProgramme, check_bonuses, check_days
from rules.products.states import ProposalStatus


@dataclass(frozen=True)
class ReferralTermsBonus:
    """Points on top for a referrer's so many rewards in one year."""

    after: int
    points: int


async def propose(
    viewer: Viewer,
    *,
    valid_from: date,
    valid_to: date | None,
    bonuses: Sequence[ReferralTermsBonus],
    yearly_limit: int | None = None,
    daily_limit: int | None = None,
    **terms: Any,
) -> ReferralProgramme:
    """Propose what is rewarded from a day on; `terms` are the other columns.

    Raises `ReferralStartNotAllowed` unless it begins today or later, and after every one that was approved;
    `ReferralBonusesInvalid`.
    """
    yearly_limit = YEARLY_LIMIT if yearly_limit is None else yearly_limit
    check_bonuses([each.after for each in bonuses], yearly_limit)
    async with transaction(viewer, "propose_referral_programme") as unit:
        await _check_start(valid_from, valid_to, unit.today)
        unit.subject = programme = await ReferralProgramme.create(
            status=ProposalStatus.PROPOSED,
            valid_from=valid_from,
            valid_to=valid_to,
            yearly_limit=yearly_limit,
            daily_limit=DAILY_LIMIT if daily_limit is None else daily_limit,
            proposed_by_id=viewer.staff_id,
            **terms,
        )
        await ReferralBonus.bulk_create(
            [ReferralBonus(programme_id=programme.id, after=each.after, points=each.points) for each in bonuses]
        )
        return programme


async def approve(viewer: Viewer, *, programme_id: int) -> ReferralProgramme:
    """Let a programme hold from its day on, in place of the one before.

    Raises `NotFound`, `NotPossibleNow`, `SamePerson`, `ReferralStartNotAllowed`.
    """
    async with transaction(viewer, "approve_referral_programme") as unit:
        await one_at_a_time("referral programmes")  # Two of one day would be approved together.
        programme = await decided(unit, ReferralProgramme, programme_id, ProposalStatus.APPROVED)
        await _check_start(programme.valid_from, programme.valid_to, unit.today)
        await programme.save(update_fields=DECIDED)
        return programme


async def decline(viewer: Viewer, *, programme_id: int) -> ReferralProgramme:
    """Leave things as they are. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_referral_programme") as unit:
        programme = await decided(unit, ReferralProgramme, programme_id, ProposalStatus.DECLINED)
        await programme.save(update_fields=DECIDED)
        return programme


async def in_force(today: date) -> ReferralProgramme:
    """Give the programme that holds. Raises `NoReferralProgramme`."""
    begun = ReferralProgramme.filter(status=ProposalStatus.APPROVED, valid_from__lte=today)
    newest = await begun.order_by("-valid_from").first()
    if newest is None or (newest.valid_to is not None and newest.valid_to <= today):
        raise NoReferralProgramme
    return newest


async def _check_start(valid_from: date, valid_to: date | None, today: date) -> None:
    last = await ReferralProgramme.filter(status=ProposalStatus.APPROVED).order_by("-valid_from").first()
    check_days(valid_from, valid_to, today if last is None else max(today, last.valid_from + timedelta(days=1)))
