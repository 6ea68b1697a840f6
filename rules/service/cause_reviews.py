"""The few causes that make most complaints: shares, added up from the most frequent one on."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from rules.service.survey_scores import rounded

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class ParetoLine(Generic[K]):
    """One cause among all of them; shares in per cent, rounded to two places."""

    key: K
    count: int
    share: Decimal
    cumulative_share: Decimal
    """Of this cause and those that are more frequent: the last one's is 100."""


def pareto(counts: Mapping[K, int]) -> list[ParetoLine[K]]:
    """Order what was counted, most first (as it came where equal), with shares of the whole (V. Pareto; J. M. Juran, 1951)."""
    total, added, lines = sum(counts.values()), 0, list[ParetoLine[K]]()
    for key, count in sorted(counts.items(), key=lambda each: -each[1]):
        added += count
        lines.append(ParetoLine(key, count, percent(count, total), percent(added, total)))
    return lines


def percent(part: int, whole: int) -> Decimal:
    """Give a part in per cent of a whole that is not nothing, rounded to two places."""
    return rounded(Decimal(100 * part) / whole)
