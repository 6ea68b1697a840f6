"""A machine that lives lives of points at random: whatever moves them, lots, balances and journal say the same.

A second opinion keeps count of every lot beside the ledger, in the plainest way. Days only go on, from one life to the
next. In `make test-deep` it lives a thousand.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.verify import verify
from models import PointLot, PointsAccount, PointsEntry, PointsPosting
from models.database import transaction
from resolvers.loyalty import lots, points
from rules.loyalty.kinds import LotState, PointsSide
from rules.loyalty.points import NotEnoughPoints, expires_on
from rules.products.due_dates import add_months
from tests import make

_numbers = count(1)


@dataclass
class Counted:
    """A lot, as the second opinion counts it."""

    source: str
    left: int
    earned: int
    expires_on: date
    usable_from: date
    is_pending: bool
    expired: int = 0
    is_taken_back: bool = False
    is_returned: bool = False
    owed_since: date | None = None


@dataclass
class Life:
    """A customer, and what he is thought to have."""

    customer_id: int
    met: set[str]
    lots: list[Counted] = field(default_factory=list)
    spent: dict[str, dict[str, int]] = field(default_factory=dict)
    """By what was bought, what came from which lot."""

    @property
    def usable(self) -> list[Counted]:
        return [lot for lot in self.lots if not lot.is_pending]

    @property
    def balance(self) -> int:
        return sum(lot.left for lot in self.usable)

    def fill(self) -> None:
        """Let what is there make up for what is owed: one point after the other, those that expire first."""
        ordered = sorted(self.usable, key=lambda lot: (lot.expires_on, self.lots.index(lot)))
        while any(lot.left < 0 for lot in ordered) and any(lot.left > 0 for lot in ordered):
            next(lot for lot in ordered if lot.left > 0).left -= 1
            next(lot for lot in ordered if lot.left < 0).left += 1

    def date_debts(self, today: date) -> None:
        for lot in self.lots:
            lot.owed_since = (lot.owed_since or today) if lot.left < 0 else None


@pytest.fixture
async def met(db) -> AsyncIterator[set[str]]:
    found: set[str] = set()
    yield found
    assert await verify() == []
    assert found >= {"earn", "earn_later", "spend", "spend too much", "give_back", "take_back", "pass_time"}, found


Step = Callable[[Life, list[int]], Awaitable[None]]


async def earn(life: Life, thrown: list[int], pending_days: int = 0) -> None:
    source, size, months = f"Test:{next(_numbers)}", 1 + thrown[0] % 40, thrown[1] % 4
    async with transaction(make.system(), "award") as unit:
        given = {"points": size, "pending_days": pending_days, "lifetime_months": months}
        assert await points.award(unit, customer_id=life.customer_id, source=source, **given)
    usable_from = make.clock.today() + timedelta(days=pending_days)
    last = expires_on(usable_from, months)
    life.lots.append(Counted(source, size, size, last, usable_from, is_pending=pending_days > 0))
    if not pending_days:
        life.fill()


async def earn_later(life: Life, thrown: list[int]) -> None:
    await earn(life, thrown, pending_days=1 + thrown[2] % 20)


async def spend(life: Life, thrown: list[int]) -> None:
    source, size = f"Gift:{next(_numbers)}", 1 + thrown[0] % 60
    if size > life.balance:
        life.met.add("spend too much")
        with pytest.raises(NotEnoughPoints) as refused:
            await _spend(life, size, source)
        assert refused.value.balance == life.balance
        return
    await _spend(life, size, source)
    life.fill()
    taken: Counter[str] = Counter()
    for lot in sorted(life.usable, key=lambda lot: (lot.expires_on, life.lots.index(lot))):
        part = min(max(lot.left, 0), size - taken.total())
        lot.left -= part
        taken[lot.source] += part
    assert taken.total() == size
    life.spent[source] = dict(+taken)


async def _spend(life: Life, size: int, source: str) -> None:
    async with transaction(make.system(), "spend") as unit:
        await points.spend(unit, customer_id=life.customer_id, points=size, source=source)


async def give_back(life: Life, thrown: list[int]) -> None:
    if not life.spent:
        return
    source = sorted(life.spent)[thrown[0] % len(life.spent)]
    taken = life.spent.pop(source)
    for expected in (sum(taken.values()), 0):  # The second time, nothing comes back.
        async with transaction(make.system(), "give_back") as unit:
            assert await points.give_back(unit, customer_id=life.customer_id, source=source) == expected
    until, late, name = make.clock.today() + timedelta(days=30), 0, f"{source}:back"
    for lot in life.lots:
        if lot.source in taken and lot.expires_on < until and lot.left >= 0 and not lot.is_returned:
            late += taken[lot.source]
        elif lot.source in taken:
            lot.left += taken[lot.source]
            name = f"{source}:back:late"
    if late:
        life.lots.append(Counted(name, late, late, until, make.clock.today(), is_pending=False, is_returned=True))


async def take_back(life: Life, thrown: list[int]) -> None:
    if not life.lots:
        return
    lot = life.lots[thrown[0] % len(life.lots)]
    if lot.is_returned:
        return
    expected = 0 if lot.is_taken_back else lot.earned - lot.expired
    async with transaction(make.system(), "take_back") as unit:
        assert await points.take_back(unit, customer_id=life.customer_id, source=lot.source) == expected
    lot.left -= expected
    lot.is_taken_back = lot.is_taken_back or expected > 0
    lot.is_pending = lot.is_pending and lot.left > 0


async def pass_time(life: Life, thrown: list[int]) -> None:
    day = make.clock.today() + timedelta(days=(1, 5, 20, 31, 90, 200)[thrown[0] % 6])
    await make.travel_to(day)
    for _ in range(2):  # A night that is run twice does no more.
        await lots.catch_points_up(make.system(), day)
    for lot in life.lots:
        lot.is_pending = lot.is_pending and lot.usable_from > day
    life.fill()
    for lot in life.usable:
        if lot.left > 0 and lot.expires_on < day:
            lot.expired, lot.left = lot.expired + lot.left, 0
        if lot.left < 0 and lot.owed_since is not None and lot.owed_since <= add_months(day, -12):
            lot.left = 0


async def check(life: Life) -> None:
    """Hold the ledger against the second opinion, and against its own journal."""
    account = await PointsAccount.get(customer_id=life.customer_id)
    assert account.balance == life.balance
    assert account.pending == sum(lot.left for lot in life.lots if lot.is_pending)
    rows = await PointLot.filter(customer_id=life.customer_id).order_by("id").prefetch_related("entry")
    kept: list[tuple[Any, ...]] = [
        (row.entry.source, row.remaining, row.expired, row.expires_on, row.owed_since) for row in rows
    ]
    assert kept == [(lot.source, lot.left, lot.expired, lot.expires_on, lot.owed_since) for lot in life.lots]
    assert all(-row.earned <= row.remaining <= row.earned for row in rows)
    assert [row.state is LotState.PENDING for row in rows] == [lot.is_pending for lot in life.lots]
    sides: Counter[PointsSide] = Counter()
    for posting in await PointsPosting.filter(customer_id=life.customer_id):
        sides[posting.side] += posting.points
    assert (sides[PointsSide.HELD], sides[PointsSide.PENDING]) == (account.balance, account.pending)
    assert sides[PointsSide.ISSUED] == -(account.balance + account.pending)
    entries = await PointsEntry.filter(customer_id=life.customer_id)
    assert sum(entry.spendable for entry in entries) == account.balance


STEPS: tuple[Step, ...] = (
    earn,
    earn,
    earn_later,
    earn_later,
    spend,
    spend,
    spend,
    give_back,
    give_back,
    take_back,
    take_back,
    pass_time,
    pass_time,
)
THROWS = st.lists(st.integers(0, 2**20), min_size=3, max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), THROWS), min_size=4, max_size=14))
async def test_whatever_moves_points_lots_and_journal_say_the_same(met, steps):
    life = Life((await make.customer()).id, met)
    for step, thrown in steps:
        await step(life, thrown)
        life.date_debts(make.clock.today())
        met.add(step.__name__)
        await check(life)
