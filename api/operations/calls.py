"""Operations that a resolver answers, called from a plan: their input is read and checked as the stock executor does."""

from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace
from typing import Any

from graphql import GraphQLNamedType, GraphQLObjectType, get_argument_values
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import convert_arguments

from api.operations.running import Declined, Refused, Run
from api.operations.selections import Selected
from rules.people.access import Role
from schema.build import schema
from schema.context import Raised
from schema.declarations import registry
from schema.declarations.build_operations import SuccessAnswer, performers
from schema.declarations.registry import DeclaredOperation
from schema.errors import RefusalAnswer

Call = Callable[[Run], Awaitable[Any]]


def call_of(operation: DeclaredOperation, selected: Selected, role: Role) -> Call:
    """Make the call of an operation: what it answers is kept in the context until a plan has rendered it.

    Raises `Refused` for a refusal, and `Declined` where the viewer became somebody else: the stock executor renders both.
    """
    perform = performers[operation.name]
    field = selected.field
    assert field is not None
    arguments = field.extensions["strawberry-definition"].arguments

    async def call(run: Run) -> Any:
        sent = convert_arguments(
            get_argument_values(field, selected.node, run.variables), arguments, _scalars(), _CONFIG
        )
        done = run.context.done
        try:
            answer = await perform(SimpleNamespace(context=run.context), sent["input"])
        except Exception as error:
            done[selected.key] = Raised(error)
            raise Refused from error
        done[selected.key] = answer
        if isinstance(answer, RefusalAnswer):
            raise Refused
        run.see(run.context.viewer)
        if run.viewer.role is not role:
            raise Declined("another viewer")
        return answer

    return call


_CONFIG = StrawberryConfig()


def _scalars() -> Any:
    return schema().schema_converter.scalar_registry


def member_types(kinds: Sequence[GraphQLNamedType]) -> dict[type, GraphQLObjectType]:
    """Give the object types that show each kind of success; refusals are left to the stock executor."""
    found: dict[type, GraphQLObjectType] = {}
    for kind in kinds:
        assert isinstance(kind, GraphQLObjectType)
        declared = registry.types.get(kind.name)
        if declared is not None:
            found[declared.source] = kind
        elif "code" not in kind.fields or "message" not in kind.fields:
            found[SuccessAnswer] = kind
    return found
