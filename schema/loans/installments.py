"""The schedule of a loan."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import models
from rules.loans import installments
from rules.loans.states import InstallmentStatus
from schema.declarations import TODAY, Node, computed, money, node

if TYPE_CHECKING:
    from schema.money import Money


@node(models.Installment)
class Installment(Node):
    """One line of the schedule."""

    number: int
    """From 1; a period in which nothing is due has none."""
    starts_on: date
    """From here its interest runs."""
    ends_on: date
    """Until here."""
    due_on: date
    """The last day to pay it on time."""
    principal: Money = money()
    """The part that repays the amount borrowed."""
    interest: Money = money()
    """The part that is interest."""
    costs: Money = money()
    """Fees that are due with it."""
    penalty: Money = money()
    """Penalty interest until today, paid or not."""
    total: Money = money("principal", "interest", "costs", "penalty")
    """All together."""
    paid: Money = money("paid_principal", "paid_interest", "paid_costs", "paid_penalty")
    """What of it has been paid."""
    days_until_due: int = computed(installments.days_until, "due_on", TODAY)
    """Days left until it is due; negative once it is overdue."""
    status: InstallmentStatus = computed(installments.installment_status, "due_on", "is_open", TODAY)
    """Where it stands today."""
    paid_on: date | None
    """The day it was paid in full; null before."""
