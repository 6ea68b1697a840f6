"""The words of promotions."""

from tortoise.exceptions import IntegrityError

from models import Promotion, PromotionTemplate, Staff, Viewer
from models.database import locked, transaction
from rules.errors import Conflict
from rules.notifications.classes import PROMOTIONAL, Category
from rules.notifications.promotions import (
    PromotionStatus,
    TemplateInUse,
    TemplateNameTaken,
    check_lock_screen,
)
from rules.people.access import MARKETERS


async def save_template(
    viewer: Viewer,
    *,
    name: str,
    category: Category,
    push_title_zh: str,
    push_body_zh: str,
    inbox_zh: str,
    push_title_en: str,
    push_body_en: str,
    inbox_en: str,
    template_id: int | None = None,
    version: int | None = None,
) -> PromotionTemplate:
    """Write the words of a promotion, or others in place of those the editor saw in this version.

    What was told stays as it was told. Raises `NotFound`, `Conflict`, `WordsNotForLockScreen`, `TemplateNameTaken`,
    `TemplateInUse`.
    """
    assert viewer.role in MARKETERS, "promotions are made by marketers"
    assert category in PROMOTIONAL, "anything else is told for another reason"
    check_lock_screen(
        {
            "pushTitleZh": push_title_zh,
            "pushBodyZh": push_body_zh,
            "pushTitleEn": push_title_en,
            "pushBodyEn": push_body_en,
        }
    )
    try:
        async with transaction(viewer, "save_promotion_template") as unit:
            template = PromotionTemplate() if template_id is None else await _lock(viewer, template_id, version)
            template.name, template.category = name, category
            template.push_title_zh, template.push_body_zh, template.inbox_zh = push_title_zh, push_body_zh, inbox_zh
            template.push_title_en, template.push_body_en, template.inbox_en = push_title_en, push_body_en, inbox_en
            template.saved_by = await Staff.get(id=viewer.staff_id)
            await template.save()
            unit.subject = template
            return template
    except IntegrityError as problem:
        if "name" not in str(problem):
            raise
        raise TemplateNameTaken from None


async def _lock(viewer: Viewer, template_id: int, version: int | None) -> PromotionTemplate:
    """Lock a template that its editor saw in this version, and count the change; approving one locks it, too."""
    template = await locked(PromotionTemplate, viewer, template_id)
    if template.version != version:
        raise Conflict(current_version=template.version)
    if await Promotion.exists(template_id=template.id, status=PromotionStatus.APPROVED):
        raise TemplateInUse
    template.version += 1
    return template
