"""Answering: in the app or by a link, once an invitation, and changed for a day."""

from collections.abc import Sequence
from dataclasses import dataclass

from models import SurveyAnswer, SurveyGuest, SurveyInvitation, SurveyResponse, Viewer
from models.database import Unit, locked, transaction
from resolvers.service import survey_follow_ups
from resolvers.service.surveys import Sheet, sheet_of
from rules.people.access import CUSTOMERS
from rules.service.survey_answers import Answer, check_answers, check_time
from rules.service.survey_invitations import SURVEY_INVITATION_MOVES, SurveyInvitationStatus
from rules.states import NotPossibleNow


@dataclass(frozen=True, kw_only=True)
class Given:
    """What somebody answers, all of it together."""

    score: int | None = None
    comment: str | None = None
    answers: Sequence[Answer] = ()


async def answer(viewer: Viewer, *, invitation_id: int, given: Given) -> SurveyResponse:
    """Answer what one was asked; answering again within a day replaces it, so it needs no key.

    Raises `NotFound`, `NotPossibleNow` where one was not asked, `SurveyOver`, `AnswerKept`, `AnswerNotTaken`.
    """
    assert viewer.role in CUSTOMERS, "people answer for themselves"
    async with transaction(viewer, "answer_survey") as unit:
        return await write(unit, invitation_id, given, is_by_link=False)


async def write(unit: Unit, invitation_id: int, given: Given, *, is_by_link: bool) -> SurveyResponse:
    """Write an answer in the open unit. The invitation is locked first: of two at once, the later replaces the earlier."""
    invitation = await locked(SurveyInvitation, unit.viewer, invitation_id)
    if invitation.ends_at is None:
        raise NotPossibleNow(current=invitation.status)
    known = await SurveyResponse.get_or_none(invitation_id=invitation.id)
    check_time(unit.now, invitation.ends_at, None if known is None else known.created_at)
    sheet = await sheet_of(invitation.version_id)
    check_answers(sheet.form, given.score, given.answers)
    if known is None:
        response = await _create(unit, invitation, given, is_by_link=is_by_link)
    else:
        response = await _replace(unit, known, given, is_by_link=is_by_link)
    await _write_answers(response, sheet, given.answers)
    await survey_follow_ups.follow(unit, response, sheet.version.kind)
    unit.subject = response
    return response


async def _create(unit: Unit, invitation: SurveyInvitation, given: Given, *, is_by_link: bool) -> SurveyResponse:
    SURVEY_INVITATION_MOVES.check(invitation.status, SurveyInvitationStatus.ANSWERED, unit.viewer.role)
    invitation.status, invitation.remind_at = SurveyInvitationStatus.ANSWERED, None
    await invitation.save(update_fields=["status", "remind_at"])
    return await SurveyResponse.create(
        customer_id=invitation.customer_id,
        invitation_id=invitation.id,
        survey_id=invitation.survey_id,
        branch_id=invitation.branch_id,
        product_id=invitation.product_id,
        about_id=invitation.about_id,
        score=given.score,
        comment=given.comment,
        answered_on=unit.today,
        is_by_link=is_by_link,
    )


async def _replace(unit: Unit, response: SurveyResponse, given: Given, *, is_by_link: bool) -> SurveyResponse:
    response.score, response.comment = given.score, given.comment
    response.changed_at, response.is_by_link = unit.now, is_by_link
    await response.save(update_fields=["score", "comment", "changed_at", "is_by_link"])
    return response


async def _write_answers(response: SurveyResponse, sheet: Sheet, answers: Sequence[Answer]) -> None:
    await SurveyAnswer.filter(response_id=response.id).delete()
    ids = sheet.question_ids
    rows = [
        SurveyAnswer(
            customer_id=response.customer_id,
            response_id=response.id,
            question_id=ids[each.question],
            number=each.number,
            text=each.text,
        )
        for each in sorted(answers, key=lambda each: each.question)
    ]
    await SurveyAnswer.bulk_create(rows)


async def write_guest(unit: Unit, guest_id: int, given: Given) -> SurveyGuest:
    """Write what somebody answers who was given a link. Raises `NotFound`, `SurveyOver`, `AnswerKept`, `AnswerNotTaken`."""
    guest = await locked(SurveyGuest, unit.viewer, guest_id)
    check_time(unit.now, guest.ends_at, guest.answered_at)
    check_answers((await sheet_of(guest.version_id)).form, given.score, given.answers)
    guest.score, guest.comment = given.score, given.comment
    if guest.answered_at is None:
        guest.answered_at, guest.answered_on = unit.now, unit.today
    await guest.save(update_fields=["score", "comment", "answered_at", "answered_on"])
    return guest
