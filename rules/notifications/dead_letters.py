"""What may be done about a message that could not be told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from rules.errors import Refused
from rules.money import LARGEST, Money, is_whole_cents
from rules.products.currencies import is_supported
from rules.text import find_forbidden

LONGEST_TEXT = 40
"""A number of a loan, or the name of a kind: a mended message has no words of its own."""
FIRST_YEAR, LAST_YEAR = 2000, 2150


@dataclass(eq=False)
class BodyMalformed(Refused):
    """These fields do not make an event of this kind, for this customer. Put them right."""

    code = "BODY_MALFORMED"
    path = ("body",)


@dataclass(eq=False)
class LetterReplayed(Refused):
    """This was sent again already. If it failed again, there is a new one."""

    code = "LETTER_REPLAYED"


def check_values(values: Iterable[object]) -> None:
    """Refuse what no event of ours would have. Raises `BodyMalformed`."""
    if not all(_is_plausible(value) for value in values):
        raise BodyMalformed


def _is_plausible(value: object) -> bool:
    match value:
        case tuple():
            return all(_is_plausible(each) for each in value)
        case Money():
            return is_whole_cents(value.amount) and 0 <= value.amount <= LARGEST and is_supported(value.currency)
        case datetime() if value.tzinfo is None:
            return False
        case date():
            return FIRST_YEAR <= value.year <= LAST_YEAR
        case str():
            is_token = len(value) <= LONGEST_TEXT and value.isascii() and " " not in value
            return is_token and find_forbidden(value) is None
    return True
