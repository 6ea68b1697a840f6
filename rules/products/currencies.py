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


def check_currency(currency: str) -> None:
    """Raise `CurrencyUnsupported` for what our hundredths cannot hold (minor units by ISO 4217, as Babel has them)."""
    if not is_currency(currency) or get_currency_precision(currency) != 2:
        raise CurrencyUnsupported(currency=currency)
