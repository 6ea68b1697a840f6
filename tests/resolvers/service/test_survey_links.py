"""Links: reading one changes nothing, answering by it is answering, and it is for one person and one survey."""

import asyncio
from datetime import timedelta

import pytest

from models import AuditEntry, SurveyFollowUp, SurveyGuest, SurveyResponse
from resolvers import signed_links
from resolvers.notifications import opt_outs
from resolvers.people.tokens import TokenInvalid
from resolvers.service import survey_guests, survey_links, surveys
from resolvers.service.survey_answers import Given
from rules.errors import NotFound
from rules.notifications.email_addresses import EmailInvalid
from rules.people.access import Role
from rules.people.kinds import Locale
from rules.people.phones import PhoneInvalid
from rules.service.survey_answers import AnswerKept, AnswerNotTaken, SurveyOver
from rules.service.survey_invitations import InvitedLately, LinksSpent
from rules.service.surveys import SurveyKind, SurveyOccasion
from rules.states import NotPossibleNow
from tests import asking, make

CASE, INVITED = SurveyOccasion.CASE_CLOSED, SurveyOccasion.INVITED


async def linked(kind: SurveyKind = SurveyKind.CSAT) -> str:
    """The token of a customer who speaks English."""
    asked = await asking.asked(await asking.survey(kind, CASE), await make.customer(locale=Locale.EN))
    return survey_links.link_of_invitation(asked.id, make.clock.now()).removeprefix("/surveys/")


def token_of(link: survey_guests.SurveyLink) -> str:
    return link.url.rpartition("/surveys/")[2]


async def test_reading_changes_nothing_and_says_nothing_of_who_it_is_for(db):
    token = await linked()
    before = await make.everything()
    found = await survey_links.read(make.clock, token)
    assert (found.locale, found.lender, found.answered_at) == (Locale.EN, "Goodterms", None)
    assert found.sheet.version.title_en == "How satisfied were you?"
    assert await make.everything() == before


async def test_answering_by_it_is_answering(db):
    token = await linked()
    done = await survey_links.answer(make.clock, token, Given(score=1, comment="It took three weeks."))
    assert done.changeable_until == make.clock.now() + timedelta(hours=24)
    response = await SurveyResponse.get()
    assert (response.score, response.comment, response.is_by_link) == (1, "It took three weeks.", True)
    assert await SurveyFollowUp.exists(response_id=response.id)
    entry = await AuditEntry.all().order_by("-id").first()
    assert (entry.operation, entry.role, entry.customer_number) == (
        "answer_survey_by_link",
        Role.SYSTEM,
        response.customer_id,
    )


async def test_by_it_too_what_does_not_fit_is_refused_and_the_day_to_change_it_ends(db):
    token = await linked()
    before = await make.everything()
    with pytest.raises(AnswerNotTaken):
        await survey_links.answer(make.clock, token, Given(score=6))
    assert await make.everything() == before
    await survey_links.answer(make.clock, token, Given(score=4))
    make.clock.moment += timedelta(hours=24)
    with pytest.raises(AnswerKept):
        await survey_links.answer(make.clock, token, Given(score=5))
    assert (await SurveyResponse.get()).score == 4


async def test_once_it_is_over_the_link_says_so(db):
    token = await linked()
    make.clock.moment += timedelta(days=14)
    before = await make.everything()
    with pytest.raises(SurveyOver):
        await survey_links.answer(make.clock, token, Given(score=5))
    assert await make.everything() == before
    assert (await survey_links.read(make.clock, token)).ends_at == make.clock.now()


async def test_what_is_not_such_a_link_is_none(db):
    await linked()
    foreign = opt_outs.link(1, make.clock.now()).removeprefix("/opt-out/")
    wrong = [signed_links.sign(survey_links.AUDIENCE, subject) for subject in ("1", "invitation:x", "staff:1")]
    for token in (foreign, "x", *wrong):
        with pytest.raises(TokenInvalid):
            await survey_links.read(make.clock, token)
    for subject in ("invitation:99", "guest:1"):
        with pytest.raises(NotFound):
            await survey_links.read(make.clock, signed_links.sign(survey_links.AUDIENCE, subject))


async def test_who_was_drawn_and_not_asked_has_no_link(db):
    waiting = await asking.drawn(await asking.survey(SurveyKind.CSAT, CASE))
    token = survey_links.link_of_invitation(waiting.id, make.clock.now()).removeprefix("/surveys/")
    with pytest.raises(NotFound):
        await survey_links.read(make.clock, token)


