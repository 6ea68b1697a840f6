"""Sending promotions: some hundreds of people at a time, each told once, or left out for a reason that is kept."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from tortoise.connection import get_connection
from tortoise.functions import Count

from models import Clock, LeftOut, Promotion, PromotionTemplate, Viewer
from models.database import Unit, locked, one_at_a_time, transaction
from models.database.handwritten import Rows, Statement, as_rows, fetch_rows
from models.notifications.audiences import Occasion, next_of
from notifications import PromotionSent, configured, outbox
from notifications.notifications.promotions import ChineseWords, EnglishWords
from rules.errors import NotFound
from rules.notifications.deliveries import DeliveryReason
from rules.notifications.promotions import PROMOTION_MOVES, AudienceKind, PromotionStatus, why_left_out
from rules.people.access import MARKETERS

BATCH = 500
"""So many people are looked at in one transaction."""
_KIND = PromotionSent.__name__
_LEFT = Rows("left_ones", (("customer_id", "bigint"), ("reason", "text"), ("subject_key", "text")))
_LEAVE_OUT = Statement(
    "left_out",
    """
    INSERT INTO left_out (created_at, customer_id, kind, subject_key, reason, promotion_id)
    SELECT :now, left_ones.customer_id, :kind, left_ones.subject_key, left_ones.reason, :promotion_id
    FROM {left_ones} WHERE TRUE
    ON CONFLICT (subject_key) DO NOTHING RETURNING id
    """,
    {"now": "timestamptz", "kind": "text", "promotion_id": "bigint"},
    (_LEFT,),
)


async def tell_due(clock: Clock) -> int:
    """Tell the next people of the promotion that is due first, or leave them out; gives how many, 0 if none is due.

    Any number of processes may do so at once: one after the other, so that two promotions do not pass a cap together.
    """
    viewer = Viewer.house(clock)
    waiting = Promotion.filter(status=PromotionStatus.APPROVED, sends_at__lte=clock.now())
    if (due := await waiting.order_by("sends_at", "id").first()) is None:
        return 0
    async with transaction(viewer, "tell_promotion") as unit:
        await one_at_a_time("promotions")
        promotion = await locked(Promotion, viewer, due.id)
        if promotion.status is not PromotionStatus.APPROVED:
            return 0
        return await _tell_next(unit, promotion)


async def _tell_next(unit: Unit, promotion: Promotion) -> int:
    template = await PromotionTemplate.get(id=promotion.template_id)
    assert template.version == promotion.template_version, "what was approved is not edited before it is sent"
    occasion, caps, is_over = occasion_of(unit.now, template), configured().caps, unit.now >= promotion.ends_at
    people = await next_of(promotion, occasion, BATCH)
    told, left = list[int](), dict[int, DeliveryReason]()
    for customer_id, standing in people:
        if reason := DeliveryReason.EXPIRED if is_over else why_left_out(standing, caps):
            left[customer_id] = reason
        else:
            told.append(customer_id)
    promotion.told_count += await _tell(promotion, template, told)
    promotion.left_out_count += await _leave_out(unit, promotion, left)
    if len(people) == BATCH:
        promotion.up_to = people[-1][0]
    else:
        PROMOTION_MOVES.check(promotion.status, PromotionStatus.SENT, unit.viewer.role)
        promotion.status = PromotionStatus.SENT
        promotion.version += 1
    await promotion.save(update_fields=["status", "version", "up_to", "told_count", "left_out_count"])
    return max(len(people), 1)


async def _tell(promotion: Promotion, template: PromotionTemplate, ids: Iterable[int]) -> int:
    """Record an event for each, once; gives how many are new."""
    return await outbox.record_once(
        [(event_of(promotion, template, customer_id), _key(promotion, customer_id)) for customer_id in ids]
    )


async def _leave_out(unit: Unit, promotion: Promotion, reasons: Mapping[int, DeliveryReason]) -> int:
    rows = [
        {"customer_id": customer_id, "reason": reason.value, "subject_key": _key(promotion, customer_id)}
        for customer_id, reason in reasons.items()
    ]
    values = {"now": unit.now, "kind": _KIND, "promotion_id": promotion.id, "left_ones": as_rows(rows)}
    return len(await fetch_rows(get_connection("default"), _LEAVE_OUT, values)) if rows else 0


def _key(promotion: Promotion, customer_id: int) -> str:
    """Under which somebody is told once."""
    return f"promotion:{promotion.id}:C{customer_id}"


def occasion_of(now: datetime, template: PromotionTemplate) -> Occasion:
    """Say when and about what somebody would be told."""
    return Occasion(now, configured().zone, template.category, _KIND)


def event_of(promotion: Promotion, template: PromotionTemplate, customer_id: int) -> PromotionSent:
    """Make the event that tells somebody, with the words as they are now."""
    return PromotionSent(
        customer_id=customer_id,
        promotion_id=promotion.id,
        about=template.category,
        ends_at=promotion.ends_at,
        title_zh=ChineseWords(template.push_title_zh),
        body_zh=ChineseWords(template.push_body_zh),
        inbox_zh=ChineseWords(template.inbox_zh),
        title_en=EnglishWords(template.push_title_en),
        body_en=EnglishWords(template.push_body_en),
        inbox_en=EnglishWords(template.inbox_en),
    )


@dataclass(frozen=True)
class LeftOutCount:
    """How many are left out for a reason."""

    reason: DeliveryReason
    count: int

    @classmethod
    def each(cls, counts: Counter[str], viewer: Viewer, audience: AudienceKind) -> tuple[Self, ...]:
        """Give them in the order of the reasons, without those of nobody; to a marketer none of a list, nor of too few."""
        fewest = configured().fewest_people if viewer.role in MARKETERS else 1
        if viewer.role in MARKETERS and audience is AudienceKind.LIST:
            return ()  # Two lists that differ by one would tell of him.
        return tuple(cls(reason, counts[reason]) for reason in DeliveryReason if counts[reason] >= fewest)


@dataclass(frozen=True)
class PromotionResult:
    """What became of a promotion so far, in numbers."""

    promotion: Promotion
    left_out: tuple[LeftOutCount, ...]


async def promotion_result(viewer: Viewer, *, promotion_id: int) -> PromotionResult:
    """Count why people were left out, of all branches, without saying who. Raises `NotFound`."""
    promotion = await Promotion.visible_to(viewer).get_or_none(id=promotion_id)
    if promotion is None:
        raise NotFound
    counted = LeftOut.filter(promotion_id=promotion.id).annotate(people=Count("id")).group_by("reason")
    rows = await counted.values_list("reason", "people")
    return PromotionResult(promotion, LeftOutCount.each(Counter(dict(rows)), viewer, promotion.audience))
