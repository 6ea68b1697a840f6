"""Changes by agreement, held against figures worked out by hand."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.books.accounts import AccountCode
from rules.errors import Refused
from rules.loans.events import ChangeNotPossible, Event, EventIncomplete, LoanEventKind, NoLinesLeft
from rules.loans.ledger import replay
from rules.loans.terms import LoanTerms, PenaltyTerms
from rules.money import ZERO, from_cents
from rules.products.kinds import DayCount, Frequency, RepaymentMethod, Rounding
from rules.products.schedules import Part, ScheduleTerms
from tests.rules.loans.lives import lives

PAID_OUT = date(2026, 1, 10)
MAY = date(2026, 5, 10)


def terms(method: RepaymentMethod = RepaymentMethod.EQUAL_PRINCIPAL, **changed: object) -> LoanTerms:
    """1,200.00 at 12 % for a year: 100.00 of principal a month, and 1 % of what is left."""
    schedule = ScheduleTerms(method, Decimal("1200.00"), Decimal("0.12"), 12, PAID_OUT, **changed)
    return LoanTerms(schedule, "CNY")


def paid(number: int, on: date, amount: str) -> Event:
    return Event(number, on, LoanEventKind.PAYMENT, Decimal(amount))


FOUR_PAID = (
    paid(1, date(2026, 2, 10), "112.00"),
    paid(2, date(2026, 3, 10), "111.00"),
    paid(3, date(2026, 4, 10), "110.00"),
    paid(4, MAY, "109.00"),
)


def asked(ledger) -> list[tuple[int, date, Decimal, Decimal]]:
    return [(line.period.number, line.period.due_on, line.principal, line.interest) for line in ledger.lines]


def test_an_extension_spreads_what_is_left_over_more_periods():
    ledger = replay(terms(), (*FOUR_PAID, Event(5, MAY, LoanEventKind.EXTENSION, periods=8)), MAY)
    lines = asked(ledger)
    assert len(lines) == 20
    assert lines[4] == (5, date(2026, 6, 10), Decimal("50.00"), Decimal("8.00"))
    assert lines[-1] == (20, date(2027, 9, 10), Decimal("50.00"), Decimal("0.50"))


def test_a_holiday_asks_for_nothing_and_its_interest_comes_on_top_of_the_line_after():
    ledger = replay(terms(), (*FOUR_PAID, Event(5, MAY, LoanEventKind.HOLIDAY, periods=2)), MAY)
    lines = asked(ledger)
    assert len(lines) == 14
    assert [(principal, interest) for _, _, principal, interest in lines[4:8]] == [
        (0, 0),
        (0, 0),
        (Decimal("100.00"), Decimal("24.00")),
        (Decimal("100.00"), Decimal("7.00")),
    ]
    assert lines[-1][1] == date(2027, 3, 10)


def test_another_due_day_holds_from_the_next_period_and_the_first_is_counted_by_its_days():
    ledger = replay(terms(), (*FOUR_PAID, Event(5, MAY, LoanEventKind.DUE_DAY, due_day=25)), MAY)
    lines = asked(ledger)
    assert [due_on for _, due_on, _, _ in lines[4:7]] == [date(2026, 6, 10), date(2026, 7, 25), date(2026, 8, 25)]
    assert lines[4][3] == Decimal("8.00")
    # From 10 June to 25 July: a month and 15 of its 31 days (25 May to 25 June), on 700.00 at 1 % a month.
    assert lines[5][3] == Decimal("10.39")
    assert lines[6][3] == Decimal("6.00")


def test_the_due_day_is_clamped_in_short_months_from_the_day_that_was_agreed():
    ledger = replay(terms(), (Event(1, PAID_OUT, LoanEventKind.DUE_DAY, due_day=31),), PAID_OUT)
    assert [line.period.due_on for line in ledger.lines[:4]] == [
        date(2026, 2, 10),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    ]


def test_capitalisation_makes_principal_of_interest_and_asks_for_the_overdue_part_again():
    """Nothing was paid: on 10 May four lines are due, with 400.00 of principal and 12 + 11 + 10 + 9 of interest."""
    ledger = replay(terms(), (Event(1, MAY, LoanEventKind.CAPITALISATION),), MAY)
    assert ledger.lent == ledger.outstanding == Decimal("1242.00")
    assert ledger.due(MAY).total == 0
    assert [(line.principal, line.interest) for line in ledger.lines[:4]] == [(0, 0)] * 4
    assert ledger.lines[4].principal == Decimal("155.25")
    assert ledger.lines[4].interest == Decimal("12.42")
    assert ledger.entries[-1].amounts == {
        AccountCode.LOANS_RECEIVABLE: Decimal("42.00"),
        AccountCode.INTEREST_INCOME: Decimal("-42.00"),
    }


def test_capitalised_in_mid_period_what_has_accrued_is_not_asked_for_twice():
    on = date(2026, 5, 25)
    by_days = terms(day_count=DayCount.ACT_365F)
    before = replay(by_days, FOUR_PAID[:3], on)
    accrued, due = before.accrued(on), before.due(on).interest
    after = replay(by_days, (*FOUR_PAID[:3], Event(4, on, LoanEventKind.CAPITALISATION)), on)
    assert after.lent - before.lent == accrued + due > 0
    assert after.accrued(on) == 0


def test_what_is_capitalised_within_the_days_of_grace_costs_no_penalty_later():
    late = replace(terms(), penalty=PenaltyTerms(Decimal("1.5"), grace_days=3))
    on = date(2026, 2, 11)
    ledger = replay(late, (Event(1, on, LoanEventKind.CAPITALISATION),), on + timedelta(days=20))
    assert ledger.due(on + timedelta(days=20)).total == 0


@pytest.mark.parametrize(
    ("changed", "event", "refusal"),
    [
        ({}, Event(1, MAY, LoanEventKind.EXTENSION), EventIncomplete),
        ({}, Event(1, MAY, LoanEventKind.EXTENSION, periods=0), EventIncomplete),
        ({}, Event(1, MAY, LoanEventKind.HOLIDAY, periods=121), EventIncomplete),
        ({}, Event(1, MAY, LoanEventKind.DUE_DAY, due_day=0), EventIncomplete),
        ({}, Event(1, MAY, LoanEventKind.DUE_DAY, due_day=32), EventIncomplete),
        ({}, Event(1, date(2027, 2, 1), LoanEventKind.EXTENSION, periods=2), NoLinesLeft),
        ({}, Event(1, date(2027, 2, 1), LoanEventKind.CAPITALISATION), NoLinesLeft),
        ({"frequency": Frequency.WEEKLY}, Event(1, PAID_OUT, LoanEventKind.DUE_DAY, due_day=5), ChangeNotPossible),
        (
            {"method": RepaymentMethod.BULLET},
            Event(1, PAID_OUT, LoanEventKind.HOLIDAY, periods=1),
            ChangeNotPossible,
        ),
    ],
)
def test_what_cannot_be_agreed_is_refused(changed, event, refusal):
    with pytest.raises(refusal):
        replay(terms(**changed), (event,), event.on)


def test_a_schedule_by_hand_is_not_changed():
    by_hand = replace(
        terms(RepaymentMethod.IRREGULAR).schedule, term=1, parts=(Part(date(2026, 6, 1), Decimal("1200.00")),)
    )
    for kind in (LoanEventKind.EXTENSION, LoanEventKind.HOLIDAY):
        with pytest.raises(ChangeNotPossible):
            replay(LoanTerms(by_hand, "CNY"), (Event(1, MAY, kind, periods=1),), MAY)


@given(lives(), st.integers(1, 6), st.sampled_from([LoanEventKind.EXTENSION, LoanEventKind.HOLIDAY]))
def test_more_periods_change_nothing_that_is_owed_today(life, periods, kind):
    loan, events, as_of = life
    before = replay(loan, events, as_of)
    try:
        after = replay(loan, (*events, Event(len(events) + 1, as_of, kind, periods=periods)), as_of)
    except Refused:
        return
    assert after.outstanding == before.outstanding
    assert after.due(as_of) == before.due(as_of)
    if loan.schedule.rounding is Rounding.CENT:  # Rounded up to units, more and smaller lines can repay sooner.
        assert after.lines[-1].period.due_on >= before.lines[-1].period.due_on


@given(lives())
def test_capitalisation_adds_to_the_principal_just_what_it_takes_from_the_interest(life):
    loan, events, as_of = life
    before = replay(loan, events, as_of)
    try:
        after = replay(loan, (*events, Event(len(events) + 1, as_of, LoanEventKind.CAPITALISATION)), as_of)
    except Refused:
        return
    assert after.outstanding - before.outstanding == after.lent - before.lent >= 0
    booked = after.entries[len(before.entries) :]
    assert sum((entry.amounts.get(AccountCode.LOANS_RECEIVABLE, ZERO) for entry in booked), ZERO) == (
        after.lent - before.lent
    )


@given(lives(), st.integers(1, 10**6).map(from_cents))
def test_what_is_written_off_stays_owed_and_what_is_paid_then_is_a_recovery(life, amount):
    loan, events, as_of = life
    before = replay(loan, events, as_of)
    if before.is_written_off:
        return
    off = Event(len(events) + 1, as_of, LoanEventKind.WRITE_OFF)
    payment = Event(len(events) + 2, as_of + timedelta(days=1), LoanEventKind.PAYMENT, amount, is_taken=True)
    after = replay(loan, (*events, off, payment), payment.on)
    plain = replay(loan, (*events, payment), payment.on)
    assert after.outstanding == plain.outstanding
    sums: dict[AccountCode, Decimal] = {}
    for entry in after.entries:
        for code, cents in entry.amounts.items():
            sums[code] = sums.get(code, ZERO) + cents
    assert sums.get(AccountCode.LOANS_RECEIVABLE, ZERO) == 0
    expense = sums.get(AccountCode.WRITE_OFF_EXPENSE, ZERO)
    assert expense + sums.get(AccountCode.RECOVERY_INCOME, ZERO) == after.outstanding
