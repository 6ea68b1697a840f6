"""From declared operations and roots to Query and Mutation, with a result union for each operation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

import strawberry

from models.base import Row
from rules.errors import Conflict, KeyReused, NotFound, Refused
from schema.context import Info, Raised
from schema.declarations import registry
from schema.declarations.build_types import (
    build_fields,
    evaluate,
    graphql_type,
    input_type,
    type_of_source,
    without_none,
)
from schema.declarations.docs import attribute_docs, description_of
from schema.declarations.fields import Column
from schema.declarations.ids import decode_id
from schema.declarations.inputs import Input
from schema.declarations.registry import DeclaredOperation, DeclaredSubscription
from schema.declarations.stock import check_role
from schema.errors import BadInput, RefusalAnswer


@strawberry.interface(description="A refusal: we understood, and the answer is no. Nothing has changed.")
class UserError:
    code: str = strawberry.field(description="Stable, in capitals: branch on it.")
    message: str = strawberry.field(description="For the person, in his language: what is wrong and what to do next.")
    path: list[str] = strawberry.field(description="The input field it is about; empty if about none in particular.")


@dataclass(frozen=True)
class SuccessAnswer:
    """What a resolver returned, on its way out as the success of one operation."""

    operation: str
    result: Any


@cache
def refusal_type(refused: Any) -> Any:
    """Make the GraphQL type of a refusal; its named values are fields."""
    docs = attribute_docs(refused)
    fields: dict[str, Any] = {}
    for field in dataclass_fields(refused):
        annotation = graphql_type(evaluate(field.type, refused.__module__))
        fields[field.name] = strawberry.field(graphql_type=annotation, description=docs.get(field.name))
    annotations = {name: field.type_annotation.raw_annotation for name, field in fields.items()}
    cls = type(refused.__name__, (UserError,), {"__annotations__": annotations, **fields})
    cls.is_type_of = staticmethod(  # type: ignore[attr-defined]
        lambda value, _info: isinstance(value, RefusalAnswer) and type(value.refused) is refused
    )
    return strawberry.type(cls, name=refused.__name__, description=description_of(refused))


def _title(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def refusals_of(operation: DeclaredOperation | DeclaredSubscription, taken: type[Input]) -> tuple[type[Refused], ...]:
    """Give every refusal an operation may answer: those declared, and those that follow from its input."""
    implied: list[type[Refused]] = []
    if any(field.is_global_id for field in taken.fields.values()):
        implied.append(NotFound)
    if "version" in taken.fields:
        implied.append(Conflict)
    if "key" in taken.fields:
        implied.append(KeyReused)
    return (*implied, *operation.refusals)


def success_types(operation: DeclaredOperation, returned: Any) -> list[Any]:
    """Give the types an operation answers with when it is done: a value's own, or one made around a row."""
    inner, _ = without_none(returned)
    members = get_args(inner) if get_origin(inner) is Union else (inner,)
    return [_success_type(operation, member) for member in members]


def _success_type(operation: DeclaredOperation, member: type) -> Any:
    shown = type_of_source(member)
    assert shown is not None, f"{operation.name} returns {member}, which no type shows"
    if not registry.types[shown.__name__].is_node:
        return shown
    name = f"{_title(operation.name)}Success"
    field_name = shown.__name__[0].lower() + shown.__name__[1:]

    def result(root: SuccessAnswer) -> Any:
        return root.result

    field = strawberry.field(
        resolver=result, graphql_type=shown, name=field_name, description="As it is now, whole: caches may take it."
    )
    cls = type(name, (), {"__annotations__": {"result": shown}, "result": field})
    cls.is_type_of = staticmethod(  # type: ignore[attr-defined]
        lambda value, _info: isinstance(value, SuccessAnswer) and value.operation == operation.name
    )
    return strawberry.type(cls, name=name, description=f"`{_camel(operation.name)}` is done.")


def _camel(name: str) -> str:
    return name[0] + _title(name)[1:]


def shown_input(taken: Any) -> Any:
    """Give the annotation of a root field's input: what is sent, with the first line of what it says of itself."""
    return Annotated[input_type(taken), strawberry.argument(description=description_of(taken).split("\n")[0])]


performers: dict[str, Callable[[Any, Any], Awaitable[Any]]] = {}
"""What does each operation, by name, given something with a `context` and its input as it was sent."""


def build_operation(operation: DeclaredOperation) -> Any:
    """Make the root field of an operation: role, input, resolver, and refusals rendered."""
    function = operation.function
    hints = {name: evaluate(text, function.__module__) for name, text in function.__annotations__.items()}
    taken: Any = hints["input"]
    refusals: tuple[Any, ...] = refusals_of(operation, taken)
    successes = success_types(operation, hints["return"])
    wraps_row = registry.types.get(getattr(successes[0], "__name__", "")) is None

    async def perform(info: Info, input: Any) -> Any:
        context = info.context
        check_role(context.viewer, operation.allow)
        checked = taken.checked(input)
        try:
            result = await function(info, checked)
        except refusals as refused:
            return RefusalAnswer(refused, context.viewer.locale)
        finally:
            context.forget()
        return SuccessAnswer(operation.name, result) if wraps_row else result

    async def resolve(info: Info, input: Any) -> Any:
        key = info.path.key
        if key not in info.context.done:
            return await perform(info, input)
        answer = info.context.done.pop(key)
        if isinstance(answer, Raised):
            raise answer.error
        return answer

    performers[operation.name] = perform
    resolve.__annotations__ = {"info": Info, "input": shown_input(taken)}
    union_name = f"{_title(operation.name)}Result"
    members = (*successes, *[refusal_type(refused) for refused in refusals])
    result_type = Annotated[
        Union[members],  # type: ignore[valid-type]  # noqa: UP007  Made at run time.
        strawberry.union(union_name, description=f"What came of `{_camel(operation.name)}`."),
    ]
    return strawberry.field(resolver=resolve, graphql_type=result_type, description=description_of(function))


def build_roots() -> tuple[Any, Any]:
    """Make Query and Mutation."""
    query: dict[str, Any] = {}
    for cls in registry.roots.values():
        declarations = {name: cls.__dict__.get(name, Column()) for name in cls.__annotations__}
        query |= build_fields(cls, declarations, None)
    query["node"] = _node_field()
    mutation: dict[str, Any] = {}
    for operation in registry.operations.values():
        fields = mutation if operation.is_mutation else query
        fields[operation.name] = build_operation(operation)
    return (
        make_root("Query", "Where every read starts. A row you may not see does not exist for you.", query),
        make_root("Mutation", "Everything that changes something, each in one transaction.", mutation),
    )


def _node_field() -> Any:
    models: dict[str, type[Row]] = {
        name: declared.source for name, declared in registry.types.items() if declared.is_node
    }

    async def resolve_node(
        info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of whatever it is.")]
    ) -> Any:
        try:
            type_name, key = decode_id(str(id))
        except BadInput as problem:
            raise problem.at("id") from None
        if type_name not in models:
            raise BadInput("input.malformed_id").at("id")
        return await models[type_name].visible_to(info.context.viewer).get_or_none(id=key)

    return strawberry.field(
        resolver=resolve_node,
        graphql_type=registry.Node | None,
        description="Anything by its id; null if it does not exist, or not for you.",
    )


def make_root(name: str, description: str, fields: dict[str, Callable[..., Any]]) -> Any:
    """Make a root type of its fields, in the order of their names."""
    cls = type(name, (), {"__annotations__": {}, **dict(sorted(fields.items()))})
    return strawberry.type(cls, name=name, description=description)
