"""What the crowd can read and learn, and what some did of it."""

from datetime import timedelta

import models
from models import Viewer
from resolvers.service import articles, lessons, staff_lessons, votes
from rules.service.articles import ArticleAudience, ArticleKind
from tests import make, teaching


async def teach(east: models.Customer, west: models.Customer, officer: models.Staff, boss: Viewer) -> None:
    """A text with an end that was written anew, a draft, one withdrawn; a lesson for customers, and one for staff."""
    soon = make.clock.today() + timedelta(days=30)
    read = await teaching.published(expires_on=soon)
    await votes.vote_on_article(make.viewer(east), version_id=read.id, is_helpful=True)
    await teaching.revised(read.article_id, title_en="Paying early", expires_on=soon)
    await teaching.written()
    gone = await teaching.published(ArticleKind.NEWS)
    await articles.withdraw_article(await teaching.manager(), article_id=gone.article_id)
    lesson = await teaching.lesson()
    for customer in (east, west):
        viewer = make.viewer(customer)
        await lessons.complete_lesson(viewer, version_id=lesson.id, answers=teaching.RIGHT)
        await votes.vote_on_article(viewer, version_id=lesson.id, is_helpful=customer is west)
    for_staff = await teaching.lesson(ArticleAudience.STAFF)
    assigned = {"lesson_id": for_staff.article_id, "staff_id": officer.id, "due_on": soon, "cause_code": "DELAY"}
    await staff_lessons.assign_lesson(boss, reason="A complaint about delay.", **assigned)
    learner = await make.signed_in(officer)
    await staff_lessons.complete_staff_lesson(learner, version_id=for_staff.id, answers=teaching.RIGHT)
