"""What happened to loans."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from rules.loans.events import LoanEventKind, PrepaymentEffect
from rules.products.kinds import DueComponent
from schema.declarations import Node, money, node, relation
from schema.scalars import Rate

if TYPE_CHECKING:
    from schema.loans.loans import Loan
    from schema.loans.repayments import Repayment
    from schema.money import Money


@node(models.LoanEvent)
class LoanEvent(Node):
    """Something that happened to a loan; all its figures follow from these. A guarantor sees none."""

    kind: LoanEventKind
    """What happened."""
    value_on: date
    """The day that counts for it."""
    created_at: datetime
    """When it was written down."""
    amount: Money | None = money()
    """Of a payment, tranche or refund."""
    annual_rate: Rate | None
    """The new rate, of a change of rate."""
    effect: PrepaymentEffect | None
    """What a prepayment makes smaller."""
    periods: int | None
    """Of an extension or a payment holiday: how many."""
    due_day: int | None
    """The new day of the month, of a change of the due day."""
    pays_only: DueComponent | None
    """Of a payment by a voucher: what it paid, and nothing else."""
    reverses: LoanEvent | None = relation("reverses_id")
    """What a reversal undoes."""
    repayment: Repayment | None = relation("repayment_id")
    """The payment it is."""
    loan: Loan = relation("loan_id")
    """The loan, as it is now."""
