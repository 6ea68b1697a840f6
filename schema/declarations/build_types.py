"""From declared types, filters, inputs and enums to Strawberry's. Runs once, when every area has been imported."""

import inspect
import sys
import types as python_types
from collections.abc import Callable, Iterable
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

import strawberry
from strawberry.schema_directive import Location

from models.base import Row
from rules.ids import encode_id
from rules.people.access import ClearTo
from schema.declarations import registry, stock
from schema.declarations.checks import DeclarationError, check_field, check_filter
from schema.declarations.docs import attribute_docs, description_of
from schema.declarations.fields import (
    Children,
    Column,
    Computed,
    ConnectionList,
    Counted,
    Declaration,
    Masked,
    MoneyColumn,
    Relation,
)
from schema.declarations.inputs import InputField
from schema.declarations.pages import Edge, Page, PageInfo
from schema.declarations.registry import ConnectionOf, DeclaredType


@strawberry.enum(name="ClearTo", description="To whom a masked value is clear, among those who may see its row.")
class ClearToName(Enum):
    OWNER = strawberry.enum_value("OWNER", description="The customer whose row it is.")
    STAFF_IN_CHARGE = strawberry.enum_value(
        "STAFF_IN_CHARGE", description="An officer or manager of a branch that looks after the customer."
    )


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="masked",
    description="A sensitive value: those named read it in clear, others who see the row read a mask.",
)
class MaskedDirective:
    clear_to: list[ClearToName]


def evaluate(annotation: Any, module_name: str) -> Any:
    """Turn an annotation's text into types; declared types are known by name wherever they are declared."""
    if not isinstance(annotation, str):
        return annotation
    names = {name: declared.cls for name, declared in registry.types.items()}
    return eval(annotation, {**names, **sys.modules[module_name].__dict__})  # noqa: S307  Our own source, at start.


