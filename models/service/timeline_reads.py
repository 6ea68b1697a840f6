"""The two statements that read a timeline, written from `KINDS` for each role: what is still to come, and one page of what was.

Each kind is a SELECT of its own that reads no more rows than a page has, off an index by time; the page is cut from all of them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from tortoise.connection import get_connection

from models.base import Row
from models.database.handwritten import Rows, Statement, as_rows, fetch_rows
from models.loans.collections import PromiseToPay
from models.people.customers import Customer
from models.scopes import Asker, Condition, InBranches, Is, IsNot, IsOpenTo, Never, NotRecused, PartyTo, Says
from models.service.cases import Case
from models.service.timelines import KINDS, Told
from models.viewer import Viewer
from rules.people.access import Role
from rules.service.timelines import MOST_OPEN, TimelineKind

_BRANCHES: Final = Rows("branches", (("id", "bigint"),))
_VALUES: Final = {
    **dict.fromkeys(("customer", "me", "staff", "kinds", "place", "key", "most"), "bigint"),
    "at": "timestamptz",
}
_ASKED: Final = {Asker.CUSTOMER: ":me", Asker.STAFF: ":staff"}
_PLACES: Final = {kind: place for place, kind in enumerate(sorted(TimelineKind), 1)}


@dataclass(frozen=True)
class Place:
    """Where an entry stands: by when it happened, then by its kind's name, then by the id of its row."""

    at: datetime
    kind: TimelineKind
    key: int


END: Final = Place(datetime(9999, 1, 1, tzinfo=UTC), max(TimelineKind), 2**63 - 1)
"""After everything: where the first page begins, for the newest comes first."""


async def page(
    viewer: Viewer, customer_id: int, kinds: Collection[TimelineKind], after: Place, most: int
) -> list[dict[str, Any]]:
    """Give the next entries of a customer, newest first, as far as the viewer may see the rows; that he may see the customer was asked before."""
    values = {
        **_asker(viewer, customer_id),
        "kinds": sum(_bit(kind) for kind in set(kinds)),
        "at": after.at,
        "place": _PLACES[after.kind],
        "key": after.key,
        "most": most,
    }
    return await fetch_rows(get_connection("default"), page_statement(viewer.role), values)


async def still_open(viewer: Viewer, customer_id: int) -> list[dict[str, Any]] | None:
    """Give the promises and cases of a customer that wait for their day, the first due first; None where he is out of sight."""
    branches = as_rows({"id": branch} for branch in viewer.branch_ids)
    values = {**_asker(viewer, customer_id), "branches": branches}
    rows = await fetch_rows(get_connection("default"), open_statement(viewer.role), values)
    found = [row for row in rows if row["kind"] is not None]
    return found if len(found) < len(rows) else None


def kind_at(place: int) -> TimelineKind:
    """Name the kind of an entry by what its row says."""
    return sorted(TimelineKind)[place - 1]


@cache
def page_statement(role: Role) -> Statement:
    """Write what reads a page for viewers of a role."""
    parts = [_part(kind, told, role) for kind, told in KINDS.items()]
    text = "\nUNION ALL\n".join(part for part in parts if part is not None)
    return Statement("page", f"{text}\nORDER BY 2 DESC, 1 DESC, 4 DESC LIMIT :most", _VALUES)


def _part(kind: TimelineKind, told: Told, role: Role) -> str | None:
    seen = _seen(told.model, role)
    if seen is None:
        return None
    place, amount, currency = _PLACES[kind], "NULL", "NULL"
    if told.has_amount:
        amount, currency = "it.amount", "it.currency"
    conditions = [
        "it.customer_id = :customer",
        f"({_bit(kind)} & :kinds) <> 0",
        f"it.{told.at} <= :at",
        f"(it.{told.at} < :at OR {place} < :place OR ({place} = :place AND it.id < :key))",
        *([] if told.only is None else [told.only]),
        *seen,
    ]
    return f"""
    SELECT * FROM (
      SELECT {place} AS place, it.{told.at} AS happened_at, it.created_at AS recorded_at, it.id AS id,
        {told.actor} AS actor, CAST({told.detail} AS text) AS detail, CAST({told.body} AS text) AS body,
        CAST({amount} AS bigint) AS amount, CAST({currency} AS text) AS currency
      FROM {told.model._meta.db_table} AS it WHERE {" AND ".join(conditions)}
      ORDER BY it.{told.at} DESC, it.id DESC LIMIT :most
    ) AS {kind.lower()}_rows"""  # noqa: S608  Names of ours.


