"""Sending an application back, and correcting it."""

from __future__ import annotations

from datetime import datetime

import models
import rules.money
from resolvers.applications import corrections
from rules.applications.decisions import OwnApplication
from rules.applications.steps import WithColleague
from rules.loans.refinancings import NotRefinanceable, RefinancingTooSmall
from rules.loans.repayments import CurrencyMismatch
from rules.people.access import CUSTOMERS, IN_CHARGE
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange, CostTooHigh, TermOutOfRange
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, mutation, node, text, whole
from schema.money import money_input


@node(models.Correction)
class Correction(Node):
    """Why an application was sent back."""

    reason: str
    """What is to be corrected, in words for the customer."""
    asked_by: str
    """The name of who asks."""
    created_at: datetime
    """When it was sent back."""


@input
class ReturnApplicationInput(Input):
    """What is to be corrected."""

    application_id: int = id_of(models.Application)
    """One that waits for a decision."""
    reason: str = text(1, 500)
    """What is to be corrected; the customer reads it."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow, OwnApplication, WithColleague))
async def return_application(info: Info, input: ReturnApplicationInput) -> models.Application:
    """Send an application back to the customer, who corrects it and submits it again."""
    return await corrections.return_application(info.context.viewer, **input.values())


@input
class CorrectApplicationInput(Input):
    """What you want to borrow instead."""

    application_id: int = id_of(models.Application)
    """One of yours that was sent back."""
    amount: rules.money.Money = money_input()
    """How much, in the product's currency."""
    term: int = whole(1, 600)
    """For how many months."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(
    allow=CUSTOMERS,
    refusals=(
        NotPossibleNow,
        AmountOutOfRange,
        AmountNotWholeCents,
        TermOutOfRange,
        CurrencyMismatch,
        CostTooHigh,
        NotRefinanceable,
        RefinancingTooSmall,
    ),
)
async def correct_application(info: Info, input: CorrectApplicationInput) -> models.Application:
    """Change an application that was sent back. Where that changes the cost, acknowledge its disclosure again; then submit it."""
    return await corrections.correct_application(info.context.viewer, **input.values())
