"""Changes of a loan that one person proposes and another decides."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from rules.loans.changes import ChangeKind, ChangeStatus
from schema.declarations import Node, node, relation

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
    loan: Loan = relation("loan_id")
    """The loan, as it is now."""
