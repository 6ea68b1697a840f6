from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.applications.drafts import (
    ApplicationPart,
    EmployedSinceInvalid,
    Employment,
    Stated,
    check_employed_since,
    missing_parts,
)
from rules.applications.kinds import DecisionReason
from rules.applications.policies import (
    Evaluated,
    Fact,
    Policy,
    PolicyContradicts,
    PolicyGap,
    PolicyOutcome,
    PolicyRule,
    PriceBand,
    age,
    check_policy,
    debt_share,
    evaluate,
    monthly,
    months_employed,
    parts_of,
)
from rules.products.kinds import Frequency

TODAY = date(2026, 3, 16)
APPROVE, DECLINE, REFER = PolicyOutcome
POOR, DEBT, UNKNOWN, FITS = (
    DecisionReason.INCOME_TOO_LOW,
    DecisionReason.TOO_MUCH_DEBT,
    DecisionReason.INFORMATION_UNVERIFIED,
    DecisionReason.AFFORDABLE,
)


def number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def rule(fact: Fact, minimum: str | None, maximum: str | None, outcome=DECLINE, reason=POOR) -> PolicyRule:
    return PolicyRule(fact, number(minimum), number(maximum), outcome, reason)


def band(starts_at: str | None, ends_at: str | None, spread_bp: int = 0) -> PriceBand:
    return PriceBand(number(starts_at), number(ends_at), spread_bp)


POLICY = Policy(
    (
        rule(Fact.DEBT_SHARE, None, "0.40", REFER, DEBT),
        rule(Fact.MONTHLY_INCOME, "3000", None),
        rule(Fact.DEBT_SHARE, None, "0.70", DECLINE, DEBT),
    ),
    Decimal(50_000),
    Fact.DEBT_SHARE,
    (band(None, "0.20", -50), band("0.20", "0.30"), band("0.30", None, 100)),
)
GOOD = {Fact.DEBT_SHARE: Decimal("0.25"), Fact.MONTHLY_INCOME: Decimal(9000), Fact.AMOUNT: Decimal(50_000)}


@pytest.mark.parametrize(
    ("changes", "evaluated"),
    [
        ({}, Evaluated(APPROVE, FITS)),
        ({Fact.DEBT_SHARE: "0.19"}, Evaluated(APPROVE, FITS, None, -50)),
        ({Fact.DEBT_SHARE: "0.20"}, Evaluated(APPROVE, FITS, None, 0)),
        ({Fact.DEBT_SHARE: "0.40"}, Evaluated(APPROVE, FITS, None, 100)),
        ({Fact.DEBT_SHARE: "0.41"}, Evaluated(REFER, DEBT, 1, 100)),
        ({Fact.DEBT_SHARE: "0.70"}, Evaluated(REFER, DEBT, 1, 100)),
        ({Fact.DEBT_SHARE: "0.71"}, Evaluated(DECLINE, DEBT, 3)),
        ({Fact.MONTHLY_INCOME: "3000"}, Evaluated(APPROVE, FITS)),
        ({Fact.MONTHLY_INCOME: "2999.99"}, Evaluated(DECLINE, POOR, 2)),
        ({Fact.MONTHLY_INCOME: "2999.99", Fact.DEBT_SHARE: None}, Evaluated(DECLINE, POOR, 2)),
        ({Fact.MONTHLY_INCOME: None}, Evaluated(REFER, UNKNOWN)),
        ({Fact.MONTHLY_INCOME: None, Fact.DEBT_SHARE: "0.40"}, Evaluated(REFER, UNKNOWN, None, 100)),
        ({Fact.AMOUNT: "50000.01"}, Evaluated(REFER, FITS)),
        ({Fact.AMOUNT: None}, Evaluated(REFER, FITS)),
    ],
)
def test_knock_outs_come_first_then_what_is_unknown_then_what_a_person_looks_at(changes, evaluated):
    facts = GOOD | {fact: number(value) for fact, value in changes.items()}
    assert evaluate(POLICY, facts) == evaluated


def test_without_rules_a_policy_approves_up_to_its_bound():
    assert evaluate(Policy((), Decimal(10)), {Fact.AMOUNT: Decimal(10)}) == Evaluated(APPROVE, FITS)
    assert evaluate(Policy((), Decimal(0)), {Fact.AMOUNT: Decimal(10)}).outcome is REFER


@pytest.mark.parametrize(
    "bad",
    [
        rule(Fact.AGE, None, None),
        rule(Fact.AGE, "70", "18"),
        rule(Fact.AGE, "18", "70", APPROVE),
    ],
)
def test_a_rule_that_cannot_be_is_named(bad):
    check_policy(POLICY)
    with pytest.raises(PolicyContradicts) as refused:
        check_policy(Policy((rule(Fact.AGE, "18", None), bad), Decimal(0)))
    assert refused.value.rule == 2


