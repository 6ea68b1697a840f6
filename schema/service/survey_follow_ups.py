"""Speaking with customers who were not content."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.service import survey_follow_ups
from rules.people.access import AUDITORS, IN_CHARGE, STAFF_IN_CHARGE
from rules.people.masks import hidden
from rules.people.staff import OwnAffairs, SamePerson
from rules.service.survey_follow_ups import BY_STAFF, SurveyFollowUpOutcome, SurveyFollowUpStatus
from rules.service.surveys import SurveyKind
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    connection,
    filter_of,
    id_of,
    input,
    masked,
    matches,
    mutation,
    node,
    one_of,
    relation,
    root,
    text,
)

if TYPE_CHECKING:
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.SurveyFollowUp)
class SurveyFollowUp(Node):
    """A customer of the branch who gave a low score and is to be spoken with; never shown to whom the score is about."""

    kind: SurveyKind
    """On which scale."""
    score: int
    """What he gave."""
    comment: str | None = masked(hidden, clear_to=STAFF_IN_CHARGE)
    """What he added; null if nothing."""
    status: SurveyFollowUpStatus
    """Where it stands."""
    due_at: datetime
    """By when: the end of the next business day."""
    outcome: SurveyFollowUpOutcome | None
    """What came of it; null before."""
    words: str | None = masked(hidden, clear_to=STAFF_IN_CHARGE)
    """The same in words; null if there are none."""
    done_at: datetime | None
    """When it was done; null before."""
    created_at: datetime
    """When he gave the score."""
    customer: Customer = relation("customer_id")
    """Who."""
    done_by: Staff | None = relation("done_by_id")
    """Who spoke with him; null before, and where he changed his score."""


@filter_of(models.SurveyFollowUp)
class SurveyFollowUpFilter:
    """Narrows a list of follow-ups."""

    status: SurveyFollowUpStatus | None = matches("status")
    """Those that stand here."""


@root
class SurveyFollowUpRoot:
    survey_follow_ups: Connection[SurveyFollowUp] = connection(
        order_by="due_at", filter=SurveyFollowUpFilter, allow=IN_CHARGE | AUDITORS
    )
    """Of the customers one looks after, those due first in front; none about one's own work."""


@input
class CompleteSurveyFollowUpInput(Input):
    """Which, and what came of it."""

    follow_up_id: int = id_of(models.SurveyFollowUp)
    """One that is open."""
    outcome: SurveyFollowUpOutcome = one_of(*BY_STAFF)
    """What came of it."""
    words: str | None = text(1, 1000)
    """The same in words, for colleagues."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow, SamePerson, OwnAffairs))
async def complete_survey_follow_up(info: Info, input: CompleteSurveyFollowUpInput) -> models.SurveyFollowUp:
    """Say what came of speaking with a customer."""
    return await survey_follow_ups.complete(info.context.viewer, **input.values())
