"""How often each score was given, by month, branch and product: one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tortoise.connection import get_connection

from models.database.handwritten import Rows, Statement, as_rows, fetch_rows

_BRANCHES = Rows("branches", (("id", "bigint"),))
_WHERE = "survey_id = :survey_id AND answered_on >= :first_day AND answered_on < :before"


def _count(which: str) -> Statement:
    return Statement(
        "counted",
        f"""
        SELECT SUBSTR(CAST(given.answered_on AS text), 1, 7) AS month, given.branch_id, given.product_id, given.score,
          COUNT(*) AS people
        FROM (SELECT answered_on, branch_id, product_id, score FROM survey_response WHERE {_WHERE}
          UNION ALL SELECT answered_on, branch_id, NULL, score FROM survey_guest WHERE {_WHERE}) AS given
        WHERE given.score IS NOT NULL AND {which}
        GROUP BY 1, 2, 3, 4
        """,  # noqa: S608  Names of ours.
        {"survey_id": "bigint", "first_day": "date", "before": "date"},
        (_BRANCHES,) if "{branches}" in which else (),
    )


_OF_ALL = _count("TRUE")
_OF_BRANCHES = _count("given.branch_id IN (SELECT branches.id FROM {branches})")


@dataclass(frozen=True)
class Counted:
    """So many people gave a score."""

    month: date
    branch_id: int | None
    product_id: int | None
    score: int
    people: int


async def count_scores(
    survey_id: int, first_day: date, before: date, branch_ids: Sequence[int] | None
) -> list[Counted]:
    """Count the answers of a time, those before its last day; of these branches, or of all."""
    values: dict[str, Any] = {"survey_id": survey_id, "first_day": first_day, "before": before}
    if branch_ids is not None:
        values["branches"] = as_rows({"id": id} for id in branch_ids)
    rows = await fetch_rows(get_connection("default"), _OF_ALL if branch_ids is None else _OF_BRANCHES, values)
    return [
        Counted(
            date.fromisoformat(f"{row['month']}-01"), row["branch_id"], row["product_id"], row["score"], row["people"]
        )
        for row in rows
    ]
