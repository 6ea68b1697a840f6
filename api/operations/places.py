"""What is the same wherever the fields of an object are read from: putting objects and pages together."""

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
)

from api.operations.selections import Selected
from schema.declarations.fields import (
    LOCALE,
    NOW,
    TODAY,
    VIEWER,
    Ambient,
)

if TYPE_CHECKING:
    from api.operations.compiler import Compiler

AMBIENTS: dict[Ambient, str] = {TODAY: "run.today", NOW: "run.now", LOCALE: "run.locale", VIEWER: "run.viewer"}


class Absent(Exception):
    """A row that must be there is not: the stock executor says what that means."""


def absent() -> Any:
    """Stand in an expression where a row is missing."""
    raise Absent


class Place:
    """What both places share: putting objects and lists together."""

    def __init__(self, compiler: "Compiler") -> None:
        self.compiler = compiler
        self.source = compiler.source

    def fields(self, selected: Selected, kind: GraphQLObjectType, one: Any) -> str:
        """Write a dict of the fields that are selected of an object; `one` gives the expression of each."""
        inner = self.compiler.selections.below(selected, kind)
        texts = [f"{each.key!r}: {repr(kind.name) if each.field is None else one(each)}" for each in inner]
        return f"{{{', '.join(texts)}}}"

    def leaf(self, selected: Selected, expression: str) -> str:
        """Write a Python value as the answer says it."""
        assert selected.field is not None
        named = get_named_type(selected.field.type)
        assert isinstance(named, GraphQLScalarType | GraphQLEnumType)
        coerce = self.source.thing(named.coerce_output_value)
        if selected.is_list:
            return f"[{coerce}(each) for each in {expression}]"
        if not selected.is_nullable:
            return f"{coerce}({expression})"
        value = self.source.fresh("x")
        return f"(None if ({value} := {expression}) is None else {coerce}({value}))"

    def missing(self, selected: Selected) -> str:
        """What stands where a row is not there, or not for the viewer."""
        return "None" if selected.is_nullable else f"{self.source.thing(absent)}()"
