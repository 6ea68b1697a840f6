"""Statements: what is to be paid by a due day, written down some days before it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from rules.loans.ledger import Ledger
from rules.loans.ledger_lines import LedgerLine
from rules.money import ZERO
from rules.products.kinds import DueComponent


@dataclass(frozen=True)
class StatementFigures:
    """All that is owed by a due day, what is overdue included, as of the day it was written down.

    Costs, penalty, interest and principal, less the credit that is there, are what is left to pay.
    """

    number: int
    """Of the line that falls due."""
    due_on: date
    costs: Decimal
    penalty: Decimal
    interest: Decimal
    principal: Decimal
    credit: Decimal
    """As far as it pays what falls due."""


def statements(ledger: Ledger, days: int, after: date | None, today: date) -> list[StatementFigures]:
    """Give the statements of a loan whose day has come, so many days before each due day; none where that is 0.

    `after` is the due day of the last one that was written down. Wants `exactly()` around it.
    """
    if not days:
        return []
    return [
        _figures(ledger, line, today)
        for line in ledger.lines
        if line.period.due_on - timedelta(days=days) <= today <= line.period.due_on
        and (after is None or line.period.due_on > after)
        and _is_open(line)
    ]


def next_statement_on(ledger: Ledger, days: int, today: date) -> date | None:
    """Give the next day, after today, on which a statement is written down."""
    if not days:
        return None
    first = today + timedelta(days=days)
    to_come = (line.period.due_on for line in ledger.lines if line.period.due_on > first and _is_open(line))
    due_on = min(to_come, default=None)
    return None if due_on is None else due_on - timedelta(days=days)


def _is_open(line: LedgerLine) -> bool:
    return any(line.left(each) for each in DueComponent if each is not DueComponent.PENALTY)


def _figures(ledger: Ledger, stated: LedgerLine, today: date) -> StatementFigures:
    by_then = [line for line in ledger.lines if line.period.due_on <= stated.period.due_on]
    owed = {each: sum((line.owed(each, ledger.annual_rate, today) for line in by_then), ZERO) for each in DueComponent}
    return StatementFigures(
        number=stated.period.number,
        due_on=stated.period.due_on,
        costs=owed[DueComponent.COSTS],
        penalty=owed[DueComponent.PENALTY],
        interest=owed[DueComponent.INTEREST],
        principal=owed[DueComponent.PRINCIPAL],
        credit=min(ledger.credit, sum(owed.values(), ZERO)),
    )
