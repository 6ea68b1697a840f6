"""The schema explains itself: to app developers, on everything, and as it is checked in."""

import re

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from schema.__main__ import PRINTED, printed
from schema.build import schema


def described(built: GraphQLSchema) -> dict[str, str | None]:
    """Everything that needs a description, by name."""
    found: dict[str, str | None] = {}
    for name, kind in built.type_map.items():
        if name.startswith("__") or name in ("String", "Int", "Float", "Boolean", "ID"):
            continue
        found[name] = kind.description
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in kind.fields.items():
                found[f"{name}.{field_name}"] = field.description
                for argument_name, argument in field.args.items():
                    found[f"{name}.{field_name}({argument_name})"] = argument.description
        elif isinstance(kind, GraphQLInputObjectType):
            for field_name, field in kind.fields.items():
                found[f"{name}.{field_name}"] = field.description
        elif isinstance(kind, GraphQLEnumType):
            for value_name, value in kind.values.items():
                found[f"{name}.{value_name}"] = value.description
    return found


def words_of(text: str) -> set[str]:
    return {word.lower().rstrip("s") for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)} - {
        "the",
        "a",
        "an",
        "of",
    }


def undescribed(found: dict[str, str | None]) -> list[str]:
    """Those without a description, and those whose description only repeats the name."""
    return [
        name for name, text in found.items()
        if not text or words_of(text) <= words_of(name.rpartition(".")[2]) or len(text) < 4
    ]  # fmt: skip


async def test_everything_is_described(db):
    found = described(schema()._schema)
    assert len(found) > 300
    assert undescribed(found) == []


def test_a_missing_or_idle_description_is_found():
    assert undescribed({"Loan.number": None, "Loan.outstanding": "The outstanding.", "Loan.term": "In months."}) == [
        "Loan.number",
        "Loan.outstanding",
    ]


async def test_the_schema_is_the_one_that_is_checked_in(db):
    assert PRINTED.read_text(encoding="utf-8") == await printed(), "run `python -m schema`, and read what changed"


async def test_masked_fields_say_so_in_the_schema(db):
    text = await printed()
    assert "phone: String! @masked(clearTo: [OWNER])" in text
    assert "displayName: String @masked(clearTo: [OWNER, STAFF_IN_CHARGE])" in text
