"""Fees: what each comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from rules.errors import Refused
from rules.money import LARGEST, ZERO, Money, is_whole_cents, round_money
from rules.products.due_dates import add_months
from rules.products.kinds import FeeKind


@dataclass(eq=False)
class FeesTooHigh(Refused):
    """Fees would leave the customer nothing of what he borrows, or so little that no rate says what it costs."""

    code = "FEES_TOO_HIGH"
    path = ("fees",)
    fees: Money
    """All that would be kept back; where it leaves him little, all that would be asked for."""


@dataclass(eq=False)
class FeeNotAllowed(Refused):
    """A fee's amount is negative or no sum of whole cents, or a prepayment's fee has one: that is a share only, and only it has an age."""

    code = "FEE_NOT_ALLOWED"
    path = ("fees",)
    fee: int
    """Its place in the list, from 1."""


@dataclass(frozen=True)
class FeeTerms:
    """A fee: a share of the amount borrowed, or an amount, or both; of a prepayment, a share of what it repays early."""

    kind: FeeKind
    rate: Decimal = Decimal(0)
    amount: Decimal = ZERO
    until_months: int | None = None
    """For a prepayment: asked for until the loan is so many months old; None: always."""
    waived_percent: int = 0
    """So much of it is waived; see `waive`."""


def check_fees(fees: Sequence[FeeTerms]) -> None:
    """Let fees pass that can be asked for. Raises `FeeNotAllowed`."""
    for number, fee in enumerate(fees, start=1):
        is_amount = is_whole_cents(fee.amount) and 0 <= fee.amount <= LARGEST
        is_prepayment = fee.kind is FeeKind.PREPAYMENT
        if not is_amount or (fee.amount and is_prepayment) or (fee.until_months is not None and not is_prepayment):
            raise FeeNotAllowed(number)


WAIVABLE = (FeeKind.UPFRONT, FeeKind.FINANCED)
"""Those that are asked for once, when the loan begins."""


def waive(fees: Sequence[FeeTerms], percent: int) -> tuple[FeeTerms, ...]:
    """Waive so much of every fee that is asked for when the loan begins; the others stay."""
    assert 0 <= percent <= 100, "no fee becomes a gift"
    return tuple(replace(fee, waived_percent=percent) if fee.kind in WAIVABLE else fee for fee in fees)


def _whole(fee: FeeTerms, principal: Decimal) -> Decimal:
    return round_money(principal * fee.rate) + fee.amount


def waived_amount(fee: FeeTerms, principal: Decimal) -> Decimal:
    """Give how much of a fee is waived, to the cent, half up: half a cent is the customer's."""
    return round_money(_whole(fee, principal) * fee.waived_percent / 100)


def fees_waived(fees: Sequence[FeeTerms], principal: Decimal) -> Decimal:
    """Give how much of all fees together is waived."""
    return sum((waived_amount(fee, principal) for fee in fees if fee.waived_percent), ZERO)


def fee_amount(fee: FeeTerms, principal: Decimal) -> Decimal:
    """Give what a fee comes to, to the cent, less what is waived of it."""
    whole = _whole(fee, principal)
    return whole - waived_amount(fee, principal) if fee.waived_percent else whole


def fees_of_kind(fees: Sequence[FeeTerms], kind: FeeKind, principal: Decimal) -> Decimal:
    """Give what all fees of a kind come to."""
    return sum((fee_amount(fee, principal) for fee in fees if fee.kind is kind), ZERO)


def prepayment_fee_rate(fees: Sequence[FeeTerms], disbursed_on: date, on: date) -> Decimal:
    """Give the share of what is repaid early that is asked for as a fee on a day.

    Of several fees with an age the one that ends first counts, and on the day itself none of that age any more.
    """
    tiers = [fee for fee in fees if fee.kind is FeeKind.PREPAYMENT]
    for fee in sorted(tiers, key=lambda each: (each.until_months is None, each.until_months)):
        if fee.until_months is None or on < add_months(disbursed_on, fee.until_months):
            return fee.rate
    return Decimal(0)
