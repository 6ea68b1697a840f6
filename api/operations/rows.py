"""Fields of a row that a select gives; what they lead to is joined to it, or listed within it as JSON."""

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLString,
    is_leaf_type,
)
from tortoise.fields.base import Field

from api.operations.columns import AS_PYTHON, Kind, id_expression
from api.operations.lists import AskedList
from api.operations.places import AMBIENTS, Place
from api.operations.running import Declined
from api.operations.schema_index import declared_type, enum_names, fixed_name, model_of, node_type
from api.operations.selections import Selected
from api.operations.selects import Select, Table, field_kind
from models.base import Row
from models.fields import EncryptedField
from models.secrets import Secret
from rules.people.access import IN_CHARGE, OWNER, STAFF_IN_CHARGE, Role
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
from schema.declarations.pages import cut, has_next_page, has_previous_page
from schema.declarations.registry import DeclaredType

if TYPE_CHECKING:
    from api.operations.compiler import Compiler


class Rows(Place):
    """Writes fields of the rows of one table in a select."""

    def __init__(
        self, compiler: "Compiler", select: Select, table: Table | None = None, *, is_inner: bool = False
    ) -> None:
        super().__init__(compiler)
        self.select = select
        self.table = table or select.table
        self.writing = select.writing
        self.is_inner = is_inner
        """Whether its rows stand within another's, as JSON that has been read already."""

    def is_counted(self, selected: Selected, declared: ConnectionList, asked: AskedList) -> bool:
        """Say whether the rows of a list have to be counted: where that is cheap, and was asked for."""
        below = self.compiler.selections.below(selected, selected.object_kind)
        is_asked = any(each.field is not None and each.name == "total_count" for each in below)
        return declared.is_counted and not asked.is_filtered and is_asked

    def page_function(self, selected: Selected, asked: AskedList, row: str) -> str:
        """Make the function that writes one page of a list; gives its name."""
        kind = node_type(selected.kind)

        def one(each: Selected) -> str:
            match each.name:
                case "nodes":
                    return f"[{self.object(each, kind, row)} for {row} in nodes]"
                case "edges":
                    return f"[{self._edge(each, asked, row)} for {row} in nodes]"
                case "page_info":
                    return self._page_info(each, self.cursor(asked))
                case "total_count":
                    return "total"
            raise Declined(f"connection field {each.name}")

        body = self.fields(selected, selected.object_kind, one)
        name = self.source.fresh("page")
        lines = [
            f"page = run.lists[{asked.number}].page",
            f"nodes, has_more = {self.source.thing(cut)}(rows, page)",
            f"return {body}",
        ]
        self.source.function(name, "run, rows, total", lines)
        return name

    def _edge(self, selected: Selected, asked: AskedList, row: str) -> str:
        def one(each: Selected) -> str:
            if each.name == "cursor":
                return f"{self.cursor(asked)}({row})"
            return self.object(each, each.object_kind, row)

        return self.fields(selected, selected.object_kind, one)

    def _page_info(self, selected: Selected, cursor: str) -> str:
        written = {
            "has_next_page": f"{self.source.thing(has_next_page)}(page, has_more=has_more)",
            "has_previous_page": f"{self.source.thing(has_previous_page)}(page, has_more=has_more)",
            "start_cursor": f"({cursor}(nodes[0]) if nodes else None)",
            "end_cursor": f"({cursor}(nodes[-1]) if nodes else None)",
        }
        return self.fields(selected, selected.object_kind, lambda each: written[each.name])

    def cursor(self, asked: AskedList) -> str:
        """Make the function that writes a row's place in its list; gives its name."""
        order = asked.order
        key = self._output("id")
        value = self._python(order.column, "row")
        name = self.source.fresh("cursor")
        at = self.source.thing(order.cursor_at)
        self.source.function(name, "row", [f"return {at}({value}, row[{key}])"])
        return name

    def object(self, selected: Selected, kind: GraphQLObjectType, row: str) -> str:
        """Write an object that is there."""
        declared = declared_type(kind)
        assert declared is not None
        return self.fields(selected, kind, lambda each: self._field(each, declared, row))

    def _output(self, name: str) -> int:
        return self.select.output(self.table, name)

    def _field(self, selected: Selected, declared: DeclaredType, row: str) -> str:
        name = selected.name
        if name == "id":
            return id_expression(declared.name, f"{row}[{self._output('id')}]")
        declaration = declared.fields[name]
        match declaration:
            case Column(column):
                return self._column(selected, column or name, row)
            case MoneyColumn(names):
                return self._money(selected, names or (name,), row)
            case Masked():
                return self._masked(selected, declaration, row)
            case Computed(function, needs):
                arguments = [AMBIENTS[need] if isinstance(need, Ambient) else self._python(need, row) for need in needs]
                return self._computed(selected, f"{self.source.thing(function)}({', '.join(arguments)})")
        return self._followed(selected, declared, declaration, row)

    def _column(self, selected: Selected, name: str, row: str) -> str:
        """Write a column by itself: most need nothing done to what the database gave."""
        field = self.table.model._meta.fields_map[name]
        kind, named = field_kind(self.table.model, name), selected.kind
        at = f"{row}[{self._output(name)}]"
        if isinstance(named, GraphQLEnumType):
            written = f"{self.source.thing(enum_names(named))}[{{}}]"
        else:
            written = _WRITTEN.get((kind, named.name), "")
        if not written:
            return self.leaf(selected, self._python(name, row))
        if not field.null or written == "{}":
            return written.format(at)
        return f"(None if {at} is None else {written.format(at)})"

    def _money(self, selected: Selected, columns: tuple[str, ...], row: str) -> str:
        """Write an amount, or a sum of amounts, with the row's currency."""
        fields = [self.table.model._meta.fields_map[name] for name in columns]
        ats = [f"{row}[{self._output(name)}]" for name in columns]
        at = ats[0] if len(ats) == 1 else f"({' + '.join(ats)})"
        amount = f"cents({at})"
        if len(ats) == 1 and not getattr(fields[0], "may_be_negative", True):
            amount = f'f"{{{at} // 100}}{{hundredths[{at} % 100]}}"'

        def one(each: Selected) -> str:
            return amount if each.name == "amount" else f"{row}[{self._output('currency')}]"

        body = self.fields(selected, selected.object_kind, one)
        return f"(None if {ats[0]} is None else {body})" if fields[0].null else body

    def _masked(self, selected: Selected, declared: Masked, row: str) -> str:
        name = declared.column or selected.name
        role = self.compiler.role
        if role in IN_CHARGE and STAFF_IN_CHARGE in declared.clear_to:
            return self._clear(name, row)
        mask = self._mask(name, declared, row)
        if role is Role.CUSTOMER and OWNER in declared.clear_to:
            owner = f"{row}[{self._output(str(self.table.model.owner_key))}]"
            return f"({self._clear(name, row)} if {owner} == run.me else {mask})"
        return mask

    def _clear(self, name: str, row: str) -> str:
        field = self.table.model._meta.fields_map[name]
        at = f"{row}[{self._output(name)}]"
        if not isinstance(field, EncryptedField):
            return at
        read = self.source.thing(_reader(field.purpose(self.table.model)))
        return f"(None if {at} is None else {read}({at}))"

    def _mask(self, name: str, declared: Masked, row: str) -> str:
        stored = stock.mask_column(self.table.model, name)
        if stored is not None:
            return f"{row}[{self._output(stored)}]"
        at = f"{row}[{self._output(name)}]"
        return f"(None if {at} is None else {self.source.thing(declared.mask)}({at}))"

    def _computed(self, selected: Selected, call: str) -> str:
        kind = selected.kind
        if kind is GraphQLString and not selected.is_list:  # What is declared as `str` is one: mypy sees to it.
            return call
        if isinstance(kind, GraphQLEnumType) and not selected.is_nullable and not selected.is_list:
            return f"{self.source.thing(enum_names(kind))}[{call}]"
        if is_leaf_type(kind):
            return self.leaf(selected, call)
        assert isinstance(kind, GraphQLObjectType)
        return f"{self.compiler.value_function(selected, kind)}(run, {call})"

    def _python(self, name: str, row: str) -> str:
        """Write a column as the model's attribute would be."""
        field = self.table.model._meta.fields_map[name]
        if isinstance(field, EncryptedField):
            raise Declined("a computed secret")
        at = f"{row}[{self._output(name)}]"
        made = _as_member(field, self.source.thing) or AS_PYTHON[field_kind(self.table.model, name)]
        if not field.null or made == "{}":
            return made.format(at)
        return f"(None if {at} is None else {made.format(at)})"

    def _followed(self, selected: Selected, declared: DeclaredType, declaration: Declaration, row: str) -> str:
        match declaration:
            case Relation():
                return self._relation(selected, declaration, row)
            case Children():
                self.compiler.check_role(declaration.allow)
                inner = self._inner(model_of(selected.kind))
                inner.select.of_parent(self.table, str(declaration.via), declaration.where)
                inner.select.in_order(declaration.order_by, declaration.via, declaration.where)
                each = self.source.fresh("r")
                body = inner.object(selected, selected.object_kind, each)
                return f"[{body} for {each} in {self._listed(inner, row)}]"
            case ConnectionList():
                self.compiler.check_role(declaration.allow)
                return self._connection(selected, declared, declaration, row)
            case Counted(model, via, where):
                return f"{row}[{self._count(model, via, where)}]"
        raise Declined(type(declaration).__name__)

    def _inner(self, model: type[Row]) -> "Rows":
        return Rows(self.compiler, Select(Table(self.writing, model), self.select.depth + 1), is_inner=True)

    def _listed(self, inner: "Rows", row: str) -> str:
        """Select the rows of an inner select as JSON; give the expression of the list."""
        at = f"{row}[{self.select.expression(inner.select.json(), is_json=True)}]"
        return f"({at} or ())" if self.is_inner else f"rows_in({at})"

    def _count(self, model: type[Row], via: str, where: Any) -> int:
        inner = self._inner(model)
        inner.select.of_parent(self.table, via, where)
        inner.select.expression("count(*)")
        return self.select.expression(f"({inner.select.sql()})")

    def _relation(self, selected: Selected, declared: Relation, row: str) -> str:
        model = model_of(selected.kind)
        if declared.key is not None:
            target = Table(self.writing, model)
            self.select.join_by_key(self.table, declared.key, target)
        elif not declared.where and model._meta.fields_map[str(declared.via)].unique:
            target = Table(self.writing, model)
            self.select.join_by_unique(self.table, target, str(declared.via))
        else:
            target = self.select.join_first(self.table, str(declared.via), declared.where, declared.order_by, model)
        joined = Rows(self.compiler, self.select, target, is_inner=self.is_inner)
        present = f"{row}[{self.select.output(target, 'id')}]"
        body = joined.object(selected, selected.object_kind, row)
        return f"({self.missing(selected)} if {present} is None else {body})"

    def _connection(self, selected: Selected, declared: DeclaredType, declaration: ConnectionList, row: str) -> str:
        asked = self.compiler.asked_list(selected, declaration, fixed_name(declared.cls, selected.name))
        inner = self._inner(asked.order.model)
        inner.select.of_parent(self.table, str(declaration.via), declaration.where)
        asked.bound(inner.select)
        page = inner.page_function(selected, asked, self.source.fresh("r"))
        total = "None"
        if inner.is_counted(selected, declaration, asked):
            total = f"{row}[{self._count(asked.order.model, str(declaration.via), declaration.where)}]"
        return f"{page}(run, {self._listed(inner, row)}, {total})"


_WRITTEN: dict[tuple[Kind, str], str] = {
    (Kind.WHOLE, "Int"): "whole({})",
    (Kind.TEXT, "String"): "{}",
    (Kind.TEXT, "CurrencyCode"): "{}",
    (Kind.TRUTH, "Boolean"): "({} == 1)",
    (Kind.DAY, "Date"): "{}",
    (Kind.INSTANT, "DateTime"): "instant({})",
    (Kind.RATE, "Rate"): "millionths({})",
}
"""How a column is written that needs no Python value between, by what it holds and what GraphQL calls it."""


def _as_member(field: Field[Any], thing: Any) -> str | None:
    """Write how a stored value becomes its enum's member; None for a column of no enum."""
    enum = getattr(field, "enum_type", None)
    return None if enum is None else f"{thing(enum)}({{}})"


def _reader(purpose: str) -> Any:
    return lambda sealed: Secret.from_sealed(sealed, purpose).read()
