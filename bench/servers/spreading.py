"""What a payment pays where a loan is kept as installments and not replayed: the oldest first, interest before principal."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from rules.money import ZERO


class OpenInstallment(NamedTuple):
    """What remains to be paid of an installment."""

    id: int
    principal: Decimal
    interest: Decimal


class Share(NamedTuple):
    """The part of a payment that goes to one installment."""

    installment_id: int
    interest: Decimal
    principal: Decimal
    closes: bool


def spread_payment(amount: Decimal, installments: Sequence[OpenInstallment]) -> tuple[Decimal, list[Share]]:
    """Give what is left of a payment, and the share of each installment that it reaches, the oldest first."""
    rest, shares = amount, []
    for installment in installments:
        if not rest:
            break
        interest = min(rest, installment.interest)
        principal = min(rest - interest, installment.principal)
        rest -= interest + principal
        closes = interest + principal == installment.interest + installment.principal
        shares.append(Share(installment.id, interest, principal, closes))
    return rest, shares


def sums(shares: Sequence[Share]) -> tuple[Decimal, Decimal]:
    """Give the interest and the principal of shares."""
    return sum((each.interest for each in shares), ZERO), sum((each.principal for each in shares), ZERO)
