"""Whether the servers answer, and write, the same: nothing is printed about speed unless they do."""

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

Body = bytes
Written = Mapping[str, Sequence[Mapping[str, Any]]]
"""New rows, by table."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_NUMBERED = re.compile(r"(?<=[A-Za-z]:)\d+")
_OWN = {
    "arguments_hash",
    "key",
    "number",
    "provider_reference",
    "actor",
    "session_number",
    "customer_number",
    "event_number",
    "result_number",
}
"""Columns that say which payment it was, not what a payment is."""


class Disagreement(Exception):
    """Two servers answer or write differently; the message says which, on what, and how."""


def canonical(body: Body) -> Any:
    """Give an answer without what may differ: the time it was given at, the id of a row it made."""
    answer = json.loads(body)
    if "errors" in answer or "data" not in answer:
        raise Disagreement(f"an error instead of an answer: {body[:500].decode(errors='replace')}")
    return _without_own(answer["data"])


def _without_own(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_own(each) for each in value]
    if not isinstance(value, dict):
        return value
    plain = {name: _without_own(each) for name, each in value.items()}
    if _MOMENT.fullmatch(str(plain.get("serverNow"))):
        plain["serverNow"] = "now"
    if "allocation" in plain and isinstance(plain.get("id"), str):
        plain["id"] = "new"
    return plain


def hashed(body: Body) -> str:
    """Hash the canonical form of an answer."""
    return sha256(json.dumps(canonical(body), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def check_agreement(what: str, bodies: Mapping[str, Body]) -> None:
    """Raise `Disagreement` unless every server, by name, answered the same."""
    (first, body), *others = bodies.items()
    for name, other in others:
        if hashed(other) != hashed(body):
            raise Disagreement(f"{what}: {name} and {first} differ at {difference(canonical(body), canonical(other))}")


def check_same_rows(what: str, written: Mapping[str, Written]) -> None:
    """Raise `Disagreement` unless every server, by name, wrote the same rows but for ids, keys and times."""
    (first, rows), *others = written.items()
    expected = _plain_rows(rows)
    for name, other in others:
        found = _plain_rows(other)
        if found != expected:
            raise Disagreement(f"{what}: {name} and {first} write differently at {difference(expected, found)}")


def _plain_rows(written: Written) -> dict[str, list[dict[str, Any]]]:
    """Give the plain rows of each table in an order of their own: in which of two orders rows were written is the same."""
    return {table: sorted(map(plain_row, rows), key=str) for table, rows in written.items()}


def plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row without what differs from one payment to the next; what is null stays so."""
    return {column: _plain(column, value) for column, value in row.items()}


def _plain(column: str, value: Any) -> Any:
    if value is None:
        return None
    if column == "id" or column.endswith(("_id", "_at")) or column in _OWN:
        return "…"
    if column == "body":
        fields = json.loads(value)
        return json.dumps({name: _plain(name, each) for name, each in fields.items()})
    return _NUMBERED.sub("…", value) if isinstance(value, str) else str(value)


def difference(one: Any, other: Any, path: str = "answer") -> str:
    """Say where two values first differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in {**one, **other}:
            if one.get(name, "nothing") != other.get(name, "nothing"):
                return difference(one.get(name, "nothing"), other.get(name, "nothing"), f"{path}.{name}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, pair in enumerate(zip(one, other, strict=True)):
            if pair[0] != pair[1]:
                return difference(*pair, f"{path}[{place}]")
    return f"{path}: {str(one)[:300]} / {str(other)[:300]}"