async def test_somebody_who_is_no_customer_answers_by_the_link_that_he_was_handed(db):
    survey, branch = await asking.survey(SurveyKind.CSAT, INVITED), await make.branch()
    officer = await make.with_branches(make.viewer(await make.staff(branches=[branch])))
    told = {"survey_id": survey.id, "branch_id": branch.id}
    link = await survey_guests.invite(officer, address=" Visitor@Example.com ", **told)
    assert link.ends_at == make.clock.now() + timedelta(days=14)
    for score in (2, 5):
        await survey_links.answer(make.clock, token_of(link), Given(score=score, comment="会场很好找。"))
    guest = await SurveyGuest.get()
    assert (guest.score, guest.comment, guest.answered_on) == (5, "会场很好找。", make.TODAY)
    assert "visitor" not in str(await make.everything()).lower(), "his address is not kept"
    assert not await SurveyResponse.exists()
    assert not await SurveyFollowUp.exists()
    make.clock.moment += timedelta(hours=24)
    with pytest.raises(AnswerKept):
        await survey_links.answer(make.clock, token_of(link), Given(score=1))


async def test_a_link_of_a_guest_ends_too(db):
    survey, marketer = await asking.survey(SurveyKind.NPS, INVITED), await asking.marketer()
    link = await survey_guests.invite(marketer, survey_id=survey.id, address="13800138000")
    make.clock.moment = link.ends_at
    with pytest.raises(SurveyOver):
        await survey_links.answer(make.clock, token_of(link), Given(score=9))
    assert (await SurveyGuest.get()).score is None


async def test_an_address_has_a_link_once_in_thirty_days_however_it_is_written_also_at_once(db):
    survey, marketer = await asking.survey(SurveyKind.NPS, INVITED), await asking.marketer()

    async def tried(address: str) -> bool:
        try:
            await survey_guests.invite(marketer, survey_id=survey.id, address=address)
        except InvitedLately:
            return False
        return True

    same = ["a@example.com", "A@EXAMPLE.COM", "a@Example.com"]
    assert sum(await asyncio.gather(*[tried(address) for address in same])) == 1
    assert await tried("13800138000")
    assert not await tried("+86 138 0013 8000")
    make.clock.moment += timedelta(days=30)
    assert await tried("a@example.com")


async def test_one_person_hands_out_fifty_a_day(db):
    survey, marketer = await asking.survey(SurveyKind.NPS, INVITED), await asking.marketer()
    for number in range(50):
        await survey_guests.invite(marketer, survey_id=survey.id, address=f"a{number}@example.com")
    with pytest.raises(LinksSpent):
        await survey_guests.invite(marketer, survey_id=survey.id, address="b@example.com")
    assert await SurveyGuest.all().count() == 50
    await survey_guests.invite(await asking.marketer(), survey_id=survey.id, address="b@example.com")
    make.clock.moment += timedelta(days=1)
    await survey_guests.invite(marketer, survey_id=survey.id, address="c@example.com")


async def test_links_are_for_surveys_that_are_asked_by_links_now_and_of_ones_own_branch(db):
    near, far = await make.branch(), await make.branch()
    officer = await make.with_branches(make.viewer(await make.staff(branches=[near])))
    running, drawn = await asking.survey(occasion=INVITED), await asking.survey(occasion=CASE)
    waiting, ended = await asking.proposed(occasion=INVITED), await asking.survey(occasion=INVITED)
    await surveys.end_survey(await asking.manager(), survey_id=ended.id)
    before = await make.everything()
    told = {"address": "a@example.com", "branch_id": near.id}
    for id in (drawn.id, waiting.survey_id, ended.id):
        with pytest.raises(NotPossibleNow):
            await survey_guests.invite(officer, survey_id=id, **told)
    for branch_id in (far.id, None, 99):
        with pytest.raises(NotFound):
            await survey_guests.invite(officer, survey_id=running.id, **told | {"branch_id": branch_id})
    with pytest.raises(EmailInvalid):
        await survey_guests.invite(officer, survey_id=running.id, **told | {"address": "a@"})
    with pytest.raises(PhoneInvalid):
        await survey_guests.invite(officer, survey_id=running.id, **told | {"address": "1234"})
    assert await make.everything() == before


async def test_guests_are_read_by_managers_of_their_branch_and_auditors(db):
    survey, branch = await asking.survey(SurveyKind.CSAT, INVITED), await make.branch()
    officer = await make.staff(branches=[branch])
    inviter = await make.with_branches(make.viewer(officer))
    await survey_guests.invite(inviter, survey_id=survey.id, address="a@example.com", branch_id=branch.id)
    seen = {}
    for role in Role:
        if role not in (Role.CUSTOMER, Role.VISITOR, Role.SYSTEM):
            staff = await make.staff(role=role, branches=[branch] if role in (Role.OFFICER, Role.MANAGER) else [])
            seen[role] = await SurveyGuest.visible_to(await make.with_branches(make.viewer(staff))).exists()
    assert {role for role, sees in seen.items() if sees} == {Role.MANAGER, Role.AUDITOR}
    elsewhere = await make.with_branches(make.viewer(await make.staff(role=Role.MANAGER)))
    assert not await SurveyGuest.visible_to(elsewhere).exists()
