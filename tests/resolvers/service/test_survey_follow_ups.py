"""Low scores: somebody of the branch speaks with the customer, and never the one whom the score is about."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.exceptions import IntegrityError

from models import Branch, Staff, SurveyAnswer, SurveyFollowUp, SurveyInvitation, SurveyResponse
from resolvers.people import relationships
from resolvers.service import survey_follow_ups
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.relationships import RelationshipKind
from rules.people.staff import OwnAffairs, SamePerson
from rules.service.survey_follow_ups import SurveyFollowUpOutcome, SurveyFollowUpStatus
from rules.service.surveys import SurveyKind, SurveyOccasion
from rules.states import NotPossibleNow
from tests import asking, calling, make

SPOKEN = {"outcome": SurveyFollowUpOutcome.SPOKEN, "words": "他接受了道歉。"}


async def asked(kind: SurveyKind = SurveyKind.NPS, staff: Staff | None = None, **changed) -> SurveyInvitation:
    survey = await asking.survey(kind, SurveyOccasion.CASE_CLOSED)
    return await asking.asked(survey, staff_id=None if staff is None else staff.id, **changed)


@pytest.mark.parametrize(
    ("kind", "score", "is_opened"),
    [
        (SurveyKind.NPS, 6, True),
        (SurveyKind.NPS, 7, False),
        (SurveyKind.CSAT, 2, True),
        (SurveyKind.CSAT, 3, False),
        (SurveyKind.CES, 2, True),
        (SurveyKind.CES, 3, False),
    ],
)
async def test_a_low_score_opens_one_for_the_next_business_day(db, kind, score, is_opened):
    response = await asking.answered(await asked(kind), score, comment="太慢了。")
    found = await SurveyFollowUp.all()
    assert len(found) == is_opened
    if is_opened:
        (follow_up,) = found
        assert (follow_up.kind, follow_up.score, follow_up.comment) == (kind, score, "太慢了。")
        assert (follow_up.customer_id, follow_up.response_id) == (response.customer_id, response.id)
        assert follow_up.due_at == datetime(2026, 3, 17, 16, tzinfo=UTC)


async def test_a_changed_answer_changes_it_ends_it_and_opens_it_again(db):
    invitation = await asked()
    await asking.answered(invitation, 0)
    await asking.answered(invitation, 3, comment="好一点。")
    only = await SurveyFollowUp.get()
    assert (only.status, only.score, only.comment) == (SurveyFollowUpStatus.OPEN, 3, "好一点。")
    await asking.answered(invitation, 9)
    ended = await SurveyFollowUp.get()
    assert (ended.status, ended.outcome) == (SurveyFollowUpStatus.DONE, SurveyFollowUpOutcome.SCORE_CHANGED)
    assert (ended.done_by_id, ended.score) == (None, 3)
    await asking.answered(invitation, 1)
    assert await SurveyFollowUp.filter(status=SurveyFollowUpStatus.OPEN).values_list("score", flat=True) == [1]


async def test_what_somebody_spoke_about_is_not_opened_again(db):
    invitation = await asked()
    await asking.answered(invitation, 0)
    officer = await make.officer_of(invitation.customer_id)
    await survey_follow_ups.complete(officer, follow_up_id=(await SurveyFollowUp.get()).id, **SPOKEN)
    await asking.answered(invitation, 2)
    await asking.answered(invitation, 10)
    done = await SurveyFollowUp.get()
    assert (done.outcome, done.score, done.words) == (SurveyFollowUpOutcome.SPOKEN, 0, "他接受了道歉。")
    assert (done.done_by_id, done.done_at) == (officer.staff_id, make.clock.now())


async def test_it_is_done_once_also_by_two_at_once(db):
    invitation = await asked()
    await asking.answered(invitation, 0)
    id = (await SurveyFollowUp.get()).id

    async def tried() -> bool:
        try:
            await survey_follow_ups.complete(await make.officer_of(invitation.customer_id), follow_up_id=id, **SPOKEN)
        except NotPossibleNow:
            return False
        return True

    assert sum(await asyncio.gather(*[tried() for _ in range(4)])) == 1


async def test_whom_the_score_is_about_sees_nothing_of_it_and_his_colleagues_do(db):
    branch, (officer, colleague) = await calling.staffed(2)
    customer = await calling.customer_in(branch)
    await asking.answered(await asked(staff=officer, customer=customer), 0)
    follow_up = await SurveyFollowUp.get()
    himself, other = [await make.with_branches(make.viewer(each)) for each in (officer, colleague)]
    assert not await SurveyFollowUp.visible_to(himself).exists()
    before = await make.everything()
    with pytest.raises(NotFound):
        await survey_follow_ups.complete(himself, follow_up_id=follow_up.id, **SPOKEN)
    assert await make.everything() == before
    await survey_follow_ups.complete(other, follow_up_id=follow_up.id, **SPOKEN)
    with pytest.raises(IntegrityError):
        async with make.unit():
            await SurveyFollowUp.filter(id=follow_up.id).update(done_by_id=officer.id)


async def test_another_account_of_his_does_not_speak_about_it_either_nor_his_family(db):
    branch = await make.branch()
    himself = await make.customer(branch=branch)
    officer = await make.staff(branches=[branch], customer_id=himself.id)
    second = await make.staff(branches=[branch], role=Role.MANAGER, customer_id=himself.id)
    customer = await calling.customer_in(branch)
    await asking.answered(await asked(staff=officer, customer=customer), 0)
    follow_up = await SurveyFollowUp.get()
    with pytest.raises(SamePerson):
        await survey_follow_ups.complete(
            await make.with_branches(make.viewer(second)), follow_up_id=follow_up.id, **SPOKEN
        )
    kin = await make.customer(branch=branch)
    brother = await make.staff(branches=[branch], customer_id=kin.id)
    boss = await make.manager_of(customer.id)
    told = {"customer_id": customer.id, "customer_phone": kin.phone.read(), "kind": RelationshipKind.FAMILY}
    await relationships.save_relationship(boss, **told)
    with pytest.raises(OwnAffairs):
        await survey_follow_ups.complete(
            await make.with_branches(make.viewer(brother)), follow_up_id=follow_up.id, **SPOKEN
        )
    assert (await SurveyFollowUp.get()).status is SurveyFollowUpStatus.OPEN


async def test_no_officer_reads_who_scored_whom_and_no_manager_who_scored_himself(db):
    branch = await make.branch()
    scored = await make.staff(branches=[branch], role=Role.MANAGER)
    customer = await calling.customer_in(branch)
    survey = await asking.survey(SurveyKind.CES, SurveyOccasion.CASE_CLOSED, asking.PAGES)
    invitation = await asking.asked(survey, customer, staff_id=scored.id)
    await asking.answered(invitation, 1, answers=asking.ANSWERS)
    people = {
        "himself": (await make.with_branches(make.viewer(scored)), 0),
        "manager": (await make.manager_of(customer.id), 1),
        "officer": (await make.officer_of(customer.id), 0),
        "elsewhere": (await make.with_branches(make.viewer(await make.staff(role=Role.MANAGER))), 0),
        "marketer": (await asking.marketer(), 0),
        "auditor": (make.viewer(await make.staff(role=Role.AUDITOR)), 1),
        "customer": (make.viewer(customer), 1),
        "another": (make.viewer(await make.customer()), 0),
    }
    for name, (viewer, count) in people.items():
        for model in (SurveyInvitation, SurveyResponse):
            assert await model.visible_to(viewer).count() == count, (name, model)
        assert await SurveyAnswer.visible_to(viewer).count() == 2 * count, name
    follows = {name: await SurveyFollowUp.visible_to(viewer).count() for name, (viewer, _) in people.items()}
    assert follows == dict.fromkeys(people, 0) | {"manager": 1, "officer": 1, "auditor": 1}


async def test_it_is_of_the_branch_that_looks_after_him_now(db):
    invitation = await asked()
    await asking.answered(invitation, 0)
    far = await make.branch()
    officer = await make.officer_of(invitation.customer_id)
    customer = await invitation.customer
    async with make.unit():
        await type(customer).filter(id=customer.id).update(branch_id=far.id)
    assert not await SurveyFollowUp.visible_to(officer).exists()
    assert await SurveyFollowUp.visible_to(await make.officer_of(customer.id)).exists()
    assert await Branch.all().count() == 2


async def test_a_follow_up_of_a_form_is_none(db):
    survey = await asking.survey(SurveyKind.FORM, SurveyOccasion.CASE_CLOSED, asking.PAGES)
    await asking.answered(await asking.asked(survey), answers=asking.ANSWERS)
    make.clock.moment += timedelta(minutes=1)
    assert not await SurveyFollowUp.exists()
