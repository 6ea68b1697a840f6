"""Figures about causes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import models
from resolvers.service import cause_reviews
from rules.people.access import AUDITORS, MANAGERS
from schema.context import Info
from schema.declarations import Input, day, id_of, input, query, value


@value(cause_reviews.CauseLine)
class CauseLine:
    """How many complaints a cause made."""

    cause: str
    """The code of the cause."""
    group: str
    """The code of its group."""
    name_zh: str
    """What it is called in Chinese."""
    name_en: str
    """What it is called in English."""
    count: int
    """How many."""
    share: Decimal
    """Of all of them, in per cent, such as 42.86."""
    cumulative_share: Decimal
    """Of this cause and those before it together: the last one's is 100.00."""
    upheld: int
    """How many of them were right, wholly or in part."""
    repeats: int
    """How many came from a customer who had complained of the same within the 90 days before."""
    repeat_rate: Decimal
    """The share of these, in per cent."""


@value(cause_reviews.CauseCell)
class CauseCell:
    """How many complaints of a product and a branch a cause made in a month."""

    cause: str
    """The code of the cause."""
    product: str | None
    """The product's code; null for what is about no loan."""
    branch: str
    """The branch's code."""
    month: date
    """Its first day."""
    count: int
    """How many."""
    upheld: int
    """How many of them were right, wholly or in part."""
    repeats: int
    """How many were the same again."""


@value(cause_reviews.CauseReview)
class ComplaintCausesSuccess:
    """The causes of a period, of the customers you look after."""

    causes: list[CauseLine]
    """Most first."""
    cells: list[CauseCell]
    """By month, cause, product and branch."""
    count: int
    """How many complaints there were whose cause was found."""
    repeats: int
    """How many were of the same customer and cause within 90 days of another."""
    repeat_rate: Decimal | None
    """The share of these, in per cent; null where there are no complaints."""
    csv: str
    """The causes as a table for a spreadsheet: RFC 4180, with a line of names."""
    cells_csv: str
    """The cells as another."""


@input
class ComplaintCausesInput(Input):
    """Which period, and of what."""

    since: date = day()
    """The first day on which a cause was found."""
    until: date = day()
    """The last one."""
    product_id: int | None = id_of(models.Product)
    """What is about this product alone."""
    branch_id: int | None = id_of(models.Branch)
    """This branch alone."""


@query(allow=MANAGERS | AUDITORS, refusals=())
async def complaint_causes(info: Info, input: ComplaintCausesInput) -> cause_reviews.CauseReview:
    """Say why customers complained: which few causes make most of it, where, and who had to complain again."""
    return await cause_reviews.complaint_causes(info.context.viewer, **input.values())
