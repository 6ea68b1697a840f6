"""From a valid operation and the declarations to a plan. Nothing here knows a type, a field or a table by name.

An answer is put together by generated functions: an expression for each field, of the columns of a row that SQL gave
(`Rows`), or of the attributes of a thing that Python has (`Things`).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, GraphQLUnionType, VariableValues, get_named_type

from api.operations.calls import call_of, member_types
from api.operations.dialects import DIALECTS
from api.operations.documents import Document
from api.operations.lists import AskedList, ask_list
from api.operations.places import AMBIENTS
from api.operations.running import Declined, Run
from api.operations.schema_index import declared_root, fixed_name, model_of, node_type
from api.operations.selections import Selected, Selections
from api.operations.selects import Writing
from api.operations.source import Frame, Source
from api.operations.things import Things
from models.base import Row
from models.database.reading import dialect
from rules.people.access import Role
from schema.declarations import registry
from schema.declarations.fields import Ambient, Children, Computed, ConnectionList
from schema.declarations.ids import decode_id
from schema.declarations.pages import Order


@dataclass(frozen=True)
class Plan:
    """What answers an operation, for everybody of one role."""

    answer: Callable[[Run], Awaitable[dict[str, Any]]]
    lists: int
    """How many lists it has."""


class Compiler:
    """Compiles one operation for one role."""

    def __init__(self, schema: GraphQLSchema, document: Document, variables: VariableValues, role: Role) -> None:
        self.selections = Selections(schema, document, variables)
        self.is_query = document.is_query
        self.role = role
        self.dialect = DIALECTS[dialect()]
        self.source = Source({"instant": self.dialect.instant, "moment": self.dialect.moment})
        self.lists: list[AskedList] = []

    def plan(self) -> Plan:
        """Compile. Raises `Declined` for what is left to the stock executor."""
        frame = Frame(self.source)
        roots = self.selections.root()
        if not self.is_query and len(roots) != 1:
            raise Declined("several mutations")
        fields = [f"{selected.key!r}: {self._root(selected, frame)}" for selected in roots]
        requests = [f"run.lists[{asked.number}] = {self.source.thing(asked.request)}(run)" for asked in self.lists]
        lines = [*requests, *frame.lines, f"return {{{', '.join(fields)}}}"]
        self.source.function("answer", "run", lines, is_async=True)
        return Plan(self.source.made()["answer"], len(self.lists))

    def _root(self, selected: Selected, frame: Frame) -> str:
        if selected.field is None:
            return repr("Query" if self.is_query else "Mutation")
        name = selected.name
        things = Things(self, frame)
        if name in registry.operations:
            return self._operation(selected, frame)
        if name == "node":
            return things.node(selected, self._node_model(selected))
        root = declared_root(name)
        match root.declaration if root else None:
            case Computed(function, (Ambient() as ambient,)):
                thing = frame.keep(f"{self.source.thing(function)}({AMBIENTS[ambient]})")
                return things.object(selected, selected.object_kind, thing)
            case Children() as declared:
                self.check_role(declared.allow)
                return things.children(selected, declared, model_of(selected.kind), "0")
            case ConnectionList() as declared:
                assert root is not None
                self.check_role(declared.allow)
                return things.connection(selected, declared, fixed_name(root.cls, name), "0")
        raise Declined(f"root field {name}")

    def check_role(self, allow: frozenset[Role]) -> None:
        if self.role not in allow:
            raise Declined("role")

    def _node_model(self, selected: Selected) -> type[Row]:
        type_name, _ = decode_id(self.selections.arguments(selected)["id"])
        declared = registry.types.get(type_name)
        if declared is None or not declared.is_node:
            raise Declined("id of no node")
        model: type[Row] = declared.source
        return model

    def _operation(self, selected: Selected, frame: Frame) -> str:
        operation = registry.operations[selected.name]
        self.check_role(operation.allow)
        union = selected.kind
        assert selected.field is not None
        kinds = union.types if isinstance(union, GraphQLUnionType) else (get_named_type(selected.field.type),)
        members = {}
        for source, kind in member_types(kinds).items():
            inner = Frame(self.source)
            answer = Things(self, inner).object(selected, kind, "thing")
            name = self.source.fresh("member")
            self.source.function(name, "run, thing", [*inner.lines, f"return {answer}"], is_async=True)
            members[source] = name
        call = self.source.thing(call_of(operation, selected, self.role))
        done = frame.keep(f"await {call}(run)")
        chosen = "{" + ", ".join(f"{self.source.thing(source)}: {name}" for source, name in members.items()) + "}"
        return frame.keep(f"await {chosen}[type({done})](run, {done})")

    def value_function(self, selected: Selected, kind: GraphQLObjectType) -> str:
        """Make a function that writes a thing which has nothing to await; gives its name."""
        name = self.source.fresh("value")
        body = Things(self, None).object(selected, kind, "thing")
        self.source.function(name, "run, thing", [f"return None if thing is None else {body}"])
        return name

    def writing(self) -> Writing:
        """Begin a statement."""
        return Writing(self.dialect, self.role)

    def asked_list(self, selected: Selected, declared: ConnectionList, list_name: str) -> AskedList:
        """Look at what a list of this operation is asked for."""
        order = Order(list_name, declared.order_by, model_of(node_type(selected.kind)))
        asked = ask_list(self.selections, selected, declared, order, len(self.lists))
        self.lists.append(asked)
        return asked
