"""Statements of loans."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import models
from schema.declarations import Node, money, node, relation
from schema.money import Money

if TYPE_CHECKING:
    from schema.loans.loans import Loan


@node(models.LoanStatement)
class LoanStatement(Node):
    """What is to be paid by a due day, overdue amounts included, as of the day it was written down. A guarantor sees none."""

    number: int
    """Of the installment that falls due."""
    due_on: date
    """The day it falls due."""
    issued_on: date
    """The business date on which it was written down: what happened later is not in it."""
    costs: Money = money()
    """Fees that fall due by then."""
    penalty: Money = money()
    """Penalty interest until the day it was written down."""
    interest: Money = money()
    """What is asked for using the money until then."""
    principal: Money = money()
    """What repays of the sum that was lent."""
    credit: Money = money()
    """What was kept for the customer, as far as it pays of that."""
    total: Money = money()
    """What is left to pay."""
    loan: Loan = relation("loan_id")
    """The loan, as it is now."""
