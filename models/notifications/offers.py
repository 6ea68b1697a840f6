"""Who may be offered something, as statements that read a `customer` ask it: one text for choosing and for sending."""

from datetime import datetime
from typing import Any

from rules.notifications.consents import ConsentPurpose, given_since

KINDS = {"consented_since": "timestamptz", "purpose": "text"}
"""The values that these texts name."""


def values(now: datetime) -> dict[str, Any]:
    """Give the values."""
    return {"consented_since": given_since(now), "purpose": ConsentPurpose.MARKETING.value}


def consented(channel: str) -> str:
    """Write whether a consent to marketing by a channel, a text in SQL, holds: the last word on it counts."""
    return f"""
    COALESCE((SELECT consent_entry.is_given AND consent_entry.created_at > :consented_since FROM consent_entry
      WHERE consent_entry.customer_id = customer.id AND consent_entry.purpose = :purpose
      AND consent_entry.channel = {channel} ORDER BY consent_entry.id DESC LIMIT 1), FALSE)
    """  # noqa: S608  Names of ours.


OVERDUE = """
    EXISTS (SELECT 1 FROM loan_party JOIN loan ON loan.id = loan_party.loan_id
      WHERE loan_party.customer_id = customer.id AND loan_party.role <> 'GUARANTOR'
      AND (loan.days_past_due > 0 OR loan.status = 'WRITTEN_OFF'))
"""
"""Whether something that he owes is overdue or written off."""
HELP_ASKED = """
    EXISTS (SELECT 1 FROM hardship_request WHERE hardship_request.status IN ('OPEN', 'PLAN_PROPOSED')
      AND (hardship_request.asked_by_id = customer.id OR hardship_request.customer_id = customer.id))
"""
"""Whether help is asked for and not answered."""
RESTRICTED = f"({OVERDUE} OR {HELP_ASKED})"
"""Whether he is offered nothing: one of these two."""
