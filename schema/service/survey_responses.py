"""Being asked, answering, and what others read of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.service import survey_answers, survey_guests
from resolvers.service.survey_answers import Given
from resolvers.service.survey_guests import INVITERS
from rules.notifications.email_addresses import EmailInvalid
from rules.people.access import AUDITORS, CUSTOMERS, MANAGERS, OWNER, STAFF_IN_CHARGE
from rules.people.masks import hidden
from rules.people.phones import PhoneInvalid
from rules.service.survey_answers import LONGEST_TEXT, Answer, AnswerKept, AnswerNotTaken, SurveyOver
from rules.service.survey_invitations import InvitedLately, LinksSpent, SurveyInvitationStatus, SurveySkip
from rules.service.surveys import MOST_QUESTIONS
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    children,
    connection,
    filter_of,
    id_of,
    input,
    list_of,
    masked,
    matches,
    mutation,
    node,
    relation,
    root,
    text,
    value,
    whole,
)

if TYPE_CHECKING:
    from schema.people.branches import Branch
    from schema.people.customers import Customer
    from schema.people.staff import Staff
    from schema.products.products import Product
    from schema.service.surveys import Survey, SurveyQuestion, SurveyVersion


@node(models.SurveyInvitation)
class SurveyInvitation(Node):
    """That a customer was drawn for a survey, and whether he was asked; officers see none, managers none about their own work."""

    status: SurveyInvitationStatus
    """Where it stands; it can be answered once SENT, until `endsAt`, and changed for a day."""
    due_at: datetime
    """When it is, or was, time to ask."""
    sent_at: datetime | None
    """When he was asked; null unless he was."""
    ends_at: datetime | None
    """Until when he can answer; null unless he was asked."""
    skipped_because: SurveySkip | None
    """Why he was not asked; null unless he was not."""
    created_at: datetime
    """When he was drawn."""
    version: SurveyVersion = relation("version_id")
    """What is asked."""
    response: SurveyResponse | None = relation(via="invitation_id")
    """What he answered; null before."""
    customer: Customer = relation("customer_id")
    """Who is asked."""
    branch: Branch = relation("branch_id")
    """Which branch looked after him on the occasion."""
    product: Product | None = relation("product_id")
    """Of the application or loan; null where it is about none."""


@node(models.SurveyResponse)
class SurveyResponse(Node):
    """What a customer answered; officers see none, managers none about their own work."""

    score: int | None
    """On the scale of its kind; null for a form."""
    comment: str | None = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """What he added; null if nothing."""
    answered_on: date
    """On which business date."""
    is_by_link: bool
    """Whether by the link of a message, and not in the app."""
    created_at: datetime
    """When he first answered: it can be changed for a day from then."""
    changed_at: datetime | None
    """When he last changed it; null if never."""
    invitation: SurveyInvitation = relation("invitation_id")
    """To what."""
    answers: list[SurveyAnswer] = children(via="response_id")
    """What he said to the questions of the pages, in their order."""
    customer: Customer = relation("customer_id")
    """Whose it is."""


@node(models.SurveyAnswer)
class SurveyAnswer(Node):
    """What a customer said to one question."""

    number: int | None
    """Of the scale, or of the choice from 1; null where he answered in words."""
    text: str | None = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """His words; null where he answered by a number."""
    question: SurveyQuestion = relation("question_id")
    """To which."""


@node(models.SurveyGuest)
class SurveyGuest(Node):
    """Somebody who was given a link, customer or not; of his address nothing is kept that could be read."""

    score: int | None
    """Null before he answers."""
    comment: str | None = masked(hidden, clear_to=STAFF_IN_CHARGE)
    """What he added; null if nothing."""
    answered_at: datetime | None
    """When he first answered; null before."""
    ends_at: datetime
    """Until when he can answer."""
    created_at: datetime
    """When the link was given."""
    survey: Survey | None = relation("survey_id")
    """Of which survey."""
    branch: Branch | None = relation("branch_id")
    """For which branch; null where for the whole house."""
    invited_by: Staff | None = relation("invited_by_id")
    """Who gave the link."""


@filter_of(models.SurveyInvitation)
class SurveyInvitationFilter:
    """Narrows a list of invitations."""

    status: SurveyInvitationStatus | None = matches("status")
    """Those that stand here: SENT ones wait for an answer."""


@filter_of(models.SurveyResponse)
class SurveyResponseFilter:
    """Narrows a list of answers."""

    survey: int | None = matches("survey_id", id_of=models.Survey)
    """Those of this survey."""


@root
class SurveyResponseRoot:
    survey_invitations: Connection[SurveyInvitation] = connection(
        filter=SurveyInvitationFilter, allow=CUSTOMERS | MANAGERS | AUDITORS
    )
    """To a customer his own, to managers those of their branches, oldest first."""
    survey_responses: Connection[SurveyResponse] = connection(
        filter=SurveyResponseFilter, allow=CUSTOMERS | MANAGERS | AUDITORS
    )
    """What was answered, oldest first."""
    survey_guests: Connection[SurveyGuest] = connection(allow=MANAGERS | AUDITORS)
    """Those who were given links, oldest first."""


@input
class SurveyAnswerInput(Input):
    """An answer to one question of a page."""

    question: int = whole(1, MOST_QUESTIONS)
    """Its number."""
    number: int | None
    """Of the scale, or of the choice from 1."""
    text: str | None = text(1, LONGEST_TEXT)
    """In words, where it is answered so."""


@input
class AnswerSurveyInput(Input):
    """All that you answer, together."""

    invitation_id: int = id_of(models.SurveyInvitation)
    """What you were asked."""
    score: int | None
    """On its scale; nothing for a form."""
    comment: str | None = text(1, LONGEST_TEXT)
    """What you want to add."""
    answers: list[SurveyAnswerInput] | None = list_of(SurveyAnswerInput, MOST_QUESTIONS)
    """To the questions of the pages that are shown after these answers."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, SurveyOver, AnswerKept, AnswerNotTaken))
async def answer_survey(info: Info, input: AnswerSurveyInput) -> models.SurveyResponse:
    """Answer; answering again within a day replaces it, so it needs no key."""
    answers = [Answer(**each) for each in input.answers or ()]  # type: ignore[arg-type]
    given = Given(score=input.score, comment=input.comment, answers=answers)
    return await survey_answers.answer(info.context.viewer, invitation_id=input.invitation_id, given=given)


@value(survey_guests.SurveyLink)
class InviteToSurveySuccess:
    """A link to hand to one person."""

    url: str
    """A page where he answers, without signing in."""
    ends_at: datetime
    """Until when."""


@input
class InviteToSurveyInput(Input):
    """To which survey, and whom."""

    survey_id: int = id_of(models.Survey)
    """One whose occasion is INVITED."""
    address: str = text(3, 254)
    """His e-mail address or phone, so that he is not asked twice; only its keyed hash is kept."""
    branch_id: int | None = id_of(models.Branch)
    """For which branch: staff in charge name one of theirs; a marketer any, or nothing for the whole house."""


@mutation(allow=INVITERS, refusals=(NotPossibleNow, EmailInvalid, PhoneInvalid, LinksSpent, InvitedLately))
async def invite_to_survey(info: Info, input: InviteToSurveyInput) -> survey_guests.SurveyLink:
    """Make a link for somebody who need not be a customer: 50 a day, one an address in 30 days."""
    return await survey_guests.invite(info.context.viewer, **input.values())
