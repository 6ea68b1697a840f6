"""The documents that our own apps send: one operation a file, and the manifest that is made of them.

The files are read by people, by GraphiQL's tabs and by tests; the manifest by the running app. `python -m api.trusted` writes
it anew. It holds the documents as they are printed, so that a comment can change and an app that is out there still be
answered.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import orjson
from graphql import parse, print_ast

HERE = Path(__file__).parent
MANIFEST = HERE / "manifest.json"


def document(name: str) -> str:
    """Give the text of a document's file, such as `customers/home`."""
    return (HERE / f"{name}.graphql").read_text("utf-8")


def names() -> list[str]:
    """Name every document that has a file."""
    return sorted(path.relative_to(HERE).with_suffix("").as_posix() for path in HERE.glob("*/*.graphql"))


def hash_of(text: str) -> str:
    """Give what a document is asked for by: the SHA-256 of its text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def printed(name: str) -> str:
    """Give a document as the manifest has it, without its comments."""
    return print_ast(parse(document(name)))


def hashes() -> Mapping[str, str]:
    """Give the hash of every document that has a file, by its name."""
    return {name: hash_of(printed(name)) for name in names()}


def written() -> bytes:
    """Give the manifest as its file has it: every document by its hash."""
    manifest = {hash_of(text): text for text in map(printed, names())}
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n"
