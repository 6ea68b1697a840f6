"""Where other lending systems got it wrong, and what we say instead; each is named by what goes wrong."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rules.loans.events import Event, LoanEventKind, PrepaymentEffect
from rules.loans.ledger import Ledger, replay
from rules.loans.positions import Due
from rules.loans.schedule_previews import preview
from rules.loans.terms import LoanTerms, PenaltyTerms
from rules.money import ZERO, exactly
from rules.products.due_dates import HolidayTerms
from rules.products.holidays import SpecialDay, SpecialDayKind, make_calendar
from rules.products.kinds import (
    DayCount,
    DueComponent,
    ExcessRule,
    Frequency,
    GraceKind,
    HolidayRule,
    PayoffRule,
    PenaltyStart,
    RepaymentMethod,
    Rounding,
)
from rules.products.schedules import Grace, ScheduleTerms, make_schedule

START = date(2026, 1, 15)
PAYMENT, REVERSAL, TRANCHE = LoanEventKind.PAYMENT, LoanEventKind.REVERSAL, LoanEventKind.TRANCHE
PREPAYMENT, RATE_CHANGE = LoanEventKind.PREPAYMENT, LoanEventKind.RATE_CHANGE
HALF_MORE = PenaltyTerms(Decimal("1.5"))


def terms(principal: str = "12000", rate: str = "0.12", term: int = 6, **more) -> ScheduleTerms:
    method = more.pop("method", RepaymentMethod.EQUAL_INSTALLMENT)
    return ScheduleTerms(method, Decimal(principal), Decimal(rate), term, more.pop("disbursed_on", START), **more)


def loan(schedule: ScheduleTerms | None = None, **more) -> LoanTerms:
    return LoanTerms(schedule or terms(), "CNY", **more)


def paid(number: int, on: date, amount: str) -> Event:
    return Event(number, on, PAYMENT, Decimal(amount))


def due(ledger: Ledger, on: date) -> Due:
    with exactly():
        return ledger.due(on)


def payoff(ledger: Ledger, on: date) -> Decimal:
    with exactly():
        return ledger.payoff(on).total


def test_an_installment_is_not_always_rounded_up_to_a_whole_unit():
    assert make_schedule(terms())[0].total == Decimal("2070.58")
    assert make_schedule(terms(rounding=Rounding.UNIT))[0].total == 2071
    assert make_schedule(terms("11900", rounding=Rounding.UNIT))[0].total == 2053
    assert make_schedule(terms("11900", rounding=Rounding.UNIT_UP))[0].total == 2054
    assert make_schedule(terms("1000", rounding=Rounding.UNIT))[0].total == 173
    assert make_schedule(terms("1000", rounding=Rounding.CENT))[0].total == Decimal("172.55")


def test_a_small_loan_does_not_end_a_month_early():
    assert len(make_schedule(terms("100", "0.1", 12, rounding=Rounding.UNIT))) == 12


def test_each_method_has_an_interest_of_its_own():
    by_rule = [method for method in RepaymentMethod if method is not RepaymentMethod.IRREGULAR]
    asked = {method: tuple(line.total for line in make_schedule(terms(method=method))) for method in by_rule}
    # Without steps, stepping up is equal installments.
    assert asked.pop(RepaymentMethod.STEP_UP) == asked[RepaymentMethod.EQUAL_INSTALLMENT]
    assert len(set(asked.values())) == len(asked)


def test_a_period_over_new_year_is_split_where_the_leap_year_begins():
    lines = make_schedule(
        terms("36600", "0.1", 1, disbursed_on=date(2023, 12, 12), day_count=DayCount.ACT_ACT)
    )  # 20 days / 365 and 11 days / 366, not 19 and 12.
    assert lines[0].interest == Decimal("310.55")


def test_a_period_from_december_to_march_meets_the_29th_of_february():
    schedule = terms("36600", "0.1", 1, disbursed_on=date(2023, 12, 15), day_count=DayCount.ACT_365F,
                     agreed_first_due_on=date(2024, 3, 15))  # fmt: skip
    assert make_schedule(schedule)[0].interest == Decimal("912.49")  # 91 days.


def test_a_first_due_day_five_days_away_does_not_charge_a_month():
    for day_count, interest in (
        (DayCount.TWELFTHS, "16.13"), (DayCount.ACT_360, "16.67"), (DayCount.ACT_365F, "16.44"),
        (DayCount.ACT_ACT, "16.44"), (DayCount.THIRTY_360, "16.67"),
    ):  # fmt: skip
        schedule = terms(
            "10000", disbursed_on=date(2026, 1, 10), agreed_first_due_on=date(2026, 1, 15), day_count=day_count
        )
        assert make_schedule(schedule)[0].interest == Decimal(interest)


def test_penalty_is_worked_out_again_when_a_payment_of_an_earlier_day_is_booked_later():
    late = [paid(1, date(2026, 3, 1), "2070.58")]
    first = replay(loan(penalty=HALF_MORE), late, date(2026, 3, 1))
    assert first.lines[0].paid[DueComponent.PENALTY] == Decimal("13.65")
    assert due(first, date(2026, 3, 1)) == Due(ZERO, ZERO, ZERO, principal=Decimal("13.65"))
    backdated = [*late, paid(2, date(2026, 2, 15), "2070.58")]
    ledger = replay(loan(penalty=HALF_MORE), backdated, date(2026, 3, 1))
    assert due(ledger, date(2026, 3, 1)).total == 0
    with exactly():
        assert ledger.penalty(date(2026, 3, 1)) == 0


def test_penalty_that_a_payment_ended_comes_back_when_the_payment_bounces():
    on = date(2026, 3, 1)
    events = [paid(1, date(2026, 2, 15), "2070.58"), Event(2, date(2026, 2, 20), REVERSAL, reverses=1)]
    assert due(replay(loan(penalty=HALF_MORE), events, on), on) == due(replay(loan(penalty=HALF_MORE), [], on), on)


def test_penalty_after_the_last_due_day_is_asked_for_once():
    on = date(2026, 12, 31)
    ledger = replay(loan(terms(term=1), penalty=HALF_MORE), [], on)
    assert len(ledger.lines) == 1
    # 319 days at 18 % on 12,000.
    assert due(ledger, on).penalty == Decimal("1914.00")


def test_a_payment_does_not_take_a_penalty_of_days_to_come():
    on = date(2026, 2, 20)
    ledger = replay(loan(penalty=HALF_MORE), [paid(1, on, "2075.46")], date(2026, 6, 1))
    (first, *_) = ledger.booked
    assert (first.penalty, first.interest, first.principal) == (Decimal("4.88"), Decimal("120.00"), Decimal("1950.58"))


@pytest.mark.parametrize(("starts", "days"), [(PenaltyStart.DUE_DAY, 6), (PenaltyStart.GRACE_END, 1)])
def test_five_days_of_grace_are_five_and_not_four(starts, days):
    grace = PenaltyTerms(Decimal("1.5"), grace_days=5, starts=starts)
    ledger = replay(loan(penalty=grace), [], date(2026, 2, 21))
    assert due(ledger, date(2026, 2, 20)).penalty == 0
    expected = (Decimal("1950.58") * Decimal("0.18") * days / 360).quantize(Decimal("0.01"))
    assert due(ledger, date(2026, 2, 21)).penalty == expected > 0


def test_who_pays_within_the_days_of_grace_owes_no_penalty_ever():
    grace = PenaltyTerms(Decimal("1.5"), grace_days=5)
    ledger = replay(loan(penalty=grace), [paid(1, date(2026, 2, 20), "2070.58")], date(2026, 3, 14))
    assert due(ledger, date(2026, 3, 14)).total == 0


def test_a_reversal_after_the_loan_was_wholly_repaid_opens_it_again():
    on = date(2026, 2, 20)
    settled = Event(1, on, PREPAYMENT, payoff(replay(loan(), [], on), on), effect=PrepaymentEffect.REDUCE_TERM)
    assert replay(loan(), [settled], on).outstanding == 0
    bounced = replay(loan(), [settled, Event(2, on, REVERSAL, reverses=1)], on)
    assert bounced.outstanding == 12000
    assert payoff(bounced, on) == settled.amount


def test_what_was_overpaid_is_right_after_a_reversal_before_it():
    on = date(2026, 8, 1)
    events = [paid(1, date(2026, 2, 15), "2070.58"), paid(2, on, "11000")]
    assert replay(loan(), events, on).credit == Decimal(11000) - (Decimal("12423.48") - Decimal("2070.58"))
    bounced = [*events, Event(3, on, REVERSAL, reverses=1)]
    assert replay(loan(), bounced, on).credit == 0


def test_undoing_the_last_tranche_leaves_the_others():
    on = date(2026, 4, 1)
    events = [Event(1, date(2026, 3, 1), TRANCHE, Decimal(1000)), Event(2, date(2026, 3, 20), TRANCHE, Decimal(500)),
              Event(3, on, REVERSAL, reverses=2)]  # fmt: skip
    assert replay(loan(), events, on).lent == 13000


def test_a_payoff_says_every_part_and_they_add_up():
    on = date(2026, 3, 20)
    with exactly():
        parts = replay(loan(penalty=HALF_MORE), [], on).payoff(on)
    assert parts.total == parts.costs + parts.penalty + parts.interest + parts.principal - parts.credit
    assert parts.principal == 12000
    assert parts.interest == Decimal("120.00") + Decimal("100.49") + Decimal("13.03")  # 5 of 31 days of the third.


def test_repaying_in_the_first_month_owes_the_interest_of_its_days():
    assert payoff(replay(loan(), [], date(2026, 1, 25)), date(2026, 1, 25)) == Decimal("12038.71")  # 10 of 31 days.
    assert payoff(replay(loan(), [], START), START) == 12000


def test_no_interest_accrues_past_the_day_a_loan_is_settled():
    on = date(2026, 2, 20)
    settled = Event(1, on, PREPAYMENT, payoff(replay(loan(), [], on), on), effect=PrepaymentEffect.REDUCE_PAYMENT)
    later = on + timedelta(days=400)
    assert payoff(replay(loan(), [settled], later), later) == 0


def test_a_payment_makes_the_debt_smaller_by_what_it_paid():
    ledger = replay(loan(), [paid(1, date(2026, 2, 15), "2070.58")], date(2026, 2, 15))
    assert ledger.outstanding == 12000 - Decimal("1950.58")


def test_a_loan_without_interest_accrues_none():
    ledger = replay(loan(terms(rate="0")), [], date(2026, 3, 1))
    with exactly():
        assert ledger.accrued(date(2026, 3, 1)) == 0
    assert due(ledger, date(2026, 3, 1)) == Due(ZERO, ZERO, ZERO, Decimal("2000.00"))


def test_four_days_early_interest_is_paid_before_principal():
    ledger = replay(loan(), [paid(1, date(2026, 2, 11), "2000")], date(2026, 2, 11))
    (only,) = ledger.booked
    assert (only.interest, only.principal) == (Decimal("120.00"), Decimal("1880.00"))


@pytest.mark.parametrize(("rule", "total"), [(PayoffRule.TO_DATE, "83.81"), (PayoffRule.TO_PERIOD_END, "84.06")])
def test_both_answers_for_the_payoff_of_one_day_are_to_be_had(rule, total):
    schedule = terms("100", "0.07", 6, disbursed_on=date(2024, 1, 1))
    ledger = replay(loan(schedule, payoff=rule), [paid(1, date(2024, 2, 1), "17.01")], date(2024, 2, 15))
    assert payoff(ledger, date(2024, 2, 15)) == Decimal(total)


def test_an_installment_is_kept_and_never_derived_again():
    by_twelfths = terms("5000", rounding=Rounding.UNIT, disbursed_on=date(2026, 1, 1))
    assert make_schedule(by_twelfths)[0].total == 863
    by_days = terms("5000", rounding=Rounding.UNIT, disbursed_on=date(2026, 1, 1), day_count=DayCount.ACT_365F)
    assert make_schedule(by_days)[0].total == 862
    kept = terms("5000", disbursed_on=date(2026, 1, 1), installment=Decimal(863), day_count=DayCount.ACT_365F)
    assert {line.total for line in make_schedule(kept)[:-1]} == {Decimal(863)}


def test_interest_is_rounded_for_each_stretch_of_constant_principal():
    # At 9 %, 10,000 for 9 days bear 22.192 and 9,000 for 19 days 42.164: 22.19 + 42.16, and not 64.36 once for all.
    schedule = terms("10000", "0.09", 1, disbursed_on=date(2026, 2, 1), day_count=DayCount.ACT_365F)
    early = Event(1, date(2026, 2, 10), PREPAYMENT, Decimal("1022.19"), effect=PrepaymentEffect.REDUCE_PAYMENT)
    (line,) = replay(loan(schedule), [early], date(2026, 2, 10)).lines
    assert line.paid[DueComponent.INTEREST] == Decimal("22.19")
    assert (line.principal, line.interest) == (9000, Decimal("64.35"))


def test_half_a_cent_is_rounded_up_also_where_a_twelfth_has_no_end():
    # 1.50 at 4 % for a month is 0.005 exactly; a rate divided first would be 0.0049999….
    assert make_schedule(terms("1.50", "0.04", 1))[0].interest == Decimal("0.01")


def test_credit_pays_on_the_due_day_and_not_before():
    early = [paid(1, date(2026, 2, 1), "3000")]
    held = loan(excess=ExcessRule.CREDIT)
    assert replay(held, early, date(2026, 2, 14)).credit == 3000
    used = replay(held, early, date(2026, 2, 15))
    assert used.credit == Decimal("929.42")
    assert used.outstanding == Decimal("10049.42")


def test_a_rate_change_leaves_the_past_alone_and_splits_the_period_it_falls_in():
    change = Event(2, date(2026, 3, 1), RATE_CHANGE, annual_rate=Decimal("0.09"))
    ledger = replay(loan(), [paid(1, date(2026, 2, 15), "2070.58"), change], date(2026, 3, 1))
    first, second, *_ = ledger.lines
    assert (first.principal, first.interest) == (Decimal("1950.58"), Decimal("120.00"))
    assert second.interest == Decimal("50.25") + Decimal("37.69")


def test_what_is_paid_ahead_stays_and_a_tranche_bears_interest_all_the_same():
    ahead = paid(1, START, "2070.58")
    lent = Event(2, date(2026, 1, 25), TRANCHE, Decimal(1000))
    first, second, *_ = replay(loan(), [ahead, lent], lent.on).lines
    assert (first.principal, first.interest) == (Decimal("1950.58"), Decimal("120.00"))
    assert second.extra == Decimal("6.77")  # 1,000 at 1 % for 21 of 31 days.


def test_interest_of_grace_waits_and_bears_none():
    schedule = terms(grace=Grace(2, GraceKind.PAYMENT))
    ledger = replay(loan(schedule), [], date(2026, 3, 20))
    assert due(ledger, date(2026, 3, 20)).total == 0
    with exactly():
        assert ledger.accrued(date(2026, 3, 15)) == 240
    assert make_schedule(schedule)[0].interest == 360


def test_a_made_up_working_day_is_one_and_a_table_goes_before_the_calendar():
    saturday = date(2026, 10, 10)
    calendar = make_calendar("CN", ())
    assert calendar.is_business_day(saturday)
    assert not make_calendar(None, ()).is_business_day(saturday)
    table = make_calendar("CN", [SpecialDay(saturday, SpecialDayKind.HOLIDAY)])
    assert not table.is_business_day(saturday)
    schedule = terms(disbursed_on=date(2026, 9, 10), holidays=HolidayTerms(HolidayRule.NEXT, calendar=table))
    assert make_schedule(schedule)[0].due_on == date(2026, 10, 12)


def test_a_modified_due_day_stays_in_its_month():
    calendar = make_calendar(None, ())
    for rule, due_on in ((HolidayRule.NEXT, date(2026, 6, 1)), (HolidayRule.MODIFIED_NEXT, date(2026, 5, 29))):
        schedule = terms(disbursed_on=date(2026, 4, 30), agreed_due_day=31, term=1, agreed_first_due_on=date(2026, 5, 31),
                         holidays=HolidayTerms(rule, calendar=calendar))  # fmt: skip
        assert make_schedule(schedule)[0].due_on == due_on


def test_a_day_count_of_actual_days_makes_leap_years_no_longer_than_a_year():
    year = terms("36600", "0.1", 1, disbursed_on=date(2024, 1, 1), day_count=DayCount.ACT_ACT,
                 agreed_first_due_on=date(2025, 1, 1))  # fmt: skip
    assert make_schedule(year)[0].interest == 3660


def test_a_loan_of_360_lines_counts_each_day_once():
    """A schedule takes as many steps as it has lines: no line looks at those before it."""
    counted = []
    schedule = terms("500000", "0.0435", 360, day_count=DayCount.ACT_365F)
    counter = schedule.counter
    object.__setattr__(counter, "count", lambda day: counted.append(day) or day.toordinal())
    assert len(make_schedule(schedule)) == 360
    assert len(counted) == 361


def test_a_preview_of_the_largest_size_is_not_refused():
    weekly = terms("500000", "0.1", 600, frequency=Frequency.WEEKLY)
    events = [paid(number, START + timedelta(days=8 * number), "900") for number in range(1, 501)]
    shown = preview(loan(weekly, penalty=HALF_MORE), events, START + timedelta(days=4200), None)
    assert len(shown.lines) == 600
    assert sum((event.split.total for event in shown.events), ZERO) == 900 * 500


def test_settling_a_loan_leaves_no_interest_of_a_line_that_was_paid_in_part_ahead():
    order = (DueComponent.PENALTY, DueComponent.COSTS, DueComponent.PRINCIPAL, DueComponent.INTEREST)
    ahead = paid(1, START, "12300")  # All but the interest of the last line, and a part of its principal.
    on = date(2026, 1, 20)
    terms_of_it = loan(allocation_order=order)
    owed = payoff(replay(terms_of_it, [ahead], on), on)
    settled = Event(2, on, PREPAYMENT, owed, effect=PrepaymentEffect.REDUCE_TERM)
    later = date(2027, 1, 1)
    assert payoff(replay(terms_of_it, [ahead, settled], later), later) == 0
