"""The terms of a loan beyond its schedule: fees, penalties, and how payments are taken."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from rules.products.day_counts import DayCounter, day_counter
from rules.products.fees import FeeTerms
from rules.products.kinds import DayCount, DueComponent, ExcessRule, Frequency, PayoffRule, PenaltyStart
from rules.products.schedules import ScheduleTerms

COSTS_FIRST = (DueComponent.COSTS, DueComponent.PENALTY, DueComponent.INTEREST, DueComponent.PRINCIPAL)
"""Civil Code art. 561 [M] orders costs, interest, principal; the penalty's place is the contract's."""


@dataclass(frozen=True)
class PenaltyTerms:
    """Penalty interest on what is overdue, by the day."""

    multiplier: Decimal
    """Times the contract rate: 1.5 makes 6.525 % of 4.35 %."""
    grace_days: int = 0
    """Paying so many days after the due day is still free of it."""
    starts: PenaltyStart = PenaltyStart.DUE_DAY
    on_interest: bool = False
    """On overdue interest, too, and not only on principal."""
    day_count: DayCount = DayCount.ACT_360

    @cached_property
    def counter(self) -> DayCounter:
        """What its days are counted with."""
        return day_counter(self.day_count, Frequency.MONTHLY, due_day=1)


@dataclass(frozen=True)
class LoanTerms:
    """All that a loan's figures follow from, with what happened."""

    schedule: ScheduleTerms
    """Its principal includes fees that are financed."""
    currency: str
    fees: tuple[FeeTerms, ...] = ()
    penalty: PenaltyTerms | None = None
    allocation_order: tuple[DueComponent, ...] = COSTS_FIRST
    excess: ExcessRule = ExcessRule.NEXT_INSTALLMENTS
    payoff: PayoffRule = PayoffRule.TO_DATE
    borrowed: Decimal | None = None
    """The principal before financed fees, of which fees are shares; None: there are none."""
