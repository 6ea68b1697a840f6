"""Money that matches no loan."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
import rules.money
from resolvers.books import suspense
from rules.books.suspense import ReceivedOnNotAllowed, SuspenseStatus
from rules.loans.repayments import AlreadyReversed, AmountNotAllowed, CurrencyMismatch, LoanClosed, ReceiptKnown
from rules.people.access import AUDITORS, IN_CHARGE, STAFF_IN_CHARGE
from rules.people.masks import hidden, one_and_last
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.currencies import CurrencyUnsupported
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    column,
    connection,
    filter_of,
    id_of,
    input,
    masked,
    matches,
    money,
    mutation,
    node,
    relation,
    root,
    text,
    token,
)
from schema.money import Money, money_input

if TYPE_CHECKING:
    from schema.loans.loans import Loan
    from schema.people.staff import Staff


@node(models.SuspenseItem)
class SuspenseItem(Node):
    """Money we received that matched no loan: it is assigned to one, or sent back."""

    provider: str
    """Who received it; `manual` for what an officer recorded."""
    reference: str = column("provider_reference")
    """The bank's reference."""
    amount: Money = money()
    """What was received."""
    received_on: date
    """The day it was received: a repayment made of it counts from then."""
    payer_name: str = masked(one_and_last, clear_to=STAFF_IN_CHARGE)
    """Who paid it, as the bank says."""
    note: str | None = masked(hidden, clear_to=STAFF_IN_CHARGE)
    """What the payer wrote; null if nothing."""
    status: SuspenseStatus
    """Where it stands."""
    created_at: datetime
    """When it was recorded."""
    recorded_by: Staff | None = relation("recorded_by_id")
    """Who recorded it."""
    assigned_by: Staff | None = relation("assigned_by_id")
    """Who said which loan it is for; null unless it is ASSIGNED."""
    loan: Loan | None = relation("loan_id")
    """The loan it was assigned to; null unless it is ASSIGNED, and to who does not look after the loan."""
    returned_by: Staff | None = relation("returned_by_id")
    """Who sent it back, never who recorded it; null unless it is RETURNED."""
    return_reason: str | None
    """Why it was sent back; null unless it is RETURNED."""
    settled_on: date | None
    """The business date on which it was assigned or returned; null while it is OPEN."""


@filter_of(models.SuspenseItem)
class SuspenseFilter:
    """Narrows a list of money in suspense."""

    status: SuspenseStatus | None = matches("status")
    """Items that stand here: OPEN ones wait for somebody who knows what they are for."""


@root
class SuspenseRoot:
    suspense_items: Connection[SuspenseItem] = connection(filter=SuspenseFilter, allow=IN_CHARGE | AUDITORS)
    """Money that matched no loan when it was received, oldest first: of the whole house, for it has no branch."""


@input
class RecordSuspenseInput(Input):
    """Money that was received and matches no loan."""

    amount: rules.money.Money = money_input()
    """How much was received."""
    reference: str = token(64)
    """The bank's reference: capitals or not, one is never booked twice."""
    received_on: date
    """The day it was received, within the last year."""
    payer_name: str = text(1, 100)
    """Who paid it, as the bank says."""
    note: str | None = text(1, 500)
    """What the payer wrote."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(AmountNotAllowed, CurrencyUnsupported, ReceivedOnNotAllowed, ReceiptKnown))
async def record_suspense(info: Info, input: RecordSuspenseInput) -> models.SuspenseItem:
    """Keep money in suspense until somebody knows what it is for."""
    return await suspense.record_suspense(info.context.viewer, **input.values())


@input
class AssignSuspenseInput(Input):
    """Which money is for which loan."""

    item_id: int = id_of(models.SuspenseItem)
    """An OPEN one."""
    loan_id: int = id_of(models.Loan)
    """A loan that is owed, of a customer you look after."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow, OwnAffairs, CurrencyMismatch, LoanClosed))
async def assign_suspense(info: Info, input: AssignSuspenseInput) -> models.SuspenseItem:
    """Book money in suspense as a repayment of a loan, as of the day it was received."""
    return await suspense.assign_suspense(info.context.viewer, **input.values())


@input
class UnassignSuspenseInput(Input):
    """Which money was assigned to the wrong loan, and how that came about."""

    item_id: int = id_of(models.SuspenseItem)
    """An ASSIGNED one, whose loan is of a customer you look after."""
    reason: str = text(1, 500)
    """What happened, for whoever audits it; the customer does not read it."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow, OwnAffairs, AlreadyReversed, ReasonTooShort))
async def unassign_suspense(info: Info, input: UnassignSuspenseInput) -> models.SuspenseItem:
    """Take money back from the wrong loan, as if it had never been paid on it: it waits in suspense again."""
    return await suspense.unassign_suspense(info.context.viewer, **input.values())


@input
class ReturnSuspenseInput(Input):
    """Which money was sent back, and why."""

    item_id: int = id_of(models.SuspenseItem)
    """An OPEN one that a colleague recorded."""
    reason: str = text(1, 500)
    """Why, for the auditor."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow, SamePerson))
async def return_suspense(info: Info, input: ReturnSuspenseInput) -> models.SuspenseItem:
    """Say that money in suspense was sent back to its payer."""
    return await suspense.return_suspense(info.context.viewer, **input.values())
