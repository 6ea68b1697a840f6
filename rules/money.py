"""Money and rates, and the only place where they are rounded."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Context, Decimal, localcontext

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
UNIT = Decimal(1)
MILLIONTH = Decimal("0.000001")
LARGEST = Decimal("9999999999999.99")
"""The largest amount we accept anywhere: far above any personal loan, far below what BIGINT of hundredths holds."""


@dataclass(frozen=True)
class Money:
    """An amount in a currency whose minor unit is 1/100."""

    amount: Decimal
    currency: str


def exactly() -> AbstractContextManager[Context]:
    """Carry 50 digits, whatever the caller's context: no rate of ten decimals over any term loses a cent.

    Multiply first and divide last, once: then also the exact half of a cent comes out as one.
    """
    return localcontext(prec=50)


def round_money(amount: Decimal) -> Decimal:
    """Round to the cent, half up: what borrowers' own calculators do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def round_to_unit(amount: Decimal) -> Decimal:
    """Round to whole units of the currency, half up."""
    return amount.quantize(UNIT, rounding=ROUND_HALF_UP)


def round_up_to_unit(amount: Decimal) -> Decimal:
    """Round to the next whole unit of the currency that is not less."""
    return amount.quantize(UNIT, rounding=ROUND_CEILING)


def round_money_up(amount: Decimal) -> Decimal:
    """Round to the next cent that is not less: for a least amount, which must suffice."""
    return amount.quantize(CENT, rounding=ROUND_CEILING)


def round_rate(rate: Decimal) -> Decimal:
    """Round a fraction to the millionth, half up: 10.8964 % is 0.108964."""
    return rate.quantize(MILLIONTH, rounding=ROUND_HALF_UP)


def is_whole_cents(amount: Decimal) -> bool:
    """Say whether the amount is finite and has no more than two decimals that say anything (1.500 is whole)."""
    digits, exponent = amount.as_tuple()[1:]
    if not isinstance(exponent, int):  # A letter for NaN and the infinities.
        return False
    # Read from the digits: arithmetic would round away what is beyond its precision.
    return exponent >= -2 or not any(digits[exponent + 2 :])


def to_cents(amount: Decimal) -> int:
    """Count the hundredths of an amount; a fraction of a cent is our mistake."""
    if not amount:  # Most of what is counted is nothing.
        return 0
    numerator, denominator = amount.as_integer_ratio()
    cents, rest = divmod(numerator * 100, denominator)
    assert not rest, f"{amount} is not whole cents"
    return cents


def from_cents(cents: int) -> Decimal:
    """Turn a count of hundredths back into an amount with two decimals."""
    return Decimal(cents).scaleb(-2)


def to_millionths(rate: Decimal) -> int:
    """Count the millionths of a rate; a fraction of one is our mistake."""
    millionths = rate.scaleb(6)
    assert millionths == millionths.to_integral_value(), f"{rate} has more than six decimals"
    return int(millionths)


def from_millionths(millionths: int) -> Decimal:
    """Turn a count of millionths back into a rate."""
    return Decimal(millionths).scaleb(-6)
