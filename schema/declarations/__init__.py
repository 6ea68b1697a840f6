"""Fields are declarations: a type says what it shows; resolver, plan, mask, index check and description follow."""

from schema.declarations.fields import (
    LOCALE,
    NOW,
    TODAY,
    VIEWER,
    children,
    column,
    computed,
    connection,
    counted,
    masked,
    money,
    relation,
)
from schema.declarations.filters import matches
from schema.declarations.inputs import Input, any_id, id_of, ids_of, one_of, text, token, whole
from schema.declarations.registry import Connection, Node, filter_of, input, mutation, node, query, root, value

__all__ = [
    "LOCALE",
    "NOW",
    "TODAY",
    "VIEWER",
    "Connection",
    "Input",
    "Node",
    "any_id",
    "children",
    "column",
    "computed",
    "connection",
    "counted",
    "filter_of",
    "id_of",
    "ids_of",
    "input",
    "masked",
    "matches",
    "money",
    "mutation",
    "node",
    "one_of",
    "query",
    "relation",
    "root",
    "text",
    "token",
    "value",
    "whole",
]
