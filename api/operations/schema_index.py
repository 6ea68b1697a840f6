"""From a name in GraphQL to what was declared under it."""

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLEnumType, GraphQLField, GraphQLNamedType, GraphQLObjectType, get_named_type

from models.base import Row
from schema.declarations import registry
from schema.declarations.fields import Column, Declaration
from schema.declarations.registry import DeclaredType


def python_name(field: GraphQLField) -> str:
    """Give the attribute that a GraphQL field was declared as."""
    return str(field.extensions["strawberry-definition"].python_name)


def declared_type(kind: GraphQLNamedType) -> DeclaredType | None:
    """Find what a GraphQL type was declared as; None for those that the build makes by itself."""
    return registry.types.get(kind.name)


def model_of(kind: GraphQLNamedType) -> type[Row]:
    """Give the model whose rows a node type shows."""
    declared = declared_type(kind)
    assert declared is not None
    assert declared.is_node
    model: type[Row] = declared.source
    return model


def node_type(connection: GraphQLNamedType) -> GraphQLObjectType:
    """Give the type of the items of a connection."""
    assert isinstance(connection, GraphQLObjectType)
    node = get_named_type(connection.fields["nodes"].type)
    assert isinstance(node, GraphQLObjectType)
    return node


@dataclass(frozen=True)
class DeclaredRoot:
    """A field of the query root, and the class it was declared on."""

    declaration: Declaration
    cls: type


def declared_root(name: str) -> DeclaredRoot | None:
    """Find a declared root field by its attribute's name; None for what is no declaration."""
    for cls in registry.roots.values():
        if name in cls.__annotations__:
            return DeclaredRoot(cls.__dict__.get(name, Column()), cls)
    return None


def enum_names(kind: GraphQLEnumType) -> dict[Any, str]:
    """Give the GraphQL name of each stored value of an enum."""
    return {value.value: name for name, value in kind.values.items()}


def fixed_name(cls: type, name: str) -> str:
    """Name a list as its cursors do."""
    return f"{cls.__name__}.{name}"
