"""Installments: where each stands on a day, and what it asks for."""

from datetime import date

from rules.loans.states import InstallmentStatus


def installment_status(due_on: date, is_open: bool, today: date) -> InstallmentStatus:
    """Say where an installment stands; it is on time through the whole of its due day."""
    if not is_open:
        return InstallmentStatus.PAID
    if due_on > today:
        return InstallmentStatus.UPCOMING
    return InstallmentStatus.DUE if due_on == today else InstallmentStatus.OVERDUE


def days_until(due_on: date, today: date) -> int:
    """Count the days until a due day: 0 on the day, negative after it."""
    return (due_on - today).days
