"""The figures an application started from."""

from __future__ import annotations

import models
from schema.declarations import Node, money, node
from schema.money import Money
from schema.scalars import Rate


@node(models.Quote)
class Quote(Node):
    """What the loan was reckoned to cost when the application was started."""

    amount: Money = money()
    """The amount borrowed."""
    term: int
    """In months."""
    annual_rate: Rate
    """Contract rate a year."""
    rate_discount_bp: int
    """Basis points that came off the product's rate."""
    fee_waiver_percent: int
    """How much is waived of the fees that are asked for when the loan begins, in percent."""
    installment: Money = money()
    """The first installment."""
    total_interest: Money = money()
    """All interest together."""
    total_fees: Money = money()
    """All fees together."""
    annual_cost: Rate
    """Annualised cost, simple, every fee included."""
