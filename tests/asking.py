"""Surveys, as a marketer proposes them and a manager approves them, and customers who are asked."""

from datetime import timedelta
from typing import Any

from models import Customer, Survey, SurveyInvitation, SurveyResponse, SurveyVersion, Viewer
from resolvers.service import survey_answers, surveys
from resolvers.service.survey_answers import Given
from resolvers.service.survey_invitations import occasion
from resolvers.service.survey_sending import run_surveys
from resolvers.service.surveys import WrittenSurvey
from rules.people.access import Role
from rules.service.survey_answers import Answer
from rules.service.surveys import (
    Condition,
    QuestionKind,
    SurveyKind,
    SurveyOccasion,
    SurveyTerms,
    WrittenPage,
    WrittenQuestion,
)
from tests import make

TITLES = {"title_zh": "您对这次服务满意吗？", "title_en": "How satisfied were you?"}
NAMES = {"name_zh": "服务满意度", "name_en": "Service"}

WHY = WrittenQuestion(
    kind=QuestionKind.CHOICE,
    is_required=True,
    text_zh="主要原因是什么？",
    text_en="What was the main reason?",
    choices_zh=("等待太久", "解释不清楚", "其他"),
    choices_en=("The wait", "It was not explained", "Something else"),
)
WORDS = WrittenQuestion(
    kind=QuestionKind.TEXT, is_required=False, text_zh="请告诉我们更多。", text_en="Please tell us more."
)
EASE = WrittenQuestion(
    kind=QuestionKind.SCALE, is_required=False, text_zh="有多容易？", text_en="How easy was it?", lowest=1, highest=5
)
PAGES = (
    WrittenPage(questions=(WHY, EASE)),
    WrittenPage(questions=(WORDS,), condition=Condition(question=1, lowest=3, highest=3)),
)
"""A page that everybody sees, and one for those to whom it was something else."""

ANSWERS = (Answer(question=1, number=1), Answer(question=2, number=5))
"""To the first page; after these the second is not shown."""


def terms(**changed: Any) -> SurveyTerms:
    """Everybody is asked after an hour, and reminded after three days."""
    usual: dict[str, Any] = {
        "sample_percent": 100,
        "delay_hours": 1,
        "cooldown_days": 30,
        "most_a_year": 4,
        "remind_after_days": 3,
        "open_days": 14,
    }
    return SurveyTerms(**usual | changed)


async def marketer() -> Viewer:
    """A marketer; each time another one."""
    return await make.signed_in(await make.staff(role=Role.MARKETER))


async def manager() -> Viewer:
    """A manager who works for no branch; each time another one."""
    return await make.signed_in(await make.staff(role=Role.MANAGER))


async def proposed(
    kind: SurveyKind = SurveyKind.CSAT,
    occasion: SurveyOccasion = SurveyOccasion.CALLBACK_DONE,
    pages: tuple[WrittenPage, ...] = (),
    **changed: Any,
) -> SurveyVersion:
    """A survey that waits for a manager."""
    written = WrittenSurvey(terms=terms(**changed), pages=pages, **TITLES)
    return await surveys.propose_survey(await marketer(), kind=kind, occasion=occasion, written=written, **NAMES)


async def survey(
    kind: SurveyKind = SurveyKind.CSAT,
    occasion: SurveyOccasion = SurveyOccasion.CALLBACK_DONE,
    pages: tuple[WrittenPage, ...] = (),
    **changed: Any,
) -> Survey:
    """A survey that is asked."""
    version = await proposed(kind, occasion, pages, **changed)
    approved = await surveys.approve_survey(await manager(), version_id=version.id)
    return await Survey.get(id=approved.survey_id)


async def drawn(
    of: Survey, customer: Customer | None = None, subject_id: int = 1, *, staff_id: int | None = None
) -> SurveyInvitation:
    """A customer who was drawn for a survey whose subject nobody looks up: of cases and events only."""
    customer = customer or await make.customer()
    async with make.unit() as unit:
        await occasion(unit, of.occasion, customer.id, subject_id, staff_id=staff_id)
    return await SurveyInvitation.get(survey_id=of.id, customer_id=customer.id, subject=subject_id)


async def asked(of: Survey, customer: Customer | None = None, **said: Any) -> SurveyInvitation:
    """A customer who was asked, an hour later; the clock goes along."""
    invitation = await drawn(of, customer, **said)
    make.clock.moment += timedelta(hours=1)
    while await run_surveys(make.clock):
        pass
    return await SurveyInvitation.get(id=invitation.id)


async def unhappy() -> SurveyResponse:
    """Somebody who scored low and said why."""
    invitation = await asked(await survey(SurveyKind.CES, SurveyOccasion.CASE_CLOSED, PAGES))
    return await answered(invitation, score=2, comment="太慢了。", answers=ANSWERS)


async def answered(invitation: SurveyInvitation, score: int | None = None, **given: Any) -> SurveyResponse:
    """What he answered in the app."""
    viewer = await make.viewer_of(invitation.customer_id)
    return await survey_answers.answer(viewer, invitation_id=invitation.id, given=Given(score=score, **given))
