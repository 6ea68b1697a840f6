"""Changes of a loan that one person proposes and another decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from rules.loans.changes import ChangeKind, ChangeStatus
from schema.declarations import Node, money, node, relation
from schema.money import Money
from schema.scalars import Rate

if TYPE_CHECKING:
    from schema.loans.loans import Loan
    from schema.people.staff import Staff


@node(models.LoanChange)
class LoanChange(Node):
    """One change of one loan, from its proposal to its decision; customers see none."""

    kind: ChangeKind
    """What is to change."""
    status: ChangeStatus
    """Where it stands."""
    reason: str
    """Why, for whoever decides."""
    created_at: datetime
    """When it was proposed."""
    decided_at: datetime | None
    """When it was decided; null before."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposes it."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before."""
    periods: int | None
    """Of an extension or a payment holiday: how many."""
    due_day: int | None
    """Of a change of the due day: the new one."""
    annual_rate: Rate | None
    """Of a discount: the new contract rate."""
    amount: Money | None = money()
    """Of a tranche: how much more is lent."""
    acceptable_until: date | None
    """The last day on which the customer can accept it; null until it is approved, and for a write-off."""
    answered_at: datetime | None
    """When the customer accepted or refused it; null before."""
    loan: Loan = relation("loan_id")
    """The loan, as it is now."""
