"""Terms of a product, held against each other and tried out at the corners of its limits before anybody decides them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product

from rules.errors import Refused
from rules.loans.schedule_previews import preview
from rules.loans.terms import LoanTerms
from rules.money import Money
from rules.products.kinds import DueComponent, FeeKind, Frequency, RepaymentMethod, Rounding
from rules.products.product_limits import ProductUnsound, check_product_limits, is_schedule_sane
from rules.products.quotes import Limits
from rules.products.repricing import RateType, RepricingRule
from rules.products.schedule_checks import DueDayMismatch
from rules.products.schedules import make_schedule

_BY_PROOF = frozenset(RepaymentMethod) - {RepaymentMethod.STEP_UP, RepaymentMethod.IRREGULAR}
"""Methods for which a bound on rounding to the cent is known; others are tried out at every term."""


@dataclass(eq=False)
class LimitsContradict(Refused):
    """The least amount is above the most, or the shortest term is longer than the longest."""

    code = "LIMITS_CONTRADICT"
    path = ("minAmount",)


@dataclass(eq=False)
class RateContradicts(Refused):
    """A floating rate needs a reference rate and a rule of repricing; a fixed one has neither."""

    code = "RATE_CONTRADICTS"
    path = ("rateType",)


@dataclass(eq=False)
class OrderIncomplete(Refused):
    """The order of allocation names costs, penalty, interest and principal, each once."""

    code = "ORDER_INCOMPLETE"
    path = ("allocationOrder",)


@dataclass(eq=False)
class FeesAlike(Refused):
    """Two fees of the same kind end at the same age: nobody could say which holds."""

    code = "FEES_ALIKE"
    path = ("fees",)


@dataclass(eq=False)
class VersionsOverlap(Refused):
    """Other terms of this product begin on that day or later. Choose a later day."""

    code = "VERSIONS_OVERLAP"
    path = ("validFrom",)
    earliest: date
    """The first day that is free."""


@dataclass(frozen=True)
class RateTerms:
    """How a contract rate comes about."""

    rate_type: RateType
    reference_rate: str | None
    repricing: RepricingRule | None


def check_consistent(
    limits: Limits,
    rate: RateTerms,
    order: tuple[DueComponent, ...],
    fees: list[tuple[FeeKind, int | None]],
    *,
    due_day_of: Frequency | None,
) -> None:
    """Let terms pass that do not contradict each other; `due_day_of` is how often, if the customer chooses the due day.

    Raises `LimitsContradict`, `RateContradicts`, `OrderIncomplete`, `FeesAlike`, `DueDayMismatch`.
    """
    if not 0 < limits.min_amount <= limits.max_amount or not 0 < limits.min_term <= limits.max_term:
        raise LimitsContradict
    floats = rate.rate_type is RateType.FLOATING
    if floats != (rate.reference_rate is not None) or floats != (rate.repricing is not None):
        raise RateContradicts
    if sorted(order) != sorted(DueComponent):
        raise OrderIncomplete
    if len(set(fees)) < len(fees):
        raise FeesAlike
    if due_day_of not in (None, Frequency.MONTHLY):
        raise DueDayMismatch


def check_corners(
    limits: Limits, terms_for: Callable[[Decimal, int], LoanTerms], max_annual_cost: Decimal | None
) -> None:
    """Let terms pass under which the loans at the corners of the limits have sound schedules within the cap.

    What is kept back adds least to the annual cost of long and large loans, so that the worst is at a corner; a flat fee or
    one asked for with each line can cost more in between, which is not tried. Raises `ProductUnsound`, `CostAboveCap` and what `rules.loans.schedule_previews.preview` does.
    """
    for amount, term in product((limits.min_amount, limits.max_amount), (limits.min_term, limits.max_term)):
        terms = terms_for(amount, term)
        shown = preview(terms, (), terms.schedule.disbursed_on, max_annual_cost)
        if not shown.is_sound:
            raise ProductUnsound(term, Money(amount, limits.currency))
    schedule = terms_for(limits.min_amount, limits.min_term).schedule
    is_to_the_cent = schedule.rounding is Rounding.CENT
    if schedule.method not in _BY_PROOF or not is_to_the_cent:
        for term in range(limits.min_term, limits.max_term + 1):  # Rounding weighs most on the least amount.
            schedule = terms_for(limits.min_amount, term).schedule
            if not is_schedule_sane(schedule.method, make_schedule(schedule)):
                raise ProductUnsound(term, Money(limits.min_amount, limits.currency))
    elif schedule.frequency is Frequency.MONTHLY:
        check_product_limits(
            method=schedule.method,
            annual_rate=schedule.annual_rate,
            currency=limits.currency,
            min_amount=limits.min_amount,
            max_amount=limits.max_amount,
            min_term=limits.min_term,
            max_term=limits.max_term,
        )
