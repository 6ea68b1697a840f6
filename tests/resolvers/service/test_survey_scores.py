"""Scores: whole, by month, branch and product, and only of enough people."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from models import Branch, Product, Survey, SurveyInvitation, SurveyResponse, Viewer
from models.database.statements import counted
from resolvers.service import survey_guests
from resolvers.service.survey_answers import Given, write_guest
from resolvers.service.survey_scores import SurveyScores, survey_scores
from rules.errors import NotFound
from rules.people.access import Role
from rules.service.survey_scores import WhyHidden
from rules.service.surveys import SurveyKind, SurveyOccasion
from rules.states import NotPossibleNow
from tests import asking, make

CASE = SurveyOccasion.CASE_CLOSED


async def given(
    survey: Survey, branch: Branch, *scores: int, on: date = date(2026, 3, 10), product: Product | None = None
) -> None:
    """Answers of customers of a branch on a day, as they would stand there."""
    product_id = None if product is None else product.id
    for score in scores:
        asked = await asking.drawn(survey, await make.customer(branch=branch))
        async with make.unit() as unit:
            sent = {"status": "ANSWERED", "sent_at": unit.now, "ends_at": unit.now, "product_id": product_id}
            await SurveyInvitation.filter(id=asked.id).update(**sent)
            await SurveyResponse.create(
                customer_id=asked.customer_id,
                invitation_id=asked.id,
                survey_id=survey.id,
                branch_id=branch.id,
                product_id=product_id,
                score=score,
                answered_on=on,
                is_by_link=False,
            )


async def auditor() -> Viewer:
    return make.viewer(await make.staff(role=Role.AUDITOR))


def shown(parts) -> list[tuple[int | None, WhyHidden | None]]:
    return [(part.score.answers, part.score.hidden_because) for part in parts]


async def read(survey: Survey, viewer: Viewer | None = None) -> SurveyScores:
    return await survey_scores(viewer or await auditor(), survey_id=survey.id)


async def test_the_score_of_all_answers_with_its_interval(db):
    survey, branch = await asking.survey(SurveyKind.NPS, CASE), await make.branch()
    await given(survey, branch, *[10] * 7, *[9] * 5, *[8] * 3, 7, 7, 6, 0, 0)
    total = (await read(survey)).total
    assert (total.answers, total.share, total.mean, total.hidden_because) == (20, None, None, None)
    nps = total.net_promoter
    assert (nps.value, nps.lowest, nps.highest) == (Decimal(45), Decimal("12.57"), Decimal("77.43"))


async def test_below_ten_answers_there_is_only_the_reason(db):
    survey, branch = await asking.survey(SurveyKind.CSAT, CASE), await make.branch()
    assert (await read(survey)).total.hidden_because is WhyHidden.NO_ANSWERS
    await given(survey, branch, *[5] * 9)
    total = (await read(survey)).total
    assert (total.answers, total.share, total.hidden_because) == (None, None, WhyHidden.FEW_ANSWERS)
    await given(survey, branch, 1)
    assert (await read(survey)).total.share.value == Decimal(90)


async def test_by_month_branch_and_product_nothing_tells_of_a_few(db):
    survey = await asking.survey(SurveyKind.CES, CASE)
    east, west, easy = await make.branch(), await make.branch(), await make.product()
    await given(survey, east, *[7] * 20, on=date(2026, 1, 31), product=easy)
    await given(survey, east, *[5] * 11, on=date(2026, 2, 1), product=easy)
    await given(survey, west, *[1] * 10, on=date(2026, 3, 1))
    await given(survey, west, *[1] * 3, on=date(2025, 4, 1))
    await given(survey, west, *[1] * 40, on=date(2025, 3, 31))
    scores = await read(survey)
    assert scores.total.answers == 44, "what is older is not shown"
    assert [month.month for month in scores.months] == [
        *[date(2025, number, 1) for number in range(4, 13)],
        *[date(2026, number, 1) for number in range(1, 4)],
    ]
    few, none, other = WhyHidden.FEW_ANSWERS, WhyHidden.NO_ANSWERS, WhyHidden.WOULD_TELL_OTHERS
    assert shown(scores.months) == [(None, few), *[(0, none)] * 8, (20, None), (11, None), (None, other)]
    assert [part.branch.id for part in scores.branches] == [east.id, west.id]
    assert shown(scores.branches) == [(31, None), (13, None)]
    assert scores.branches[1].score.mean.value == Decimal(1)
    assert [(part.product.id, part.score.answers) for part in scores.products] == [(easy.id, 31)]


async def test_a_manager_reads_his_branches_and_others_the_whole(db):
    survey, near, far = await asking.survey(SurveyKind.CSAT, CASE), await make.branch(), await make.branch()
    await given(survey, near, *[5] * 10)
    await given(survey, far, *[1] * 10)
    manager = await make.with_branches(make.viewer(await make.staff(role=Role.MANAGER, branches=[near])))
    mine = await read(survey, manager)
    assert (mine.total.answers, mine.total.share.value) == (10, Decimal(100))
    assert [part.branch.id for part in mine.branches] == [near.id]
    for viewer in (await auditor(), await asking.marketer()):
        assert (await read(survey, viewer)).total.share.value == Decimal(50)
    nowhere = await make.with_branches(make.viewer(await make.staff(role=Role.MANAGER)))
    assert (await read(survey, nowhere)).total.answers == 0


async def test_an_answer_counts_once_it_cannot_be_changed_and_all_of_a_date_at_once(db):
    survey, branch = await asking.survey(SurveyKind.CSAT, CASE), await make.branch()
    await given(survey, branch, *[5] * 10, on=date(2026, 3, 14))
    await given(survey, branch, *[5] * 10, on=date(2026, 3, 15))
    await given(survey, branch, *[5] * 10, on=date(2026, 3, 16))
    counts = []
    for _ in range(3):
        counts.append((await read(survey)).total.answers)
        await make.travel_to(make.clock.business_date + timedelta(days=1))
    assert counts == [10, 20, 30]


async def test_what_guests_answered_is_a_score_of_its_own(db):
    survey, branch = await asking.survey(SurveyKind.CSAT, SurveyOccasion.INVITED), await make.branch()
    marketer = await asking.marketer()
    for number in range(10):
        told = {"survey_id": survey.id, "address": f"a{number}@example.com", "branch_id": branch.id if number else None}
        await survey_guests.invite(marketer, **told)
    async with make.unit() as unit:
        for number in range(1, 11):
            await write_guest(unit, number, Given(score=5 if number < 9 else 1))
    await make.travel_to(make.clock.business_date + timedelta(days=2))
    scores = await read(survey)
    assert (scores.total.answers, scores.total.share.value) == (10, Decimal(80))
    assert shown(scores.branches) == [(None, WhyHidden.FEW_ANSWERS)]


async def test_a_form_has_no_score_and_a_customer_reads_none(db):
    form = await asking.survey(SurveyKind.FORM, CASE, asking.PAGES)
    with pytest.raises(NotPossibleNow):
        await read(form)
    with pytest.raises(NotFound):
        await read(form, make.viewer(await make.customer()))
    with pytest.raises(NotFound):
        await survey_scores(await auditor(), survey_id=99)


async def test_scores_take_as_many_statements_however_much_was_answered(db):
    survey = await asking.survey(SurveyKind.CSAT, CASE)
    viewer, counts = await auditor(), []
    for _ in range(2):
        await given(survey, await make.branch(), *[5] * 12, product=await make.product())
        with counted() as statements:
            await read(survey, viewer)
        counts.append(len(statements))
    assert counts == [4, 4], "the survey, the counts, branches, products"
