"""Why customers complained in a period: by cause, product, branch and month, and who complained of the same again."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from tortoise.expressions import RawSQL
from tortoise.functions import Count, Sum

from models import Branch, CaseCause, Cause, Product, Viewer
from models.database.reading import dialect
from resolvers.applications.process_reviews import as_csv
from rules.service.cases import CaseKind, CaseOutcome, CaseStatus
from rules.service.cause_reviews import pareto, percent
from rules.service.causes import REPEATED_WITHIN_DAYS, RIGHT

_PRODUCT, _BRANCH = "case__loan__product_version__product_id", "customer__branch_id"
_COLUMNS = ("cause_id", _PRODUCT, _BRANCH, "found_on", "case__outcome")


@dataclass(frozen=True)
class CauseLine:
    """How many complaints a cause made, most first."""

    cause: str
    """Its code, as the group's."""
    group: str
    name_zh: str
    name_en: str
    count: int
    share: Decimal
    """In per cent, as the next."""
    cumulative_share: Decimal
    upheld: int
    """How many of them were right, wholly or in part."""
    repeats: int
    """How many came from a customer who had complained of the same within the 90 days before."""
    repeat_rate: Decimal


@dataclass(frozen=True)
class CauseCell:
    """How many complaints of a product and a branch a cause made in a month."""

    cause: str
    product: str | None
    """None for what is about no loan."""
    branch: str
    month: date
    """Its first day."""
    count: int
    upheld: int
    repeats: int


@dataclass(frozen=True)
class CauseReview:
    """The causes of a period."""

    causes: tuple[CauseLine, ...]
    cells: tuple[CauseCell, ...]
    count: int
    repeats: int
    repeat_rate: Decimal | None
    """In per cent; None where there are no complaints."""
    csv: str
    """The causes as a table: RFC 4180, with a line of names."""
    cells_csv: str
    """The cells as another."""


_Sums = dict[tuple[str, str | None, str, date], list[int]]


async def complaint_causes(
    viewer: Viewer, *, since: date, until: date, product_id: int | None = None, branch_id: int | None = None
) -> CauseReview:
    """Review the complaints whose cause was found between two days, both within, of the customers the viewer looks after.

    What goes on in another case counts there. One statement, and three for names.
    """
    causes = {row.id: row for row in await Cause.all()}
    where: dict[str, Any] = {"found_on__gte": since, "found_on__lte": until}
    if product_id is not None:
        where[_PRODUCT] = product_id
    if branch_id is not None:
        where[_BRANCH] = branch_id
    sums = await _sums(viewer, {id: row.code for id, row in causes.items()}, where)
    cells = [
        CauseCell(cause, product, branch, month, *counts)
        for (cause, product, branch, month), counts in sorted(
            sums.items(), key=lambda each: (each[0][3], each[0][0], each[0][1] or "", each[0][2])
        )
    ]
    lines = list(_lines(cells, causes))
    count, repeats = sum(each.count for each in lines), sum(each.repeats for each in lines)
    return CauseReview(
        causes=tuple(lines),
        cells=tuple(cells),
        count=count,
        repeats=repeats,
        repeat_rate=percent(repeats, count) if count else None,
        csv=as_csv([field.name for field in fields(CauseLine)], [astuple(each) for each in lines]),
        cells_csv=as_csv([field.name for field in fields(CauseCell)], [astuple(each) for each in cells]),
    )


async def _sums(viewer: Viewer, codes: dict[int, str], where: dict[str, Any]) -> _Sums:
    products = {row.id: row.code for row in await Product.all()}
    branches = {row.id: row.code for row in await Branch.all()}
    of_complaints = CaseCause.visible_to(viewer).filter(case__kind=CaseKind.COMPLAINT, **where)
    counted = of_complaints.filter(case__status__not=CaseStatus.MERGED).annotate(count=Count("id"), again=Sum(_again()))
    sums: _Sums = defaultdict(lambda: [0, 0, 0])
    for cause, product, branch, day, outcome, count, again in await counted.group_by(*_COLUMNS).values_list(
        *_COLUMNS, "count", "again"
    ):
        name = None if product is None else products[product]
        row = sums[codes[cause], name, branches[branch], day.replace(day=1)]
        row[0] += count
        row[1] += count if outcome is not None and CaseOutcome(outcome) in RIGHT else 0
        row[2] += int(again)
    return sums


def _again() -> Any:  # `Sum` takes what it does not name.
    """Say 1 for what the same customer complained of before, and not long ago; else 0."""
    days = REPEATED_WITHIN_DAYS
    earliest = (
        f"date(case_cause.found_on, '-{days} days')" if dialect() == "sqlite" else f"case_cause.found_on - {days}"
    )
    return RawSQL(
        f"""CASE WHEN EXISTS (SELECT 1 FROM case_cause AS before WHERE before.customer_id = case_cause.customer_id
        AND before.cause_id = case_cause.cause_id AND before.id <> case_cause.id AND before.found_on >= {earliest}
        AND (before.found_on < case_cause.found_on OR before.found_on = case_cause.found_on AND before.id < case_cause.id))
        THEN 1 ELSE 0 END"""  # noqa: S608  Names and numbers of ours.
    )


def _lines(cells: Iterable[CauseCell], causes: dict[int, Cause]) -> Iterable[CauseLine]:
    counts, upheld, repeats = Counter[str](), Counter[str](), Counter[str]()
    for cell in cells:
        counts[cell.cause] += cell.count
        upheld[cell.cause] += cell.upheld
        repeats[cell.cause] += cell.repeats
    by_code = {row.code: row for row in causes.values() if row.since is not None}
    for line in pareto(dict(sorted(counts.items()))):
        cause = by_code[line.key]
        group = causes[cause.parent_id].code if cause.parent_id is not None else ""
        names = (line.key, group, cause.name_zh, cause.name_en)
        again = repeats[line.key]
        yield CauseLine(
            *names, line.count, line.share, line.cumulative_share, upheld[line.key], again, percent(again, line.count)
        )
