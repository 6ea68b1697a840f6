"""The review of the process of applications."""

from __future__ import annotations

from datetime import date

import models
from resolvers.applications import process_reviews
from rules.applications.kinds import DecisionReason, Outcome
from rules.applications.states import ApplicationStatus
from rules.people.access import AUDITORS, MANAGERS
from schema.context import Info
from schema.declarations import Input, day, id_of, input, query, value


@value(process_reviews.StepReview)
class StepReview:
    """How long the applications of a product and a branch stood somewhere."""

    product: str
    """The product's code."""
    branch: str
    """The branch's code."""
    status: ApplicationStatus
    """Where they stood."""
    entered: int
    """How many came there in the period; one that came twice counts twice."""
    left: int
    """How many of these have gone on."""
    late: int
    """How many of these went on after they were due."""
    average_seconds: int | None
    """Of those that have gone on, rounded down; null while none has."""
    longest_seconds: int | None
    """Of those that have gone on; null while none has."""


@value(process_reviews.DecisionReview)
class DecisionReview:
    """How many applications of a product and a branch were decided so."""

    product: str
    """The product's code."""
    branch: str
    """The branch's code."""
    outcome: Outcome
    """What was decided."""
    reason: DecisionReason
    """The main reason."""
    is_automatic: bool
    """Whether a policy decided by itself."""
    count: int
    """How many times."""


@value(process_reviews.ProcessReview)
class ProcessReviewSuccess:
    """The process of a period, of the customers you look after."""

    steps: list[StepReview]
    """By product, branch and step."""
    decisions: list[DecisionReview]
    """By product, branch, outcome and reason."""
    returns: int
    """How often an application was sent back to be corrected."""
    withdrawals: int
    """How many were given up by the customer."""
    csv: str
    """The steps as a table for a spreadsheet: RFC 4180, with a line of names."""
    decisions_csv: str
    """The decisions with their reasons as another."""


@input
class ProcessReviewInput(Input):
    """Which period, and of what."""

    since: date = day()
    """The first day on which a step began."""
    until: date = day()
    """The last one."""
    product_id: int | None = id_of(models.Product)
    """This product alone."""
    branch_id: int | None = id_of(models.Branch)
    """This branch alone."""


@query(allow=MANAGERS | AUDITORS, refusals=())
async def process_review(info: Info, input: ProcessReviewInput) -> process_reviews.ProcessReview:
    """Review how applications went: time in each step, what was late, sent back, given up, decided, and why."""
    return await process_reviews.process_review(info.context.viewer, **input.values())
