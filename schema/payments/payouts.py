"""Paying loans and refunds out, by hand where no provider is connected."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import strawberry

import models
from resolvers.payments import payouts
from rules.loans.repayments import ReceiptKnown
from rules.payments.payouts import PayoutDateNotAllowed, PayoutFailure, payout_number
from rules.payments.states import PayoutStatus
from rules.people.access import ALL_STAFF, IN_CHARGE
from rules.people.bank_accounts import BankAccountNotVerified
from rules.people.staff import OwnAffairs, SamePerson
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    column,
    computed,
    connection,
    filter_of,
    id_of,
    input,
    matches,
    money,
    mutation,
    node,
    relation,
    root,
    token,
)
from schema.money import Money

if TYPE_CHECKING:
    from schema.loans.changes import LoanChange
    from schema.loans.loans import Loan
    from schema.payments.bank_accounts import BankAccount
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.Payout)
class Payout(Node):
    """Money to be sent for a loan: what is kept as fees is taken off already."""

    number: str = computed(payout_number, "id", "created_at")
    """The reference to write on a transfer made by hand, such as P-2026-000123."""
    amount: Money = money()
    """How much is sent."""
    settles: Money = money()
    """How much is kept back to settle an older loan."""
    settles_on: date | None
    """The day for which that was reckoned; null where nothing is settled."""
    is_refund: bool
    """Whether it sends back what was paid too much."""
    status: PayoutStatus
    """Where it stands."""
    provider: str
    """Who moves the money; `manual` where staff do it at the bank."""
    failure: str | None
    """Why it did not arrive, a short stable word; null unless it failed."""
    bank_reference: str | None = column("provider_reference")
    """The bank's or provider's own reference; null before it has left."""
    created_at: datetime
    """When it was ordered, by signing, by accepting a tranche or by asking for a refund."""
    released_on: date | None
    """The day on which it was last released to be paid by hand; null before."""
    released_by: Staff | None = relation("released_by_id")
    """Who released it; null before, and to customers."""
    settled_by: Staff | None = relation("settled_by_id")
    """Who said how that ended, never the same person; null before, and to customers."""
    loan: Loan = relation("loan_id")
    """The loan it pays out, or whose credit it sends back."""
    change: LoanChange | None = relation("change_id")
    """The tranche it pays out; null where it pays the loan or a refund out, and to customers."""
    customer: Customer | None = relation("customer_id")
    """The payee; null to a co-borrower."""
    bank_account: BankAccount | None = relation("bank_account_id")
    """Where it goes; null to a co-borrower. Staff reveal its number to pay at the bank: while the payout is RELEASED, that does not count towards their limit."""


@filter_of(models.Payout)
class PayoutFilter:
    """Narrows a list of payouts."""

    status: PayoutStatus | None = matches("status")
    """Those that stand here: PENDING to release, RELEASED to pay and confirm, FAILED to release again."""
    branch: strawberry.ID | None = matches("customer__branch_id", id_of=models.Branch)
    """Those whose customer this branch looks after."""


@root
class PayoutRoot:
    payouts: Connection[Payout] = connection(filter=PayoutFilter, allow=ALL_STAFF)
    """Payouts to the customers you look after, oldest first."""


@input
class ReleasePayoutInput(Input):
    """Which payout."""

    payout_id: int = id_of(models.Payout)
    """One that is made by hand, PENDING or FAILED."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow, OwnAffairs, BankAccountNotVerified))
async def release_payout(info: Info, input: ReleasePayoutInput) -> models.Payout:
    """Say that a payout is to be paid at the bank; somebody else then confirms that it was."""
    return await payouts.release_payout(info.context.viewer, **input.values())


@input
class ConfirmPayoutInput(Input):
    """Which payout was paid, when, and by which reference."""

    payout_id: int = id_of(models.Payout)
    """One that a colleague released."""
    reference: str = token(64)
    """The bank's reference: capitals or not, one is never used twice."""
    paid_on: date
    """The day the bank paid it: what was lent bears interest from then."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow, OwnAffairs, SamePerson, PayoutDateNotAllowed, ReceiptKnown))
async def confirm_payout(info: Info, input: ConfirmPayoutInput) -> models.Payout:
    """Say that a released payout was paid at the bank; its loan is ACTIVE with its schedule from then on, or its credit has been sent back."""
    return await payouts.confirm_payout(info.context.viewer, **input.values())


@input
class FailPayoutInput(Input):
    """Which payout did not arrive, and why."""

    payout_id: int = id_of(models.Payout)
    """One that a colleague released, or that nobody has released yet."""
    reason: PayoutFailure
    """Why: NOT_SENT if nobody has released it. The customer is told that he can name another account, unless it was not sent."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow, OwnAffairs, SamePerson))
async def fail_payout(info: Info, input: FailPayoutInput) -> models.Payout:
    """Say that a payout was not paid, or came back, or is not going to be. It can be released again, unless the customer names another account first."""
    return await payouts.fail_payout(info.context.viewer, **input.values())
