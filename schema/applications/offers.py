"""Offers."""

from __future__ import annotations

from datetime import date, datetime

import models
from resolvers.applications import offers
from rules.applications.disclosures import OfferExpired
from rules.loans.refinancings import NotRefinanceable, RefinancingTooSmall
from rules.people.access import CUSTOMERS
from rules.products.quotes import CostTooHigh, DueDayFixed
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, money, mutation, node, whole
from schema.money import Money
from schema.scalars import Rate


@node(models.Offer)
class Offer(Node):
    """What we are ready to lend, until when."""

    amount: Money = money()
    """How much."""
    term: int
    """In months."""
    annual_rate: Rate
    """Contract rate a year."""
    rate_discount_bp: int
    """Basis points that came off the product's rate."""
    fee_waiver_percent: int
    """How much is waived of the fees that are asked for when the loan begins, in percent."""
    is_current: bool
    """False once another took its place."""
    expires_on: date
    """The last day on which it can be accepted."""
    accepted_at: datetime | None
    """When it was accepted; null before."""
    due_day: int | None
    """The day of the month that the customer chose for his installments; null: as the product says."""


@input
class AcceptOfferInput(Input):
    """Which offer."""

    offer_id: int = id_of(models.Offer)
    """One made to you."""
    due_day: int | None = whole(1, 31)
    """The day of the month on which installments are to be due, clamped in shorter months, where the product lets you choose."""


@mutation(
    allow=CUSTOMERS,
    refusals=(NotPossibleNow, OfferExpired, CostTooHigh, DueDayFixed, NotRefinanceable, RefinancingTooSmall),
)
async def accept_offer(info: Info, input: AcceptOfferInput) -> models.Application:
    """Accept an offer: makes the contract's text, and the cost disclosure to acknowledge before signing."""
    return await offers.accept_offer(info.context.viewer, **input.values())
