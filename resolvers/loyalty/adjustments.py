"""Giving and taking points by hand: alone up to a limit a day, beyond it with a second pair of eyes."""

from models import Customer, PointsAdjustment, Staff, Viewer
from models.database import Unit, locked, open_unit, transaction
from notifications import outbox
from notifications.loyalty.points import PointsAdjusted
from resolvers import configured, keys
from resolvers.loyalty import points as ledger
from resolvers.people.relationships import check_not_ones_own, kin_of
from resolvers.people.staff import accounts_of
from resolvers.products.proposals import DECIDED, check_decidable, decide
from rules.errors import NotFound
from rules.loyalty.adjustments import may_act_alone
from rules.loyalty.kinds import PointsKind
from rules.people.reveal import check_reason
from rules.people.staff import check_not_own
from rules.products.states import ProposalStatus


async def adjust_points(viewer: Viewer, *, customer_id: int, points: int, reason: str, key: str) -> PointsAdjustment:
    """Give a customer points, or take some (less than 0); what is beyond the day's limit waits for another to approve it.

    Raises `NotFound`, `OwnAffairs`, `ReasonTooShort`, `NothingToAdjust`, `NotEnoughPoints`, `KeyReused`.
    """
    stated = check_reason(reason)
    async with keys.once(PointsAdjustment, viewer, "adjust_points", key, customer_id, points, stated) as kept:
        if kept.is_new:
            unit = open_unit()
            unit.reason = stated
            if not await Customer.visible_to(viewer).filter(id=customer_id).exists():
                raise NotFound
            staff = await locked(Staff, viewer, viewer.staff_id)  # Or two at once would pass the limit.
            check_not_own(await kin_of(staff), [customer_id])
            is_alone = may_act_alone(points, await _adjusted_today(unit), configured().points_alone_a_day)
            unit.subject = adjustment = await PointsAdjustment.create(
                customer_id=customer_id,
                points=points,
                reason=stated,
                status=ProposalStatus.APPROVED if is_alone else ProposalStatus.PROPOSED,
                needs_another=not is_alone,
                adjusted_on=unit.today,
                proposed_by_id=viewer.staff_id,
            )
            if is_alone:
                await _apply(unit, adjustment)
            kept.keep(adjustment)
    return kept.result


async def approve_points_adjustment(viewer: Viewer, *, adjustment_id: int, key: str) -> PointsAdjustment:
    """Let an adjustment happen that another one proposed.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `SamePerson`, `NotEnoughPoints`, `KeyReused`.
    """
    async with keys.once(PointsAdjustment, viewer, "approve_points_adjustment", key, adjustment_id) as kept:
        if kept.is_new:
            unit = open_unit()
            adjustment = await _decide(unit, adjustment_id, ProposalStatus.APPROVED)
            await _apply(unit, adjustment)
            kept.keep(adjustment)
    return kept.result


async def decline_points_adjustment(viewer: Viewer, *, adjustment_id: int) -> PointsAdjustment:
    """Leave the points as they are. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_points_adjustment") as unit:
        return await _decide(unit, adjustment_id, ProposalStatus.DECLINED)


async def _decide(unit: Unit, adjustment_id: int, status: ProposalStatus) -> PointsAdjustment:
    adjustment = await locked(PointsAdjustment, unit.viewer, adjustment_id)
    await check_not_ones_own(unit.viewer, adjustment.customer_id)
    await check_decidable(unit, adjustment, status)
    decide(unit, adjustment, status)
    await adjustment.save(update_fields=DECIDED)
    return adjustment


async def _adjusted_today(unit: Unit) -> int:
    """Sum up what the viewer has given and taken alone on this business date, whichever of his accounts he used."""
    alone = PointsAdjustment.filter(
        proposed_by_id__in=list(await accounts_of(unit.viewer)), adjusted_on=unit.today, needs_another=False
    )
    return sum(abs(each.points) for each in await alone)


async def _apply(unit: Unit, adjustment: PointsAdjustment) -> None:
    owner, source = adjustment.customer_id, f"Adjustment:{adjustment.id}"
    if adjustment.points > 0:
        await ledger.award(unit, customer_id=owner, points=adjustment.points, source=source, kind=PointsKind.ADJUSTED)
    else:
        await ledger.spend(unit, customer_id=owner, points=-adjustment.points, source=source, kind=PointsKind.ADJUSTED)
    await outbox.record(PointsAdjusted(customer_id=owner, points=adjustment.points))
