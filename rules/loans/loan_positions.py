"""A loan on any day, as people are shown it: what is due, what settles it, its lines, and how they became so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.errors import Refused
from rules.loans.events import RESPREADING, Event, LoanEventKind, standing
from rules.loans.ledger import Ledger, replay
from rules.loans.schedule_previews import PreviewedLine, PreviewedShare, PreviewedSplit, lines_of, shares_of, split_of
from rules.loans.standings import days_past_due, waiting
from rules.loans.terms import LoanTerms
from rules.money import ZERO, exactly


@dataclass(eq=False)
class PositionDateNotAllowed(Refused):
    """A loan has figures from its payout on, and they are worked out for at most some years to come."""

    code = "POSITION_DATE_NOT_ALLOWED"
    path = ("asOf",)
    earliest: date
    """The day of the payout."""
    latest: date
    """The last day for which they are worked out."""


@dataclass(frozen=True)
class LoanPosition:
    """A loan on a day."""

    as_of: date
    currency: str
    annual_rate: Decimal
    outstanding: Decimal
    credit: Decimal
    accrued_interest: Decimal
    days_past_due: int
    due: PreviewedSplit
    payoff: PreviewedSplit
    lines: tuple[PreviewedLine, ...]
    shares: tuple[PreviewedShare, ...]


def position_of(ledger: Ledger, as_of: date) -> LoanPosition:
    """Show a loan as of the day until which it was replayed."""
    currency = ledger.terms.currency
    with exactly():
        due, payoff = ledger.due(as_of), ledger.payoff(as_of)
        return LoanPosition(
            as_of=as_of,
            currency=currency,
            annual_rate=ledger.annual_rate,
            outstanding=ledger.outstanding,
            credit=ledger.credit,
            accrued_interest=ledger.accrued(as_of),
            days_past_due=days_past_due(waiting(ledger, as_of), as_of),
            due=split_of((due.costs, due.penalty, due.interest, due.principal, ZERO), currency),
            payoff=split_of(
                (payoff.costs, payoff.penalty, payoff.interest, payoff.principal, -payoff.credit), currency
            ),
            lines=lines_of(ledger, as_of),
            shares=shares_of(ledger),
        )


@dataclass(frozen=True)
class ScheduleVersion:
    """A schedule, from when it held, and until when."""

    number: int
    """From 1: the one that was signed."""
    held_from: date
    held_until: date | None
    """The day on which another one took its place; None for the one that holds."""
    kind: LoanEventKind | None
    """What brought it about; None for the one that was signed."""
    lines: tuple[PreviewedLine, ...]
    """As they stood when it was replaced, or stand today."""


def schedules_of(terms: LoanTerms, events: Sequence[Event], today: date) -> tuple[ScheduleVersion, ...]:
    """Give every schedule that a loan has had, the oldest first; what was reversed has not been."""
    happened = standing(events, today)
    changes = [(place, event) for place, event in enumerate(happened) if event.kind in RESPREADING]
    began, kind = terms.schedule.disbursed_on, None
    versions: list[ScheduleVersion] = []
    for place, event in changes:
        before = replay(terms, happened[:place], event.on)
        versions.append(ScheduleVersion(len(versions) + 1, began, event.on, kind, _lines(before, event.on)))
        began, kind = event.on, event.kind
    now = replay(terms, happened, today)
    return (*versions, ScheduleVersion(len(versions) + 1, began, None, kind, _lines(now, today)))


def _lines(ledger: Ledger, on: date) -> tuple[PreviewedLine, ...]:
    with exactly():
        return lines_of(ledger, on)
