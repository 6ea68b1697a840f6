"""Ratios and the table they are printed in."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple


class Spread(NamedTuple):
    """The middle of some measurements, and how far they went."""

    median: float
    minimum: float
    maximum: float

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.minimum)}–{_short(self.maximum)})"


def spread(values: Sequence[float]) -> Spread:
    """Sum measurements up."""
    assert values, "nothing was measured"
    return Spread(median(values), min(values), max(values))


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """Divide round by round: what disturbs a round disturbs both servers that were measured beside each other in it."""
    return spread([one / other for one, other in zip(ours, theirs, strict=True)])


class Row(NamedTuple):
    """What the table says of one operation."""

    operation: str
    of_limit: Spread
    of_naive: Spread | None
    statements: int | None
    statements_naive: int | None
    cpu_us: Spread
    cpu_us_limit: Spread
    rate: Spread
    """Answers a second: holds for this machine in this hour only."""


def printed(rows: Sequence[Row]) -> str:
    """Write the table, as Markdown, ratios first."""
    head = [
        "operation",
        "of the limit",
        "× naive",
        "statements (naive)",
        "CPU µs a request (limit)",
        "answers/s",
    ]
    return markdown(head, [_cells(row) for row in rows])


def _cells(row: Row) -> list[str]:
    return [
        row.operation,
        str(row.of_limit),
        "–" if row.of_naive is None else str(row.of_naive),
        "–" if row.statements is None else f"{row.statements} ({row.statements_naive or '–'})",
        f"{row.cpu_us.median:.0f} ({row.cpu_us_limit.median:.0f})",
        f"{row.rate.median:.0f}",
    ]


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table whose columns stand under each other."""
    widths = [max(len(line[place]) for line in (head, *rows)) for place in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    )


def as_json(rows: Sequence[Row], prefix: str = "") -> dict[str, Mapping[str, Any]]:
    """Give the medians by operation, for a program to read."""
    return {
        f"{prefix}{row.operation}": {
            "limit_ratio": round(row.of_limit.median, 4),
            "naive_ratio": None if row.of_naive is None else round(row.of_naive.median, 4),
            "statements": row.statements,
            "cpu_us": round(row.cpu_us.median, 1),
        }
        for row in rows
    }


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"
