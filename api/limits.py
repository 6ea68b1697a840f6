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

from api.measures import MANY, Measure, Walk, is_introspection_used
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


class TooComplex(RequestError):
    """The operation is over a limit; the words name it."""

    def __init__(self, key: str, limit: int) -> None:
        super().__init__("OPERATION_TOO_COMPLEX", key, limit=limit)


class IntrospectionOff(RequestError):
    """The schema is not shown here."""

    def __init__(self) -> None:
        super().__init__("INTROSPECTION_OFF", "error.INTROSPECTION_OFF")


class OperationCheck:
    """Checks documents against the limits, and remembers what it found."""

    def __init__(self, limits: OperationLimits) -> None:
        self.limits = limits
        self._problem = lru_cache(maxsize=REMEMBERED)(self._find_problem)

    def check(self, schema: GraphQLSchema, query: str, variables: Mapping[str, Any] | None) -> None:
        """Raise TooComplex or IntrospectionOff for a document over a limit; one that does not parse is let through.

        Only numbers among the variables count: they say how long a page is.
        """
        numbers = tuple(sorted((name, value) for name, value in (variables or {}).items() if type(value) is int))
        problem = self._problem(schema, query, numbers)
        if problem == "":
            raise IntrospectionOff
        if problem is not None:
            raise TooComplex(problem, getattr(self.limits, _LIMIT_OF[problem]))

    def _find_problem(self, schema: GraphQLSchema, query: str, numbers: tuple[tuple[str, int], ...]) -> str | None:
        """Give the key of the words for the limit that is passed; "" stands for introspection where it is off, None for no problem."""
        try:
            document = parse(query, max_tokens=self.limits.tokens)
            return self._counted(document) or self._walked(schema, document, dict(numbers))
        except GraphQLSyntaxError as error:
            return next((key for words, key in _PARSER_LIMITS.items() if words in error.message), None)
        except RecursionError:
            return "error.TOO_DEEP"

    def _counted(self, document: DocumentNode) -> str | None:
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

    def _walked(self, schema: GraphQLSchema, document: DocumentNode, numbers: dict[str, int]) -> str | None:
        if not self.limits.allows_introspection and is_introspection_used(document):
            return ""
        worst = Measure()
        walk = Walk(schema, document, numbers)
        for node in document.definitions:
            worst = worst.larger(walk.definition(node))
        found = {
            "error.TOO_DEEP": worst.depth,
            "error.TOO_MANY_ALIASES": worst.aliases,
            "error.TOO_COSTLY": min(worst.cost, MANY),
        }
        return self._first_over(found)

    def _first_over(self, found: dict[str, int]) -> str | None:
        over = (problem for problem, count in found.items() if count > getattr(self.limits, _LIMIT_OF[problem]))
        return next(over, None)


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
