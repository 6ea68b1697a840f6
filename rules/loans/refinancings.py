"""Refinancing: a new loan that settles an older one of the same borrower, and pays out what is left."""

from dataclasses import dataclass
from decimal import Decimal

from rules.errors import Refused
from rules.loans.states import LoanStatus
from rules.money import Money


@dataclass(frozen=True)
class Refinanced:
    """A loan that another one is to settle."""

    number: str
    """Such as L-2026-000123."""
    settled: Money
    """What settles it today."""


@dataclass(eq=False)
class NotRefinanceable(Refused):
    """A new loan settles a running one in its currency on which something is owed, and only one new loan does so."""

    code = "NOT_REFINANCEABLE"
    path = ("refinancesId",)


@dataclass(eq=False)
class RefinancingTooSmall(Refused):
    """After fees, the new loan has to settle the older one and leave something to pay out. Ask for more."""

    code = "REFINANCING_TOO_SMALL"
    path = ("amount",)
    settled: Money
    """What settles the older loan today."""


def check_refinanceable(status: LoanStatus, currency: str, new_currency: str) -> None:
    """Let a loan pass that another one can settle. Raises `NotRefinanceable`."""
    if status is not LoanStatus.ACTIVE or currency != new_currency:
        raise NotRefinanceable


def check_settles(received: Decimal, settled: Money) -> None:
    """Let a loan pass of which something is left to pay out. Raises `NotRefinanceable`, `RefinancingTooSmall`."""
    if settled.amount <= 0:
        raise NotRefinanceable
    if received <= settled.amount:
        raise RefinancingTooSmall(settled)
