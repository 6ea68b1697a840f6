"""A loan as of any day."""

from __future__ import annotations

from datetime import date

import models
import rules.loans.loan_positions
from resolvers.loans import loan_positions
from rules.loans.events import LoanEventKind
from rules.loans.loan_positions import PositionDateNotAllowed
from rules.people.access import SIGNED_IN
from schema.context import Info
from schema.declarations import Input, id_of, input, money, query, value
from schema.loans.schedule_previews import PreviewedLine, PreviewedShare, PreviewedSplit
from schema.money import Money
from schema.scalars import Rate


@value(rules.loans.loan_positions.LoanPosition)
class LoanPosition:
    """A loan as of a day, to the cent; for a day to come, what will be if nothing happens until then."""

    as_of: date
    """The day."""
    annual_rate: Rate
    """Contract rate a year on that day."""
    outstanding: Money = money()
    """Principal still to be paid."""
    credit: Money = money()
    """What is kept to pay what falls due next."""
    accrued_interest: Money = money()
    """Interest until that day which is not due yet."""
    days_past_due: int
    """Since the oldest due day that is not paid; 0 while nothing is overdue."""
    due: PreviewedSplit
    """What is due by that day, penalty interest to the day included."""
    payoff: PreviewedSplit
    """What settles the loan on that day; kept credit is taken off."""
    lines: list[PreviewedLine]
    """The schedule as it then stands."""
    shares: list[PreviewedShare]
    """What each payment went to, part by part; an event's number is the id of the loan's event."""


@input
class LoanPositionInput(Input):
    """Which loan, and which day."""

    loan_id: int = id_of(models.Loan)
    """A loan that was paid out."""
    as_of: date | None
    """Any day from the payout on; today if nothing is said."""


@query(allow=SIGNED_IN, refusals=(PositionDateNotAllowed,))
async def loan_position(info: Info, input: LoanPositionInput) -> rules.loans.loan_positions.LoanPosition:
    """Say what is due and what would settle a loan on any day, and how its schedule stands."""
    return await loan_positions.loan_position(info.context.viewer, **input.values())


@value(rules.loans.loan_positions.ScheduleVersion)
class ScheduleVersion:
    """A schedule that a loan has had, or has."""

    number: int
    """From 1: the one that was signed."""
    held_from: date
    """The day from which it held."""
    held_until: date | None
    """The day on which another one took its place; null for the one that holds."""
    kind: LoanEventKind | None
    """What brought it about; null for the one that was signed."""
    lines: list[PreviewedLine]
    """Its lines as they stood when it was replaced, or stand today."""


@value(loan_positions.LoanSchedules)
class LoanSchedulesSuccess:
    """Every schedule that a loan has had."""

    versions: list[ScheduleVersion]
    """The oldest first; the last one holds. What was reversed has not been."""


@input
class LoanSchedulesInput(Input):
    """Which loan."""

    loan_id: int = id_of(models.Loan)
    """A loan that was paid out."""


@query(allow=SIGNED_IN, refusals=())
async def loan_schedules(info: Info, input: LoanSchedulesInput) -> loan_positions.LoanSchedules:
    """Show every schedule that a loan has had, and what replaced each."""
    return await loan_positions.loan_schedules(info.context.viewer, **input.values())
