"""Promotions: proposed by a marketer, who sees numbers and nobody, and decided by a manager."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from models import Branch, Customer, Promotion, PromotionAddressee, PromotionTemplate, Tier, Viewer
from models.database import locked, transaction
from models.notifications.audiences import standings_of
from notifications import configured
from notifications.previews import MessagePreview, preview
from resolvers import keys
from resolvers.notifications.promotions import LeftOutCount, event_of, occasion_of
from resolvers.people.staff import accounts_of
from rules.errors import Conflict, NotFound
from rules.notifications.promotions import (
    PROMOTION_MOVES,
    AudienceKind,
    AudienceTooSmall,
    AudienceUnclear,
    PromotionStatus,
    TemplateChanged,
    check_times,
    why_left_out,
)
from rules.people.access import MARKETERS
from rules.people.kinds import Locale
from rules.people.staff import check_other_person


@dataclass(frozen=True)
class ProposedPromotion:
    """A promotion, and what would come of it as things stand; it names nobody."""

    promotion: Promotion
    count: int
    not_found: int
    sample_zh: MessagePreview
    sample_en: MessagePreview
    left_out: tuple[LeftOutCount, ...]


async def send_promotion(
    viewer: Viewer,
    *,
    template_id: int,
    sends_at: datetime,
    ends_at: datetime,
    key: str,
    tier_id: int | None = None,
    branch_id: int | None = None,
    customer_ids: Sequence[int] | None = None,
) -> ProposedPromotion:
    """Propose to send a template to a tier, a branch or a list, as somebody else decides.

    Ids on the list that are nobody's are counted, and not said. Raises `NotFound`, `KeyReused`, `AudienceUnclear`,
    `AudienceTooSmall`, `PromotionTimesWrong`.
    """
    assert viewer.role in MARKETERS, "promotions are made by marketers"
    listed = sorted(set(customer_ids or ()))
    kinds = {AudienceKind.TIER: tier_id, AudienceKind.BRANCH: branch_id, AudienceKind.LIST: listed}
    named = [kind for kind, what in kinds.items() if what]
    if len(named) != 1:
        raise AudienceUnclear
    asked = (template_id, tier_id, branch_id, listed, sends_at, ends_at)
    async with keys.once(Promotion, viewer, "send_promotion", key, *asked) as kept:
        if kept.is_new:
            check_times(kept.now, sends_at, ends_at)
            template = await PromotionTemplate.visible_to(viewer).get_or_none(id=template_id)
            if template is None or not await _is_there(tier_id, branch_id):
                raise NotFound
            promotion = await Promotion.create(
                template_id=template.id,
                template_version=template.version,
                audience=named[0],
                tier_id=tier_id,
                branch_id=branch_id,
                sends_at=sends_at,
                ends_at=ends_at,
                status=PROMOTION_MOVES.initial,
                proposed_by_id=viewer.staff_id,
            )
            await _list(promotion, listed)
            kept.keep(promotion)
    return await _forecast(viewer, kept.result, len(listed))


async def _is_there(tier_id: int | None, branch_id: int | None) -> bool:
    if tier_id is not None:
        return await Tier.exists(id=tier_id)
    return branch_id is None or await Branch.exists(id=branch_id)


async def _list(promotion: Promotion, ids: Sequence[int]) -> None:
    """Write down who is named and exists. The marketer sees none of them, and needs not to. Raises `AudienceTooSmall`."""
    if not ids:
        return
    known = await Customer.filter(id__in=list(ids)).order_by("id").values_list("id", flat=True)
    if len(known) < configured().fewest_people:
        raise AudienceTooSmall(fewest=configured().fewest_people)
    await PromotionAddressee.bulk_create(
        [PromotionAddressee(promotion_id=promotion.id, customer_id=customer_id) for customer_id in known]
    )


async def _forecast(viewer: Viewer, promotion: Promotion, listed: int) -> ProposedPromotion:
    """Say what would come of a promotion if it were sent now."""
    template = await PromotionTemplate.get(id=promotion.template_id)
    caps, reasons, count = configured().caps, Counter[str](), 0
    for standing, people in await standings_of(promotion, occasion_of(viewer.now, template)):
        count += people
        if reason := why_left_out(standing, caps):
            reasons[reason] += people
    event = event_of(promotion, template, customer_id=0)
    return ProposedPromotion(
        promotion=promotion,
        count=count,
        not_found=max(listed - count, 0),
        sample_zh=preview(event, Locale.ZH_CN),
        sample_en=preview(event, Locale.EN),
        left_out=LeftOutCount.each(reasons, viewer, promotion.audience),
    )


async def approve_promotion(viewer: Viewer, *, promotion_id: int, version: int) -> Promotion:
    """Let a promotion be sent once its time has come.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `SamePerson`, `TemplateChanged` where the words are not those proposed.
    """
    return await _decide(viewer, "approve_promotion", promotion_id, version, PromotionStatus.APPROVED)


async def decline_promotion(viewer: Viewer, *, promotion_id: int, version: int) -> Promotion:
    """Tell nobody. Raises `NotFound`, `Conflict`, `NotPossibleNow`, `SamePerson`."""
    return await _decide(viewer, "decline_promotion", promotion_id, version, PromotionStatus.DECLINED)


async def _decide(
    viewer: Viewer, operation: str, promotion_id: int, version: int, status: PromotionStatus
) -> Promotion:
    async with transaction(viewer, operation):
        promotion = await _lock(viewer, promotion_id, version, status)
        check_other_person(promotion.proposed_by_id, await accounts_of(viewer))
        if status is PromotionStatus.APPROVED:  # Until it is sent, nobody can write other words: see `save_template`.
            template = await locked(PromotionTemplate, viewer, promotion.template_id)
            if template.version != promotion.template_version:
                raise TemplateChanged
        promotion.decided_by_id = viewer.staff_id
        return await _move(promotion, status)


async def cancel_promotion(viewer: Viewer, *, promotion_id: int, version: int) -> Promotion:
    """Stop a promotion, also in the middle: who has been told stays told. Raises `NotFound`, `Conflict`, `NotPossibleNow`."""
    async with transaction(viewer, "cancel_promotion"):
        promotion = await _lock(viewer, promotion_id, version, PromotionStatus.CANCELLED)
        return await _move(promotion, PromotionStatus.CANCELLED)


async def _lock(viewer: Viewer, promotion_id: int, version: int, status: PromotionStatus) -> Promotion:
    promotion = await locked(Promotion, viewer, promotion_id)
    if promotion.version != version:
        raise Conflict(current_version=promotion.version)
    PROMOTION_MOVES.check(promotion.status, status, viewer.role)
    return promotion


async def _move(promotion: Promotion, status: PromotionStatus) -> Promotion:
    promotion.status = status
    promotion.version += 1
    await promotion.save(update_fields=["status", "version", "decided_by_id"])
    return promotion
