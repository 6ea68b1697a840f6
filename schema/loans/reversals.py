"""Reversing a payment."""

from __future__ import annotations

from datetime import date

import models
from resolvers.loans import reversals
from rules.loans.repayments import AlreadyReversed, NotReversible, ReversalDateNotAllowed
from rules.people.access import IN_CHARGE
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs
from schema.context import Info
from schema.declarations import Input, id_of, input, mutation, text, token


@input
class ReverseRepaymentInput(Input):
    """Which payment, as of when, and why."""

    repayment_id: int = id_of(models.Repayment)
    """A payment that did not stay, such as one that bounced."""
    reversed_on: date
    """The day it was taken back: from the one it counted for to today."""
    reason: str = text(1, 500)
    """What happened, for whoever audits it; the customer does not read it."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(
    allow=IN_CHARGE, refusals=(NotReversible, AlreadyReversed, ReversalDateNotAllowed, ReasonTooShort, OwnAffairs)
)
async def reverse_repayment(info: Info, input: ReverseRepaymentInput) -> models.LoanEvent:
    """Put everything back as if a payment had never been, points included."""
    return await reversals.reverse_repayment(info.context.viewer, **input.values())
