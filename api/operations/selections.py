"""What is selected of an object, as graphql-core collects it: fragments, merged fields and directives come right by that."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    VariableValues,
    get_argument_values,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetailsList, collect_fields, collect_subfields

from api.operations.documents import Document
from api.operations.running import Declined
from api.operations.schema_index import python_name


@dataclass(frozen=True)
class Selected:
    """One field of an answer."""

    key: str
    """Its name in the answer."""
    field: GraphQLField | None
    """None for `__typename`."""
    details: FieldDetailsList

    @property
    def node(self) -> FieldNode:
        return self.details[0].node

    @property
    def name(self) -> str:
        assert self.field is not None
        return python_name(self.field)

    @property
    def kind(self) -> GraphQLNamedType:
        assert self.field is not None
        return get_named_type(self.field.type)

    @property
    def object_kind(self) -> GraphQLObjectType:
        kind = self.kind
        assert isinstance(kind, GraphQLObjectType)
        return kind

    @property
    def is_list(self) -> bool:
        assert self.field is not None
        return is_list_type(get_nullable_type(self.field.type))

    @property
    def is_nullable(self) -> bool:
        assert self.field is not None
        return not is_non_null_type(self.field.type)


class Selections:
    """Reads the selections of one operation."""

    def __init__(self, schema: GraphQLSchema, document: Document, variables: VariableValues) -> None:
        self.schema = schema
        self.document = document
        self.variables = variables

    def root(self) -> list[Selected]:
        """The root fields."""
        operation = self.document.operation
        kind = self.schema.get_root_type(operation.operation)
        assert kind is not None
        collected = collect_fields(self.schema, dict(self.document.fragments), self.variables, kind, operation)
        return list(self._selected(kind, collected.grouped_field_set))

    def below(self, selected: Selected, kind: GraphQLObjectType) -> list[Selected]:
        """The fields selected of an object that turned out to be of this type."""
        collected = collect_subfields(
            self.schema,
            dict(self.document.fragments),
            self.variables,
            self.document.operation,
            kind,
            selected.details,
        )
        return list(self._selected(kind, collected.grouped_field_set))

    def _selected(self, kind: GraphQLObjectType, grouped: dict[str, FieldDetailsList]) -> Iterator[Selected]:
        for key, details in grouped.items():
            name = details[0].node.name.value
            if name in ("__schema", "__type"):
                raise Declined("introspection")
            yield Selected(key, None if name == "__typename" else kind.fields[name], details)

    def arguments(self, selected: Selected) -> dict[str, Any]:
        """The values of a field's arguments, as this run's variables give them."""
        assert selected.field is not None
        return get_argument_values(selected.field, selected.node, self.variables)