@pytest.mark.parametrize(
    ("bands", "number"),
    [
        ([band("0", None)], 1),
        ([band(None, "1")], 1),
        ([band(None, "1"), band("1.01", None)], 2),
        ([band(None, "1"), band("0.99", None)], 2),
        ([band(None, "1"), band("1", "1"), band("1", None)], 2),
        ([band(None, None), band(None, None)], 1),
        ([band(None, "1"), band("1", "2")], 2),
        ([], 1),
    ],
)
def test_a_gap_or_an_overlap_of_prices_is_named(bands, number):
    with pytest.raises(PolicyGap) as refused:
        check_policy(Policy((), Decimal(0), Fact.AGE, tuple(bands)))
    assert refused.value.band == number


def test_prices_need_a_fact_to_follow():
    with pytest.raises(PolicyGap):
        check_policy(Policy((), Decimal(0), None, (band(None, None),)))


@given(
    st.lists(st.integers(-10_000, 10_000), unique=True, max_size=6).map(sorted),
    st.decimals(-20_000, 20_000, places=2),
)
def test_bands_that_pass_hold_every_value_once(edges, value):
    starts, ends = [None, *edges], [*edges, None]
    bands = tuple(
        PriceBand(None if a is None else Decimal(a), None if b is None else Decimal(b), place)
        for place, (a, b) in enumerate(zip(starts, ends, strict=True))
    )
    check_policy(Policy((), Decimal(0), Fact.AGE, bands))
    assert sum(each.holds(value) for each in bands) == 1


@pytest.mark.parametrize(
    ("income", "debts", "share"),
    [
        ("10000", ["1500", "2000"], "0.35"),
        ("3000", ["1000"], "0.34"),
        ("10000", ["5000"], "0.50"),
        ("10000", ["5000.01"], "0.51"),
        ("0", ["1"], "1000"),
        ("0.01", ["1000000"], "1000"),
        (None, ["1"], None),
        ("10000", ["1500", None], None),
    ],
)
def test_the_share_of_debts(income, debts, share):
    assert debt_share(number(income), [number(debt) for debt in debts]) == number(share)


@pytest.mark.parametrize(
    ("frequency", "amount"),
    [(Frequency.MONTHLY, "100.00"), (Frequency.FORTNIGHTLY, "216.67"), (Frequency.WEEKLY, "433.34")],
)
def test_what_is_due_each_period_in_a_month(frequency, amount):
    assert monthly(Decimal(100), frequency) == Decimal(amount)


@pytest.mark.parametrize(
    ("employment", "since", "months"),
    [
        (Employment.EMPLOYED, date(2025, 3, 16), 12),
        (Employment.EMPLOYED, date(2025, 3, 17), 11),
        (Employment.EMPLOYED, None, None),
        (Employment.RETIRED, None, 0),
        (None, date(2025, 3, 16), None),
    ],
)
def test_months_in_the_present_work(employment, since, months):
    assert months_employed(employment, since, TODAY) == (None if months is None else Decimal(months))


def test_full_years():
    assert [age(date(1990, 3, day), TODAY) for day in (16, 17)] == [36, 35]


def stated(**changes) -> Stated:
    whole = {
        "is_identified": True,
        "has_purpose": True,
        "income": Decimal(1),
        "costs": Decimal(0),
        "debts": Decimal(0),
        "employment": Employment.EMPLOYED,
        "employed_since": TODAY,
        "all_answered": True,
        "has_papers": True,
        "has_acknowledged": True,
    }
    return Stated(**whole | changes)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"is_identified": False}, ApplicationPart.IDENTITY),
        ({"has_purpose": False}, ApplicationPart.PURPOSE),
        ({"income": None}, ApplicationPart.INCOME),
        ({"costs": None}, ApplicationPart.COSTS),
        ({"debts": None}, ApplicationPart.DEBTS),
        ({"employment": None}, ApplicationPart.EMPLOYMENT),
        ({"employed_since": None}, ApplicationPart.EMPLOYMENT),
        ({"all_answered": False}, ApplicationPart.PARTIES),
        ({"has_papers": False}, ApplicationPart.PAPERS),
        ({"has_acknowledged": False}, ApplicationPart.DISCLOSURE),
    ],
)
def test_what_is_missing_is_named(changes, part):
    everything = frozenset(ApplicationPart)
    assert missing_parts(stated(), everything) == ()
    assert missing_parts(stated(**changes), everything) == (part,)


def test_a_pensioner_says_no_first_day_and_what_no_policy_asks_is_not_missing():
    pensioner = stated(employment=Employment.RETIRED, employed_since=None)
    assert missing_parts(pensioner, frozenset(ApplicationPart)) == ()
    silent = stated(income=None, costs=None, debts=None, employment=None)
    assert missing_parts(silent, frozenset()) == ()
    assert parts_of(frozenset({Fact.AGE, Fact.DEBT_SHARE})) == {ApplicationPart.INCOME, ApplicationPart.DEBTS}


def test_work_begins_between_birth_and_today():
    born = date(1990, 1, 1)
    check_employed_since(TODAY, born, TODAY)
    check_employed_since(born, born, TODAY)
    for since in (date(2026, 3, 17), date(1989, 12, 31)):
        with pytest.raises(EmployedSinceInvalid):
            check_employed_since(since, born, TODAY)
