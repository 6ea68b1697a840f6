from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given

from rules.loans.events import Event, LoanEventKind, PrepaymentEffect
from rules.loans.ledger import replay
from rules.loans.schedule_previews import LoanEventStatus, annual_costs, preview
from rules.money import ZERO, exactly
from rules.products.fees import FeeTerms
from rules.products.kinds import FeeKind, RepaymentMethod
from tests.rules.loans.lives import lives, loan_terms
from tests.rules.loans.test_traps import loan, terms

MILLIONTH = Decimal("0.000001")


@given(loan_terms())
def test_the_annual_cost_makes_what_is_received_worth_what_is_paid(any_terms):
    signed = replay(any_terms, (), any_terms.schedule.disbursed_on)
    received = signed.borrowed * Decimal("0.99")
    schedule = any_terms.schedule
    simple, compound = annual_costs(signed, received)
    per_year = schedule.frequency.periods_a_year
    first, due_without_saying = schedule.agreed_first_due_on, replace(schedule, agreed_first_due_on=None).first_due_on
    with exactly():
        # Simple and compound are one periodic rate, said in two ways.
        assert abs((1 + simple / per_year) ** per_year - 1 - compound) <= MILLIONTH * 60 * (1 + compound)
        is_whole = first in (None, due_without_saying) and schedule.method is not RepaymentMethod.IRREGULAR
        low, high = (worth(signed, received, compound + step, whole=is_whole) for step in (-MILLIONTH, MILLIONTH))
    assert low <= 0 <= high


def worth(signed, received, compound, *, whole):
    """What the flows are worth on the first day at a compound rate: zero at the right one, and growing with it."""
    schedule = signed.terms.schedule
    total = received
    for line in signed.lines:
        period = schedule.term if schedule.method is RepaymentMethod.BULLET else line.period.number
        years = Decimal((line.period.due_on - schedule.disbursed_on).days) / 365
        if whole:
            years = Decimal(period) / schedule.frequency.periods_a_year
        total -= (line.principal + line.interest + line.costs) / (1 + compound) ** years
    return total


@given(lives(most=4))
def test_a_preview_adds_up(life):
    any_terms, events, as_of = life
    shown = preview(any_terms, events, as_of, None)
    assert shown.total_cost == shown.total_interest + shown.total_fees + shown.total_penalty
    assert shown.lines[-1].balance == 0 if shown.lines else shown.outstanding == 0
    assert [event.number for event in shown.events] == [event.number for event in events]
    assert all(event.status is not LoanEventStatus.LATER for event in shown.events)
    assert shown.payoff.total == sum(
        (shown.payoff.costs, shown.payoff.penalty, shown.payoff.interest, shown.payoff.principal, shown.payoff.credit),
        ZERO,
    )
    assert shown.payoff.principal == shown.outstanding


def test_a_loan_paid_back_on_the_day_it_was_paid_out_has_no_lines_and_owes_nothing():
    on = date(2026, 1, 15)
    event = Event(
        number=1, on=on, kind=LoanEventKind.PREPAYMENT, amount=Decimal(10), effect=PrepaymentEffect.REDUCE_TERM
    )
    shown = preview(loan(terms("10", "0", 1)), (event,), on, None)
    assert (shown.lines, shown.outstanding, shown.payoff.total, shown.total_interest) == ((), 0, 0, 0)


def test_a_flat_fee_of_half_a_percent_a_month_costs_nearly_eleven_a_year():
    shown = preview(loan(terms(method=RepaymentMethod.FLAT_FEE, rate="0.06", term=12)), (), date(2026, 1, 15), None)
    assert (shown.annual_cost, shown.annual_cost_compound) == (Decimal("0.108964"), Decimal("0.114574"))


def test_a_schedule_whose_last_line_is_too_large_is_called_unsound():
    assert not preview(loan(terms("1250", "0.24", 360)), (), date(2026, 1, 15), None).is_sound
    assert preview(loan(terms("12500", "0.24", 36)), (), date(2026, 1, 15), None).is_sound


def test_every_fee_is_in_the_cost_and_a_financed_one_bears_interest():
    plain = preview(loan(), (), date(2026, 1, 15), None)
    fees = (FeeTerms(FeeKind.FINANCED, amount=Decimal(300)), FeeTerms(FeeKind.PERIODIC, amount=Decimal(5)))
    financed = preview(loan(terms("12300"), fees=fees, borrowed=Decimal(12000)), (), date(2026, 1, 15), None)
    assert financed.total_fees == 300 + 6 * 5
    assert financed.received == plain.received == 12000
    assert financed.total_interest > plain.total_interest
    assert financed.annual_cost > plain.annual_cost
