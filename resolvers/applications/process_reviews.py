"""Where the time of applications went, what came of them, and why: what the periodic review of the process looks at."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from typing import Any

from tortoise.functions import Count, Max, Sum

from models import ApplicationStep, Branch, Decision, Product, Viewer
from rules.applications.kinds import DecisionReason, Outcome
from rules.applications.states import ApplicationStatus

_PRODUCT = "application__product_version__product_id"
_BRANCH = "application__branch_id"


@dataclass(frozen=True)
class StepReview:
    """How long the applications of a product and a branch stood somewhere."""

    product: str
    """Its code, as the branch's."""
    branch: str
    status: ApplicationStatus
    entered: int
    """How many came there in the period; one that came twice counts twice."""
    left: int
    """How many of these have gone on."""
    late: int
    """How many of these went on after they were due."""
    average_seconds: int | None
    """Of those that have gone on, rounded down; None while none has."""
    longest_seconds: int | None


@dataclass(frozen=True)
class DecisionReview:
    """How many applications of a product and a branch were decided so, for this reason."""

    product: str
    branch: str
    outcome: Outcome
    reason: DecisionReason
    is_automatic: bool
    count: int


@dataclass(frozen=True)
class ProcessReview:
    """The process of a period."""

    steps: tuple[StepReview, ...]
    decisions: tuple[DecisionReview, ...]
    returns: int
    """How often an application was sent back to be corrected."""
    withdrawals: int
    """How many were given up by the customer."""
    csv: str
    """The steps as a table: RFC 4180, with a line of names."""
    decisions_csv: str
    """The decisions as another."""


async def process_review(
    viewer: Viewer, *, since: date, until: date, product_id: int | None = None, branch_id: int | None = None
) -> ProcessReview:
    """Review what began between two days, both within, of the customers the viewer looks after; two statements, and two for names."""
    names = await _Names.read()
    narrowed: dict[str, Any] = {}
    if product_id is not None:
        narrowed[_PRODUCT] = product_id
    if branch_id is not None:
        narrowed[_BRANCH] = branch_id
    span = {"entered_on__gte": since, "entered_on__lte": until}
    steps = await _steps(viewer, names, {**span, **narrowed})
    decided = {"decided_on__gte": since, "decided_on__lte": until}
    decisions = await _decisions(viewer, names, {**decided, **narrowed})
    status = ApplicationStatus
    return ProcessReview(
        steps=tuple(steps),
        decisions=tuple(decisions),
        returns=sum(each.entered for each in steps if each.status is status.RETURNED),
        withdrawals=sum(each.entered for each in steps if each.status is status.WITHDRAWN),
        csv=_table(StepReview, steps),
        decisions_csv=_table(DecisionReview, decisions),
    )


def _table(kind: type[StepReview | DecisionReview], rows: Sequence[StepReview | DecisionReview]) -> str:
    return as_csv([field.name for field in fields(kind)], [astuple(each) for each in rows])


@dataclass(frozen=True)
class _Names:
    """The codes of products and branches."""

    products: dict[int, str]
    branches: dict[int, str]

    @classmethod
    async def read(cls) -> "_Names":
        return cls(
            {row.id: row.code for row in await Product.all()},
            {row.id: row.code for row in await Branch.all()},
        )


async def _steps(viewer: Viewer, names: _Names, where: dict[str, Any]) -> list[StepReview]:
    found = (
        ApplicationStep.visible_to(viewer)
        .filter(**where)
        .annotate(entered=Count("id"), left=Count("left_at"), total=Sum("seconds"), longest=Max("seconds"))
        .group_by(_PRODUCT, _BRANCH, "status", "is_late")
    )
    columns = (_PRODUCT, _BRANCH, "status", "is_late", "entered", "left", "total", "longest")
    sums: dict[tuple[str, str, ApplicationStatus], list[int]] = {}
    for product, branch, status, is_late, entered, left, total, longest in await found.values_list(*columns):
        key = (names.products[product], names.branches[branch], ApplicationStatus(status))
        row = sums.setdefault(key, [0, 0, 0, 0, 0])
        row[0] += entered
        row[1] += left
        row[2] += entered if is_late else 0
        row[3] += int(total or 0)
        row[4] = max(row[4], int(longest or 0))
    return [
        StepReview(*key, entered, left, late, total // left if left else None, longest if left else None)
        for key, (entered, left, late, total, longest) in sorted(sums.items())
    ]


async def _decisions(viewer: Viewer, names: _Names, where: dict[str, Any]) -> list[DecisionReview]:
    found = (
        Decision.visible_to(viewer)
        .filter(**where)
        .annotate(count=Count("id"))
        .group_by(_PRODUCT, _BRANCH, "outcome", "reason", "policy_id")
    )
    counts: Counter[tuple[str, str, Outcome, DecisionReason, bool]] = Counter()
    for product, branch, outcome, reason, policy_id, count in await found.values_list(
        _PRODUCT, _BRANCH, "outcome", "reason", "policy_id", "count"
    ):
        of = names.products[product], names.branches[branch], Outcome(outcome), DecisionReason(reason)
        counts[*of, policy_id is not None] += count
    return [DecisionReview(*key, count) for key, count in sorted(counts.items())]


def as_csv(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Write a table. What a spreadsheet would take for a formula begins with an apostrophe."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(names)
    table.writerows([[_cell(value) for value in row] for row in rows])
    return written.getvalue()


def _cell(value: object) -> object:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
