"""Columns on their way out: from what the database gives to what a function takes, or an answer says.

Both databases give the same of a column: whole numbers (money in hundredths, rates in millionths), texts, days as ISO
texts, and instants as texts whose form differs a little.
"""

from binascii import b2a_base64
from datetime import date
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache
from typing import Any

import orjson
from tortoise import fields
from tortoise.fields.base import Field

from models.fields import MoneyField, RateField
from rules.money import from_cents


class Kind(Enum):
    """What a column holds, as far as leaving the database goes."""

    WHOLE = auto()
    TEXT = auto()
    TRUTH = auto()
    DAY = auto()
    INSTANT = auto()
    MONEY = auto()
    RATE = auto()


def kind_of(field: Field[Any]) -> Kind | None:
    """Say what a model's column holds; None for what no plan reads, such as JSON."""
    match field:
        case MoneyField():
            return Kind.MONEY
        case RateField():
            return Kind.RATE
        case fields.DatetimeField():
            return Kind.INSTANT
        case fields.DateField():
            return Kind.DAY
        case fields.BooleanField():
            return Kind.TRUTH
        case fields.IntField():  # BIGINT and SMALLINT are its kinds, too.
            return Kind.WHOLE
        case fields.CharField() | fields.TextField():
            return Kind.TEXT
    return Kind.TEXT if field.SQL_TYPE == "TEXT" else None


LARGEST_INT = 2**31 - 1


class TooLarge(ValueError):
    """A whole number that GraphQL's Int cannot say: the stock executor words the error."""


def whole(value: int) -> int:
    """Give a whole number that fits GraphQL's Int."""
    if -LARGEST_INT <= value <= LARGEST_INT:
        return value
    raise TooLarge


def cents(value: int) -> str:
    """Write hundredths as an amount with two decimals."""
    return f"-{cents(-value)}" if value < 0 else f"{value // 100}{HUNDREDTHS[value % 100]}"


HUNDREDTHS = tuple(f".{number:02d}" for number in range(100))


@lru_cache(1024)  # Rates are few.
def millionths(value: int) -> str:
    """Write millionths as a fraction with six decimals."""
    return f"-{millionths(-value)}" if value < 0 else f"{value // 1_000_000}.{value % 1_000_000:06d}"


def rate(value: int) -> Decimal:
    """Give the fraction that a count of millionths is."""
    return Decimal(value).scaleb(-6)


def id_expression(type_name: str, key: str) -> str:
    """Write what gives a row's id as `rules.ids.encode_id` does.

    No sign of a type's name, nor a digit, makes one in which base64 and its form for URLs differ.
    """
    return f'b2a_base64(b"{type_name}:%d" % {key}, newline=False).rstrip(b"=").decode()'


def rows_in(text: str | None) -> list[Any]:
    """Read the rows of a list within a row."""
    return [] if text is None else orjson.loads(text)


AS_PYTHON = {
    Kind.WHOLE: "{}",
    Kind.TEXT: "{}",
    Kind.TRUTH: "bool({})",
    Kind.DAY: "date({})",
    Kind.INSTANT: "moment({})",
    Kind.MONEY: "from_cents({})",
    Kind.RATE: "rate({})",
}
"""The expression that makes of a column what the model's attribute would be."""

NAMES: dict[str, Any] = {
    "b2a_base64": b2a_base64,
    "cents": cents,
    "date": date.fromisoformat,
    "from_cents": from_cents,
    "hundredths": HUNDREDTHS,
    "millionths": millionths,
    "rate": rate,
    "rows_in": rows_in,
    "whole": whole,
}
"""What generated code calls by name, beside `instant` and `moment`, which are a dialect's."""
