"""Speaking with customers who were not content: opened by their answers, listed and done by staff of their branch."""

from models import SurveyFollowUp, SurveyResponse, Viewer
from models.database import Unit, locked, transaction
from resolvers.people.relationships import check_not_ones_own
from resolvers.people.staff import accounts_of
from resolvers.service.business_times import business_time
from rules.people.access import IN_CHARGE
from rules.people.staff import check_other_person
from rules.service.survey_follow_ups import (
    BY_STAFF,
    SURVEY_FOLLOW_UP_MOVES,
    SurveyFollowUpOutcome,
    SurveyFollowUpStatus,
    due_by,
)
from rules.service.surveys import SurveyKind, is_low


async def follow(unit: Unit, response: SurveyResponse, kind: SurveyKind) -> None:
    """Open a follow-up of a low score, keep an open one as the answer is now, and end it where the score is low no more.

    The invitation is locked. What somebody of staff has done is not opened again.
    """
    of_response = SurveyFollowUp.filter(response_id=response.id).select_for_update(no_key=True)
    known = await of_response.order_by("-id").first()
    is_open = known is not None and known.status is SurveyFollowUpStatus.OPEN
    if not is_low(kind, response.score):
        if known is not None and is_open:
            await _end(unit, known, SurveyFollowUpOutcome.SCORE_CHANGED)
        return
    assert response.score is not None, "a low score is one"
    if known is not None and is_open:
        known.score, known.comment = response.score, response.comment
        await known.save(update_fields=["score", "comment"])
    elif known is None or known.outcome is SurveyFollowUpOutcome.SCORE_CHANGED:
        await _open(unit, response, kind, response.score)


async def _open(unit: Unit, response: SurveyResponse, kind: SurveyKind, score: int) -> None:
    times = await business_time()
    await SurveyFollowUp.create(
        customer_id=response.customer_id,
        response_id=response.id,
        about_id=response.about_id,
        kind=kind,
        score=score,
        comment=response.comment,
        status=SURVEY_FOLLOW_UP_MOVES.initial,
        due_at=due_by(unit.now, times),
    )


async def _end(unit: Unit, follow_up: SurveyFollowUp, outcome: SurveyFollowUpOutcome) -> None:
    SURVEY_FOLLOW_UP_MOVES.check(follow_up.status, SurveyFollowUpStatus.DONE, unit.viewer.role)
    follow_up.status, follow_up.outcome, follow_up.done_at = SurveyFollowUpStatus.DONE, outcome, unit.now
    await follow_up.save(update_fields=["status", "outcome", "done_at", "done_by_id", "words"])


async def complete(
    viewer: Viewer, *, follow_up_id: int, outcome: SurveyFollowUpOutcome, words: str | None = None
) -> SurveyFollowUp:
    """Say what came of speaking with a customer.

    Raises `NotFound`, also to the one whom the score is about, `SamePerson` to another account of his, `OwnAffairs`,
    `NotPossibleNow`.
    """
    assert viewer.role in IN_CHARGE, "staff in charge speak with customers"
    assert outcome in BY_STAFF, "a changed score ends it by itself"
    async with transaction(viewer, "complete_survey_follow_up") as unit:
        follow_up = await locked(SurveyFollowUp, viewer, follow_up_id)
        check_other_person(follow_up.about_id, await accounts_of(viewer))
        await check_not_ones_own(viewer, follow_up.customer_id)
        follow_up.words, follow_up.done_by_id = words, viewer.staff_id
        await _end(unit, follow_up, outcome)
        return follow_up
