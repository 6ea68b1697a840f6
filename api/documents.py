"""The document of a request: known by its hash or sent as a text, and the operation to run in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType
from strawberry.extensions import ParserCache

from api.manifests import TrustedDocument
from api.requests import GraphQLRequest, NotARequest
from api.trusted import hash_of
from schema.errors import RequestError
from settings import AdHocDocuments

_parse = ParserCache().cached_parse_document
"""Shares its cache with the schema's own ParserCache: a document is parsed once."""


class UnknownDocument(RequestError):
    """No trusted document has this hash, and none is ever added by asking."""

    def __init__(self) -> None:
        super().__init__("PERSISTED_QUERY_NOT_FOUND", "error.PERSISTED_QUERY_NOT_FOUND")


def not_trusted() -> NotARequest:
    """Refuse a document that is not answered here, or not to everybody."""
    message = "Only documents that were registered are answered here."
    return NotARequest(403, "OPERATION_NOT_TRUSTED", message, key="error.OPERATION_NOT_TRUSTED")


@dataclass(frozen=True)
class FoundDocument:
    """The document of one request."""

    text: str
    trusted: TrustedDocument | None
    is_for_staff: bool
    """Who sends it has to be a colleague."""

    @property
    def is_trusted(self) -> bool:
        return self.trusted is not None

    @cached_property
    def parsed(self) -> DocumentNode:
        """The document, parsed. Raises GraphQLError. What is trusted keeps it, however much else is asked."""
        try:
            document: DocumentNode = _parse(self.text)
        except RecursionError:
            raise GraphQLError("The document is nested too deeply.") from None
        return document


class Documents:
    """The documents that our own apps send, and what is done about others."""

    def __init__(self, trusted: Iterable[TrustedDocument], ad_hoc: AdHocDocuments) -> None:
        self._ad_hoc = ad_hoc
        self._by_hash = {document.hash: FoundDocument(document.text, document, False) for document in trusted}
        self._by_text = {found.text: found for found in self._by_hash.values()}

    def find(self, asked: GraphQLRequest) -> FoundDocument:
        """Find the document of a request.

        Raises UnknownDocument for a hash that no trusted document has, and NotARequest for a hash that is not its
        text's and for a text that may not be sent here.
        """
        if asked.document_id is not None and not asked.query:
            found = self._by_hash.get(asked.document_id)
            if found is None:
                raise UnknownDocument
            return found
        if asked.document_id is not None and hash_of(asked.query) != asked.document_id:
            message = "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query`, in hex."
            raise NotARequest(400, "PERSISTED_QUERY_HASH_MISMATCH", message)
        return self._by_text.get(asked.query) or self._other(asked)

    def _other(self, asked: GraphQLRequest) -> FoundDocument:
        if self._ad_hoc is AdHocDocuments.NOBODY:
            raise not_trusted()
        is_for_staff = self._ad_hoc is AdHocDocuments.STAFF
        if is_for_staff and asked.is_read_only:
            raise _only_by_post("Send a document that is not registered by POST.")
        return FoundDocument(asked.query, None, is_for_staff)


def check_transport(operation: OperationDefinitionNode, *, is_socket: bool) -> None:
    """Raise NotARequest where a subscription comes by HTTP, or something else over a socket: each has one way."""
    if (operation.operation is OperationType.SUBSCRIPTION) is is_socket:
        return
    if is_socket:
        raise NotARequest(400, "OPERATION_NEEDS_HTTP", "Over a socket only subscriptions run: send a POST.")
    message = "Subscriptions run over a WebSocket: connect to this address with graphql-transport-ws."
    raise NotARequest(400, "OPERATION_NEEDS_SOCKET", message)


def _only_by_post(message: str) -> NotARequest:
    return NotARequest(405, "METHOD_NOT_ALLOWED", message, {"Allow": "POST"})


def find_operation(asked: GraphQLRequest, found: FoundDocument) -> tuple[DocumentNode, OperationDefinitionNode]:
    """Parse the document and find the operation to run in it.

    Raises GraphQLError where the document says none, and NotARequest for what may not come by GET.
    """
    operation = _named(found.parsed, asked.operation_name)
    if asked.is_read_only:
        _check_readable(operation, found)
    return found.parsed, operation


def _check_readable(operation: OperationDefinitionNode, found: FoundDocument) -> None:
    if operation.operation is not OperationType.QUERY:
        raise _only_by_post("By GET only queries run: send a POST.")
    name = operation.name.value if operation.name else None
    if found.trusted is not None and name not in found.trusted.readable:
        raise _only_by_post("By GET only queries run whose variables are ids and cursors: send a POST.")


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
