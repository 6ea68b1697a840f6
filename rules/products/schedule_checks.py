"""Terms of a schedule that contradict each other are refused before anything is worked out."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from rules.errors import Refused
from rules.loans.repayments import AmountNotAllowed
from rules.money import LARGEST, ZERO, Money, is_whole_cents
from rules.products.due_dates import clamped
from rules.products.kinds import Frequency, RepaymentMethod
from rules.products.schedules import ANNUITIES, ScheduleTerms

_WITH_REGULAR_PAYMENT = ANNUITIES | {RepaymentMethod.EQUAL_PRINCIPAL, RepaymentMethod.FLAT_FEE}


@dataclass(eq=False)
class DueDayMismatch(Refused):
    """The first due day is not on the due day of the month, or installments do not fall due by the month."""

    code = "DUE_DAY_MISMATCH"
    path = ("dueDay",)


@dataclass(eq=False)
class MethodMismatch(Refused):
    """The method has no use for an installment, steps, parts or grace that were given, or lacks those it needs."""

    code = "METHOD_MISMATCH"
    path = ("method",)


@dataclass(eq=False)
class PartsMismatch(Refused):
    """The lines entered by hand do not make the principal, or their days do not follow each other after the payout."""

    code = "PARTS_MISMATCH"
    path = ("parts",)
    missing: Money
    """What they lack of the principal; negative if they are too much."""


@dataclass(eq=False)
class GraceTooLong(Refused):
    """Grace leaves no period in which to repay."""

    code = "GRACE_TOO_LONG"
    path = ("grace",)
    maximum: int
    """The most periods of grace that this term allows."""


def check_schedule_terms(terms: ScheduleTerms, currency: str) -> None:
    """Let terms pass that make a schedule.

    Raises `AmountNotAllowed`, `MethodMismatch`, `GraceTooLong`, `DueDayMismatch`, `PartsMismatch`.
    """
    for amount in (terms.principal, *([] if terms.installment is None else [terms.installment])):
        if not is_whole_cents(amount) or not 0 < amount <= LARGEST:
            raise AmountNotAllowed
    _check_method(terms)
    if terms.grace.periods >= terms.term:
        raise GraceTooLong(terms.term - 1)
    _check_due_day(terms)
    _check_parts(terms, currency)


def _check_method(terms: ScheduleTerms) -> None:
    method = terms.method
    is_by_hand = method is RepaymentMethod.IRREGULAR
    contradictions = (
        is_by_hand != bool(terms.parts),
        bool(terms.steps.share) and method is not RepaymentMethod.STEP_UP,
        terms.installment is not None and method not in _WITH_REGULAR_PAYMENT,
        terms.grace.periods > 0 and (is_by_hand or method is RepaymentMethod.BULLET),
        is_by_hand and (terms.agreed_first_due_on is not None or terms.agreed_due_day is not None),
    )
    if any(contradictions):
        raise MethodMismatch


def _check_due_day(terms: ScheduleTerms) -> None:
    if terms.agreed_due_day is None:
        return
    first = terms.first_due_on
    if terms.frequency is not Frequency.MONTHLY or first.day != clamped(
        first.year * 12 + first.month - 1, terms.due_day
    ):
        raise DueDayMismatch


def _check_parts(terms: ScheduleTerms, currency: str) -> None:
    if not terms.parts:
        return
    if not all(is_whole_cents(part.principal) and 0 <= part.principal <= LARGEST for part in terms.parts):
        raise AmountNotAllowed
    missing = terms.principal - sum((part.principal for part in terms.parts), Decimal(ZERO))
    days = [terms.disbursed_on, *[part.due_on for part in terms.parts]]
    if missing or any(after <= before for before, after in pairwise(days)) or len(terms.parts) != terms.term:
        raise PartsMismatch(Money(missing, currency))
