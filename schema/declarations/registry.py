"""Everything declared, by name; filled as the areas are imported, read when the schema is built."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import strawberry

from rules.errors import Refused
from rules.people.access import Role
from schema.declarations.fields import Column, Declaration
from schema.declarations.inputs import Input

T = TypeVar("T")
C = TypeVar("C", bound=type)
F = TypeVar("F", bound=Callable[..., Any])


class Node:
    """Something with an id that can be read again by `node(id)`."""

    id: strawberry.ID
    """Opaque and global: the same row has the same id in every answer."""


class Connection(Generic[T]):
    """Stands in annotations for a page by page list: `Connection[Loan]`."""

    if not TYPE_CHECKING:

        def __class_getitem__(cls, node: type) -> "ConnectionOf":
            return ConnectionOf(node)


@dataclass(frozen=True)
class ConnectionOf:
    """A list of nodes, read page by page."""

    node: type


@dataclass
class DeclaredType:
    """A GraphQL object type: its class, and what its rows or values are in Python."""

    cls: type
    source: type
    is_node: bool
    fields: dict[str, Declaration] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.cls.__name__


@dataclass(frozen=True)
class DeclaredOperation:
    """A root field with an input and typed refusals: a mutation, or a query that may refuse."""

    function: Callable[..., Any]
    allow: frozenset[Role]
    refusals: tuple[type[Refused], ...]
    is_mutation: bool

    @property
    def name(self) -> str:
        return self.function.__name__


@dataclass(frozen=True)
class DeclaredSubscription:
    """A root field that goes on: rows of one model, as there is news of them."""

    function: Callable[..., Any]
    allow: frozenset[Role]
    refusals: tuple[type[Refused], ...] = ()

    @property
    def name(self) -> str:
        return self.function.__name__


types: dict[str, DeclaredType] = {}
roots: dict[str, type] = {}
operations: dict[str, DeclaredOperation] = {}
subscriptions: dict[str, DeclaredSubscription] = {}
filtered_models: dict[type, type] = {}


def _declare(cls: C, source: type, *, is_node: bool) -> C:
    assert cls.__name__ not in types, f"two types are called {cls.__name__}"
    declared = DeclaredType(cls, source, is_node)
    for name in cls.__annotations__:
        declared.fields[name] = cls.__dict__.get(name, Column())
    types[cls.__name__] = declared
    return cls


def node(model: type) -> Callable[[C], C]:
    """Bind a type to the model whose rows it shows."""
    return lambda cls: _declare(cls, model, is_node=True)


def value(source: type) -> Callable[[C], C]:
    """Bind a type to the frozen dataclass whose values it shows."""
    return lambda cls: _declare(cls, source, is_node=False)


def root(cls: C) -> C:
    """Add the class's fields to the query root; staff lists say to whom by `allow=`."""
    roots[f"{cls.__module__}.{cls.__name__}"] = cls
    return cls


def filter_of(model: type) -> Callable[[C], C]:
    """Declare what a list of a model's rows can be narrowed by."""

    def declare(cls: C) -> C:
        filtered_models[cls] = model
        return cls

    return declare


def input(cls: C) -> C:
    """Declare an input type: a subclass of `Input`."""
    assert issubclass(cls, Input), f"{cls.__name__} is not an Input"
    return cls


def mutation(*, allow: frozenset[Role], refusals: tuple[type[Refused], ...] = ()) -> Callable[[F], F]:
    """Declare a mutation; NotFound, Conflict and KeyReused follow from its input's ids, version and key."""
    return _operation(allow, refusals, is_mutation=True)


def query(*, allow: frozenset[Role], refusals: tuple[type[Refused], ...] = ()) -> Callable[[F], F]:
    """Declare a root query that takes an input and may refuse."""
    return _operation(allow, refusals, is_mutation=False)


def subscription(*, allow: frozenset[Role]) -> Callable[[F], F]:
    """Declare what is watched: the function says whether it can be, and returns the `Watch` whose rows are sent.

    NotFound follows from its input's ids. It is an error of the operation, which ends with it: there is no payload yet.
    """

    def declare(function: F) -> F:
        assert function.__name__ not in subscriptions, f"two subscriptions are called {function.__name__}"
        subscriptions[function.__name__] = DeclaredSubscription(function, allow)
        return function

    return declare


def _operation(allow: frozenset[Role], refusals: tuple[type[Refused], ...], *, is_mutation: bool) -> Callable[[F], F]:
    def declare(function: F) -> F:
        assert function.__name__ not in operations, f"two operations are called {function.__name__}"
        operations[function.__name__] = DeclaredOperation(function, allow, refusals, is_mutation)
        return function

    return declare
