"""The whole cost, shown and acknowledged."""

from __future__ import annotations

from datetime import datetime

import models
from resolvers.applications import disclosures
from rules.applications.disclosures import ReadFirst
from rules.applications.kinds import DisclosureStep
from rules.people.access import CUSTOMERS
from rules.people.kinds import Locale
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, Node, column, id_of, input, money, mutation, node
from schema.money import Money
from schema.scalars import Rate


@node(models.CostDisclosure)
class CostDisclosure(Node):
    """Every cost and the annualised rate, in the words and figures of the moment; kept as it was."""

    step: DisclosureStep
    """Before which step it has to be acknowledged."""
    locale: Locale
    """The language of the text."""
    text: str
    """To be shown whole."""
    text_hash: str
    """SHA-256 of the text, hexadecimal."""
    amount: Money = money()
    """The amount borrowed."""
    total_interest: Money = money()
    """All interest together."""
    total_fees: Money = money()
    """All fees together."""
    annual_cost: Rate
    """Annualised cost, simple, every fee included."""
    annual_rate: Rate | None
    """Contract rate a year, discount taken off; null on old ones."""
    rate_discount_bp: int
    """Basis points that came off the product's rate; the text says why."""
    fee_waiver_percent: int
    """How much is waived of the fees that are asked for when the loan begins, in percent."""
    acknowledged_at: datetime | None
    """When the customer acknowledged it; null before."""
    is_current: bool
    """False once other costs took its place; it is kept."""
    shown_at: datetime = column("created_at")
    """Since when it can be read; it is acknowledged some seconds later at the earliest."""


@input
class AcknowledgeDisclosureInput(Input):
    """Which disclosure."""

    disclosure_id: int = id_of(models.CostDisclosure)
    """One of yours, after reading it."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, ReadFirst))
async def acknowledge_disclosure(info: Info, input: AcknowledgeDisclosureInput) -> models.CostDisclosure:
    """Say that you have read what the loan costs; saying it again changes nothing."""
    return await disclosures.acknowledge_disclosure(info.context.viewer, input.disclosure_id)
