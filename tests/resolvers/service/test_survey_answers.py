"""Answering: once an invitation, changed for a day, and nothing that does not fit."""

import asyncio
from datetime import timedelta

import pytest

from models import SurveyAnswer, SurveyFollowUp, SurveyInvitation, SurveyResponse
from resolvers.service import survey_links, surveys
from resolvers.service.survey_answers import Given, answer
from rules.errors import NotFound
from rules.service.survey_answers import Answer, AnswerKept, AnswerNotTaken, AnswerProblem, SurveyOver
from rules.service.survey_invitations import SurveyInvitationStatus
from rules.service.surveys import SurveyKind, SurveyOccasion
from rules.states import NotPossibleNow
from tests import asking, make

CASE = SurveyOccasion.CASE_CLOSED
DAY = timedelta(hours=24)


async def form() -> SurveyInvitation:
    return await asking.asked(await asking.survey(SurveyKind.FORM, CASE, asking.PAGES))


async def said(response: SurveyResponse) -> list[tuple[int, int | None, str | None]]:
    rows = SurveyAnswer.filter(response_id=response.id).order_by("id").select_related("question")
    return [(row.question.number, row.number, row.text) async for row in rows]


async def test_one_tap_answers(db):
    asked = await asking.asked(await asking.survey(SurveyKind.CSAT, CASE))
    response = await asking.answered(asked, 4)
    assert (response.score, response.comment, response.is_by_link) == (4, None, False)
    assert (response.answered_on, response.branch_id, response.changed_at) == (make.TODAY, asked.branch_id, None)
    kept = await SurveyInvitation.get()
    assert (kept.status, kept.remind_at) == (SurveyInvitationStatus.ANSWERED, None)
    assert not await SurveyFollowUp.exists()


async def test_a_form_is_answered_page_by_page(db):
    asked = await form()
    answers = [Answer(question=3, text="没人接电话。"), Answer(question=1, number=3)]
    response = await asking.answered(asked, answers=answers)
    assert response.score is None
    assert await said(response) == [(1, 3, None), (3, None, "没人接电话。")]


async def test_it_is_answered_by_what_was_asked_then_whatever_is_asked_now(db):
    survey = await asking.survey(SurveyKind.FORM, CASE, asking.PAGES)
    asked = await asking.asked(survey)
    written = surveys.WrittenSurvey(terms=asking.terms(), pages=asking.PAGES[:1], **asking.TITLES)
    newer = await surveys.propose_survey_version(await asking.marketer(), survey_id=survey.id, written=written)
    await surveys.approve_survey(await asking.manager(), version_id=newer.id)
    await surveys.end_survey(await asking.manager(), survey_id=survey.id)
    answers = [Answer(question=1, number=3), Answer(question=3, text="好。")]
    assert len(await said(await asking.answered(asked, answers=answers))) == 2


@pytest.mark.parametrize(
    ("given", "question", "problem"),
    [
        (Given(), 1, AnswerProblem.MISSING),
        (Given(score=3), 0, AnswerProblem.UNKNOWN),
        (Given(answers=[Answer(question=4, number=1)]), 4, AnswerProblem.UNKNOWN),
        (Given(answers=[Answer(question=1, number=4)]), 1, AnswerProblem.OUT_OF_SCALE),
        (Given(answers=[Answer(question=1, number=1), Answer(question=3, text="好。")]), 3, AnswerProblem.NOT_SHOWN),
    ],
)
async def test_what_does_not_fit_is_refused_and_leaves_everything_alone(db, given, question, problem):
    asked = await form()
    viewer = await make.viewer_of(asked.customer_id)
    before = await make.everything()
    with pytest.raises(AnswerNotTaken) as refused:
        await answer(viewer, invitation_id=asked.id, given=given)
    assert (refused.value.question, refused.value.problem) == (question, problem)
    assert await make.everything() == before


async def test_within_a_day_it_is_replaced_and_then_it_is_kept(db):
    asked = await form()
    first = await asking.answered(
        asked, comment="好。", answers=[Answer(question=1, number=3), Answer(question=3, text="好。")]
    )
    make.clock.moment += DAY - timedelta(seconds=1)
    changed = await asking.answered(asked, answers=[Answer(question=1, number=1)])
    assert (changed.id, changed.comment, changed.changed_at) == (first.id, None, make.clock.now())
    assert await said(changed) == [(1, 1, None)]
    make.clock.moment += timedelta(seconds=1)
    viewer = await make.viewer_of(asked.customer_id)
    before = await make.everything()
    with pytest.raises(AnswerKept) as refused:
        await answer(viewer, invitation_id=asked.id, given=Given(answers=[Answer(question=1, number=2)]))
    assert refused.value.changeable_until == first.created_at + DAY
    assert await make.everything() == before


async def test_after_its_end_it_is_refused_and_what_was_answered_before_can_still_be_changed(db):
    survey = await asking.survey(SurveyKind.CSAT, CASE)
    asked, other = await asking.asked(survey), await asking.asked(survey)
    make.clock.moment = asked.ends_at - timedelta(hours=1)
    await asking.answered(other, 3)
    make.clock.moment = asked.ends_at
    viewer = await make.viewer_of(asked.customer_id)
    before = await make.everything()
    with pytest.raises(SurveyOver) as refused:
        await answer(viewer, invitation_id=asked.id, given=Given(score=5))
    assert refused.value.ended_at == asked.ends_at
    assert await make.everything() == before
    make.clock.moment = other.ends_at
    assert (await asking.answered(other, 5)).score == 5


async def test_who_was_not_asked_cannot_answer_nor_anybody_else_for_him(db):
    survey = await asking.survey(SurveyKind.CSAT, CASE)
    waiting = await asking.drawn(survey)
    with pytest.raises(NotPossibleNow):
        await asking.answered(waiting, 5)
    asked = await asking.asked(survey)
    with pytest.raises(NotFound):
        await answer(make.viewer(await make.customer()), invitation_id=asked.id, given=Given(score=5))
    assert not await SurveyResponse.exists()


async def test_answered_many_times_at_once_in_the_app_and_by_the_link_there_is_one_answer_and_one_follow_up(db):
    asked = await asking.asked(await asking.survey(SurveyKind.NPS, CASE))
    viewer = await make.viewer_of(asked.customer_id)
    token = survey_links.link_of_invitation(asked.id, make.clock.now()).removeprefix("/surveys/")
    await asyncio.gather(
        *[answer(viewer, invitation_id=asked.id, given=Given(score=score)) for score in (0, 3, 6)],
        *[survey_links.answer(make.clock, token, Given(score=score)) for score in (1, 5)],
    )
    response = await SurveyResponse.get()
    follow_up = await SurveyFollowUp.get()
    assert (follow_up.response_id, follow_up.score) == (response.id, response.score)
    assert await SurveyInvitation.filter(status=SurveyInvitationStatus.ANSWERED).count() == 1


async def test_a_repeat_of_the_same_answer_changes_nothing_that_is_read(db):
    asked = await form()
    answers = [Answer(question=1, number=3), Answer(question=3, text="好。")]
    first = await asking.answered(asked, comment="好。", answers=answers)
    again = await asking.answered(asked, comment="好。", answers=answers)
    assert (again.id, again.comment, again.created_at) == (first.id, "好。", first.created_at)
    assert await SurveyAnswer.all().count() == 2
