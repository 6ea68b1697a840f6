"""Lives of loans, drawn at random: terms, and what happens under them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from rules.errors import Refused
from rules.loans.events import Event, LoanEventKind, PrepaymentEffect
from rules.loans.ledger import Ledger, replay
from rules.loans.terms import LoanTerms, PenaltyTerms
from rules.money import CENT, exactly, from_cents, round_money
from rules.products.due_dates import HolidayTerms
from rules.products.fees import FeeTerms
from rules.products.holidays import make_calendar
from rules.products.kinds import (
    DayCount,
    DueComponent,
    ExcessRule,
    FeeKind,
    Frequency,
    GraceKind,
    HolidayInterest,
    HolidayRule,
    PayoffRule,
    PenaltyStart,
    RepaymentMethod,
    Rounding,
)
from rules.products.schedules import Grace, Part, ScheduleTerms, Steps

ALREADY_KNOWN = [each for each in DayCount if each is not DayCount.TWELFTHS]
CHINA = make_calendar("CN", ())

rates = st.integers(0, 500_000).map(lambda millionths: Decimal(millionths).scaleb(-6))
holidays = st.builds(
    HolidayTerms, st.sampled_from(HolidayRule), st.sampled_from(HolidayInterest), st.sampled_from([CHINA])
)


@st.composite
def schedule_terms(draw: st.DrawFn, methods: list[RepaymentMethod] | None = None, longest: int = 18) -> ScheduleTerms:
    """Terms of any schedule there can be, its first period broken or whole."""
    method = draw(st.sampled_from(methods or list(RepaymentMethod)))
    frequency = draw(st.sampled_from(Frequency))
    disbursed_on = draw(st.dates(date(2023, 11, 1), date(2028, 3, 31)))
    term = draw(st.integers(1, longest))
    first = draw(st.none() | st.integers(8, 70).map(lambda days: disbursed_on + timedelta(days=days)))
    principal = draw(st.integers(1_000, 10**8).map(from_cents))
    terms = ScheduleTerms(
        method=method,
        principal=principal,
        annual_rate=draw(rates),
        term=term,
        disbursed_on=disbursed_on,
        frequency=frequency,
        day_count=draw(st.sampled_from(DayCount)),
        agreed_first_due_on=first,
        rounding=draw(st.sampled_from(Rounding)),
        holidays=draw(holidays),
    )
    if method is RepaymentMethod.STEP_UP:
        terms = replace(
            terms, steps=Steps(draw(st.integers(1, 20).map(lambda n: Decimal(n) / 100)), draw(st.integers(1, 12)))
        )
    if method is RepaymentMethod.IRREGULAR:
        return replace(terms, parts=draw(parts(disbursed_on, principal, term)), agreed_first_due_on=None)
    if method is not RepaymentMethod.BULLET and term > 1:
        grace = st.builds(Grace, st.integers(0, min(term - 1, 6)), st.sampled_from(GraceKind))
        return replace(terms, grace=draw(grace))
    return terms


@st.composite
def parts(draw: st.DrawFn, disbursed_on: date, principal: Decimal, term: int) -> tuple[Part, ...]:
    """Lines by hand that make the principal."""
    day, rest, made = disbursed_on + timedelta(days=7), principal, []
    for number in range(1, term + 1):
        day += timedelta(days=draw(st.integers(1, 90)))
        share = rest if number == term else round_money(rest * draw(st.integers(0, 50)) / 100)
        made.append(Part(day, share))
        rest -= share
    return tuple(made)


@st.composite
def loan_terms(draw: st.DrawFn, methods: list[RepaymentMethod] | None = None) -> LoanTerms:
    """Terms of any loan."""
    schedule = draw(schedule_terms(methods))
    fees = draw(
        st.lists(
            st.sampled_from(
                [
                    FeeTerms(FeeKind.UPFRONT, Decimal("0.01")),
                    FeeTerms(FeeKind.PERIODIC, Decimal("0.001"), Decimal("2.50")),
                    FeeTerms(FeeKind.PREPAYMENT, Decimal("0.03"), until_months=6),
                    FeeTerms(FeeKind.PREPAYMENT, Decimal("0.01")),
                ]
            ),
            unique=True,
            max_size=3,
        )
    )
    penalty = draw(
        st.none()
        | st.builds(
            PenaltyTerms,
            st.sampled_from([Decimal("1.3"), Decimal("1.5")]),
            st.integers(0, 7),
            st.sampled_from(PenaltyStart),
            st.booleans(),
            st.sampled_from(ALREADY_KNOWN),
        )
    )
    return LoanTerms(
        schedule,
        "CNY",
        tuple(fees),
        penalty,
        tuple(draw(st.permutations(list(DueComponent)))),
        draw(st.sampled_from(ExcessRule)),
        draw(st.sampled_from(PayoffRule)),
    )


@st.composite
def lives(draw: st.DrawFn, most: int = 8) -> tuple[LoanTerms, tuple[Event, ...], date]:
    """Terms, events that could happen under them, and a day on which to look."""
    terms = draw(loan_terms())
    events: list[Event] = []
    day = terms.schedule.disbursed_on
    ledger = replay(terms, (), day)
    for _ in range(draw(st.integers(0, most))):
        day += timedelta(days=draw(st.sampled_from([0, 0, 1, 5, 14, 30, 31, 45])))
        event = draw(one_event(ledger, len(events) + 1, day))
        try:
            ledger = replay(terms, (*events, event), day)
        except Refused:
            continue
        events.append(event)
    return terms, tuple(events), day + timedelta(days=draw(st.integers(0, 60)))


@st.composite
def one_event(draw: st.DrawFn, ledger: Ledger, number: int, day: date) -> Event:
    """Something that may happen next."""
    kind = draw(st.sampled_from(LoanEventKind))
    match kind:
        case LoanEventKind.REVERSAL:
            return Event(number, day, kind, reverses=draw(st.integers(0, number)))
        case LoanEventKind.RATE_CHANGE:
            return Event(number, day, kind, annual_rate=draw(rates))
        case LoanEventKind.TRANCHE:
            return Event(number, day, kind, draw(st.integers(1, 10**6).map(from_cents)))
        case LoanEventKind.EXTENSION | LoanEventKind.HOLIDAY:
            return Event(number, day, kind, periods=draw(st.integers(1, 6)))
        case LoanEventKind.DUE_DAY:
            return Event(number, day, kind, due_day=draw(st.integers(1, 31)))
        case LoanEventKind.REFUND:
            amount = draw(st.sampled_from([max(ledger.credit, CENT), Decimal("7.31")]))
            return Event(number, day, kind, amount, is_taken=draw(st.booleans()))
        case LoanEventKind.CAPITALISATION | LoanEventKind.WAIVER | LoanEventKind.WRITE_OFF:
            return Event(number, day, kind)
    if kind is LoanEventKind.PAYMENT and draw(st.integers(0, 3)) == 0:
        return draw(by_voucher(ledger, number, day))
    with exactly():
        share = ledger.payoff(day).total * draw(st.sampled_from([1, 3, 10, 30, 60, 99, 100])) / 100
        amount = max(round_money(share), CENT)
    effect = draw(st.sampled_from(PrepaymentEffect)) if kind is LoanEventKind.PREPAYMENT else None
    if effect is PrepaymentEffect.WITHDRAW and draw(st.booleans()):
        with exactly():
            amount = max(ledger.withdrawal(day), CENT)
    return Event(number, day, kind, amount, effect=effect, is_taken=draw(st.booleans()))


@st.composite
def by_voucher(draw: st.DrawFn, ledger: Ledger, number: int, day: date) -> Event:
    """A voucher that pays interest or fees, as much as it can or less, or (where it is taken) more."""
    component = draw(st.sampled_from([DueComponent.INTEREST, DueComponent.COSTS]))
    with exactly():
        most = ledger.payable_by_voucher(component, day)
    amount = draw(st.sampled_from([max(most, CENT), CENT, most + Decimal("3.10")]))
    return Event(number, day, LoanEventKind.PAYMENT, amount, is_taken=draw(st.booleans()), pays_only=component)
