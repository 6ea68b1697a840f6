"""Paying a loan out."""

from __future__ import annotations

from datetime import date

import models
from schema.declarations import Node, money, node
from schema.money import Money


@node(models.Disbursement)
class Disbursement(Node):
    """The loan was paid out."""

    amount: Money = money()
    """What reached the customer."""
    fees: Money = money()
    """Kept back."""
    settled: Money = money()
    """Kept back to settle an older loan; all three together are the principal."""
    value_on: date
    """The day interest runs from."""
