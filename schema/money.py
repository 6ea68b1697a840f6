"""Money, out and in."""

from __future__ import annotations

from decimal import Decimal

import rules.money
from rules.money import LARGEST
from schema.declarations.inputs import Input, InputField
from schema.declarations.registry import input, value
from schema.errors import BadInput
from schema.scalars import CurrencyCode


@value(rules.money.Money)
class Money:
    """An amount of money."""

    amount: Decimal
    """Exact, with two decimals."""
    currency: CurrencyCode
    """The currency it is in."""


def _check_amount(sent: Decimal) -> Decimal:
    if abs(sent) > LARGEST:
        raise BadInput("input.out_of_range", minimum=0, maximum=LARGEST)
    return sent


@input
class MoneyInput(Input):
    """An amount of money."""

    amount: Decimal = InputField(_check_amount)  # type: ignore[assignment]
    """As a string such as "1234.50"."""
    currency: CurrencyCode
    """The currency it is in, such as CNY."""


def money_input() -> rules.money.Money:
    """An amount with its currency, given to the resolver as `Money`."""

    def check(sent: object) -> rules.money.Money:
        checked = MoneyInput.checked(sent)
        return rules.money.Money(checked.amount, checked.currency)

    return InputField(check, nested=MoneyInput)  # type: ignore[return-value]
