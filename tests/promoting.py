"""Promotions, as a marketer and a manager make them."""

from datetime import timedelta
from itertools import count
from typing import Any

from models import Customer, Promotion, PromotionTemplate, Viewer
from resolvers.notifications import promotion_proposals, promotion_templates
from rules.notifications.classes import Category
from rules.people.access import Role
from tests import make

_numbers = count(1)

WORDS = {
    "push_title_zh": "本月积分翻倍",
    "push_body_zh": "打开应用看看怎么参加。",
    "inbox_zh": "三月的每一笔按时还款都得双倍积分。",
    "push_title_en": "Twice the points this month",
    "push_body_en": "See in the app how it works.",
    "inbox_en": "Each payment on time in March earns twice the points.",
}
"""The words of a promotion."""


async def marketer() -> Viewer:
    """A marketer; each time another one."""
    return await make.signed_in(await make.staff(role=Role.MARKETER))


async def template(**changed: Any) -> PromotionTemplate:
    """Words of a promotion about points."""
    said: dict[str, Any] = {"name": f"template {next(_numbers)}", "category": Category.LOYALTY, **WORDS}
    return await promotion_templates.save_template(await marketer(), **said | changed)


async def proposed(*customers: Customer, words: PromotionTemplate | None = None, **changed: Any) -> Promotion:
    """A promotion to these customers, or to whom is said otherwise, in an hour and for a day."""
    words = words or await template()
    asked: dict[str, Any] = {
        "template_id": words.id,
        "customer_ids": [each.id for each in customers],
        "sends_at": make.clock.now() + timedelta(hours=1),
        "ends_at": make.clock.now() + timedelta(hours=25),
        "key": "tap",
    }
    return (await promotion_proposals.send_promotion(await marketer(), **asked | changed)).promotion


async def promotion(*customers: Customer, **changed: Any) -> Promotion:
    """The same, approved by a manager."""
    waiting = await proposed(*customers, **changed)
    manager = await make.signed_in(await make.staff(role=Role.MANAGER))
    return await promotion_proposals.approve_promotion(manager, promotion_id=waiting.id, version=waiting.version)
