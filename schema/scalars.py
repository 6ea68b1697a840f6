"""Scalars, strict: what a scalar does not say plainly is refused, not guessed."""

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from rules.money import LARGEST
from schema.errors import BadInput

Rate = NewType("Rate", Decimal)
CurrencyCode = NewType("CurrencyCode", str)

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,10})?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_TIME_OF_DAY = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def parse_decimal(sent: Any) -> Decimal:
    """Read a decimal from a string or a JSON integer; a float has already lost something and is refused."""
    text = str(sent) if type(sent) is int and abs(sent) <= LARGEST * 100 else sent
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise BadInput("input.not_a_decimal")
    return Decimal(text)


def write_decimal(value: Decimal) -> str:
    """Write a decimal without an exponent."""
    return format(value, "f")


def parse_date(sent: Any) -> date:
    """Read a calendar date such as 2026-03-16."""
    if isinstance(sent, str) and _DATE.fullmatch(sent):
        try:
            return date.fromisoformat(sent)
        except ValueError:
            pass
    raise BadInput("input.not_a_date")


def write_datetime(value: datetime) -> str:
    """Write a time in UTC, with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_datetime(sent: Any) -> datetime:
    """Read a time that says its zone."""
    if isinstance(sent, str):
        try:
            value = datetime.fromisoformat(sent)
            if value.tzinfo is not None:
                return value.astimezone(UTC)
        except (ValueError, OverflowError):  # The first and the last day reach beyond the calendar in another zone.
            pass
    raise BadInput("input.not_a_time")


def parse_time_of_day(sent: Any) -> time:
    """Read a time of day such as 22:00."""
    if isinstance(sent, str) and _TIME_OF_DAY.fullmatch(sent):
        return time.fromisoformat(sent)
    raise BadInput("input.not_a_time_of_day")


def write_time_of_day(value: time) -> str:
    """Write a time of day in hours and minutes."""
    return value.isoformat("minutes")


def parse_currency(sent: Any) -> str:
    """Read a currency code such as CNY."""
    if isinstance(sent, str) and _CURRENCY.fullmatch(sent):
        return sent
    raise BadInput("input.not_a_currency")


SCALARS: dict[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact number as a string, such as "1234.50". On input a JSON integer is accepted, a float refused.',
        serialize=write_decimal,
        parse_value=parse_decimal,
    ),
    Rate: strawberry.scalar(
        name="Rate",
        description='A share as a decimal string: "0.0435" is 4.35 %. The field says whether it is per year.',
        serialize=write_decimal,
        parse_value=parse_decimal,
    ),
    date: strawberry.scalar(
        name="Date",
        description='A calendar day in the lender\'s zone, such as "2026-03-16".',
        serialize=date.isoformat,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description='A moment in UTC, such as "2026-03-16T08:30:00Z".',
        serialize=write_datetime,
        parse_value=parse_datetime,
    ),
    time: strawberry.scalar(
        name="TimeOfDay",
        description='Hours and minutes of a clock of 24 hours, such as "22:00".',
        serialize=write_time_of_day,
        parse_value=parse_time_of_day,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description='An ISO 4217 currency code, such as "CNY".',
        serialize=str,
        parse_value=parse_currency,
    ),
}
