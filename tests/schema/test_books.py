"""The books as staff ask for them: by the documents of our apps, by role, and with what cannot be."""

from typing import Any

import pytest

from api import trusted
from jobs.verify import verify
from models import Account, Branch, Entry, SuspenseItem, Viewer
from resolvers.books.accounting_days import end_day
from rules.books.accounts import CHART, AccountCode
from rules.ids import encode_id
from rules.people.access import Role
from rules.people.kinds import Locale
from schema.build import schema
from schema.context import Context
from tests import make

RECORDED = {
    "amount": {"amount": "50.00", "currency": "CNY"},
    "reference": "bank-7",
    "receivedOn": str(make.TODAY),
    "payerName": "赵大海",
    "note": "还款",
    "key": "desk-7",
}


async def ask(viewer: Viewer, name: str, **variables: Any) -> Any:
    """Send a document of ours; gives what its one root field gives, or the code of its error."""
    schema()
    document = trusted.document(f"staff/{name}")
    answer = await schema().execute(document, variable_values=variables, context_value=Context(viewer))
    if answer.errors:
        return answer.errors[0].original_error.code
    (given,) = answer.data.values()
    return given


@pytest.fixture
async def staff(db) -> dict[Role, Viewer]:
    """One of each role; the officer and the manager work for the default branch."""
    branch = await make.branch()
    found = {}
    for role in (Role.OFFICER, Role.MANAGER, Role.MARKETER, Role.AUDITOR, Role.ADMIN):
        works_for = [branch] if role in (Role.OFFICER, Role.MANAGER) else []
        found[role] = await make.with_branches(make.viewer(await make.staff(role=role, branches=works_for)))
    return found


async def test_who_reads_what_of_the_books(staff):
    loan = await make.loan()
    balance = {"input": {"on": str(make.TODAY), "currency": "CNY"}}
    asked = {
        "accounts": {},
        "trial-balance": balance,
        "journal": {},
        "account-postings": {"account": "CASH"},
        "loan-journal": {"loan": encode_id("Loan", loan.id)},
        "suspense": {},
    }
    may = {
        Role.OFFICER: {"suspense"},
        Role.MANAGER: {"suspense", "accounts", "trial-balance"},
        Role.AUDITOR: set(asked),
        Role.MARKETER: set(),
        Role.ADMIN: set(),
    }
    for role, viewer in staff.items():
        answers = {name: await ask(viewer, name, **variables) for name, variables in asked.items()}
        assert {name for name, answer in answers.items() if answer != "FORBIDDEN"} == may[role], role


async def test_the_chart_speaks_the_readers_language(staff):
    auditor = staff[Role.AUDITOR]
    for locale in Locale:
        chart = await ask(auditor.speaking(locale), "accounts")
        names = [line.name_zh if locale is Locale.ZH_CN else line.name_en for line in CHART.values()]
        assert [(line["code"], line["name"]) for line in chart] == list(zip(CHART, names, strict=True))


async def test_the_trial_balance_of_a_day_and_of_one_that_is_not_in_the_books(staff):
    await make.loan(product=await make.product(fees=[]))
    manager = staff[Role.MANAGER]
    found = await ask(manager, "trial-balance", input={"on": str(make.TODAY), "currency": "CNY"})
    assert found["debit"] == found["credit"] == {"amount": "1000.00", "currency": "CNY"}
    moved = {line["account"]["number"]: line["balance"]["amount"] for line in found["lines"]}
    assert {number: amount for number, amount in moved.items() if amount != "0.00"} == {
        "1002": "-1000.00",
        "1303": "1000.00",
    }
    for on in ("2026-03-15", "2026-03-17", "0001-01-01"):
        refused = await ask(manager, "trial-balance", input={"on": on, "currency": "CNY"})
        assert (refused["code"], refused["earliest"], refused["latest"]) == ("DAY_NOT_IN_BOOKS", *["2026-03-16"] * 2)
        assert refused["path"] == ["on"]


async def test_the_journal_of_an_account_a_day_and_a_loan(staff):
    auditor = staff[Role.AUDITOR]
    first, second = await make.loan(), await make.loan()
    await end_day(make.system(), make.TODAY)
    await make.repayment(first)
    entries = (await ask(auditor, "loan-journal", loan=encode_id("Loan", first.id)))["nodes"]
    assert len(entries) == await Entry.filter(loan_id=first.id).count() == 2
    assert (await ask(auditor, "loan-journal", loan=encode_id("Loan", second.id)))["nodes"][0]["id"] not in {
        each["id"] for each in entries
    }
    every = (await ask(auditor, "account-postings", account="CASH"))["nodes"]
    assert [each["entry"]["source"].split(":")[0] for each in every] == ["Disbursement", "Disbursement", "Repayment"]
    today = (await ask(auditor, "account-postings", account="CASH", bookedOn="2026-03-17"))["nodes"]
    assert today == every[2:]
    assert (await ask(auditor, "account-postings", account="SUSPENSE"))["nodes"] == []
    assert await Account.exists(code=AccountCode.CASH)


