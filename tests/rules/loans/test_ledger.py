"""The ledger: what must always hold, and figures worked out by hand."""

from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from rules.errors import Refused
from rules.loans.events import Event, LoanEventKind, PrepaymentEffect
from rules.loans.ledger import Ledger, replay
from rules.money import CENT, ZERO, exactly, is_whole_cents
from rules.products.kinds import DueComponent, ExcessRule
from rules.products.schedules import make_schedule
from tests.rules.loans.lives import lives, loan_terms


def everything(ledger: Ledger) -> object:
    """All that a ledger says, to compare."""
    lines = [asdict(line) for line in ledger.lines]
    for line in lines:
        (line["meter"] or {}).pop("counter", None)
    return lines, ledger.booked, ledger.entries, ledger.credit, ledger.prepaid, ledger.lent, ledger.annual_rate


def due_and_payoff(ledger: Ledger, on: date) -> object:
    with exactly():
        return ledger.due(on), ledger.payoff(on), ledger.accrued(on), ledger.outstanding, ledger.credit


@given(lives())
def test_principal_is_conserved(life):
    terms, events, as_of = life
    ledger = replay(terms, events, as_of)
    assert sum(line.principal for line in ledger.lines) + ledger.prepaid == ledger.lent
    repaid = sum((part.principal for part in ledger.booked), ZERO)
    assert ledger.outstanding == ledger.lent - repaid
    assert ledger.outstanding >= 0


@given(lives())
def test_every_entry_of_the_books_balances(life):
    terms, events, as_of = life
    ledger = replay(terms, events, as_of)
    for entry in ledger.entries:
        assert sum(entry.amounts.values()) == 0
        assert all(is_whole_cents(amount) for amount in entry.amounts.values())


@given(lives())
def test_no_part_is_negative_and_none_is_paid_beyond_what_it_asks_for(life):
    terms, events, as_of = life
    ledger = replay(terms, events, as_of)
    for line in ledger.lines:
        assert min(line.principal, line.interest, line.costs, line.extra, line.accrued) >= 0
        for component in DueComponent:
            assert line.paid[component] >= 0
            assert component is DueComponent.PENALTY or line.left(component) >= 0
    for part in ledger.booked:
        assert min(part.costs, part.penalty, part.interest, part.principal) >= 0
    assert ledger.credit >= 0


@given(lives())
def test_what_was_received_is_what_was_booked(life):
    terms, events, as_of = life
    ledger = replay(terms, events, as_of)
    for event in events:
        parts = [part for part in ledger.booked if part.event == event.number]
        if parts:
            booked = sum(part.costs + part.penalty + part.interest + part.principal + part.credit for part in parts)
            if event.kind is LoanEventKind.REFUND:  # What was not kept any more was lent.
                assert -event.amount <= booked < 0
            else:
                assert booked == event.amount


@given(lives(), st.data())
def test_a_reversal_puts_everything_back_as_if_the_event_had_never_been(life, data):
    terms, events, as_of = life
    undone = {event.reverses for event in events}
    candidates = [each for each in events if each.kind is not LoanEventKind.REVERSAL and each.number not in undone]
    if not candidates:
        return
    bounced = data.draw(st.sampled_from(candidates))
    reversal = Event(len(events) + 1, as_of, LoanEventKind.REVERSAL, reverses=bounced.number)
    without = tuple(each for each in events if each is not bounced)
    try:
        expected = everything(replay(terms, without, as_of))
    except Refused as refused:
        expected = type(refused)
    try:
        found = everything(replay(terms, (*events, reversal), as_of))
    except Refused as refused:
        found = type(refused)
    assert found == expected


@given(lives())
def test_until_it_is_reversed_a_payment_counts(life):
    terms, events, as_of = life
    if not events:
        return
    reversal = Event(len(events) + 1, as_of + timedelta(days=1), LoanEventKind.REVERSAL, reverses=events[0].number)
    try:
        later = replay(terms, (*events, reversal), as_of)
    except Refused:
        return
    assert everything(later) == everything(replay(terms, events, as_of))


@given(lives(), st.permutations([Decimal("10.01"), Decimal("250.00"), Decimal("3.33")]))
def test_the_order_of_payments_of_one_day_does_not_change_what_is_owed(life, amounts):
    terms, events, as_of = life
    if terms.excess is ExcessRule.REFUSED:
        return

    def paid(in_order: list[Decimal]) -> object:
        numbered = enumerate(in_order, start=len(events) + 1)
        payments = [Event(number, as_of, LoanEventKind.PAYMENT, amount) for number, amount in numbered]
        later = as_of + timedelta(days=40)
        return due_and_payoff(replay(terms, (*events, *payments), later), later)

    assert paid(amounts) == paid(sorted(amounts))


@given(lives())
def test_the_payoff_settles_the_loan(life):
    terms, events, as_of = life
    with exactly():
        payoff = replay(terms, events, as_of).payoff(as_of).total
    if payoff <= 0:
        return
    last = Event(len(events) + 1, as_of, LoanEventKind.PREPAYMENT, payoff, effect=PrepaymentEffect.REDUCE_TERM)
    settled = replay(terms, (*events, last), as_of + timedelta(days=500))
    assert settled.outstanding == 0
    with exactly():
        assert settled.payoff(as_of + timedelta(days=500)).total == 0
    # A cent less does not.
    try:
        short = replay(terms, (*events, Event(last.number, as_of, last.kind, payoff - CENT, effect=last.effect)), as_of)
    except Refused:
        return
    with exactly():
        assert short.payoff(as_of).total > 0


@given(loan_terms())
def test_paying_each_line_on_its_day_repays_the_loan_exactly(terms):
    lines = replay(terms, (), terms.schedule.disbursed_on).lines
    due: dict[date, Decimal] = {}
    for line in lines:
        total = line.principal + line.interest + line.costs
        if total:
            due[line.period.due_on] = due.get(line.period.due_on, ZERO) + total
    payments = [
        Event(number, on, LoanEventKind.PAYMENT, amount) for number, (on, amount) in enumerate(due.items(), start=1)
    ]
    ledger = replay(terms, payments, payments[-1].on + timedelta(days=99))
    assert ledger.outstanding == ledger.credit == 0
    with exactly():
        assert ledger.payoff(ledger.as_of).total == 0
        assert ledger.penalty(ledger.as_of) == 0


@given(loan_terms())
def test_the_ledger_asks_for_what_the_schedule_says(terms):
    asked = [
        (line.period.due_on, line.principal, line.interest)
        for line in replay(terms, (), terms.schedule.disbursed_on).lines
        if line.principal or line.interest
    ]
    assert asked == [(line.due_on, line.principal, line.interest) for line in make_schedule(terms.schedule)]


@given(lives(), st.integers(0, 40), st.integers(0, 40))
def test_what_is_owed_never_falls_by_waiting(life, sooner, later):
    terms, events, as_of = life
    first, second = as_of + timedelta(days=sooner), as_of + timedelta(days=sooner + later)
    with exactly():
        early, late = replay(terms, events, first), replay(terms, events, second)
        assert early.due(first).total <= late.due(second).total + early.credit
        assert early.penalty(first) <= late.penalty(second)