def _bit(kind: TimelineKind) -> int:
    return 1 << _PLACES[kind]


@cache
def open_statement(role: Role) -> Statement:
    """Write what reads the promises and cases that wait, and whether the viewer sees the customer at all."""
    promise, case = _seen(PromiseToPay, role), _seen(Case, role)
    person = [_condition(condition, "it") for condition in Customer.scope(role)]
    assert promise is not None
    assert case is not None
    text = f"""
    SELECT CAST(NULL AS text) AS kind, it.id AS id, CAST(NULL AS timestamptz) AS due_at, CAST(NULL AS date) AS due_on,
      CAST(NULL AS bigint) AS amount, CAST(NULL AS text) AS currency
    FROM customer AS it WHERE {" AND ".join(["it.id = :customer", *person])}
    UNION ALL SELECT * FROM (
      SELECT 'PROMISE' AS kind, it.id, CAST(NULL AS timestamptz) AS due_at, it.due_on, it.amount, it.currency
      FROM promise_to_pay AS it
      WHERE {" AND ".join(["it.customer_id = :customer", "it.status = 'OPEN'", *promise])}
      ORDER BY it.due_on, it.id LIMIT {MOST_OPEN}
    ) AS promises
    UNION ALL SELECT * FROM (
      SELECT 'CASE' AS kind, it.id, it.due_at, CAST(NULL AS date) AS due_on, CAST(NULL AS bigint) AS amount,
        CAST(NULL AS text) AS currency
      FROM service_case AS it
      WHERE {" AND ".join(["it.customer_id = :customer", "it.due_at IS NOT NULL", *case])}
      ORDER BY it.due_at, it.id LIMIT {MOST_OPEN}
    ) AS cases
    """  # noqa: S608  Names of ours.
    return Statement("open", text, _VALUES, rows=(_BRANCHES,))


def _asker(viewer: Viewer, customer_id: int) -> dict[str, Any]:
    return {"customer": customer_id, "me": viewer.customer_id, "staff": viewer.staff_id}


def _seen(model: type[Row], role: Role) -> list[str] | None:
    """Say what holds for a customer's rows that a role sees, once it sees the customer; None: it sees none."""
    scope = model.scope(role)
    if any(isinstance(condition, Never) for condition in scope):
        return None
    return [_condition(condition, "it") for condition in scope if not _is_of_customer(condition)]


def _is_of_customer(condition: Condition) -> bool:
    """Say whether a condition speaks of the customer whose row it is: who sees him fulfils it."""
    return isinstance(condition, InBranches | IsOpenTo) and condition.path.startswith("customer__")


def _condition(condition: Condition, it: str) -> str:
    match condition:
        case Is(column, asker):
            return f"{it}.{column} = {_ASKED[asker]}"
        case IsNot(column, asker) if "__" not in column:
            return f"({it}.{column} IS NULL OR {it}.{column} <> {_ASKED[asker]})"
        case Says(column, value) if "__" not in column:
            return f"{it}.{column} = '{value}'"
        case InBranches("branch_id"):
            return f"{it}.branch_id IN (SELECT branches.id FROM {{branches}})"  # noqa: S608  Names of ours.
        case IsOpenTo("is_restricted"):
            return (
                f"(NOT {it}.is_restricted OR EXISTS (SELECT 1 FROM access_grant WHERE access_grant.customer_id = {it}.id"  # noqa: S608
                " AND access_grant.staff_id = :staff AND access_grant.is_active))"
            )
        case PartyTo(column, roles):
            parts = ", ".join(f"'{role}'" for role in sorted(roles))
            return (
                f"EXISTS (SELECT 1 FROM loan_party WHERE loan_party.loan_id = {it}.{column}"  # noqa: S608
                f" AND loan_party.customer_id = :me AND loan_party.role IN ({parts}))"
            )
        case NotRecused(column, asker):
            return (
                f"NOT EXISTS (SELECT 1 FROM case_recusal WHERE case_recusal.case_id = {it}.{column}"  # noqa: S608
                f" AND case_recusal.staff_id = {_ASKED[asker]})"
            )
    raise AssertionError(f"a timeline cannot say {condition}")
