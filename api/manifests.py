"""Manifests of trusted documents: `{hash: document}`, as graphql-codegen's client preset writes them.

Each document is checked when it is read, once a process.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson
from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    NamedTypeNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    TypeNode,
    VariableNode,
    parse,
)

from api import trusted

_CURSORS = ("after", "before")


class ManifestBroken(Exception):
    """A manifest cannot be used; the message says where it is wrong."""


@dataclass(frozen=True)
class TrustedDocument:
    """A document that our own apps send."""

    hash: str
    """SHA-256 of the text, in hex."""
    text: str
    readable: frozenset[str | None]
    """The operations that may come by GET, by name: queries whose variables are ids and cursors."""


@cache
def own_documents() -> tuple[TrustedDocument, ...]:
    """Read the manifest of this repository."""
    return tuple(_read(trusted.MANIFEST))


def read_manifests(path: Path) -> tuple[TrustedDocument, ...]:
    """Read a manifest, or all of a folder: one for each version of an app. Raises ManifestBroken."""
    paths = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not paths:
        raise ManifestBroken(f"{path}: there is no manifest (*.json) in this folder")
    return tuple(document for each in paths for document in _read(each))


def _read(path: Path) -> Iterator[TrustedDocument]:
    try:
        manifest = orjson.loads(path.read_bytes())
    except OSError as error:
        raise ManifestBroken(f"{path}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise ManifestBroken(f"{path}: no JSON: {error}") from error
    if not isinstance(manifest, dict) or not all(isinstance(text, str) for text in manifest.values()):
        raise ManifestBroken(f"{path}: a manifest is one JSON object, from hashes to documents")
    for key, text in manifest.items():
        yield _checked(path, key.removeprefix("sha256:"), text)


def _checked(path: Path, key: str, text: str) -> TrustedDocument:
    try:
        document = parse(text, no_location=True)
    except (GraphQLError, RecursionError) as error:
        raise ManifestBroken(f"{path}: {key} is no document: {error}") from error
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if trusted.hash_of(text) != key:
        called = ", ".join(node.name.value for node in operations if node.name) or "a document without a name"
        raise ManifestBroken(
            f"{path}: {key} is not the SHA-256 of {called} (graphql-codegen: persistedDocuments.hashAlgorithm 'sha256')"
        )
    cursors = _cursors(document)
    readable = (node.name.value if node.name else None for node in operations if _is_readable(node, cursors))
    return TrustedDocument(key, text, frozenset(readable))


def _is_readable(operation: OperationDefinitionNode, cursors: frozenset[str]) -> bool:
    """Say whether nothing that people type can stand among the variables, and so in an address."""
    return operation.operation is OperationType.QUERY and all(
        _named(definition.type) == "ID" or definition.variable.name.value in cursors
        for definition in operation.variable_definitions or ()
    )


def _cursors(document: DocumentNode) -> frozenset[str]:
    """Name the variables that are used as cursors, and as nothing else."""
    as_cursors: set[str] = set()
    otherwise: set[str] = set()
    for definition in document.definitions:
        for node, above in _below(definition, None):
            if isinstance(node, VariableNode):
                is_cursor = isinstance(above, ArgumentNode) and above.name.value in _CURSORS
                (as_cursors if is_cursor else otherwise).add(node.name.value)
    return frozenset(as_cursors - otherwise)


def _below(node: Node, above: Node | None) -> Iterator[tuple[Node, Node | None]]:
    """Give a node and all below it with what they stand in, but for the definitions of variables."""
    yield node, above
    for name in node.keys:
        value = getattr(node, name, None)
        for inner in value if isinstance(value, tuple | list) else (value,):
            if isinstance(inner, Node) and name != "variable_definitions":
                yield from _below(inner, node)


def _named(kind: TypeNode) -> str:
    while not isinstance(kind, NamedTypeNode):
        kind = kind.type  # type: ignore[attr-defined]
    return kind.name.value