def without_none(annotation: Any) -> tuple[Any, bool]:
    """Split `X | None` into X and whether it was nullable."""
    if get_origin(annotation) in (Union, python_types.UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        if len(members) == 1:
            return members[0], True
        return Union[tuple(members)], len(members) < len(get_args(annotation))  # noqa: UP007  Made at run time.
    return annotation, False


def type_of_source(source: type) -> type | None:
    """Give the declared class that shows a model's rows or a dataclass's values."""
    return next((declared.cls for declared in registry.types.values() if declared.source is source), None)


def graphql_type(annotation: Any) -> Any:
    """Give what Strawberry takes for a Python annotation."""
    inner, nullable = without_none(annotation)
    if nullable:
        return graphql_type(inner) | None
    if isinstance(inner, ConnectionOf):
        return connection_type(inner.node)
    if get_origin(inner) in (list, tuple):
        return list[graphql_type(get_args(inner)[0])]  # type: ignore[misc]
    if isinstance(inner, type):
        if issubclass(inner, Enum):
            return enum_type(inner)
        return type_of_source(inner) or inner
    return inner


@cache
def enum_type(enum: type[Enum]) -> Any:
    """Declare an enum of ours to GraphQL, its members described by the strings under them."""
    described = strawberry.enum(enum, description=description_of(enum))
    docs = attribute_docs(enum)
    for value in described.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = docs.get(value.name)
    return described


@cache
def connection_type(node: type) -> Any:
    """Make `LoanConnection` and `LoanEdge` for the node type `Loan`."""
    name = node.__name__
    edge = _assemble(
        f"{name}Edge",
        f"A {name} in a list, with its place there.",
        Edge,
        {
            "node": strawberry.field(graphql_type=node, description="The item."),
            "cursor": strawberry.field(graphql_type=str, description="Its place: `after` and `before` take it."),
        },
    )

    async def total_count(root: Page) -> int | None:
        return None if root.count is None else await root.count()

    fields = {
        "nodes": strawberry.field(graphql_type=list[node], description="The items of this page."),  # type: ignore[valid-type]
        "edges": strawberry.field(graphql_type=list[edge], description="The items with their cursors."),  # type: ignore[valid-type]
        "page_info": strawberry.field(graphql_type=page_info_type(), description="What comes before and after."),
        "total_count": strawberry.field(
            resolver=total_count,
            graphql_type=int | None,
            description="How many there are in all; null where counting would be slow, or a filter is set.",
        ),
    }
    return _assemble(f"{name}Connection", f"A page of a list of {name} items.", Page, fields)


@cache
def page_info_type() -> Any:
    """Make Relay's `PageInfo`."""
    descriptions = {
        "has_next_page": (bool, "Whether there is more after this page, as far as its direction tells."),
        "has_previous_page": (bool, "Whether there is more before this page, as far as its direction tells."),
        "start_cursor": (str | None, "The first item's cursor; null on an empty page."),
        "end_cursor": (str | None, "The last item's cursor; null on an empty page."),
    }
    fields = {
        name: strawberry.field(graphql_type=graphql, description=text) for name, (graphql, text) in descriptions.items()
    }
    return _assemble("PageInfo", "Where a page stands in its list.", PageInfo, fields)


def _assemble(name: str, description: str, source: type, fields: dict[str, Any]) -> Any:
    """Make an object type out of nothing but fields; its values are instances of `source`."""
    cls = type(name, (), {"__annotations__": {}, **fields})
    for field_name, field in fields.items():
        cls.__annotations__[field_name] = field.type_annotation.raw_annotation
    cls.is_type_of = staticmethod(lambda value, _info: isinstance(value, source))  # type: ignore[attr-defined]
    return strawberry.type(cls, name=name, description=description)


def build_node_interface() -> None:
    """Make the `Node` interface; its id names the type that shows the row's model."""

    def resolve_id(root: Row) -> str:
        return encode_id(NODE_NAMES[type(root)], root.pk)

    registry.Node.id = strawberry.field(  # type: ignore[assignment]
        resolver=resolve_id, graphql_type=strawberry.ID, description=attribute_docs(registry.Node)["id"]
    )
    strawberry.interface(registry.Node, description=description_of(registry.Node))


NODE_NAMES: dict[type, str] = {}


def build_type(declared: DeclaredType) -> None:
    """Turn a declared class into a Strawberry type, in place. Raises `DeclarationError`."""
    cls, source = declared.cls, declared.source
    if declared.is_node:
        NODE_NAMES[source] = declared.name
    fields = build_fields(cls, declared.fields, source if declared.is_node else None)
    for name, field in fields.items():
        setattr(cls, name, field)
        cls.__annotations__[name] = field.type_annotation.raw_annotation
    cls.is_type_of = staticmethod(lambda value, _info: isinstance(value, source))  # type: ignore[attr-defined]
    strawberry.type(cls, name=declared.name, description=description_of(cls))


def build_fields(cls: type, declarations: dict[str, Declaration], model: type[Row] | None) -> dict[str, Any]:
    """Make the Strawberry fields of a class of declarations."""
    docs = attribute_docs(cls)
    fields = {}
    for name, declared in declarations.items():
        annotation = evaluate(cls.__annotations__[name], cls.__module__)
        inner, nullable = without_none(annotation)
        target = _target_model(inner)
        if model is not None:
            check_field(model, name, declared, target, nullable=nullable)
        resolver: Any = _resolver(cls, name, declared, model, target)
        directives = [MaskedDirective(clear_to=_names(declared.clear_to))] if isinstance(declared, Masked) else []
        fields[name] = strawberry.field(
            resolver=resolver,
            graphql_type=graphql_type(annotation),
            description=docs.get(name),
            directives=directives,
        )
    return fields


def _names(clear_to: ClearTo) -> list[ClearToName]:
    return [ClearToName[str(member.name)] for member in ClearTo if member in clear_to]


def _target_model(annotation: Any) -> type[Row] | None:
    """Find the model behind a relation's or list's type."""
    if isinstance(annotation, ConnectionOf):
        annotation = annotation.node
    if get_origin(annotation) is list:
        annotation = get_args(annotation)[0]
    declared = registry.types.get(getattr(annotation, "__name__", ""))
    return declared.source if declared is not None and declared.is_node else None


def _resolver(
    cls: type, name: str, declared: Declaration, model: type[Row] | None, target: type[Row] | None
) -> Callable[..., Any] | None:
    match declared:
        case Column(column):
            return stock.plain(column) if column is not None else None
        case MoneyColumn():
            return stock.money(name, declared)
        case Masked():
            if model is None:
                raise DeclarationError(f"{cls.__name__}.{name}: only a row's column can be masked")
            return stock.masked(name, declared, model)
        case Computed():
            return stock.computed(declared)
        case Counted():
            return stock.counted(declared)
    if target is None:
        raise DeclarationError(f"{cls.__name__}.{name} leads to no declared node type")
    match declared:
        case Relation():
            return stock.relation(declared, target)
        case Children():
            return stock.children(declared, target)
        case ConnectionList():
            return _with_page_arguments(stock.connection(declared, target, f"{cls.__name__}.{name}"), declared)


def _with_page_arguments(resolver: Callable[..., Any], declared: ConnectionList) -> Callable[..., Any]:
    """Give a connection's resolver the arguments GraphQL shows."""
    arguments: dict[str, tuple[Any, str]] = {
        "first": (
            int | None,
            f"How many from the start, or after `after`: 0 to {declared.cap}, 20 if nothing is said.",
        ),
        "after": (str | None, "Only what comes after this cursor."),
        "last": (
            int | None,
            f"How many from the end, or before `before`: 0 to {declared.cap}. Not together with `first`.",
        ),
        "before": (str | None, "Only what comes before this cursor."),
    }
    if declared.filter is not None:
        arguments["filter"] = (filter_type(declared.filter) | None, "Only what fits all that is given.")
    return with_arguments(resolver, arguments)


def with_arguments(resolver: Callable[..., Any], arguments: dict[str, tuple[Any, str]]) -> Callable[..., Any]:
    """Show optional arguments, with descriptions, on a resolver that takes them as keywords."""
    own = [p for p in inspect.signature(resolver).parameters.values() if p.kind is not p.VAR_KEYWORD]
    shown = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=strawberry.UNSET,
            annotation=Annotated[annotation, strawberry.argument(description=description)],
        )
        for name, (annotation, description) in arguments.items()
    ]
    resolver.__signature__ = inspect.Signature([*own, *shown])  # type: ignore[attr-defined]
    return resolver


