"""Fields of a thing that Python has: what a resolver returned, or the viewer. What they lead to is read by statements."""

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLObjectType,
    get_argument_values,
    is_leaf_type,
)

from api.operations.places import Place
from api.operations.rows import Rows
from api.operations.running import Declined
from api.operations.schema_index import declared_type, fixed_name, model_of
from api.operations.selections import Selected
from api.operations.selects import Select, Table
from api.operations.source import Frame
from models.base import Row
from rules.ids import encode_id
from rules.money import Money
from schema.declarations import stock
from schema.declarations.fields import (
    Ambient,
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
from schema.declarations.ids import decode_id
from schema.declarations.inputs import type_name_of
from schema.declarations.registry import DeclaredType

if TYPE_CHECKING:
    from api.operations.compiler import Compiler


class Things(Place):
    """Writes the fields of one thing."""

    def __init__(self, compiler: "Compiler", frame: Frame | None) -> None:
        super().__init__(compiler)
        self.frame = frame
        """Where statements are awaited; None within a list, where there would be one for each thing."""

    def object(self, selected: Selected, kind: GraphQLObjectType, thing: str) -> str:
        """Write an object that is there."""
        declared = declared_type(kind)
        return self.fields(selected, kind, lambda each: self._field(each, declared, thing))

    def _field(self, selected: Selected, declared: DeclaredType | None, thing: str) -> str:
        name = selected.name
        if declared is None:  # The success of an operation that returned one row.
            return self._inner(selected, f"{thing}.result")
        if name == "id" and declared.is_node:
            return f"{self.source.thing(encode_id)}({declared.name!r}, {thing}.pk)"
        declaration = declared.fields[name]
        match declaration:
            case Column(column):
                return self._inner(selected, f"{thing}.{column or name}")
            case MoneyColumn():
                return self._inner(selected, f"{self.source.thing(stock.money(name, declaration))}({thing})")
            case Masked():
                resolve = self.source.thing(stock.masked(name, declaration, declared.source))
                return self._inner(selected, f"{resolve}({thing}, run)")
            case Computed(needs=needs):
                viewer = ", run" if any(isinstance(need, Ambient) for need in needs) else ""
                return self._inner(selected, f"{self.source.thing(stock.computed(declaration))}({thing}{viewer})")
        return self._followed(selected, declared, declaration, thing)

    def _inner(self, selected: Selected, expression: str) -> str:
        """Write what an attribute is: a leaf, an object, or a list of objects."""
        assert selected.field is not None
        kind = selected.kind
        if is_leaf_type(kind):
            return self.leaf(selected, expression)
        assert isinstance(kind, GraphQLObjectType)
        if selected.is_list:
            return f"[{self.compiler.value_function(selected, kind)}(run, each) for each in {expression}]"
        if self.frame is None or kind.name == Money.__name__:
            return f"{self.compiler.value_function(selected, kind)}(run, {expression})"
        thing = self.frame.keep(expression)
        return f"(None if {thing} is None else {self.object(selected, kind, thing)})"

    def _followed(self, selected: Selected, declared: DeclaredType, declaration: Declaration, thing: str) -> str:
        """Write what a thing leads to, read by a statement of its own."""
        own = f"(None if {thing} is None else {thing}.pk)"
        match declaration:
            case Relation(key=str(key)):
                return self.node(selected, model_of(selected.kind), f"(None if {thing} is None else {thing}.{key})")
            case Relation():
                return self._first(selected, declaration, own)
            case Children(via, allow=allow):
                self.compiler.check_role(allow)
                return self.children(selected, declaration, model_of(selected.kind), own if via else "0")
            case ConnectionList():
                self.compiler.check_role(declaration.allow)
                return self.connection(selected, declaration, fixed_name(declared.cls, selected.name), own)
            case Counted(model, via, where):
                return self._count(model, via, where, own)
        raise Declined(type(declaration).__name__)

    def node(self, selected: Selected, model: type[Row], key: str | None = None) -> str:
        """Write one row by its id: what a key names, or what `node(id)` asks for."""
        rows = self._start(model)
        rows.select.of_root("id", {})
        kind = selected.kind
        if not isinstance(kind, GraphQLObjectType):
            kind = self.compiler.selections.schema.type_map[type_name_of(model)]
            assert isinstance(kind, GraphQLObjectType)
        return self._one(selected, rows, kind, key or f"{self.source.thing(_id_argument(selected))}(run)")

    def _first(self, selected: Selected, declared: Relation, key: str) -> str:
        rows = self._start(model_of(selected.kind))
        rows.select.of_root(str(declared.via), declared.where)
        rows.select.in_order(declared.order_by, declared.via, declared.where)
        rows.select.limit = 1
        return self._one(selected, rows, selected.object_kind, key)

    def _one(self, selected: Selected, rows: "Rows", kind: GraphQLObjectType, key: str) -> str:
        row = self.source.fresh("r")
        body = rows.object(selected, kind, row)
        self._awaiting().lines.append(f"{row} = await run.row({self._statement(rows.select)}, {key})")
        return f"({self.missing(selected)} if {row} is None else {body})"

    def _count(self, model: type[Row], via: str, where: Any, key: str) -> str:
        rows = self._start(model)
        rows.select.of_root(via, where)
        rows.select.expression("count(*)")
        row = self._awaiting().keep(f"await run.row({self._statement(rows.select)}, {key})")
        return f"(0 if {row} is None else {row}[0])"

    def _start(self, model: type[Row]) -> "Rows":
        """Begin a statement."""
        return Rows(self.compiler, Select(Table(self.compiler.writing(), model)))

    def _rows(self, select: Select, key: str) -> str:
        return self._awaiting().keep(f"await run.rows({self._statement(select)}, {key})")

    def _statement(self, select: Select) -> str:
        return self.source.thing(select.writing.statement(select.sql()))

    def _awaiting(self) -> Frame:
        if self.frame is None:
            raise Declined("rows within a list of things")
        return self.frame

    def children(self, selected: Selected, declared: Children, model: type[Row], key: str) -> str:
        """Write all rows of a closed list."""
        rows = self._start(model)
        rows.select.of_root(declared.via, declared.where)
        rows.select.in_order(declared.order_by, declared.via, declared.where)
        row = self.source.fresh("r")
        body = rows.object(selected, selected.object_kind, row)
        return f"[{body} for {row} in {self._rows(rows.select, key)}]"

    def connection(self, selected: Selected, declared: ConnectionList, list_name: str, key: str) -> str:
        """Write one page of a list."""
        asked = self.compiler.asked_list(selected, declared, list_name)
        rows = self._start(asked.order.model)
        rows.select.of_root(declared.via, declared.where)
        asked.bound(rows.select)
        page = rows.page_function(selected, asked, self.source.fresh("r"))
        total = "None"
        if rows.is_counted(selected, declared, asked):
            total = self._count(asked.order.model, str(declared.via), declared.where, key)
        return f"{page}(run, {self._rows(rows.select, key)}, {total})"


def _id_argument(selected: Selected) -> Any:
    field = selected.field
    assert field is not None
    return lambda run: decode_id(get_argument_values(field, selected.node, run.variables)["id"])[1]
