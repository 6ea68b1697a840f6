"""JSON from outside: how deep it is and how long its numbers are is known before it is read."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from schema.errors import BadInput

_STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)
"""A string, or what is left of one that does not end; possessive, so that it never tries twice."""
_BRACKET = re.compile(rb"[\[\]{}]")


@dataclass(frozen=True)
class JsonLimits:
    """The most that a request may have of each; what each means stands in the settings."""

    body_bytes: int
    depth: int
    number_digits: int


def read_json(text: bytes, limits: JsonLimits) -> Any:
    """Read JSON. Raises BadInput over a limit, and orjson.JSONDecodeError where it is no JSON."""
    is_suspect = text.count(b"[") + text.count(b"{") > limits.depth or _has_long_number(text, limits)
    if is_suspect:
        without_strings = _STRING.sub(b'""', text)
        if _depth(without_strings) > limits.depth:
            raise BadInput("input.json_too_deep", limit=limits.depth)
        if _has_long_number(without_strings, limits):
            raise BadInput("error.NUMBER_TOO_LONG", limit=limits.number_digits)
    return orjson.loads(text)


def _has_long_number(text: bytes, limits: JsonLimits) -> bool:
    return re.search(rb"[0-9]{%d}" % (limits.number_digits + 1), text) is not None


def _depth(text: bytes) -> int:
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
