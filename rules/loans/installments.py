"""Installments: where each stands on a day, and what it asks for."""

from datetime import date
from decimal import Decimal

from rules.loans.states import InstallmentStatus
from rules.money import Money


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


def total(principal: Decimal, interest: Decimal, currency: str) -> Money:
    """Give principal and interest together: what an installment asks for, or what of it was paid."""
    return Money(principal + interest, currency)