async def test_money_in_suspense_from_its_receipt_to_a_loan(staff):
    officer, auditor = staff[Role.OFFICER], staff[Role.AUDITOR]
    loan = await make.loan(await make.customer(branch=await Branch.get(id=officer.branch_ids[0])))
    recorded = await ask(officer, "record-suspense", input=RECORDED)
    assert recorded["__typename"] == "RecordSuspenseSuccess"
    (waiting,) = (await ask(officer, "suspense", status="OPEN"))["nodes"]
    assert (waiting["payerName"], waiting["note"], waiting["reference"]) == ("赵大海", "还款", "BANK-7")
    (masked,) = (await ask(auditor, "suspense"))["nodes"]
    assert (masked["payerName"], masked["note"]) == ("赵*海", "****")
    asked = {"itemId": waiting["id"], "loanId": encode_id("Loan", loan.id), "key": "found"}
    assigned = (await ask(officer, "assign-suspense", input=asked))["suspenseItem"]
    assert (assigned["status"], assigned["loan"]["id"]) == ("ASSIGNED", asked["loanId"])
    assert (await ask(officer, "assign-suspense", input=asked | {"key": "again"}))["code"] == "NOT_POSSIBLE_NOW"
    assert (await ask(officer, "suspense", status="OPEN"))["nodes"] == []
    assert await verify() == []


async def test_money_in_suspense_is_sent_back_by_another_person(staff):
    officer, manager = staff[Role.OFFICER], staff[Role.MANAGER]
    item = (await ask(officer, "record-suspense", input=RECORDED))["suspenseItem"]
    asked = {"itemId": item["id"], "reason": "汇错账户", "key": "back"}
    assert (await ask(officer, "return-suspense", input=asked))["code"] == "SAME_PERSON"
    returned = (await ask(manager, "return-suspense", input=asked))["suspenseItem"]
    assert (returned["status"], returned["returnReason"]) == ("RETURNED", "汇错账户")
    assert await verify() == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": {"amount": "0", "currency": "CNY"}}, "AMOUNT_NOT_ALLOWED"),
        ({"amount": {"amount": "-1.00", "currency": "CNY"}}, "AMOUNT_NOT_ALLOWED"),
        ({"amount": {"amount": "1.001", "currency": "CNY"}}, "AMOUNT_NOT_ALLOWED"),
        ({"amount": {"amount": "1.00", "currency": "JPY"}}, "CURRENCY_UNSUPPORTED"),
        ({"receivedOn": "2026-03-17"}, "RECEIVED_ON_NOT_ALLOWED"),
        ({"receivedOn": "0001-01-01"}, "RECEIVED_ON_NOT_ALLOWED"),
        ({"amount": {"amount": "99999999999999.00", "currency": "CNY"}}, "BAD_USER_INPUT"),
        ({"reference": ""}, "BAD_USER_INPUT"),
        ({"reference": "汇款"}, "BAD_USER_INPUT"),
        ({"reference": "x" * 65}, "BAD_USER_INPUT"),
        ({"payerName": " "}, "BAD_USER_INPUT"),
        ({"payerName": "x\0"}, "BAD_USER_INPUT"),
        ({"note": "x" * 501}, "BAD_USER_INPUT"),
        ({"key": ""}, "BAD_USER_INPUT"),
    ],
    ids=str,
)
async def test_what_cannot_be_money_in_suspense_is_refused_and_nothing_changes(staff, changed, code):
    before = await make.everything()
    answer = await ask(staff[Role.OFFICER], "record-suspense", input=RECORDED | changed)
    assert (answer if isinstance(answer, str) else answer["code"]) == code
    assert await make.everything() == before


async def test_who_may_not_touch_money_in_suspense(staff):
    officer = staff[Role.OFFICER]
    item = (await ask(officer, "record-suspense", input=RECORDED))["suspenseItem"]
    loan = await make.loan()
    others = [
        *[staff[role] for role in (Role.MARKETER, Role.AUDITOR, Role.ADMIN)],
        await make.viewer_of(loan.customer_id),
    ]
    before = await make.everything()
    assigned = {"itemId": item["id"], "loanId": encode_id("Loan", loan.id), "key": "found"}
    returned = {"itemId": item["id"], "reason": "汇错账户", "key": "back"}
    for viewer in others:
        for name, sent in (
            ("record-suspense", RECORDED | {"reference": "OTHER", "key": "other"}),
            ("assign-suspense", assigned),
            ("return-suspense", returned),
        ):
            assert await ask(viewer, name, input=sent) == "FORBIDDEN", (viewer.role, name)
    assert await make.everything() == before
    assert (await SuspenseItem.get()).status == "OPEN"
