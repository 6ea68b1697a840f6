"""Trying a rule out on what has been, before it is switched on: who would have got what, at what cost."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from tortoise.connection import get_connection

from models import Customer, Viewer
from models.database.handwritten import fetch_rows, read_date
from models.loyalty import trials as sql
from resolvers import configured
from resolvers.loans import earnings, projections, replays
from rules.books.points_costs import cost_of
from rules.loans.states import LoanStatus
from rules.loyalty.earning import (
    Conduct,
    EarningTerms,
    Line,
    RuleDateNotAllowed,
    award,
    check_conditions,
    done,
)
from rules.loyalty.kinds import Act, CapPeriod

BATCH = 1_000
LONGEST_DAYS = 366
TOP = 20
"""So many of the viewer's customers are shown who would have got most."""


@dataclass(frozen=True, kw_only=True)
class TrialShare:
    """What one customer would have got."""

    customer: Customer
    awards: int
    points: int


@dataclass(frozen=True, kw_only=True)
class EarningTrial:
    """What a rule would have given in a time."""

    customer_count: int
    awards: int
    capped_awards: int
    """How many of them would have given less than in full, or nothing, because of the cap."""
    points: int
    cost: Decimal
    currency: str
    most: list[TrialShare]


@dataclass
class _Share:
    awards: int = 0
    points: int = 0


class _Loan(NamedTuple):
    customer_id: int
    percent: int
    conduct: Conduct


@dataclass
class _Sums:
    rule: EarningTerms
    shares: dict[int, _Share] = field(default_factory=dict)
    used: dict[tuple[int, str], dict[Act, int]] = field(default_factory=dict)
    capped: int = 0

    def count(self, loan: _Loan) -> None:
        """Count what a loan's acts would have given."""
        whole_percent = self.rule.points * loan.percent // 100
        for on in sorted(done(loan.conduct, self.rule.act, self.rule.at_least).values()):
            if not self.rule.holds(on):
                continue
            period = on.isoformat()[: 7 if self.rule.cap_period is CapPeriod.MONTH else 4]
            used = self.used.setdefault((loan.customer_id, period), {}) if self.rule.cap_points else {}
            given = award(self.rule, loan.percent, used)
            used[self.rule.act] = used.get(self.rule.act, 0) + given
            self.capped += given < whole_percent
            share = self.shares.setdefault(loan.customer_id, _Share())
            share.awards, share.points = share.awards + 1, share.points + given


async def try_earning_rule(viewer: Viewer, *, since: date, until: date, **terms: Any) -> EarningTrial:
    """Say what a rule would have given for what was done from one day to another, as tiers are today. Nothing is written.

    Raises `CapTooLow`, `RuleIncomplete`, and `RuleDateNotAllowed` for a time that ends before it begins or is longer than a year.
    """
    rule = EarningTerms(id=0, valid_from=since, valid_to=until + timedelta(days=1), **terms)
    check_conditions(rule)
    if not timedelta() <= until - since < timedelta(days=LONGEST_DAYS):
        raise RuleDateNotAllowed(earliest=until - timedelta(days=LONGEST_DAYS - 1))
    sums = _Sums(rule)
    loans = _settled(rule, viewer.today) if rule.act is Act.EARLY_SETTLEMENT else _lines()
    async for loan in loans:
        sums.count(loan)
    points, cost_of_a_point = sum(share.points for share in sums.shares.values()), configured().cost_of_a_point
    return EarningTrial(
        customer_count=len(sums.shares),
        awards=sum(share.awards for share in sums.shares.values()),
        capped_awards=sums.capped,
        points=points,
        cost=cost_of(points, cost_of_a_point.amount),
        currency=cost_of_a_point.currency,
        most=await _most(viewer, sums.shares),
    )


async def _lines() -> AsyncIterator[_Loan]:
    """Read how all loans were repaid, installment by installment."""
    after = 0
    while rows := await fetch_rows(get_connection("default"), sql.LINES, {"after": after, "batch": BATCH}):
        after = rows[-1]["loan_id"]
        for _, group in groupby(rows, key=lambda row: row["loan_id"]):
            lines = list(group)
            first = lines[0]
            conduct = Conduct(
                [_line(line) for line in lines if line["number"] is not None],
                is_undone=first["status"] == LoanStatus.CANCELLED,
            )
            yield _Loan(first["customer_id"], first["points_percent"], conduct)


async def _settled(rule: EarningTerms, today: date) -> AsyncIterator[_Loan]:
    """Work out loans into which something was prepaid, and which are repaid."""
    after, connection = 0, get_connection("default")
    assert rule.valid_to is not None, "a trial is of a time"
    values = {"since": rule.valid_from, "until": rule.valid_to, "batch": BATCH}
    while rows := await fetch_rows(connection, sql.SETTLED, {**values, "after": after}):
        after = rows[-1]["id"]
        for stored in await replays.loaded(connection, [row["id"] for row in rows]):
            ledger = replays.replayed(stored, today)
            conduct = earnings.conduct_of(stored, ledger, projections.lines_of(ledger, today).values())
            yield _Loan(stored.loan.customer_id, stored.points_percent, conduct)


async def _most(viewer: Viewer, shares: dict[int, _Share]) -> list[TrialShare]:
    """Give those of the viewer's customers who would have got most."""
    found, left = list[TrialShare](), sorted(shares, key=lambda owner: (-shares[owner].points, owner))
    while left and len(found) < TOP:
        chunk, left = left[:BATCH], left[BATCH:]
        seen = {customer.id: customer for customer in await Customer.visible_to(viewer).filter(id__in=chunk)}
        found += [TrialShare(customer=seen[id], **vars(shares[id])) for id in chunk if id in seen]
    return found[:TOP]


def _line(row: dict[str, Any]) -> Line:
    return Line(row["number"], read_date(row["due_on"]), read_date(row["paid_on"]), bool(row["was_asked"]))
