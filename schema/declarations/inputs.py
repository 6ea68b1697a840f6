"""Inputs: ids, lengths, forbidden characters and ranges are checked here, once, for every mutation."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Self

import strawberry

from rules.text import find_forbidden
from schema.declarations.ids import decode_id, key_of
from schema.errors import BadInput

_TOKEN = re.compile(r"[!-~]+", re.ASCII)
LONGEST_LIST = 100
"""As many ids are taken at a time."""


@dataclass(frozen=True)
class InputField:
    """One checked field: `check` turns what was sent into what the resolver takes, or raises `BadInput`."""

    check: Callable[[Any], Any]
    is_global_id: bool = False
    """The id of a row: the union then has NotFound."""
    is_list: bool = False
    nested: Any = None
    """The `Input` it is, for an object within an object, or each of a list is."""


class Input:
    """Base of all inputs; an instance holds checked values."""

    fields: ClassVar[dict[str, InputField]]

    def __init_subclass__(cls) -> None:
        cls.fields = {name: cls.__dict__.get(name, InputField(lambda sent: sent)) for name in cls.__annotations__}

    @classmethod
    def checked(cls, sent: object) -> Self:
        """Check what graphql-core parsed. Raises `BadInput` naming the field."""
        checked = cls.__new__(cls)
        for name, field in cls.fields.items():
            value = getattr(sent, name)
            value = None if value is strawberry.UNSET else value
            try:
                setattr(checked, name, None if value is None else field.check(value))
            except BadInput as problem:
                raise problem.at(name) from None
        return checked

    def values(self) -> dict[str, Any]:
        """Give the checked values by name, as a resolver takes them."""
        return {name: getattr(self, name) for name in self.fields}


def id_of(model: type) -> Any:
    """The global id of a row of one model, given to the resolver as its key."""
    return InputField(lambda sent: key_of(str(sent), type_name_of(model)), is_global_id=True)


def ids_of(model: type, longest: int = LONGEST_LIST) -> Any:
    """The global ids of at most so many rows of one model, given to the resolver as their keys."""
    one = id_of(model)

    def check(sent: list[object]) -> list[int]:
        if len(sent) > longest:
            raise BadInput("input.list_too_long", limit=longest)
        return [one.check(each) for each in sent]

    return InputField(check, is_global_id=True, is_list=True)


def nested(taken: type[Input]) -> Any:
    """An object within an object, given to the resolver as its checked values by name."""
    return InputField(lambda sent: taken.checked(sent).values(), nested=taken)


def list_of(taken: type[Input], longest: int) -> Any:
    """At most so many objects, each given to the resolver as its checked values by name."""

    def check(sent: list[object]) -> list[dict[str, Any]]:
        if len(sent) > longest:
            raise BadInput("input.list_too_long", limit=longest)
        return [_checked_at(taken, index, each) for index, each in enumerate(sent)]

    return InputField(check, is_list=True, nested=taken)


def _checked_at(taken: type[Input], index: int, sent: object) -> dict[str, Any]:
    try:
        return taken.checked(sent).values()
    except BadInput as problem:
        raise problem.at(str(index)) from None


def any_id() -> Any:
    """The global id of any row, given to the resolver as (type name, key)."""
    return InputField(lambda sent: decode_id(str(sent)), is_global_id=True)


def text(shortest: int, longest: int) -> Any:
    """A text between two lengths, in characters, without control or direction characters."""

    def check(sent: str) -> str:
        if len(sent) > longest:
            raise BadInput("input.too_long", limit=longest)
        if find_forbidden(sent) is not None:
            raise BadInput("input.forbidden_characters")
        stripped = sent.strip()
        if len(stripped) < shortest:
            raise BadInput("input.too_short", limit=shortest)
        return stripped

    return InputField(check)


def token(longest: int) -> Any:
    """A short machine-made text such as a key or a reference: visible ASCII characters, no spaces."""

    def check(sent: str) -> str:
        if len(sent) > longest:
            raise BadInput("input.too_long", limit=longest)
        if not _TOKEN.fullmatch(sent):
            raise BadInput("input.not_a_token")
        return sent

    return InputField(check)


def whole(smallest: int, largest: int) -> Any:
    """A whole number between two bounds."""

    def check(sent: int) -> int:
        if not smallest <= sent <= largest:
            raise BadInput("input.out_of_range", minimum=smallest, maximum=largest)
        return sent

    return InputField(check)


def wholes(smallest: int, largest: int) -> Any:
    """At most 100 whole numbers between two bounds."""
    one = whole(smallest, largest)

    def check(sent: list[int]) -> list[int]:
        if len(sent) > LONGEST_LIST:
            raise BadInput("input.list_too_long", limit=LONGEST_LIST)
        return [one.check(each) for each in sent]

    return InputField(check, is_list=True)


def decimal(smallest: Decimal, largest: Decimal, places: int = 6) -> Any:
    """A decimal between two bounds, of at most so many places: as many as are kept."""

    def check(sent: Decimal) -> Decimal:
        if sent.is_finite() and round(sent, places) != sent:
            raise BadInput("input.too_many_places", places=places)
        if not smallest <= sent <= largest:
            raise BadInput("input.out_of_range", minimum=smallest, maximum=largest)
        return sent

    return InputField(check)


FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2150, 1, 1)
"""No house keeps books before, or promises anything after."""


def day(earliest: date = FIRST_DAY, latest: date = LAST_DAY) -> Any:
    """A day between two others."""

    def check(sent: date) -> date:
        if not earliest <= sent <= latest:
            raise BadInput("input.day_out_of_range", earliest=earliest, latest=latest)
        return sent

    return InputField(check)


def one_of(*allowed: Enum) -> Any:
    """Some members of an enum, where the others make no sense."""

    def check(sent: Enum) -> Enum:
        if sent not in allowed:
            raise BadInput("input.not_one_of", allowed=", ".join(member.name for member in allowed))
        return sent

    return InputField(check)


def some_of(allowed: type[Enum]) -> Any:
    """At least one member of an enum, each given to the resolver once."""

    def check(sent: list[Enum]) -> list[Enum]:
        if not sent:
            raise BadInput("input.none_chosen")
        return [member for member in allowed if member in sent]

    return InputField(check)


def type_name_of(model: type) -> str:
    """Give the name of the GraphQL type that shows a model's rows."""
    from schema.declarations.registry import types  # noqa: PLC0415  The registry holds inputs, too.

    return next(declared.name for declared in types.values() if declared.source is model)
