"""Reading JSON from strangers: whatever is not as it should be says nothing, and breaks nothing."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

LONGEST_TEXT = 200
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


def read(body: bytes) -> Mapping[str, Any]:
    """Read an object; anything else, such as a page in HTML, is an empty one."""
    try:
        return mapping(orjson.loads(body))
    except orjson.JSONDecodeError:
        return {}


def mapping(value: object) -> Mapping[str, Any]:
    """Give an object; an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[Mapping[str, Any]]:
    """Give the objects of a list; none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Give a text, no more of it than fits a row; an empty one in place of anything else."""
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


def code(value: object) -> str:
    """Give a text that is a code, and an empty one in place of words: they might say too much."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else ""
