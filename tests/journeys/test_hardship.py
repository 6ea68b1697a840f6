"""Worried about money at midnight: help is asked for, nobody calls before eight, a plan is agreed, and kept."""

from datetime import date, timedelta

from jobs.verify import verify
from models import Loan
from tests import make
from tests.journeys.client import World, do

SCHEDULE = """query($id: ID!) { node(id: $id) { ... on Loan { daysPastDue installments { number dueOn status
  total { amount currency } } promises { status } hardshipRequests { status } } } }"""


def at(hour: int, minute: int = 0) -> None:
    """Move the clock to an hour in Shanghai, on the business day."""
    local = make.clock.now() + timedelta(hours=8)
    moved = local.replace(hour=hour, minute=minute) + (make.clock.business_date - local.date())
    make.clock.moment = moved - timedelta(hours=8)


async def test_help_is_asked_for_at_midnight_and_a_plan_is_kept(world: World):
    _, _, _, loan_id = await world.with_loan("139 0000 0009")
    await make.pass_until(date(2026, 4, 20))
    at(23, 30)
    customer = await world.sign_in_by_phone("139 0000 0009")
    late = (await customer.ask(SCHEDULE, id=loan_id))["node"]
    assert late["daysPastDue"] == 4
    assert late["installments"][0]["status"] == "OVERDUE"

    # One query shows the help there is, one mutation asks for it.
    shown = await do(customer, "everybody/help-options", loanId=loan_id)
    assert "You are not alone" in shown["words"]
    holiday = next(each for each in shown["options"] if (each["kind"], each["periods"]) == ("HOLIDAY", 2))
    asked = await do(
        customer,
        "customers/ask-for-help",
        loanId=loan_id,
        situation="ILLNESS",
        words="I am in hospital.",
        wantsCall=True,
    )
    request_id = asked["hardshipRequest"]["id"]
    assert (await do(customer, "customers/ask-for-help", loanId=loan_id, situation="OTHER"))["code"] == "ALREADY_ASKED"

    # Nobody calls before eight.
    officer, manager = await world.sign_in_staff("officer"), await world.sign_in_staff("manager")
    calling = {"loanId": loan_id, "reason": "He asked to be called.", "key": "call"}
    refused = await do(officer, "staff/start-call", **calling)
    assert refused["code"] == "OUTSIDE_LEGAL_HOURS"
    await make.pass_until(date(2026, 4, 21))
    at(7, 59)
    officer, manager = await world.sign_in_staff("officer"), await world.sign_in_staff("manager")
    assert (await do(officer, "staff/start-call", **calling))["code"] == "OUTSIDE_LEGAL_HOURS"
    assert (await do(officer, "staff/send-overdue-notice", loanId=loan_id, key="notice"))["code"] == "HELP_UNDER_WAY"
    at(8)
    call = await do(officer, "staff/start-call", **calling)
    assert call["number"] == "+8613900000009"
    assert (await do(officer, "staff/start-call", **calling))["number"] is None
    contact_id = call["contact"]["id"]
    ended = await do(officer, "staff/end-call", contactId=contact_id, outcome="ANSWERED", note="Back in June.")
    assert ended["contact"]["outcome"] == "ANSWERED"

    # A plan: proposed by one, approved by another, agreed by the customer.
    waiting = (
        await officer.ask(
            "query { hardshipRequests(first: 5, filter: {status: OPEN}) { nodes { id words loan { id } } } }"
        )
    )["hardshipRequests"]["nodes"]
    assert waiting == [{"id": request_id, "words": "I am in hospital.", "loan": {"id": loan_id}}]
    never = await do(
        officer,
        "staff/propose-plan",
        requestId=request_id,
        kind="HOLIDAY",
        periods=120,
        reason="As long as it takes.",
    )
    assert never["code"] == "PLAN_TOO_LONG"
    planned = await do(
        officer,
        "staff/propose-plan",
        requestId=request_id,
        kind="CAPITALISATION",
        reason="What is late is spread anew.",
    )
    change_id = planned["hardshipRequest"]["plan"]["id"]
    await do(manager, "staff/approve-change", changeId=change_id)
    customer = await world.sign_in_by_phone("139 0000 0009")
    accepted = await do(customer, "customers/accept-change", loanId=loan_id, kind="CAPITALISATION", key="yes")
    assert "code" not in accepted
    agreed = (await customer.ask(SCHEDULE, id=loan_id))["node"]
    assert (agreed["daysPastDue"], agreed["hardshipRequests"]) == (0, [{"status": "AGREED"}])
    assert holiday["nextInstallment"] is not None

    # And it is kept.
    coming = next(line for line in agreed["installments"] if line["status"] not in ("PAID", "CLOSED"))
    await make.pass_until(date.fromisoformat(coming["dueOn"]))
    at(12)
    customer = await world.sign_in_by_phone("139 0000 0009")
    paid = await do(customer, "customers/repay", loanId=loan_id, amount=coming["total"], key="first-of-the-plan")
    assert "code" not in paid, paid
    await make.pass_until(date.fromisoformat(coming["dueOn"]) + timedelta(days=3))
    assert (await Loan.get()).days_past_due == 0
    assert await verify() == []
