"""The document of a request: parsed once, its operation found, its trust checked."""

import hashlib
from pathlib import Path

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType
from strawberry.extensions import ParserCache

from api.requests import GraphQLRequest, NotARequest

_parse = ParserCache().cached_parse_document
"""Shares its cache with the schema's own ParserCache: a document is parsed once."""


class TrustedOperations:
    """The documents that our own apps send, known by the hash of their text."""

    def __init__(self, folder: Path | None, *, are_others_allowed: bool) -> None:
        paths = [] if folder is None else sorted(folder.glob("*.graphql"))
        self._hashes = frozenset(hashlib.sha256(path.read_bytes()).digest() for path in paths)
        self._are_others_allowed = are_others_allowed

    def check(self, query: str) -> None:
        """Raise NotARequest for a document that may not be sent here."""
        if not self._are_others_allowed and hashlib.sha256(query.encode()).digest() not in self._hashes:
            raise NotARequest(403, "OPERATION_NOT_TRUSTED", "Only operations that were registered are answered here.")


def find_operation(request: GraphQLRequest) -> tuple[DocumentNode, OperationDefinitionNode]:
    """Parse the document and find the operation to run in it.

    Raises GraphQLError where the document says none, and NotARequest for a mutation by GET.
    """
    try:
        document: DocumentNode = _parse(request.query)
    except RecursionError:
        raise GraphQLError("The document is nested too deeply.") from None
    operation = _named(document, request.operation_name)
    if request.is_read_only and operation.operation is not OperationType.QUERY:
        raise NotARequest(405, "METHOD_NOT_ALLOWED", "By GET only queries run: send a POST.", {"Allow": "POST"})
    return document, operation


def _named(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if not name:
        if len(operations) != 1:
            raise GraphQLError("Name the operation to run in `operationName`: the document has not exactly one.")
        return operations[0]
    for operation in operations:
        if operation.name and operation.name.value == name:
            return operation
    raise GraphQLError(f"The document has no operation called {name!r}.")
