"""What makes up for something: an apology, a fee given back, points."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from rules.errors import Refused
from rules.money import ZERO, Money, is_whole_cents

MOST_POINTS = 100_000
"""The most points that one redress gives."""


class RedressKind(StrEnum):
    """How something is made up for."""

    APOLOGY = "APOLOGY"
    """We say that we are sorry, and for what."""
    FEE_REFUND = "FEE_REFUND"
    """Costs or penalties that he paid pay for the loan instead: what is due, then what falls due next."""
    POINTS = "POINTS"
    """Points that he can spend."""


@dataclass(eq=False)
class RedressUnclear(Refused):
    """A refund names a loan and an amount, points a number; an apology neither."""

    code = "REDRESS_UNCLEAR"
    path = ("kind",)


@dataclass(eq=False)
class RedressTooLarge(Refused):
    """More than the costs and penalties that were paid on this loan, and not given back yet."""

    code = "REDRESS_TOO_LARGE"
    path = ("amount",)
    maximum: Money
    """What is left of them."""


@dataclass(eq=False)
class RedressWaits(Refused):
    """Something that makes up for it waits for a colleague's decision. Answer the case once that was given."""

    code = "REDRESS_WAITS"


def check_redress(kind: RedressKind, amount: Decimal | None, points: int | None, loan_id: int | None) -> None:
    """Have a redress say what it gives, and nothing else. Raises `RedressUnclear`."""
    says = (amount is not None, loan_id is not None, points is not None)
    expected = {
        RedressKind.APOLOGY: (False, False, False),
        RedressKind.FEE_REFUND: (True, True, False),
        RedressKind.POINTS: (False, False, True),
    }
    if says != expected[kind]:
        raise RedressUnclear
    if (amount is not None and (amount <= ZERO or not is_whole_cents(amount))) or (points is not None and points < 1):
        raise RedressUnclear


def check_refundable(amount: Money, left: Money) -> None:
    """Let no more be given back than was paid. Raises `RedressTooLarge`."""
    if amount.amount > left.amount:
        raise RedressTooLarge(left)
