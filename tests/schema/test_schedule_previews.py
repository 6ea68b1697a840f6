"""Previews over GraphQL: every term reaches the rules, what cannot be is refused, and nothing is written."""

import asyncio
import threading
from datetime import date
from typing import Any

import pytest

from models.database.statements import counted
from models.viewer import Viewer
from resolvers.loans import schedule_previews
from rules.people.access import ALL_STAFF, Role
from schema.build import schema
from schema.context import Context
from tests import make

PREVIEW = """
query Preview($input: PreviewScheduleInput!) { previewSchedule(input: $input) { __typename
  ... on PreviewScheduleSuccess { lent { amount currency } received { amount } installment { amount } isSound annualCost
    annualCostCompound
    lines { number startsOn endsOn dueOn principal { amount } interest { amount } costs { amount } total { amount }
      penalty { amount } paid { amount } balance { amount } }
    events { number on kind status split { ...Split } } shares { event on line split { ...Split } }
    due { ...Split } payoff { ...Split } accruedInterest { amount } outstanding { amount } credit { amount }
    totalInterest { amount } totalFees { amount } totalPenalty { amount } totalCost { amount } }
  ... on UserError { code message path } } }
fragment Split on PreviewedSplit { costs { amount } penalty { amount } interest { amount } principal { amount }
  credit { amount } total { amount } }
"""

PLAIN: dict[str, Any] = {
    "principal": {"amount": "120000", "currency": "CNY"},
    "annualRate": "0.0435",
    "term": 12,
    "method": "EQUAL_INSTALLMENT",
    "disbursedOn": "2026-01-15",
    "asOf": "2026-01-15",
}


@pytest.fixture
async def designer(db) -> Viewer:
    schema()
    return make.viewer(await make.staff(role=Role.MANAGER))


async def ask(viewer: Viewer, **changed: Any) -> Any:
    return await schema().execute(PREVIEW, variable_values={"input": PLAIN | changed}, context_value=Context(viewer))


async def shown(viewer: Viewer, **changed: Any) -> dict[str, Any]:
    answer = await ask(viewer, **changed)
    assert not answer.errors, answer.errors
    return answer.data["previewSchedule"]


async def test_a_plain_loan_is_the_golden_one(designer):
    with counted() as statements:
        loan = await shown(designer)
    assert len(statements) == 0
    assert loan["__typename"] == "PreviewScheduleSuccess"
    assert [line["total"]["amount"] for line in loan["lines"]] == ["10237.19"] * 11 + ["10237.17"]
    assert loan["totalInterest"] == {"amount": "2846.26"}
    assert loan["lent"] == {"amount": "120000.00", "currency": "CNY"}
    assert (loan["annualCost"], loan["annualCostCompound"]) == ("0.043500", "0.044378")
    assert loan["isSound"] is True
    assert loan["lines"][-1]["balance"] == {"amount": "0.00"}


