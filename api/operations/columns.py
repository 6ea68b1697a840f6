"""Columns on their way out: from what the database gives to what a function takes, or an answer says.

Both databases give the same of a column: whole numbers (money in hundredths, rates in millionths), texts, days as ISO
texts, and instants as texts whose form differs a little.
"""

from binascii import b2a_base64
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, auto
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
    if value < 0:
        return f"-{cents(-value)}"
    return f"{value // 100}.{value % 100:02d}"


def millionths(value: int) -> str:
    """Write millionths as a fraction with six decimals."""
    if value < 0:
        return f"-{millionths(-value)}"
    return f"{value // 1_000_000}.{value % 1_000_000:06d}"


def rate(value: int) -> Decimal:
    """Give the fraction that a count of millionths is."""
    return Decimal(value).scaleb(-6)


def instant(text: str) -> str:
    """Write a time in UTC, with Z, as `schema.scalars.write_datetime` does."""
    seconds, _, fraction = text.removesuffix("+00:00").partition(".")
    fraction = f".{fraction:0<6}" if fraction else ""
    return f"{seconds[:10]}T{seconds[11:]}{fraction}Z"


def moment(text: str) -> datetime:
    """Read a time in UTC."""
    return datetime.fromisoformat(instant(text)).astimezone(UTC)


def global_id(prefix: bytes, key: int) -> str:
    """Write a row's id as `rules.ids.encode_id` does, the type's name and colon being encoded ASCII already.

    None of their characters, nor a digit, makes a sign in which base64 and its form for URLs differ.
    """
    return b2a_base64(b"%b%d" % (prefix, key), newline=False).rstrip(b"=").decode()


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
    "whole": whole,
    "cents": cents,
    "millionths": millionths,
    "rate": rate,
    "instant": instant,
    "moment": moment,
    "date": date.fromisoformat,
    "from_cents": from_cents,
    "global_id": global_id,
    "rows_in": rows_in,
}
"""What generated code calls by name."""
