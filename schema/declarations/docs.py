"""Descriptions come from docstrings: of the class, and of each attribute from the string that stands under it."""

import ast
import inspect
import sys
from functools import cache
from itertools import pairwise


@cache
def _attribute_docs_of_module(module_name: str) -> dict[str, dict[str, str]]:
    tree = ast.parse(inspect.getsource(sys.modules[module_name]))
    docs: dict[str, dict[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            docs[node.name] = _attribute_docs(node.body)
    return docs


def _attribute_docs(body: list[ast.stmt]) -> dict[str, str]:
    found = {}
    for statement, following in pairwise(body):
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                match following:
                    case ast.Expr(value=ast.Constant(value=str(text))):
                        found[name] = inspect.cleandoc(text)
    return found


def attribute_docs(cls: type) -> dict[str, str]:
    """Give the docstrings under a class's attributes, by name; a subclass's win over its bases'."""
    docs: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__ not in ("builtins", "enum", "abc"):
            docs |= _attribute_docs_of_module(base.__module__).get(base.__name__, {})
    return docs


def description_of(thing: object) -> str:
    """Give the docstring of a class or function; empty if it has none of its own."""
    own = thing.__dict__.get("__doc__") if isinstance(thing, type) else thing.__doc__
    return inspect.cleandoc(own) if own else ""
