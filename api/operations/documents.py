"""What a document asks, checked once: its operation, its fragments, and which of its variables shape the plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    VariableValues,
    specified_rules,
)
from graphql.execution.collect_fields import FragmentDetails
from strawberry.schema.schema import validate_document

from schema.declarations.ids import decode_id

_PAGE_SIZES = frozenset({"first", "last"})
_CURSORS = frozenset({"after", "before"})


@dataclass(frozen=True)
class Document:
    """An operation that is valid, and how the values of its variables change what is to be done."""

    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDetails]
    by_value: tuple[str, ...]
    """Variables whose value decides: of directives, and of page sizes."""
    by_presence: tuple[str, ...]
    """Variables of which it decides whether they are given, and which of their fields: cursors and filters."""
    by_type: tuple[str, ...]
    """Variables that name a row of any type: its type decides."""

    @property
    def is_query(self) -> bool:
        return self.operation.operation is OperationType.QUERY

    def shape(self, variables: VariableValues) -> tuple[Any, ...]:
        """Give what decides about the plan, beside the role. Raises `BadInput` for an id that is none."""
        values = variables.coerced
        return (
            *[values.get(name) for name in self.by_value],
            *[_presence(values.get(name)) for name in self.by_presence],
            *[decode_id(values[name])[0] if values.get(name) else None for name in self.by_type],
        )


def _presence(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(sorted(name for name, inner in value.items() if inner is not None))
    return value is not None


def check_document(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> Document | None:
    """Validate a document and look at its variables; None if it is not valid, and the stock executor says why."""
    if validate_document(schema, document, tuple(specified_rules)):
        return None
    fragments = {
        node.name.value: FragmentDetails(node)
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    by_value: set[str] = set()
    by_presence: set[str] = set()
    by_type: set[str] = set()
    for node in (operation, *(fragment.definition for fragment in fragments.values())):
        for inner in _nodes(node):
            by_value.update(
                name for directive in getattr(inner, "directives", None) or () for name in variables_in(directive)
            )
            if isinstance(inner, FieldNode):
                for argument in inner.arguments or ():
                    name = argument.name.value
                    if name in _PAGE_SIZES:
                        by_value.update(variables_in(argument))
                    elif name in _CURSORS or name == "filter":
                        by_presence.update(variables_in(argument))
                    elif name == "id" and inner.name.value == "node":
                        by_type.update(variables_in(argument))
    return Document(operation, fragments, tuple(sorted(by_value)), tuple(sorted(by_presence)), tuple(sorted(by_type)))


def variables_in(node: Node) -> Iterator[str]:
    """Name the variables that are used in a node."""
    return (inner.name.value for inner in _nodes(node) if isinstance(inner, VariableNode))


def _nodes(node: Node) -> Iterator[Node]:
    """Give a node and all below it, but for the definitions of variables."""
    yield node
    for name in node.keys:
        if name in ("loc", "variable_definitions"):
            continue
        value = getattr(node, name, None)
        if isinstance(value, Node):
            yield from _nodes(value)
        elif isinstance(value, tuple | list):
            for inner in value:
                if isinstance(inner, Node):
                    yield from _nodes(inner)
