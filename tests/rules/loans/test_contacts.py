import itertools
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from rules.loans.contacts import (
    BorrowerNotTriedYet,
    CallLimitReached,
    ContactBudgetSpent,
    OutsideLegalHours,
    check_budget,
    check_hours,
    check_tried,
    check_unanswered,
)
from rules.loans.hardships import HARDSHIP_MOVES, HardshipStatus
from rules.loans.promises import (
    PROMISE_MOVES,
    PromiseAmountNotAllowed,
    PromiseDateNotAllowed,
    PromiseStatus,
    check_promise,
    outcome_of,
)
from rules.money import Money
from rules.people.access import Role
from rules.states import NotPossibleNow

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 16)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 3, 16, hour, minute, second, tzinfo=SHANGHAI)


@pytest.mark.parametrize("local", [at(8), at(12), at(21, 59, 59)])
def test_people_are_spoken_to_by_day(local):
    check_hours(local)


@pytest.mark.parametrize(
    ("local", "allowed_from"),
    [
        (at(0), at(8)),
        (at(7, 59, 59), at(8)),
        (at(22), at(8) + timedelta(days=1)),
        (at(22, 1), at(8) + timedelta(days=1)),
        (at(23, 59), at(8) + timedelta(days=1)),
    ],
)
def test_and_not_by_night(local, allowed_from):
    with pytest.raises(OutsideLegalHours) as refused:
        check_hours(local)
    assert refused.value.allowed_from == allowed_from


def test_the_seventh_unanswered_call_is_one_too_many():
    for count in range(6):
        check_unanswered(count)
    with pytest.raises(CallLimitReached) as refused:
        check_unanswered(6)
    assert refused.value.limit == 6


@pytest.mark.parametrize(
    ("days_ago", "next_on"),
    [
        ([], None),
        ([0], None),
        ([0, 0], TODAY + timedelta(days=1)),
        ([1, 1, 2, 2, 3, 3], None),
        ([1, 1, 2, 2, 3, 3, 6], TODAY + timedelta(days=1)),
        ([1, 1, 2, 2, 3, 3, 7], None),
        ([0, 1, 1, 2, 2, 3, 3], TODAY + timedelta(days=4)),
    ],
)
def test_nobody_is_spoken_to_too_often(days_ago, next_on):
    days = [TODAY - timedelta(days=ago) for ago in days_ago]
    if next_on is None:
        check_budget(days, TODAY)
    else:
        with pytest.raises(ContactBudgetSpent) as refused:
            check_budget(days, TODAY)
        assert refused.value.next_on == next_on


@pytest.mark.parametrize(
    ("days", "missing"), [([1, 1, 2], 0), ([1, 2], 1), ([1, 1, 1], 1), ([1, 1, 1, 1], 1), ([], 3), ([1], 2)]
)
def test_the_borrower_is_tried_first(days, missing):
    tried = [date(2026, 3, day) for day in days]
    if missing == 0:
        check_tried(tried)
    else:
        with pytest.raises(BorrowerNotTriedYet) as refused:
            check_tried(tried)
        assert refused.value.missing == missing


DUE = Money(Decimal("341.42"), "CNY")


def test_a_promise_is_for_soon_and_for_what_is_due():
    check_promise(Decimal("341.42"), TODAY, TODAY, DUE)
    check_promise(Decimal("34.14"), TODAY + timedelta(days=31), TODAY, DUE)
    for day in (-1, 32):
        with pytest.raises(PromiseDateNotAllowed) as refused:
            check_promise(Decimal(1), TODAY + timedelta(days=day), TODAY, DUE)
        assert (refused.value.earliest, refused.value.latest) == (TODAY, TODAY + timedelta(days=31))
    for amount in ("0", "-1", "34.13", "341.43", "100.001"):
        with pytest.raises(PromiseAmountNotAllowed) as refused:
            check_promise(Decimal(amount), TODAY, TODAY, DUE)
        assert (refused.value.minimum.amount, refused.value.maximum) == (Decimal("34.14"), DUE)


@pytest.mark.parametrize(
    ("before", "received", "days", "status"),
    [
        (PromiseStatus.OPEN, "99.99", 0, PromiseStatus.OPEN),
        (PromiseStatus.OPEN, "99.99", 1, PromiseStatus.BROKEN),
        (PromiseStatus.OPEN, "100", 0, PromiseStatus.KEPT),
        (PromiseStatus.OPEN, "100", 1, PromiseStatus.KEPT),
        (PromiseStatus.KEPT, "0", 0, PromiseStatus.KEPT),
        (PromiseStatus.KEPT, "0", 1, PromiseStatus.BROKEN),
        (PromiseStatus.BROKEN, "100", 9, PromiseStatus.KEPT),
        (PromiseStatus.CANCELLED, "100", 1, PromiseStatus.CANCELLED),
        (PromiseStatus.CANCELLED, "0", 1, PromiseStatus.CANCELLED),
    ],
)
def test_a_promise_is_kept_or_broken_once_its_day_has_passed(before, received, days, status):
    assert outcome_of(before, Decimal(100), Decimal(received), TODAY, TODAY + timedelta(days=days)) is status


def test_a_promise_of_what_is_not_late_any_more_is_not_broken():
    late = {"is_late": False}
    for before, status in (
        (PromiseStatus.OPEN, PromiseStatus.CANCELLED),
        (PromiseStatus.KEPT, PromiseStatus.BROKEN),
    ):
        assert outcome_of(before, Decimal(100), Decimal(0), TODAY, TODAY + timedelta(days=1), **late) is status
    assert outcome_of(PromiseStatus.OPEN, Decimal(100), Decimal(0), TODAY, TODAY, **late) is PromiseStatus.OPEN


STAFF = {Role.OFFICER, Role.MANAGER}
P, H = PromiseStatus, HardshipStatus
PROMISES = {
    (P.OPEN, P.KEPT): {Role.SYSTEM},
    (P.OPEN, P.BROKEN): {Role.SYSTEM},
    (P.OPEN, P.CANCELLED): STAFF | {Role.CUSTOMER, Role.SYSTEM},
    (P.BROKEN, P.KEPT): {Role.SYSTEM},
    (P.KEPT, P.BROKEN): {Role.SYSTEM},
}
REQUESTS = {
    (H.OPEN, H.PLAN_PROPOSED): STAFF,
    (H.PLAN_PROPOSED, H.AGREED): {Role.CUSTOMER},
    (H.PLAN_PROPOSED, H.OPEN): {Role.CUSTOMER, Role.MANAGER, Role.SYSTEM},
    (H.OPEN, H.DECLINED): STAFF,
    (H.OPEN, H.WITHDRAWN): {Role.CUSTOMER, Role.SYSTEM},
    (H.PLAN_PROPOSED, H.WITHDRAWN): {Role.CUSTOMER, Role.SYSTEM},
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("machine", "table", "current", "to"),
    [
        *((PROMISE_MOVES, PROMISES, *pair) for pair in itertools.product(P, repeat=2)),
        *((HARDSHIP_MOVES, REQUESTS, *pair) for pair in itertools.product(H, repeat=2)),
    ],
)
def test_they_make_the_moves_of_their_tables_and_no_others(machine, table, current, to, role):
    if role in table.get((current, to), ()):
        machine.check(current, to, role)
    else:
        with pytest.raises(NotPossibleNow):
            machine.check(current, to, role)
