"""Which currencies a product can be in."""

from dataclasses import dataclass

from babel.numbers import get_currency_precision, is_currency

from rules.errors import Refused


@dataclass(eq=False)
class CurrencyUnsupported(Refused):
    """No such currency, or one whose smallest unit is not a hundredth (as the yen's and the dinar's are not)."""

    code = "CURRENCY_UNSUPPORTED"
    path = ("currency",)
    currency: str
    """As it was given."""


def is_supported(currency: str) -> bool:
    """Say whether our hundredths can hold it: a currency whose minor unit is one, by ISO 4217 as Babel has it."""
    return is_currency(currency) and get_currency_precision(currency) == 2


def check_currency(currency: str) -> None:
    """Raise `CurrencyUnsupported` for what our hundredths cannot hold."""
    if not is_supported(currency):
        raise CurrencyUnsupported(currency=currency)
