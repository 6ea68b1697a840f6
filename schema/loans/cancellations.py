"""Cancelling a loan before it is paid out."""

from __future__ import annotations

import models
from resolvers.loans import cancellations
from rules.payments.payouts import PayoutUnderWay
from rules.people.access import CUSTOMERS, IN_CHARGE
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, id_of, input, mutation, text


@input
class CancelLoanInput(Input):
    """Which loan."""

    loan_id: int = id_of(models.Loan)
    """One that is signed, and whose money has not left."""
    reason: str | None = text(1, 500)
    """Staff say at whose wish, in a sentence: kept in the audit. Customers need not say anything."""


@mutation(allow=CUSTOMERS | IN_CHARGE, refusals=(NotPossibleNow, PayoutUnderWay, OwnAffairs, ReasonTooShort))
async def cancel_loan(info: Info, input: CancelLoanInput) -> models.Loan:
    """Cancel a signed loan before its money leaves; nothing is owed then."""
    return await cancellations.cancel_loan(info.context.viewer, **input.values())
