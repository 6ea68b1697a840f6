"""The life of a loan and of its installments."""

from enum import StrEnum

from rules.people.access import CUSTOMERS, IN_CHARGE, MANAGERS, Role
from rules.states import Move, StateMachine


class LoanStatus(StrEnum):
    """Where a loan stands."""

    PENDING = "PENDING"
    """Signed; the money is on its way to the customer."""
    ACTIVE = "ACTIVE"
    """Paid out, and not wholly repaid yet."""
    CLOSED = "CLOSED"
    """Wholly repaid."""
    CANCELLED = "CANCELLED"
    """Undone before it was paid out, or within the cooling-off time."""
    WRITTEN_OFF = "WRITTEN_OFF"
    """Still owed, but no longer expected to be paid."""


class InstallmentStatus(StrEnum):
    """Where an installment stands on a day; computed, never stored."""

    UPCOMING = "UPCOMING"
    """Due on a later day."""
    DUE = "DUE"
    """Due today: paying today is on time."""
    OVERDUE = "OVERDUE"
    """Was due on an earlier day, and something of it is unpaid."""
    PAID = "PAID"
    """Wholly paid."""


OWED = frozenset({LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF})
"""States in which a loan is repaid; what is paid on one written off is a recovery."""

SETTLED = frozenset({LoanStatus.CLOSED, LoanStatus.CANCELLED})
"""States in which nothing is owed."""

_ANYONE_PAYING = CUSTOMERS | IN_CHARGE | {Role.SYSTEM}
"""Money moves when a customer signs or pays, when staff record it, or when the provider's word comes at night."""

LOAN_MOVES = StateMachine(
    LoanStatus.PENDING,
    (
        Move(LoanStatus.PENDING, LoanStatus.ACTIVE, _ANYONE_PAYING, "pay out"),
        Move(LoanStatus.PENDING, LoanStatus.CANCELLED, CUSTOMERS | IN_CHARGE, "cancel"),
        Move(LoanStatus.ACTIVE, LoanStatus.CLOSED, _ANYONE_PAYING, "repay wholly"),
        Move(LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF, MANAGERS, "write off"),
        Move(LoanStatus.ACTIVE, LoanStatus.CANCELLED, _ANYONE_PAYING, "withdraw while cooling off"),
        Move(LoanStatus.WRITTEN_OFF, LoanStatus.CLOSED, _ANYONE_PAYING, "recover"),
        Move(LoanStatus.CLOSED, LoanStatus.ACTIVE, _ANYONE_PAYING, "reverse a payment, or pay more out"),
        Move(LoanStatus.WRITTEN_OFF, LoanStatus.CANCELLED, _ANYONE_PAYING, "withdraw while cooling off"),
        Move(
            LoanStatus.CANCELLED,
            LoanStatus.ACTIVE,
            _ANYONE_PAYING,
            "reverse a withdrawal, or refund what is not there any more",
        ),
        Move(LoanStatus.CANCELLED, LoanStatus.WRITTEN_OFF, _ANYONE_PAYING, "the same once written off"),
        Move(
            LoanStatus.CLOSED,
            LoanStatus.WRITTEN_OFF,
            _ANYONE_PAYING,
            "reverse a recovery, or refund what is not there any more",
        ),
    ),
)
