"""The words of promotions: written by marketers, in versions, fit for a lock screen."""

import asyncio

import pytest

from models import PromotionTemplate
from resolvers.notifications.promotion_proposals import approve_promotion, cancel_promotion
from resolvers.notifications.promotion_templates import save_template
from rules.errors import Conflict, NotFound
from rules.notifications.classes import Category
from rules.notifications.promotions import TemplateInUse, TemplateNameTaken, WordsNotForLockScreen
from rules.people.access import Role
from tests import make, promoting

NEW = {"name": "Double points", "category": Category.LOYALTY, **promoting.WORDS}


async def test_words_are_written_and_changed_in_versions(db):
    first, second = await promoting.marketer(), await promoting.marketer()
    written = await save_template(first, **NEW)
    changed = await save_template(
        second, template_id=written.id, version=1, **NEW | {"category": Category.OFFER, "inbox_en": "Other words."}
    )
    kept = await PromotionTemplate.get()
    assert (written.id, written.version, changed.version) == (kept.id, 1, 2)
    assert (kept.version, kept.category, kept.inbox_en, kept.saved_by_id) == (
        2,
        Category.OFFER,
        "Other words.",
        second.staff_id,
    )


@pytest.mark.parametrize("field", ["push_title_zh", "push_body_zh", "push_title_en", "push_body_en"])
async def test_no_push_names_what_a_lock_screen_must_not_and_the_inbox_may(db, field):
    marketer = await promoting.marketer()
    await save_template(marketer, **NEW | {"inbox_zh": "贷款利率低至 5 元", "inbox_en": "A loan of 5 yuan"})
    before = await make.everything()
    with pytest.raises(WordsNotForLockScreen) as refused:
        await save_template(marketer, **NEW | {"name": "Other", field: "贷款 loan"})
    assert refused.value.field == "".join([field.split("_")[0], *(part.title() for part in field.split("_")[1:])])
    assert await make.everything() == before


async def test_a_version_that_is_not_the_current_one_a_name_that_is_taken_and_one_that_is_nowhere_change_nothing(db):
    marketer = await promoting.marketer()
    one = await save_template(marketer, **NEW)
    other = await save_template(marketer, **NEW | {"name": "Other"})
    before = await make.everything()
    with pytest.raises(Conflict) as refused:
        await save_template(marketer, template_id=one.id, version=2, **NEW)
    assert refused.value.current_version == 1
    with pytest.raises(TemplateNameTaken):
        await save_template(marketer, **NEW)
    with pytest.raises(TemplateNameTaken):
        await save_template(marketer, template_id=other.id, version=1, **NEW)
    with pytest.raises(NotFound):
        await save_template(marketer, template_id=999, version=1, **NEW)
    assert await make.everything() == before


async def test_words_that_were_approved_are_not_edited_until_they_are_sent_or_stopped(db):
    words = await promoting.template()
    promotion = await promoting.promotion(await make.customer(), words=words)
    marketer, before = await promoting.marketer(), await make.everything()
    with pytest.raises(TemplateInUse):
        await save_template(marketer, template_id=words.id, version=1, **NEW)
    assert await make.everything() == before
    await cancel_promotion(marketer, promotion_id=promotion.id, version=promotion.version)
    assert (await save_template(marketer, template_id=words.id, version=1, **NEW)).version == 2


async def test_of_an_edit_and_an_approval_at_once_one_comes_too_late(db):
    words = await promoting.template()
    waiting = await promoting.proposed(await make.customer(), words=words)
    marketer = await promoting.marketer()
    manager = await make.signed_in(await make.staff(role=Role.MANAGER))
    answers = await asyncio.gather(
        save_template(marketer, template_id=words.id, version=1, **NEW),
        approve_promotion(manager, promotion_id=waiting.id, version=1),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(each).__name__ for each in refused] in (["TemplateInUse"], ["TemplateChanged"])
