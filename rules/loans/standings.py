"""Where a loan stands on a day: its status, how late it is, and when time alone changes something next."""

from collections.abc import Sequence
from datetime import date, timedelta

from rules.loans.ledger import Ledger
from rules.loans.states import LoanStatus
from rules.money import ZERO

_DAY = timedelta(days=1)


def waiting(ledger: Ledger, today: date) -> list[date]:
    """Give the due days of the lines that are not wholly paid, penalty interest until today included."""
    rate = ledger.annual_rate
    return [line.period.due_on for line in ledger.lines if not line.is_wholly_paid(rate, today)]


def status_of(ledger: Ledger, waiting: Sequence[date]) -> LoanStatus:
    """Give the status of a loan that was paid out."""
    if not waiting and not ledger.outstanding:
        return LoanStatus.CANCELLED if ledger.is_withdrawn else LoanStatus.CLOSED
    return LoanStatus.WRITTEN_OFF if ledger.is_written_off else LoanStatus.ACTIVE


def days_past_due(waiting: Sequence[date], today: date) -> int:
    """Count the days since the oldest due day that is not wholly paid; 0 where nothing is overdue."""
    return max((today - min(waiting, default=today)).days, 0)


def next_action_on(ledger: Ledger, waiting: Sequence[date], today: date) -> date | None:
    """Give the next day on which time alone changes what is kept of a loan: None once it is settled.

    While something is overdue that is every day. Else the day after the next due day, or where kept credit pays what
    falls due, that day itself.
    """
    if not waiting:
        return None
    first = min(waiting)
    return max(first if ledger.credit > ZERO else first + _DAY, today + _DAY)
