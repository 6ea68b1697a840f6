import asyncio

import pytest

from models import Survey, SurveyQuestion, SurveyVersion
from resolvers.service import surveys
from resolvers.service.surveys import WrittenSurvey, sheet_of
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.staff import SamePerson
from rules.products.states import ProposalStatus
from rules.service.surveys import SurveyKind, SurveyNotPossible, SurveyOccasion, SurveyProblem, form_of
from rules.states import NotPossibleNow
from tests import asking, make


def written(*pages, **changed):
    return WrittenSurvey(terms=asking.terms(**changed), pages=pages, **asking.TITLES)


async def test_a_survey_is_proposed_by_one_and_asked_once_another_approved_it(db):
    version = await asking.proposed(SurveyKind.NPS, SurveyOccasion.LOAN_SETTLED, asking.PAGES)
    assert (version.number, version.status, version.is_current) == (1, ProposalStatus.PROPOSED, False)
    approved = await surveys.approve_survey(await asking.manager(), version_id=version.id)
    assert (approved.status, approved.is_current) == (ProposalStatus.APPROVED, True)
    assert approved.terms == asking.terms()


async def test_what_was_written_is_read_as_it_was(db):
    version = await asking.proposed(SurveyKind.FORM, pages=asking.PAGES)
    sheet = await sheet_of(version.id)
    assert sheet.form == form_of(SurveyKind.FORM, asking.PAGES)
    first = await SurveyQuestion.get(version_id=version.id, number=1)
    assert first.choices_en.split("\n") == list(asking.WHY.choices_en)
    assert sheet.question_ids[1] == first.id


async def test_who_proposed_it_does_not_decide_it(db):
    manager = await asking.manager()
    said = {"kind": SurveyKind.CSAT, "occasion": SurveyOccasion.CALLBACK_DONE, **asking.NAMES}
    version = await surveys.propose_survey(manager, written=written(), **said)
    before = await make.everything()
    for decide in (surveys.approve_survey, surveys.decline_survey):
        with pytest.raises(SamePerson):
            await decide(manager, version_id=version.id)
    assert await make.everything() == before


async def test_what_is_declined_is_never_asked_and_what_is_decided_stays_so(db):
    version = await asking.proposed()
    manager = await asking.manager()
    declined = await surveys.decline_survey(manager, version_id=version.id)
    assert (declined.status, declined.is_current) == (ProposalStatus.DECLINED, False)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await surveys.approve_survey(await asking.manager(), version_id=version.id)
    assert (await make.everything())["survey_version"] == before["survey_version"]
    with pytest.raises(NotFound):
        await surveys.approve_survey(manager, version_id=99)


async def test_a_survey_that_cannot_be_asked_is_refused_and_not_kept(db):
    marketer = await asking.marketer()
    before = await make.everything()
    said = {"kind": SurveyKind.FORM, "occasion": SurveyOccasion.CALLBACK_DONE, **asking.NAMES}
    with pytest.raises(SurveyNotPossible) as refused:
        await surveys.propose_survey(marketer, written=written(), **said)
    assert refused.value.problem is SurveyProblem.NOTHING_ASKED
    assert await make.everything() == before


async def test_a_new_version_takes_the_place_of_the_one_before_which_stays_as_it_was(db):
    survey = await asking.survey(SurveyKind.CSAT)
    first = await SurveyVersion.get(survey_id=survey.id)
    content = written(*asking.PAGES, sample_percent=10)
    second = await surveys.propose_survey_version(await asking.marketer(), survey_id=survey.id, written=content)
    assert (second.number, second.kind) == (2, SurveyKind.CSAT)
    assert await SurveyVersion.filter(is_current=True).values_list("id", flat=True) == [first.id]
    await surveys.approve_survey(await asking.manager(), version_id=second.id)
    assert await SurveyVersion.filter(is_current=True).values_list("id", flat=True) == [second.id]
    kept = await SurveyVersion.get(id=first.id)
    assert (kept.terms, kept.status, kept.title_en) == (first.terms, first.status, first.title_en)


async def test_two_versions_approved_at_once_leave_one_current(db):
    survey = await asking.survey()
    waiting = [
        await surveys.propose_survey_version(await asking.marketer(), survey_id=survey.id, written=written())
        for _ in range(2)
    ]
    deciding = [(await asking.manager(), version.id) for version in waiting]
    await asyncio.gather(*[surveys.approve_survey(viewer, version_id=id) for viewer, id in deciding])
    assert await SurveyVersion.filter(survey_id=survey.id, is_current=True).count() == 1
    assert sorted(await SurveyVersion.filter(survey_id=survey.id).values_list("number", flat=True)) == [1, 2, 3]


async def test_what_has_ended_is_asked_no_more_and_never_again(db):
    survey, manager = await asking.survey(), await asking.manager()
    version = await surveys.propose_survey_version(await asking.marketer(), survey_id=survey.id, written=written())
    ended = await surveys.end_survey(manager, survey_id=survey.id)
    assert (ended.ended_at, ended.ended_by_id) == (make.clock.now(), manager.staff_id)
    before = (await make.everything())["survey"]
    with pytest.raises(NotPossibleNow):
        await surveys.end_survey(manager, survey_id=survey.id)
    with pytest.raises(NotPossibleNow):
        await surveys.approve_survey(manager, version_id=version.id)
    with pytest.raises(NotPossibleNow):
        await surveys.propose_survey_version(manager, survey_id=survey.id, written=written())
    assert (await make.everything())["survey"] == before


async def test_customers_see_what_was_approved_only(db):
    await asking.proposed()
    await asking.survey()
    customer = make.viewer(await make.customer())
    assert [row.status async for row in SurveyVersion.visible_to(customer)] == [ProposalStatus.APPROVED]
    assert not await Survey.visible_to(customer).exists()
    assert await Survey.visible_to(make.viewer(await make.staff(role=Role.MARKETER))).count() == 2