@cache
def filter_type(declared: type) -> Any:
    """Make the input type of a filter: every condition optional."""
    check_filter(registry.filtered_models[declared], declared)
    annotations = {
        name: graphql_type(evaluate(text, declared.__module__)) for name, text in declared.__annotations__.items()
    }
    return _input_type(declared, annotations)


@cache
def input_type(declared: Any) -> Any:
    """Make the GraphQL input of an `Input`: what is sent, before it is checked."""
    annotations = {}
    for name, text in declared.__annotations__.items():
        field: InputField = declared.fields[name]
        inner, nullable = without_none(evaluate(text, declared.__module__))
        sent: Any = graphql_type(inner)
        if field.is_global_id:
            sent = list[strawberry.ID] if field.is_list else strawberry.ID
        elif field.nested is not None:
            sent = list[input_type(field.nested)] if field.is_list else input_type(field.nested)  # type: ignore[misc]
        annotations[name] = sent | None if nullable else sent
    return _input_type(declared, annotations)


def _input_type(declared: type, annotations: dict[str, Any]) -> Any:
    docs = attribute_docs(declared)
    shadow = type(declared.__name__, (), {"__annotations__": annotations})
    for name, annotation in annotations.items():
        default = {"default": strawberry.UNSET} if without_none(annotation)[1] else {}
        setattr(shadow, name, strawberry.field(description=docs.get(name), **default))
    return strawberry.input(shadow, name=declared.__name__, description=description_of(declared))


def build_types() -> Iterable[Any]:
    """Build every declared type; gives those that show a node."""
    build_node_interface()
    for declared in registry.types.values():
        build_type(declared)
    return [declared.cls for declared in registry.types.values() if declared.is_node]