async def test_every_term_and_event_reaches_the_rules(designer):
    before = await make.everything()
    loan = await shown(
        designer,
        frequency="MONTHLY",
        dayCount="ACT_365F",
        firstDueOn="2026-02-20",
        dueDay=20,
        rounding="UNIT",
        grace={"periods": 1, "kind": "PRINCIPAL"},
        holidays={
            "rule": "NEXT",
            "interest": "TO_MOVED_DAY",
            "region": "CN",
            "specialDays": [{"on": "2026-03-20", "kind": "HOLIDAY"}],
        },
        fees=[
            {"kind": "UPFRONT", "rate": "0.01"},
            {"kind": "FINANCED", "amount": "600"},
            {"kind": "PERIODIC", "amount": "5"},
            {"kind": "PREPAYMENT", "rate": "0.02", "untilMonths": 12},
        ],
        penalty={"multiplier": "1.5", "graceDays": 3, "starts": "DUE_DAY", "onInterest": True, "dayCount": "ACT_360"},
        allocationOrder=["PENALTY", "COSTS", "INTEREST", "PRINCIPAL"],
        excess="CREDIT",
        payoff="TO_PERIOD_END",
        maxAnnualCost="0.36",
        events=[
            {"on": "2026-02-24", "kind": "PAYMENT", "amount": "500"},
            {"on": "2026-03-23", "kind": "PAYMENT", "amount": "11000"},
            {"on": "2026-03-25", "kind": "REVERSAL", "reverses": 2},
            {"on": "2026-04-10", "kind": "PAYMENT", "amount": "12000"},
            {"on": "2026-05-01", "kind": "TRANCHE", "amount": "10000"},
            {"on": "2026-05-10", "kind": "RATE_CHANGE", "annualRate": "0.05"},
            {"on": "2026-06-01", "kind": "PREPAYMENT", "amount": "50000", "effect": "REDUCE_TERM"},
            {"on": "2027-06-01", "kind": "PAYMENT", "amount": "1"},
        ],
        asOf="2026-06-02",
    )
    assert loan["__typename"] == "PreviewScheduleSuccess", loan
    # 20 February is made up for on the 28th by an official day off, 20 March by one of the table.
    assert [line["dueOn"] for line in loan["lines"]][:3] == ["2026-02-24", "2026-03-23", "2026-04-20"]
    assert loan["lines"][0]["principal"]["amount"] == "0.00"
    assert loan["received"]["amount"] == "118800.00"
    assert loan["lent"]["amount"] == "130600.00"
    assert [event["status"] for event in loan["events"]] == [
        "BOOKED", "REVERSED", "BOOKED", "BOOKED", "BOOKED", "BOOKED", "BOOKED", "LATER",
    ]  # fmt: skip
    for event in loan["events"]:
        if event["kind"] in ("PAYMENT", "PREPAYMENT") and event["status"] == "BOOKED":
            amounts = {"1": "500.00", "4": "12000.00", "7": "50000.00"}
            assert event["split"]["total"]["amount"] == amounts[str(event["number"])]
    assert float(loan["totalPenalty"]["amount"]) > 0
    assert await make.everything() == before


@pytest.mark.parametrize("role", Role)
async def test_only_staff_ask(db, role):
    schema()
    viewer = (
        make.visitor()
        if role in (Role.VISITOR, Role.CUSTOMER, Role.SYSTEM)
        else make.viewer(await make.staff(role=role))
    )
    answer = await ask(viewer)
    assert bool(answer.errors) == (role not in ALL_STAFF)


