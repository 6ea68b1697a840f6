"""Points: what earns them, and how long they last."""

from datetime import date, timedelta

from rules.products.due_dates import add_months

POINTS_FOR_PAYMENT_ON_TIME = 10
LIFETIME_MONTHS = 24


def points_for_installment(due_on: date, paid_on: date) -> int:
    """Give the points for an installment wholly paid on a day: some until its due day, none after it."""
    return POINTS_FOR_PAYMENT_ON_TIME if paid_on <= due_on else 0


def expires_on(earned_on: date) -> date:
    """Give the last day on which points can be spent: the end of the month, 24 months after they were earned."""
    return add_months(earned_on.replace(day=1), LIFETIME_MONTHS + 1) - timedelta(days=1)
