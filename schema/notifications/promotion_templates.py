"""The words of promotions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.notifications import promotion_templates
from rules.notifications.classes import Category
from rules.notifications.promotions import TemplateInUse, TemplateNameTaken, WordsNotForLockScreen
from rules.people.access import AUDITORS, MANAGERS, MARKETERS
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    connection,
    id_of,
    input,
    mutation,
    node,
    one_of,
    relation,
    root,
    text,
    whole,
)

if TYPE_CHECKING:
    from schema.people.staff import Staff


@node(models.PromotionTemplate)
class PromotionTemplate(Node):
    """The words of a promotion in both languages."""

    name: str
    """What colleagues call it."""
    category: Category
    """What customers choose about: LOYALTY, EDUCATION or OFFER."""
    push_title_zh: str
    """The title of the push in Chinese, and of the message in the inbox."""
    push_body_zh: str
    """The body of the push in Chinese."""
    inbox_zh: str
    """The text in the inbox in Chinese."""
    push_title_en: str
    """The title in English."""
    push_body_en: str
    """The body of the push in English."""
    inbox_en: str
    """The text in the inbox in English."""
    version: int
    """Send it back with a change; it counts the changes."""
    created_at: datetime
    """When it was first written."""
    saved_by: Staff | None = relation("saved_by_id")
    """Who wrote the words as they are; null to marketers, who do not see accounts."""


@root
class PromotionTemplateRoot:
    promotion_templates: Connection[PromotionTemplate] = connection(allow=MANAGERS | AUDITORS | MARKETERS)
    """All templates, oldest first."""


@input
class SavePromotionTemplateInput(Input):
    """A template as it is to be."""

    template_id: int | None = id_of(models.PromotionTemplate)
    """The one to change; nothing for a new one."""
    name: str = text(1, 100)
    """What colleagues call it; no two have the same."""
    category: Category = one_of(Category.LOYALTY, Category.EDUCATION, Category.OFFER)
    """What customers choose about."""
    push_title_zh: str = text(1, 40)
    """In Chinese; anybody reads it: it names no loan, no debt and no amount."""
    push_body_zh: str = text(1, 120)
    """In Chinese, as discreet."""
    inbox_zh: str = text(1, 1000)
    """In Chinese, for whoever opened the app."""
    push_title_en: str = text(1, 60)
    """In English, as discreet as in Chinese."""
    push_body_en: str = text(1, 200)
    """In English, as discreet."""
    inbox_en: str = text(1, 1000)
    """In English, for whoever opened the app."""
    version: int | None = whole(1, 2**31 - 1)
    """The version of the template to change, as you saw it; nothing for a new one."""


@mutation(allow=MARKETERS, refusals=(WordsNotForLockScreen, TemplateNameTaken, TemplateInUse))
async def save_promotion_template(info: Info, input: SavePromotionTemplateInput) -> models.PromotionTemplate:
    """Write the words of a promotion, or change them; what was told stays as it was told."""
    return await promotion_templates.save_template(info.context.viewer, **input.values())
