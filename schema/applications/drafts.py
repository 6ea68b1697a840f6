"""Filling an application in part by part, and what stands in its way."""

from __future__ import annotations

from datetime import date

import models
import rules.money
from resolvers.applications import drafts
from rules.applications.drafts import ApplicationPart, EmployedSinceInvalid, Employment
from rules.applications.kinds import DecisionReason, Purpose
from rules.loans.refinancings import NotRefinanceable, RefinancingTooSmall
from rules.loans.repayments import CurrencyMismatch
from rules.people.access import CUSTOMERS
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange, CostTooHigh, TermOutOfRange
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, day, id_of, input, mutation, query, value, whole
from schema.money import money_input


@value(drafts.Checklist)
class ApplicationChecklistSuccess:
    """How far an application has come."""

    missing: list[ApplicationPart]
    """What has to be said before it can be handed in, in the order in which it is asked; empty: hand it in."""
    obstacles: list[DecisionReason]
    """Why it would be declined as it stands; empty if it would not."""


@value(drafts.Eligibility)
class EligibilitySuccess:
    """Whether it makes sense to apply, by what is known already."""

    is_possible: bool
    """False: it would be declined. True promises nothing."""
    obstacles: list[DecisionReason]
    """Why it would be declined; empty if it would not."""
    needed: list[ApplicationPart]
    """What will be asked."""


@input
class ApplicationChecklistInput(Input):
    """Which application."""

    application_id: int = id_of(models.Application)
    """One of yours."""


@query(allow=CUSTOMERS, refusals=())
async def application_checklist(info: Info, input: ApplicationChecklistInput) -> drafts.Checklist:
    """Say what is missing of an application, and what stands in its way."""
    return await drafts.application_checklist(info.context.viewer, **input.values())


QUOTE_REFUSALS = (AmountOutOfRange, AmountNotWholeCents, TermOutOfRange, CurrencyMismatch, CostTooHigh)


@input
class EligibilityInput(Input):
    """What you would like to borrow."""

    product_id: int = id_of(models.Product)
    """A product that is offered."""
    amount: rules.money.Money = money_input()
    """How much, in the product's currency."""
    term: int = whole(1, 600)
    """For how many months."""


@query(allow=CUSTOMERS, refusals=QUOTE_REFUSALS)
async def eligibility(info: Info, input: EligibilityInput) -> drafts.Eligibility:
    """Say before anything is asked whether a loan is out of the question, and what will be asked; nothing is stored."""
    return await drafts.eligibility(info.context.viewer, **input.values())


@input
class SaveApplicationInput(Input):
    """The parts to be kept; what is not named stays as it is."""

    application_id: int = id_of(models.Application)
    """A draft of yours, or one that was sent back."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""
    amount: rules.money.Money | None = money_input()
    """How much, in the product's currency."""
    term: int | None = whole(1, 600)
    """For how many months."""
    purpose: Purpose | None
    """What the money is for."""
    monthly_income: rules.money.Money | None = money_input()
    """What comes in each month, after tax."""
    monthly_costs: rules.money.Money | None = money_input()
    """What living costs each month, housing included, debts not."""
    monthly_debts: rules.money.Money | None = money_input()
    """What debts elsewhere take each month."""
    employment: Employment | None
    """What you live on."""
    employed_since: date | None = day(date(1900, 1, 1))
    """Since when you do your present work."""


@mutation(
    allow=CUSTOMERS,
    refusals=(NotPossibleNow, EmployedSinceInvalid, NotRefinanceable, RefinancingTooSmall, *QUOTE_REFUSALS),
)
async def save_application(info: Info, input: SaveApplicationInput) -> models.Application:
    """Keep parts of an application as you fill it in, or correct it. Where that changes the cost, acknowledge its disclosure again."""
    return await drafts.save_application(info.context.viewer, **input.values())