PAYMENT = {"on": "2026-02-15", "kind": "PAYMENT", "amount": "100"}
TRANCHE = {"on": "2026-02-16", "kind": "TRANCHE", "amount": "1"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"principal": {"amount": "0", "currency": "CNY"}}, "AMOUNT_NOT_ALLOWED"),
        ({"principal": {"amount": "1.001", "currency": "CNY"}}, "AMOUNT_NOT_ALLOWED"),
        ({"principal": {"amount": "100", "currency": "JPY"}}, "CURRENCY_UNSUPPORTED"),
        ({"installment": "-5"}, "AMOUNT_NOT_ALLOWED"),
        ({"asOf": "2026-01-14"}, "AS_OF_BEFORE_PAYOUT"),
        ({"firstDueOn": "2026-01-15"}, "FIRST_DUE_NOT_ALLOWED"),
        ({"firstDueOn": "2026-02-15", "dueDay": 16}, "DUE_DAY_MISMATCH"),
        ({"frequency": "WEEKLY", "dueDay": 16}, "DUE_DAY_MISMATCH"),
        ({"grace": {"periods": 12}}, "GRACE_TOO_LONG"),
        ({"method": "BULLET", "grace": {"periods": 1}}, "METHOD_MISMATCH"),
        ({"method": "IRREGULAR"}, "METHOD_MISMATCH"),
        ({"steps": {"share": "0.1"}}, "METHOD_MISMATCH"),
        ({"method": "INTEREST_ONLY", "installment": "5"}, "METHOD_MISMATCH"),
        ({"parts": [{"dueOn": "2026-03-01", "principal": "120000"}]}, "METHOD_MISMATCH"),
        ({"method": "IRREGULAR", "parts": [{"dueOn": "2026-03-01", "principal": "119999"}]}, "PARTS_MISMATCH"),
        ({"method": "IRREGULAR", "parts": [{"dueOn": "2026-01-15", "principal": "120000"}]}, "PARTS_MISMATCH"),
        ({"method": "IRREGULAR", "parts": [{"dueOn": "2026-03-01", "principal": "0.001"}]}, "AMOUNT_NOT_ALLOWED"),
        ({"fees": [{"kind": "UPFRONT", "rate": "1"}]}, "FEES_TOO_HIGH"),
        ({"fees": [{"kind": "UPFRONT", "amount": "119999.99"}]}, "FEES_TOO_HIGH"),
        ({"fees": [{"kind": "PERIODIC", "amount": "-1"}]}, "FEE_NOT_ALLOWED"),
        ({"fees": [{"kind": "PREPAYMENT", "amount": "1"}]}, "FEE_NOT_ALLOWED"),
        ({"fees": [{"kind": "UPFRONT", "rate": "0.2"}], "maxAnnualCost": "0.24"}, "COST_ABOVE_CAP"),
        ({"holidays": {"rule": "NEXT", "region": "XX"}}, "REGION_UNKNOWN"),
        (
            {"holidays": {"rule": "NEXT", "specialDays": [
                {"on": "2026-01-01", "kind": "HOLIDAY"}, {"on": "2028-01-01", "kind": "HOLIDAY"}]}},
            "HOLIDAY_TABLE_GAP",
        ),
        (
            {"holidays": {"rule": "NEXT", "specialDays": [
                {"on": "2026-01-01", "kind": "HOLIDAY"}, {"on": "2026-01-01", "kind": "WORKING_DAY"}]}},
            "HOLIDAY_CONTRADICTION",
        ),
        ({"events": [{"on": "2026-01-14", "kind": "PAYMENT", "amount": "1"}]}, "EVENT_BEFORE_PAYOUT"),
        ({"events": [{"on": "2026-02-15", "kind": "PAYMENT"}]}, "EVENT_INCOMPLETE"),
        ({"events": [{"on": "2026-02-15", "kind": "PAYMENT", "amount": "0.001"}]}, "EVENT_INCOMPLETE"),
        ({"events": [{"on": "2026-02-15", "kind": "PREPAYMENT", "amount": "1"}]}, "EVENT_INCOMPLETE"),
        ({"events": [{"on": "2026-02-15", "kind": "RATE_CHANGE"}]}, "EVENT_INCOMPLETE"),
        ({"events": [PAYMENT, {"on": "2026-02-16", "kind": "REVERSAL"}]}, "EVENT_INCOMPLETE"),
        ({"events": [PAYMENT, {"on": "2026-02-16", "kind": "REVERSAL", "reverses": 3}]}, "REVERSAL_NOT_ALLOWED"),
        ({"events": [PAYMENT, {"on": "2026-02-14", "kind": "REVERSAL", "reverses": 1}]}, "REVERSAL_NOT_ALLOWED"),
        (
            {"events": [PAYMENT, *[{"on": "2026-02-16", "kind": "REVERSAL", "reverses": 1}] * 2]},
            "REVERSAL_NOT_ALLOWED",
        ),
        (
            {"events": [PAYMENT, {"on": "2026-02-16", "kind": "REVERSAL", "reverses": 1},
                        {"on": "2026-02-17", "kind": "REVERSAL", "reverses": 2}]},
            "REVERSAL_NOT_ALLOWED",
        ),
        ({"events": [PAYMENT], "excess": "REFUSED", "asOf": "2026-02-14"}, None),
        ({"events": [PAYMENT | {"on": "2026-02-14"}], "excess": "REFUSED", "asOf": "2026-03-01"}, "PAYMENT_BEYOND_DUE"),
        (
            {"asOf": "2026-03-01",
             "events": [{"on": "2026-02-14", "kind": "PREPAYMENT", "amount": "120500", "effect": "REDUCE_TERM"}]},
            "PREPAYMENT_TOO_LARGE",
        ),
        (
            {"asOf": "2026-03-01",
             "events": [{"on": "2026-02-14", "kind": "PREPAYMENT", "amount": "1", "effect": "REDUCE_TERM"}]},
            "PREPAYMENT_TOO_SMALL",
        ),
        ({"asOf": "2028-01-01", "events": [{"on": "2027-06-01", "kind": "TRANCHE", "amount": "1"}]}, "NO_LINES_LEFT"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_by_its_code(designer, changed, code):
    loan = await shown(designer, **changed)
    assert loan.get("code") == code, loan
    assert code is None or loan["message"]


@pytest.mark.parametrize(
    ("changed", "key", "path"),
    [
        ({"dueDay": 0}, "input.out_of_range", ("dueDay",)),
        ({"dueDay": 32}, "input.out_of_range", ("dueDay",)),
        ({"term": 0}, "input.out_of_range", ("term",)),
        ({"term": 601}, "input.out_of_range", ("term",)),
        ({"annualRate": "-0.01"}, "input.out_of_range", ("annualRate",)),
        ({"annualRate": "10.01"}, "input.out_of_range", ("annualRate",)),
        ({"annualRate": "0.0123456"}, "input.too_many_places", ("annualRate",)),
        ({"disbursedOn": "1900-01-01"}, "input.day_out_of_range", ("disbursedOn",)),
        ({"allocationOrder": ["COSTS", "COSTS", "INTEREST", "PRINCIPAL"]}, "input.each_once", ("allocationOrder",)),
        ({"events": [PAYMENT] * 501}, "input.list_too_long", ("events",)),
        ({"events": [TRANCHE] * 101, "term": 600}, "input.too_many_changes", ("events",)),
        ({"events": [PAYMENT, PAYMENT | {"on": "1900-01-01"}]}, "input.day_out_of_range", ("events", "1", "on")),
        ({"penalty": {"multiplier": "1.5", "dayCount": "TWELFTHS"}}, "input.not_one_of", ("penalty", "dayCount")),
        ({"fees": [{"kind": "UPFRONT", "rate": "1.5"}]}, "input.out_of_range", ("fees", "0", "rate")),
    ],
)
async def test_what_means_nothing_is_bad_input(designer, changed, key, path):
    (error,) = (await ask(designer, **changed)).errors
    assert (error.original_error.key, tuple(map(camel, error.original_error.path[-len(path) :]))) == (key, path)


async def test_as_many_changes_as_are_allowed_are_worked_out(designer):
    assert (await shown(designer, asOf="2026-03-01", events=[TRANCHE] * 100, term=600))["lent"]["amount"] == "120100.00"
    assert (await shown(designer, asOf="2026-03-01", events=[TRANCHE] * 500))["lent"]["amount"] == "120500.00"


async def test_however_many_previews_are_asked_for_nobody_else_waits_for_a_thread(monkeypatch):
    others_are_done = threading.Event()
    monkeypatch.setattr(schedule_previews, "_terms", lambda _: None)
    monkeypatch.setattr(schedule_previews, "preview", lambda *_: others_are_done.wait(5))
    day = date(2026, 1, 15)
    asked = [
        asyncio.create_task(schedule_previews.preview_schedule(as_of=day, max_annual_cost=None, events=None))
        for _ in range(50)
    ]
    await asyncio.sleep(0)
    await asyncio.to_thread(others_are_done.set)
    assert all(await asyncio.gather(*asked))


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)
