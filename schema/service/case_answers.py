"""Answering cases, and what a customer can do about an answer."""

import models
from resolvers.service import case_answers
from rules.people.access import CUSTOMERS, IN_CHARGE, MANAGERS
from rules.people.staff import OwnAffairs, SamePerson
from rules.service.cases import DECISIONS, CaseOutcome, ReviewedBefore, TooLate, TooManyMessages
from rules.service.redress import RedressWaits
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, id_of, input, mutation, one_of, text
from schema.service.case_causes import NAMING_CAUSE
from schema.service.case_messages import WORKING_ON_CASE


@input
class DecideCaseInput(Input):
    """Which case, and the answer."""

    case_id: int = id_of(models.Case)
    """One that is yours to answer, or nobody's."""
    outcome: CaseOutcome = one_of(*DECISIONS)
    """What came of it."""
    answer: str = text(1, 4_000)
    """The answer and its reasons, in words for the customer."""
    cause_id: int | None = id_of(models.Cause)
    """Why it had to be opened, for colleagues: needed where a complaint is upheld, even in part; nothing: as named before."""
    is_systemic: bool | None
    """Whether it happens again unless something is done; nothing: as said before."""


@mutation(allow=IN_CHARGE, refusals=(*WORKING_ON_CASE, RedressWaits, *NAMING_CAUSE))
async def decide_case(info: Info, input: DecideCaseInput) -> models.Case:
    """Answer a case. The customer is told, and may reopen it or bring it before the unit above."""
    return await case_answers.decide_case(info.context.viewer, **input.values())


@input
class ReopenCaseInput(Input):
    """Which case, and why."""

    case_id: int = id_of(models.Case)
    """One of yours that was answered within the last thirty days."""
    words: str = text(1, 4_000)
    """Why the answer is none."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, TooLate, ReviewedBefore, TooManyMessages))
async def reopen_case(info: Info, input: ReopenCaseInput) -> models.Case:
    """Have your case go on, with clocks of its own."""
    return await case_answers.reopen_case(info.context.viewer, **input.values())


@input
class AskForReviewInput(Input):
    """Which complaint, and why."""

    case_id: int = id_of(models.Case)
    """One of yours that was answered within the last thirty days."""
    words: str = text(1, 4_000)
    """What is wrong with the answer."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, TooLate, ReviewedBefore, TooManyMessages))
async def ask_for_review(info: Info, input: AskForReviewInput) -> models.Case:
    """Bring the answer to your complaint before the unit above, once: somebody else answers within thirty days."""
    return await case_answers.ask_for_review(info.context.viewer, **input.values())


@input
class ReviewCaseInput(Input):
    """Which complaint, and the answer."""

    case_id: int = id_of(models.Case)
    """One whose customer asked for a review."""
    outcome: CaseOutcome = one_of(*DECISIONS)
    """What came of it."""
    answer: str = text(1, 4_000)
    """The answer and its reasons, in words for the customer."""
    cause_id: int | None = id_of(models.Cause)
    """Why it had to be opened, for colleagues: needed where a complaint is upheld, even in part; nothing: as named before."""
    is_systemic: bool | None
    """Whether it happens again unless something is done; nothing: as said before."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow, SamePerson, RedressWaits, *NAMING_CAUSE))
async def review_case(info: Info, input: ReviewCaseInput) -> models.Case:
    """Answer a complaint in the place of whoever answered it first."""
    return await case_answers.review_case(info.context.viewer, **input.values())


@input
class WithdrawCaseInput(Input):
    """Which case."""

    case_id: int = id_of(models.Case)
    """One of yours that is not answered, or in review."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow,))
async def withdraw_case(info: Info, input: WithdrawCaseInput) -> models.Case:
    """Take your case back; it is over that moment, and cannot be reopened."""
    return await case_answers.withdraw_case(info.context.viewer, **input.values())
