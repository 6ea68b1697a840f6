"""What is to be written where points move: the one way into the journal of points, of one customer or of many.

Whoever adds to it has locked the accounts of those whose lots it touches.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from models.database.handwritten import Statement, Values, as_rows
from models.loyalty import moves as sql
from rules.loyalty.earning import EarningTerms
from rules.loyalty.kinds import Act, LotState, PointsKind, PointsSide
from rules.loyalty.points import Part, expires_on

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class What:
    """What a movement is about."""

    customer_id: int
    source: str
    """Such as `Loan:12:3`: what has moved for a source does not move again."""
    act: Act | None = None
    rule_id: int | None = None
    loan_id: int | None = None
    installment_number: int | None = None


@dataclass
class Moves:
    """Movements of points, to be written together."""

    moved: list[Row] = field(default_factory=list)
    new_lots: list[Row] = field(default_factory=list)
    sides: list[Row] = field(default_factory=list)
    changes: dict[int, Row] = field(default_factory=dict)
    """What becomes of lots that are there, by their ids."""

    def add(self, other: "Moves") -> None:
        """Take in other movements, of other lots."""
        self.moved += other.moved
        self.new_lots += other.new_lots
        self.sides += other.sides
        self.changes |= other.changes

    def earn(
        self,
        what: What,
        points: int,
        today: date,
        *,
        kind: PointsKind = PointsKind.EARNED,
        qualifying: int = 0,
        pending_days: int = 0,
        lifetime_months: int,
    ) -> None:
        """Give points: a lot of their own, which can be spent after some days."""
        assert points > 0, "something is given"
        usable_from = today + timedelta(days=pending_days)
        state = LotState.PENDING if pending_days else LotState.OPEN
        column = "pending" if pending_days else "spendable"
        self._enter(what, kind, points, qualifying=qualifying, **{column: points})
        activates_on = usable_from if pending_days else None
        self._lot(what, points, state, activates_on=activates_on, expires_on=expires_on(usable_from, lifetime_months))
        self._side(what, PointsSide.PENDING if pending_days else PointsSide.HELD, None, points)
        self._issue(what, points)

    def earn_by(self, what: What, rule: EarningTerms, points: int, today: date) -> None:
        """Give points by a rule; what it gives without a tier's percentage counts for the tier."""
        self.earn(
            what,
            points,
            today,
            qualifying=min(rule.points, points) if rule.is_qualifying else 0,
            pending_days=rule.pending_days,
            lifetime_months=rule.lifetime_months,
        )

    def note_capped(self, what: What, points: int) -> None:
        """Write down that points were not given, so that they are not given later."""
        self._enter(what, PointsKind.CAPPED, points)

    def take_back(self, what: What, lot_id: int, points: int, *, qualifying: int, is_pending: bool) -> None:
        """Take back what a lot was given; what was spent of it is owed."""
        self._enter(
            what,
            PointsKind.TAKEN_BACK,
            -points,
            qualifying=-qualifying,
            **{"pending" if is_pending else "spendable": -points},
        )
        self._side(what, PointsSide.PENDING if is_pending else PointsSide.HELD, lot_id, -points)
        self._issue(what, -points)
        self._change(lot_id, -points, is_pending=is_pending)

    def activate(self, what: What, lot_id: int, points: int) -> None:
        """Let the points of a lot be spent."""
        self._enter(what, PointsKind.ACTIVATED, points, pending=-points, spendable=points)
        self._side(what, PointsSide.PENDING, lot_id, -points)
        self._side(what, PointsSide.HELD, lot_id, points)
        self._change(lot_id, 0)

    def fill(self, what: What, parts: Iterable[Part]) -> None:
        """Let lots that have some make up for those that owe some."""
        parts = list(parts)
        self._enter(what, PointsKind.FILLED, sum(part.points for part in parts if part.points > 0))
        for part in parts:
            self._side(what, PointsSide.HELD, part.lot_id, part.points)
            self._change(part.lot_id, part.points)

    def move(self, what: What, kind: PointsKind, parts: Iterable[Part]) -> None:
        """Take points out of lots, or put them back."""
        parts = list(parts)
        total = sum(part.points for part in parts)
        self._enter(what, kind, total, spendable=total)
        for part in parts:
            self._side(what, PointsSide.HELD, part.lot_id, part.points)
            expired = -part.points if kind is PointsKind.EXPIRED else 0
            self._change(part.lot_id, part.points, expired=expired)
        self._issue(what, total)

    def come_back(self, what: What, points: int, until: date) -> None:
        """Give points back into a lot of their own, which can be spent until a day."""
        self._enter(what, PointsKind.RETURNED, points, spendable=points)
        self._lot(what, points, LotState.OPEN, expires_on=until, is_returned=True)
        self._side(what, PointsSide.HELD, None, points)
        self._issue(what, points)

    def statements(self) -> list[Statement]:
        """Give the statements that write it."""
        wanted = (
            (self.moved, [sql.ENTRIES]),
            (self.new_lots, [sql.LOTS]),
            (self.sides, [sql.POSTINGS_WITH_LOTS if self.new_lots else sql.POSTINGS]),
            (self.changes, [sql.LOTS_CHANGED]),
            (self.moved, [sql.ACCOUNTS]),
        )
        return [statement for rows, statements in wanted if rows for statement in statements]

    def values(self) -> Values:
        """Give the values that the statements name, but for the day and the moment."""
        return {
            "moved": as_rows(self.moved),
            "new_lots": as_rows(self.new_lots),
            "sides": as_rows(self.sides),
            "lot_changes": as_rows(self.changes.values()),
        }

    def _enter(
        self, what: What, kind: PointsKind, points: int, *, spendable: int = 0, pending: int = 0, qualifying: int = 0
    ) -> None:
        assert len(what.source) <= 60, "it fits its column"
        self.moved.append(
            {
                **vars(what),
                "kind": kind,
                "points": points,
                "spendable": spendable,
                "pending": pending,
                "qualifying": qualifying,
            }
        )

    def _lot(
        self,
        what: What,
        points: int,
        state: LotState,
        *,
        activates_on: date | None = None,
        expires_on: date,
        is_returned: bool = False,
    ) -> None:
        self.new_lots.append(
            {
                "source": what.source,
                "points": points,
                "state": state,
                "activates_on": activates_on,
                "expires_on": expires_on,
                "is_returned": is_returned,
            }
        )

    def _side(self, what: What, side: PointsSide, lot_id: int | None, points: int) -> None:
        self.sides.append({"source": what.source, "side": side, "lot_id": lot_id, "points": points})

    def _issue(self, what: What, points: int) -> None:
        self._side(what, PointsSide.ISSUED, None, -points)

    def _change(self, lot_id: int, remaining: int, *, expired: int = 0, is_pending: bool = False) -> None:
        change = self.changes.setdefault(lot_id, {"lot_id": lot_id, "remaining": 0, "expired": 0})
        change["remaining"] += remaining
        change["expired"] += expired
        change["is_pending"] = is_pending
