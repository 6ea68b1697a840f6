"""The terms of a product's version, as the rules take them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from models import Fee, ProductVersion
from rules.loans.terms import LoanTerms
from rules.products.fees import FeeTerms
from rules.products.kinds import RepaymentMethod
from rules.products.schedules import ScheduleTerms


def loan_terms(
    version: ProductVersion,
    fees: Sequence[Fee],
    *,
    principal: Decimal,
    annual_rate: Decimal,
    term: int,
    method: RepaymentMethod,
    disbursed_on: date,
    due_day: int | None = None,
) -> LoanTerms:
    """Give the terms of a loan under a version of a product."""
    return LoanTerms(
        schedule=ScheduleTerms(method, principal, annual_rate, term, disbursed_on, agreed_due_day=due_day),
        currency=version.currency,
        fees=tuple(FeeTerms(fee.kind, fee.rate) for fee in fees),
    )
