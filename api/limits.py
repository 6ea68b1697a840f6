"""How much one operation may ask for: measured before it is validated, in one walk that is linear in its text.

Fragments are measured once each and added up, never expanded: validating, or limiting by expansion, would take 2^40 steps for
1.5 kB of fragments that spread each other twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    TokenKind,
    parse,
)

from api.measures import NOTHING, Measure, Walk, is_introspection_used
from schema.declarations.fields import EXPORT_CAP
from schema.errors import RequestError

REMEMBERED = 256
"""How many operations' answers are kept: those of the apps are few, and asked all day."""
_PARSER_LIMITS = {"tokens. Parsing aborted": "error.TOO_MANY_TOKENS", "nested too deeply": "error.TOO_DEEP"}
"""How graphql-core's parser says that it gave up."""


@dataclass(frozen=True)
class OperationLimits:
    """The most that one document may have of each; what each means stands in the settings."""

    depth: int
    aliases: int
    cost: int
    fragments: int
    directives: int
    operations: int
    tokens: int
    number_digits: int
    allows_introspection: bool


@dataclass(frozen=True)
class Problem:
    """What is wrong with a document: the key of the words, and what they speak of."""

    key: str
    cost: int = 0
    field: str = ""
    """The list that most of the cost comes from."""


class TooComplex(RequestError):
    """The operation is over a limit; the words name it."""

    def __init__(self, problem: Problem, limit: int) -> None:
        super().__init__("OPERATION_TOO_COMPLEX", problem.key, limit=limit, cost=problem.cost, field=problem.field)


class IntrospectionOff(RequestError):
    """The schema is not shown here."""

    def __init__(self) -> None:
        super().__init__("INTROSPECTION_OFF", "error.INTROSPECTION_OFF")


_SCHEMA_ASKED = Problem("error.INTROSPECTION_OFF")


@dataclass(frozen=True)
class Examined:
    """What is known of a document, as long as its pages are as long as they were said to be."""

    problem: Problem | None = None
    page_sizes: tuple[str, ...] = ()
    """The variables that say how long a page is: no other changes what a document costs."""


class OperationCheck:
    """Checks documents against the limits, and remembers what it found."""

    def __init__(self, limits: OperationLimits) -> None:
        self.limits = limits
        self._examined = lru_cache(maxsize=REMEMBERED)(self._examine)

    def check(self, schema: GraphQLSchema, query: str, variables: Mapping[str, Any] | None) -> None:
        """Raise TooComplex or IntrospectionOff for a document over a limit; one that does not parse is let through.

        A document is read once, and once more for each length of its pages that variables ask for.
        """
        examined = self._examined(schema, query, ())
        if examined.page_sizes and variables:
            sent = [(name, variables.get(name)) for name in examined.page_sizes]
            numbers = tuple((name, min(max(size, 0), EXPORT_CAP)) for name, size in sent if type(size) is int)
            examined = self._examined(schema, query, numbers)
        problem = examined.problem
        if problem is _SCHEMA_ASKED:
            raise IntrospectionOff
        if problem is not None:
            raise TooComplex(problem, getattr(self.limits, _LIMIT_OF[problem.key]))

    def _examine(self, schema: GraphQLSchema, query: str, numbers: tuple[tuple[str, int], ...]) -> Examined:
        try:
            document = parse(query, max_tokens=self.limits.tokens)
            counted = self._counted(document)
            return self._walked(schema, document, dict(numbers)) if counted is None else Examined(counted)
        except GraphQLSyntaxError as error:
            problems = (Problem(key) for words, key in _PARSER_LIMITS.items() if words in error.message)
            return Examined(next(problems, None))
        except RecursionError:
            return Examined(Problem("error.TOO_DEEP"))

    def _counted(self, document: DocumentNode) -> Problem | None:
        """Find what can be counted without knowing what it means."""
        operations = sum(isinstance(node, OperationDefinitionNode) for node in document.definitions)
        fragments = sum(isinstance(node, FragmentDefinitionNode) for node in document.definitions)
        directives = longest_number = 0
        token = document.loc.start_token if document.loc else None
        while token is not None:
            directives += token.kind is TokenKind.AT
            if token.kind in (TokenKind.INT, TokenKind.FLOAT):
                longest_number = max(longest_number, len(token.value or ""))
            token = token.next
        found = {
            "error.TOO_MANY_OPERATIONS": operations,
            "error.TOO_MANY_FRAGMENTS": fragments,
            "error.TOO_MANY_DIRECTIVES": directives,
            "error.NUMBER_TOO_LONG": longest_number,
        }
        return self._first_over(found)

    def _walked(self, schema: GraphQLSchema, document: DocumentNode, numbers: dict[str, int]) -> Examined:
        if not self.limits.allows_introspection and is_introspection_used(document):
            return Examined(_SCHEMA_ASKED)
        worst = Measure()
        walk = Walk(schema, document, numbers)
        for node in document.definitions:
            worst = worst.larger(walk.definition(node))
        found = {
            "error.TOO_DEEP": worst.depth,
            "error.TOO_MANY_ALIASES": worst.aliases,
            "error.TOO_COSTLY": worst.cost,
        }
        return Examined(self._first_over(found, worst), tuple(sorted(walk.page_sizes)))

    def _first_over(self, found: dict[str, int], worst: Measure = NOTHING) -> Problem | None:
        over = (key for key, count in found.items() if count > getattr(self.limits, _LIMIT_OF[key]))
        key = next(over, None)
        return Problem(key, worst.cost, worst.costliest()) if key else None


_LIMIT_OF = {
    "error.TOO_DEEP": "depth",
    "error.TOO_MANY_ALIASES": "aliases",
    "error.TOO_COSTLY": "cost",
    "error.TOO_MANY_FRAGMENTS": "fragments",
    "error.TOO_MANY_DIRECTIVES": "directives",
    "error.TOO_MANY_OPERATIONS": "operations",
    "error.TOO_MANY_TOKENS": "tokens",
    "error.NUMBER_TOO_LONG": "number_digits",
}
