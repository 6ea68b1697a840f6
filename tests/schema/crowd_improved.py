"""Why the crowd complained, and what is done about it."""

from datetime import timedelta

import models
from models import Viewer
from resolvers.service import case_answers, case_causes, causes, improvements
from rules.service.cases import CaseCategory, CaseOutcome
from tests import complaining, improving, make


async def improve(borrower: models.Customer, officer: models.Staff, first: Viewer, second: Viewer) -> None:
    """A cause with a systemic complaint, one that was corrected, one proposed, one retired; actions open, done and dropped, and one of the house."""
    cause = await improving.cause(code="DEBITED_TWICE")
    other = await improving.cause(await models.Cause.get(id=cause.parent_id), code="DEBITED_LATE")
    await causes.propose_cause(
        first, code="DEBITED_EARLY", name_zh="提前扣款", name_en="Debited early", parent_id=cause.parent_id
    )
    gone = await improving.cause(code="OLD")
    await causes.retire_cause(second, cause_id=gone.id, reason="Nothing is done so any more.")
    opened = await improving.action(cause, owner=officer)
    await improving.done(other)
    dropped = await improving.action(other)
    await improvements.drop_improvement(second, action_id=dropped.id, reason="It would not help.")
    async with make.unit():
        await models.ImprovementAction.create(
            cause_id=other.id,
            status="OPEN",
            due_on=make.clock.today() + timedelta(days=28),
            expected_percent=60,
            seen=10,
            window_days=28,
            usual_hundredths=400,
        )
    clerk = await make.signed_in(officer)
    await improvements.begin_improvement(clerk, action_id=opened.id)
    answer = {"outcome": CaseOutcome.UPHELD, "answer": "You are right."}
    for is_systemic, category in ((True, CaseCategory.COSTS), (False, CaseCategory.COSTS)):
        case = await complaining.case(borrower, category=category)
        named = {"cause_id": cause.id if is_systemic else other.id, "is_systemic": is_systemic}
        await case_answers.decide_case(first, case_id=case.id, **answer, **named)
    await case_causes.set_cause(first, case_id=case.id, cause_id=cause.id, reason="It was taken twice.")
