"""What speaks against asking a customer now, as one statement that reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tortoise.connection import get_connection

from models.database.handwritten import Statement, fetch_one, read_moment
from models.notifications import offers
from rules.service.survey_invitations import SurveySkip

HOLDS: Mapping[SurveySkip, str] = {
    SurveySkip.RESTRICTED: "customer.is_restricted",
    SurveySkip.COMPLAINT: """EXISTS (SELECT 1 FROM service_case WHERE service_case.customer_id = customer.id
      AND service_case.kind = 'COMPLAINT'
      AND service_case.status IN ('ACKNOWLEDGED', 'INVESTIGATING', 'WAITING_CUSTOMER', 'IN_REVIEW'))""",
    SurveySkip.HELP_ASKED: offers.HELP_ASKED,
    SurveySkip.OVERDUE: f"""({offers.OVERDUE} OR EXISTS (SELECT 1 FROM promise_to_pay
      WHERE promise_to_pay.customer_id = customer.id AND promise_to_pay.status = 'OPEN'))""",  # noqa: S608  Names of ours.
}
"""By reason: what is true in SQL, over a `customer`, of whom nobody asks anything. Whoever knows another reason adds it here."""

_COLUMNS = ", ".join(f"({text}) AS {reason.value.lower()}" for reason, text in HOLDS.items())
_LOOK = Statement(
    "looked",
    f"""
    SELECT survey.ended_at IS NOT NULL AS is_ended,
      (survey.occasion = 'LOAN_SETTLED' AND NOT EXISTS (SELECT 1 FROM loan
        WHERE loan.id = survey_invitation.subject AND loan.status = 'CLOSED')) AS is_undone,
      (SELECT MAX(decision.created_at) FROM decision WHERE decision.customer_id = customer.id
        AND decision.outcome = 'DECLINE' AND decision.is_current) AS declined_at, {_COLUMNS}
    FROM survey_invitation JOIN customer ON customer.id = survey_invitation.customer_id
    JOIN survey ON survey.id = survey_invitation.survey_id
    WHERE survey_invitation.id = :invitation_id
    """,  # noqa: S608
    {"invitation_id": "bigint"},
)


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What is known of an invitation's occasion and customer at this moment."""

    is_ended: bool
    is_undone: bool
    declined_at: datetime | None
    holds: frozenset[SurveySkip]


async def look_at(invitation_id: int) -> Looked:
    """Read it, in one statement."""
    row = await fetch_one(get_connection("default"), _LOOK, {"invitation_id": invitation_id})
    assert row is not None, "the invitation is there"
    return Looked(
        is_ended=bool(row["is_ended"]),
        is_undone=bool(row["is_undone"]),
        declined_at=read_moment(row["declined_at"]),
        holds=frozenset(reason for reason in HOLDS if row[reason.value.lower()]),
    )
