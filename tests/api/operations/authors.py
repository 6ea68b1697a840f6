"""Operations written at random from the schema: whatever its types allow, as an app might ask it, and as none would."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    parse,
    specified_rules,
)
from strawberry.schema.schema import validate_document

from tests.api.operations.house import House

EVERYBODYS = ("viewer", "viewer", "node", "node", "node", "quote")
"""What anybody may ask, beside the closed lists."""
BAD_ID = "TG9hbjo5OTk5"
"""A well-formed id of a loan that is not there."""


@dataclass(frozen=True)
class Asked:
    """An operation with its variables."""

    document: str
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass
class Author:
    """Writes one operation, of about `budget` fields."""

    random: Random
    schema: GraphQLSchema
    house: House
    budget: int

    def __post_init__(self) -> None:
        self.declared: dict[str, str] = {}
        self.variables: dict[str, Any] = {}
        self.fragments: list[str] = []
        self.names = 0

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def fresh(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def operation(self) -> Asked:
        """Write a query with one to three roots; many are for anybody, the others ask what only some staff may."""
        kind = self.schema.query_type
        assert kind is not None
        lists = [name for name, each in kind.fields.items() if "first" in each.args]
        everybodys = [*EVERYBODYS, *[name for name, each in kind.fields.items() if not each.args]]
        is_for_staff = self.chance(0.45)
        roots = [
            self.random.choice(lists if is_for_staff and self.chance(0.8) else everybodys)
            for _ in range(self.random.choice((1, 1, 2, 3)))
        ]
        fields = [self._field(kind, name, kind.fields[name], depth=0) for name in roots]
        if self.chance(0.2):
            fields.append("__typename")
        if self.chance(0.1):
            fields[-1] = f"... on Query {{ {fields[-1]} }}"
        declared = f"({', '.join(self.declared.values())})" if self.declared else ""
        text = f"query{' Made' * self.chance(0.5)}{declared} {{ {' '.join(fields)} }}"
        return Asked("\n".join([text, *self.fragments]), self.variables)

    def _field(self, parent: GraphQLObjectType, name: str, field: GraphQLField, depth: int) -> str:
        kind = get_named_type(field.type)
        arguments = self._arguments(parent, name, field)
        # What has arguments has a name of its own, else two of them could not stand in one place.
        key = f"{self.fresh('a')}: " if arguments or self.chance(0.2) else ""
        start = f"{key}{name}{arguments}{self._directive()}"
        if is_leaf_type(kind):
            return start
        if key and arguments and self.chance(0.15):  # The same field twice: what is asked of it is merged.
            return f"{start} {self._below(kind, depth + 1)} {key}{name}{arguments} {self._below(kind, depth + 1)}"
        if name == "node" and parent is self.schema.query_type:
            return f"{start} {self._node_below(arguments, depth + 1)}"
        return f"{start} {self._below(kind, depth + 1)}"

    def _below(self, kind: Any, depth: int) -> str:
        return f"{{ {' '.join(self._selection(kind, depth))} }}"

    def _selection(self, kind: Any, depth: int) -> list[str]:
        """Select some of what a type has, here and there within a fragment."""
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            return self._of_any(kind, depth)
        leaves = [name for name, each in kind.fields.items() if is_leaf_type(get_named_type(each.type))]
        objects = [name for name in kind.fields if name not in leaves]
        chosen = self.random.sample(leaves, self.random.randint(0, min(len(leaves), 5)))
        if objects and depth < 7 and self.budget > 0:
            most = 1 if depth > 3 else 3
            chosen += [self.random.choice(objects) for _ in range(self.random.randint(0 if chosen else 1, most))]
        self.budget -= len(chosen)
        self.random.shuffle(chosen)
        written = [self._field(kind, name, kind.fields[name], depth) for name in chosen]
        if self.chance(0.15) or not written:
            written.append(self.random.choice(("__typename", f"{self.fresh('a')}: __typename")))
        if self.chance(0.2):
            at = self.random.randrange(len(written))
            written[at] = self._in_fragment(kind, written[at])
        return written

    def _in_fragment(self, kind: Any, text: str) -> str:
        if self.chance(0.5):
            condition = self.random.choice((f" on {kind.name}", "", f" on {self._interface_of(kind)}"))
            if condition.endswith(self._interface_of(kind)) and self._interface_of(kind) != kind.name:
                return f"{text} ...{condition}{self._directive()} {{ id {self.fresh('a')}: __typename }}"
            return f"...{condition}{self._directive()} {{ {text} }}"
        name = self.fresh("F")
        self.fragments.append(f"fragment {name} on {kind.name} {{ {text} }}")
        again = f" ...{name}" * self.chance(0.2)
        return f"...{name}{self._directive()}{again}"

    def _interface_of(self, kind: Any) -> str:
        return kind.interfaces[0].name if getattr(kind, "interfaces", None) else kind.name

    def _of_any(self, kind: GraphQLUnionType | GraphQLInterfaceType, depth: int) -> list[str]:
        """Select of an interface or a union: by its own fields, and by those of some of its types."""
        types = list(self.schema.get_possible_types(kind))
        named = self.random.sample(types, min(len(types), self.random.randint(1, 3)))
        written = [f"... on {each.name}{self._directive()} {self._below(each, depth)}" for each in named]
        if isinstance(kind, GraphQLInterfaceType):
            written.append(self.random.choice(("id", "... on Node { id }", f"{self.fresh('a')}: id", "__typename")))
        if any("message" in each.fields for each in types):
            written.append("... on UserError { code message path }")
        if self.chance(0.5):
            written.append("__typename")
        return written

    def _node_below(self, arguments: str, depth: int) -> str:
        """Select mostly of the type whose id is asked for."""
        name = self.asked_type
        kind = self.schema.type_map[name]
        own = f"... on {name} {self._below(kind, depth)}"
        others = self._of_any(self.schema.type_map["Node"], depth + 3) if self.chance(0.3) else []
        return f"{{ {' '.join(self.random.sample([own, *others], len(others) + 1))} }}"

    def _directive(self) -> str:
        if not self.chance(0.06):
            return ""
        said = self.random.choice(("true", "false"))
        if self.chance(0.7):
            said = self._variable("Boolean!", said == "true", default="true" if self.chance(0.3) else None)
        return f" @{self.random.choice(('skip', 'include'))}(if: {said})"

    def _variable(self, type_name: str, value: Any, default: str | None = None) -> str:
        """Send a value as a variable; one with a default, or one that may be null, is left out at times."""
        name = self.fresh("v")
        said = "" if default is None else f" = {default}"
        self.declared[name] = f"${name}: {type_name}{said}"
        if (default is not None or not type_name.endswith("!")) and self.chance(0.25):
            return f"${name}"
        self.variables[name] = value
        return f"${name}"

    def _arguments(self, parent: GraphQLObjectType, name: str, field: GraphQLField) -> str:
        texts = []
        if name == "node" and parent is self.schema.query_type:
            texts = [f"id: {self._id()}"]
        elif name == "quote":
            texts = [f"input: {self._quote()}"]
        elif "first" in field.args:
            list_name = f"{parent.name}.{field.extensions['strawberry-definition'].python_name}"
            texts = self._page(self.house.cursors[list_name])
            if "filter" in field.args and self.chance(0.4):
                kind = get_named_type(field.args["filter"].type)
                assert isinstance(kind, GraphQLInputObjectType)
                texts.append(f"filter: {self._filter(kind)}")
        self.random.shuffle(texts)
        return f"({', '.join(texts)})" if texts else ""

    def _id(self) -> str:
        self.asked_type = self.random.choice(sorted(self.house.ids))
        found = self.random.choice([*self.house.ids[self.asked_type], BAD_ID] if self.chance(0.1) else
                                   self.house.ids[self.asked_type])  # fmt: skip
        if self.chance(0.7):
            default = orjson.dumps(found).decode() if self.chance(0.2) else None
            return self._variable("ID!", found, default)
        return orjson.dumps(found).decode()

    def _quote(self) -> str:
        amount = {"amount": self.random.choice(("5000.00", "1234.56", "1", "99.999", 6000)), "currency": "CNY"}
        sent = {
            "productId": self.random.choice(self.house.ids["Product"]),
            "amount": amount,
            "term": self.random.choice((3, 12, 36, 37)),
        }
        if self.chance(0.5):
            return self._variable("QuoteInput!", sent)
        return _literal(sent)

    def _page(self, cursors: list[str]) -> list[str]:
        texts = []
        size = self.random.choice((0, 1, 1, 2, 3, 5, 20, 100))
        if self.chance(0.75):
            side = self.random.choice(("first", "first", "last"))
            said = self._variable("Int", size) if self.chance(0.3) else self._nullable(str(size))
            texts.append(f"{side}: {said}")
        for side in ("after", "before"):
            if cursors and self.chance(0.2):
                cursor = self.random.choice(cursors)
                said = self._variable("String", self.random.choice((cursor, None))) if self.chance(0.5) else (
                    self._nullable(orjson.dumps(cursor).decode()))  # fmt: skip
                texts.append(f"{side}: {said}")
        return texts

    def _nullable(self, text: str) -> str:
        return "null" if self.chance(0.08) else text

    def _filter(self, kind: GraphQLInputObjectType) -> str:
        """Narrow by some conditions, each as a literal or a variable, or all of them as one."""
        names = self.random.sample(sorted(kind.fields), self.random.randint(0, len(kind.fields)))
        sent = {name: self._sent(kind, name) for name in names}
        if self.chance(0.4):
            absent: Callable[[], Any] = lambda: self.random.choice((None, *[sent] * 5))  # noqa: E731
            return self._variable(kind.name, absent())
        parts = []
        for name, value in sent.items():
            named = get_named_type(kind.fields[name].type)
            if self.chance(0.4):
                parts.append(f"{name}: {self._variable(named.name, value)}")
            elif isinstance(named, GraphQLEnumType) and value is not None:
                parts.append(f"{name}: {value}")
            else:
                parts.append(f"{name}: {orjson.dumps(value).decode()}")
        return f"{{{', '.join(parts)}}}"

    def _sent(self, kind: GraphQLInputObjectType, name: str) -> Any:
        named = get_named_type(kind.fields[name].type)
        if self.chance(0.15):
            return None
        if isinstance(named, GraphQLEnumType):
            common = [each for each in ("ACTIVE", "CLOSED", "OFFERED", "ACCEPTED") if each in named.values]
            return self.random.choice(common if common and self.chance(0.6) else sorted(named.values))
        if named.name == "Boolean":
            return self.random.choice((True, False))
        if named.name == "ID":
            return self.random.choice(
                [*self.house.ids["Branch"], BAD_ID] if self.chance(0.1) else self.house.ids["Branch"]
            )
        return self.random.choice(("repay", "sign_contract", "C1", "C2", "nothing", ""))


def _literal(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {_literal(inner)}' for name, inner in value.items())}}}"
    return orjson.dumps(value).decode()


def write(seed: int, budget: int, schema: GraphQLSchema, house: House) -> Asked:
    """Write a valid operation; what is written by chance and cannot be asked is written again."""
    random = Random(seed)
    for _ in range(50):
        asked = Author(random, schema, house, budget).operation()
        if not validate_document(schema, parse(asked.document), tuple(specified_rules)):
            return asked
    raise AssertionError("hardly anything that is written is valid")
