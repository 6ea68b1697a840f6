"""What a document amounts to: its depth, its repetitions, and about how many values it asks for."""

from dataclasses import dataclass

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TokenKind,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)
from graphql.type import GraphQLNamedType

from schema.declarations.fields import EXPORT_CAP
from schema.declarations.pages import DEFAULT_PAGE

MANY = 10**12
"""Beyond any limit: counting stops here."""
OPERATION = 5_000
"""What a root field weighs that takes an input: a resolver answers it, at whatever cost, and not the size of its answer."""
PLAIN_LIST = 10
"""About what a list without pages holds: a loan's installments, a quote's fees."""
LONGEST_PATH = 50
"""How many names of a way are said."""
INTROSPECTION = ("__schema", "__type")


@dataclass(frozen=True)
class Measure:
    """What a selection amounts to, its fragments included."""

    depth: int = 0
    aliases: int = 0
    """Fields that are renamed or named again: each may be answered, and has to be compared, once more."""
    cost: int = 0
    """About how many rows and values are read: a row is one, and each value asked of it, times the rows there are."""
    cost_a_row: int = 0
    """What costs this much for each row of the page that it stands in, whose length the list above knows."""
    path: "Path | None" = None
    """The way to the list that costs most; to the field, where there is no list."""
    peak: int = 0
    """What the first field on that way costs."""

    def larger(self, other: "Measure") -> "Measure":
        """Take the worse of two definitions in each respect."""
        costs = max(self.cost, other.cost), max(self.cost_a_row, other.cost_a_row)
        return self._with(other, max(self.aliases, other.aliases), *costs)

    def beside(self, other: "Measure") -> "Measure":
        """Add up two parts of one selection."""
        costs = self.cost + other.cost, self.cost_a_row + other.cost_a_row
        return self._with(other, self.aliases + other.aliases, *costs)

    def _with(self, other: "Measure", aliases: int, cost: int, cost_a_row: int) -> "Measure":
        worse = other if other.peak > self.peak else self
        depth, aliases = max(self.depth, other.depth), min(aliases, MANY)
        return Measure(depth, aliases, min(cost, MANY), min(cost_a_row, MANY), worse.path, worse.peak)

    def costliest(self) -> str:
        """Name the field that costs most, by its way from the root."""
        names: list[str] = []
        path = self.path
        while path is not None and len(names) < LONGEST_PATH:
            names.append(path.name)
            path = path.rest
        return ".".join(names)


@dataclass(frozen=True)
class Path:
    """A way down through fields; its end is shared, so that a step is added at no cost."""

    name: str
    rest: "Path | None"
    has_list: bool


NOTHING = Measure()


def is_introspection_used(document: DocumentNode) -> bool:
    """Say whether the schema is asked for anywhere; `__typename` is no such question."""
    token = document.loc.start_token if document.loc else None
    while token is not None:
        if token.kind is TokenKind.NAME and token.value in INTROSPECTION:
            return True
        token = token.next
    return False


class Walk:
    """Measures the definitions of one document, each fragment once."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, numbers: dict[str, int]) -> None:
        self.schema = schema
        self.numbers = numbers
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.measured: dict[str, Measure] = {}
        self.page_sizes: set[str] = set()
        """The variables that say how long a page is, as far as they were met."""

    def definition(self, node: DefinitionNode) -> Measure:
        """Measure an operation or a fragment."""
        if isinstance(node, FragmentDefinitionNode):
            return self._fragment(node.name.value)
        if not isinstance(node, OperationDefinitionNode):
            return Measure()
        for variable in node.variable_definitions or ():
            if isinstance(variable.default_value, IntValueNode):
                self.numbers.setdefault(variable.variable.name.value, int(variable.default_value.value))
        return self._selections(node.selection_set, self.schema.get_root_type(node.operation), set())

    def _fragment(self, name: str) -> Measure:
        if name not in self.measured:
            self.measured[name] = Measure()  # Where it spreads itself; validation says so.
            fragment = self.fragments.get(name)
            if fragment is not None:
                of = self._type(fragment.type_condition)
                self.measured[name] = self._selections(fragment.selection_set, of, set())
        return self.measured[name]

    def _type(self, condition: NamedTypeNode) -> GraphQLNamedType | None:
        return self.schema.type_map.get(condition.name.value)

    def _selections(self, selections: SelectionSetNode, of: GraphQLNamedType | None, seen: set[str]) -> Measure:
        """Measure a selection set. `seen` has the names of the set it is merged into by inline fragments."""
        measure = NOTHING
        for node in selections.selections:
            match node:
                case FieldNode():
                    measure = measure.beside(self._field(node, of, seen))
                case FragmentSpreadNode():
                    measure = measure.beside(self._fragment(node.name.value))
                case InlineFragmentNode():
                    inner = self._type(node.type_condition) if node.type_condition else of
                    measure = measure.beside(self._selections(node.selection_set, inner, seen))
        return measure

    def _field(self, node: FieldNode, of: GraphQLNamedType | None, seen: set[str]) -> Measure:
        name = (node.alias or node.name).value
        aliases = int(node.alias is not None or name in seen)
        seen.add(name)
        if node.name.value in INTROSPECTION or node.selection_set is None:
            return Measure(1, aliases, 1, path=Path(name, None, has_list=False), peak=1)
        field = _fields(of).get(node.name.value)
        kind = get_named_type(field.type) if field else None
        inner = self._selections(node.selection_set, kind, set())
        is_list = field is not None and is_list_type(get_nullable_type(field.type))
        is_rows_of_page = is_list and "pageInfo" in _fields(of)
        is_page = field is not None and "first" in field.args
        length = self._page_length(node) if is_page else PLAIN_LIST if is_list and not is_rows_of_page else 1
        one = _is_row(kind) + inner.cost + (OPERATION if field is not None and "input" in field.args else 0)
        cost = min(one + length * inner.cost_a_row if is_page else length * (one + inner.cost_a_row), MANY)
        has_longer_way = inner.path is not None and inner.path.has_list
        ends_here = (is_page or is_list) and not is_rows_of_page and not has_longer_way
        path = Path(name, None if ends_here else inner.path, has_list=ends_here or has_longer_way)
        costs = (0, cost) if is_rows_of_page else (cost, 0)
        return Measure(inner.depth + 1, min(inner.aliases + aliases, MANY), *costs, path, cost)

    def _page_length(self, node: FieldNode) -> int:
        """Say how long a page is at most."""
        lengths = []
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                match argument.value:
                    case IntValueNode():
                        lengths.append(int(argument.value.value))
                    case VariableNode():
                        name = argument.value.name.value
                        self.page_sizes.add(name)
                        lengths.append(self.numbers.get(name, DEFAULT_PAGE))
        return min(max(1, *lengths), EXPORT_CAP) if lengths else DEFAULT_PAGE


def _fields(of: GraphQLNamedType | None) -> dict[str, GraphQLField]:
    return of.fields if isinstance(of, GraphQLObjectType | GraphQLInterfaceType) else {}


def _is_row(kind: GraphQLNamedType | None) -> bool:
    """Say whether a row of its own is read, or several: what is a node has an id."""
    return "id" in _fields(kind)
