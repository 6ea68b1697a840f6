"""What people say of us, and what we did about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.service import feedback as heard
from rules.people.access import AUDITORS, CUSTOMERS, EVERYONE, IN_CHARGE, MANAGERS, OWNER, STAFF_IN_CHARGE
from rules.people.kinds import in_language
from rules.people.masks import hidden
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.states import ProposalStatus
from rules.service.feedback import (
    FeedbackDesk,
    FeedbackKind,
    FeedbackLimitReached,
    FeedbackStatus,
    FeedbackTopic,
    NobodyToAnswer,
    SaysWhoYouAre,
)
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    LOCALE,
    Connection,
    Input,
    Node,
    computed,
    connection,
    filter_of,
    id_of,
    ids_of,
    input,
    masked,
    matches,
    mutation,
    node,
    relation,
    root,
    text,
    value,
)

if TYPE_CHECKING:
    from schema.loans.loans import Loan
    from schema.people.branches import Branch
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.Feedback)
class Feedback(Node):
    """What somebody says of us."""

    kind: FeedbackKind
    """Praise, an idea, or a trouble."""
    topic: FeedbackTopic
    """What it is about."""
    desk: FeedbackDesk
    """Who reads it."""
    status: FeedbackStatus
    """Where it stands."""
    screen: str | None
    """Which screen, as the app calls it; null where it is about none."""
    words: str = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """What he says; plain text, to be shown as it is."""
    given_on: date
    """On which business day."""
    answer: str | None = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """What we said to it; null where nobody did."""
    branch: Branch = relation("branch_id")
    """Which branch reads it: of somebody anonymous, the default one."""
    customer: Customer | None = relation("customer_id")
    """Who said it; null where he stays anonymous."""
    loan: Loan | None = relation("loan_id")
    """The loan it is about; null where it is about none."""
    notice: FeedbackNotice | None = relation("notice_id")
    """What was said in public about it; null where nothing was yet."""
    answered_by: Staff | None = relation("answered_by_id")
    """Who answered; null where nobody did, and to customers."""


@node(models.FeedbackNotice)
class FeedbackNotice(Node):
    """You said, we did."""

    said: str = computed(in_language, "said_zh", "said_en", LOCALE)
    """What was said, in the viewer's language."""
    did: str = computed(in_language, "did_zh", "did_en", LOCALE)
    """What was done, in the viewer's language."""
    said_zh: str
    """What was said, in Chinese, for whoever checks both languages; likewise the three that follow."""
    said_en: str
    """What was said, in English."""
    did_zh: str
    """What was done, in Chinese."""
    did_en: str
    """What was done, in English."""
    status: ProposalStatus
    """Whether somebody else has approved it: before that only staff read it."""
    created_at: datetime
    """When it was written."""
    decided_at: datetime | None
    """When it was decided; null before."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who wrote it; null to customers."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided, never the same person; null before, and to customers."""


@filter_of(models.Feedback)
class FeedbackFilter:
    """Narrows a list of feedback."""

    status: FeedbackStatus | None = matches("status")
    """Those that stand here: NEW ones wait for a word."""
    kind: FeedbackKind | None = matches("kind")
    """Praise, ideas, or troubles."""


@filter_of(models.FeedbackNotice)
class FeedbackNoticeFilter:
    """Narrows a list of notices."""

    status: ProposalStatus | None = matches("status")
    """PROPOSED ones wait for a manager; customers see APPROVED ones only."""


@root
class FeedbackRoot:
    feedback: Connection[Feedback] = connection(filter=FeedbackFilter, allow=CUSTOMERS | IN_CHARGE | AUDITORS)
    """What people say, oldest first: to a customer what he said under his name."""
    feedback_notices: Connection[FeedbackNotice] = connection(filter=FeedbackNoticeFilter, allow=EVERYONE)
    """You said, we did: oldest first."""


@input
class GiveFeedbackInput(Input):
    """What you want to say."""

    kind: FeedbackKind
    """Praise, an idea, or a trouble."""
    topic: FeedbackTopic
    """What it is about."""
    words: str = text(1, 2_000)
    """What you want to say."""
    loan_id: int | None = id_of(models.Loan)
    """The loan it is about; nothing where you stay anonymous: it would say who you are."""
    screen: str | None = text(1, 100)
    """Which screen, as the app calls it."""
    is_anonymous: bool
    """Whether nobody is to know who says it: nothing that leads to you is kept then, and nobody can answer."""


@value(heard.FeedbackGiven)
class GiveFeedbackSuccess:
    """We have it. Thank you."""

    feedback: Feedback | None
    """What you said; null where you stay anonymous."""


@mutation(allow=CUSTOMERS, refusals=(SaysWhoYouAre, FeedbackLimitReached))
async def give_feedback(info: Info, input: GiveFeedbackInput) -> heard.FeedbackGiven:
    """Say what is good, what could be better, or what is wrong; with your name or without."""
    return await heard.give_feedback(info.context.viewer, **input.values())


@input
class AnswerFeedbackInput(Input):
    """To which, and what."""

    feedback_id: int = id_of(models.Feedback)
    """One that was given under a name."""
    answer: str = text(1, 2_000)
    """What the customer reads."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs, NotPossibleNow, NobodyToAnswer))
async def answer_feedback(info: Info, input: AnswerFeedbackInput) -> models.Feedback:
    """Answer who gave his name; he is told."""
    return await heard.answer_feedback(info.context.viewer, **input.values())


@input
class CloseFeedbackInput(Input):
    """Which."""

    feedback_id: int = id_of(models.Feedback)
    """One that nobody has said anything to."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs, NotPossibleNow))
async def close_feedback(info: Info, input: CloseFeedbackInput) -> models.Feedback:
    """Say that it was read."""
    return await heard.close_feedback(info.context.viewer, **input.values())


@input
class ProposeFeedbackNoticeInput(Input):
    """What was said, and what was done about it."""

    said_zh: str = text(1, 500)
    """What was said, in Chinese; nobody is named."""
    said_en: str = text(1, 500)
    """The same in English."""
    did_zh: str = text(1, 1_000)
    """What was done, in Chinese."""
    did_en: str = text(1, 1_000)
    """The same in English."""
    feedback_ids: list[int] | None = ids_of(models.Feedback)
    """What it is about."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow,))
async def propose_feedback_notice(info: Info, input: ProposeFeedbackNoticeInput) -> models.FeedbackNotice:
    """Propose to say in public what was said, and what was done."""
    return await heard.propose_notice(info.context.viewer, **input.values())


@input
class ApproveFeedbackNoticeInput(Input):
    """Which notice."""

    notice_id: int = id_of(models.FeedbackNotice)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def approve_feedback_notice(info: Info, input: ApproveFeedbackNoticeInput) -> models.FeedbackNotice:
    """Let everybody read it."""
    return await heard.approve_notice(info.context.viewer, **input.values())


@input
class DeclineFeedbackNoticeInput(Input):
    """Which notice."""

    notice_id: int = id_of(models.FeedbackNotice)
    """One that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_feedback_notice(info: Info, input: DeclineFeedbackNoticeInput) -> models.FeedbackNotice:
    """Keep it from the public."""
    return await heard.decline_notice(info.context.viewer, **input.values())
