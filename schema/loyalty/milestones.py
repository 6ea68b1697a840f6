"""Milestones."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import models
from rules.loyalty.milestones import MilestoneKind
from schema.declarations import Node, node, relation

if TYPE_CHECKING:
    from schema.loans.loans import Loan


@node(models.Milestone)
class Milestone(Node):
    """Something that a customer reached."""

    kind: MilestoneKind
    """What it is."""
    years: int | None
    """For how many years he has been a customer; null unless it is an anniversary."""
    reached_on: date
    """The business date on which it was written down."""
    loan: Loan | None = relation("loan_id")
    """Of which loan; null for an anniversary."""
