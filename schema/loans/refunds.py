"""Sending back what was paid too much."""

from __future__ import annotations

import models
from resolvers.loans import refunds
from rules.payments.payouts import NothingToRefund, PayoutFailed, PayoutUnderWay
from rules.people.access import CUSTOMERS
from rules.people.bank_accounts import BankAccountNotVerified
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, id_of, input, mutation, token


@input
class RequestRefundInput(Input):
    """Which loan's credit, and where it is to go."""

    loan_id: int = id_of(models.Loan)
    """One that is CLOSED or CANCELLED, with credit."""
    bank_account_id: int = id_of(models.BankAccount)
    """An account of the customer's own."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(
    allow=CUSTOMERS, refusals=(NotPossibleNow, NothingToRefund, PayoutUnderWay, BankAccountNotVerified, PayoutFailed)
)
async def request_refund(info: Info, input: RequestRefundInput) -> models.Payout:
    """Have all that was paid too much sent back, once the loan is settled. If the bank refuses the account, ask again with a new key, for this one or another."""
    return await refunds.request_refund(info.context.viewer, **input.values())
