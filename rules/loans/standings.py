"""Where a loan stands on a day: its status, how late it is, and when time alone changes something next."""

from collections.abc import Iterator
from datetime import date, timedelta

from rules.loans.ledger import Ledger
from rules.loans.ledger_lines import LedgerLine
from rules.loans.states import LoanStatus
from rules.money import ZERO
from rules.products.kinds import DueComponent

_DAY = timedelta(days=1)


def status_of(ledger: Ledger, today: date) -> LoanStatus:
    """Give the status of a loan that was paid out."""
    if ledger.is_settled(today):
        return LoanStatus.CLOSED
    return LoanStatus.WRITTEN_OFF if ledger.is_written_off else LoanStatus.ACTIVE


def days_past_due(ledger: Ledger, today: date) -> int:
    """Count the days since the oldest due day that is not wholly paid; 0 where nothing is overdue."""
    oldest = min((line.period.due_on for line in _unpaid(ledger, today)), default=today)
    return max((today - oldest).days, 0)


def next_action_on(ledger: Ledger, today: date) -> date | None:
    """Give the next day on which time alone changes what is kept of a loan: None once it is settled.

    While something is overdue that is every day. Else the day after the next due day, or where kept credit pays what
    falls due, that day itself.
    """
    waiting = [line.period.due_on for line in _unpaid(ledger, today)]
    if not waiting:
        return None
    first = min(waiting)
    return max(first if ledger.credit > ZERO else first + _DAY, today + _DAY)


def _unpaid(ledger: Ledger, today: date) -> Iterator[LedgerLine]:
    return (line for line in ledger.lines if any(line.owed(each, ledger.annual_rate, today) for each in DueComponent))
