"""What cannot be is refused clearly, over HTTP, and changes nothing."""

from typing import Any

import pytest

import models
from tests import make
from tests.journeys.client import Person, World
from tests.journeys.test_first_loan import DECIDE, REPAY, SIGN, START, SUBMIT, apply_for_a_loan, submit

LEFT_BY_ASKING = {"audit_entry", "session", "sign_in_attempt", "sign_in_code"}
"""Tables that a refused request may write to: that somebody asked is kept."""

IDENTIFY = """
mutation Identify($input: GiveIdentityInput!) { giveIdentity(input: $input) { __typename
  ... on GiveIdentitySuccess { customer { id } } ... on UserError { code message path } } }
"""


async def everything() -> dict[str, Any]:
    """All rows of the tables that a refusal must leave alone."""
    return {table: rows for table, rows in (await make.everything()).items() if table not in LEFT_BY_ASKING}


async def refused(person: Person, document: str, **variables: Any) -> str:
    """Send what must be refused; gives the code, and makes sure that nothing changed."""
    before = await everything()
    answer = await person.send(document, **variables)
    assert await everything() == before
    if "errors" in answer:
        assert answer["errors"][0]["message"]
        return str(answer["errors"][0]["extensions"]["code"])
    (payload,) = answer["data"].values()
    assert payload["__typename"].endswith("Success") is False
    assert payload["message"]
    return str(payload["code"])


async def product_id(person: Person) -> str:
    products = (await person.ask("query { products { id code } }"))["products"]
    return str(next(product["id"] for product in products if product["code"] == "EASY"))


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0", "AMOUNT_OUT_OF_RANGE"),
        ("0.00", "AMOUNT_OUT_OF_RANGE"),
        ("-100", "AMOUNT_OUT_OF_RANGE"),
        ("6000.001", "AMOUNT_NOT_WHOLE_CENTS"),
        ("1000000000000000000", "BAD_USER_INPUT"),
        ("NaN", "BAD_USER_INPUT"),
        ("Infinity", "BAD_USER_INPUT"),
        ("6_000", "BAD_USER_INPUT"),
        (" 6000 ", "BAD_USER_INPUT"),
        ("６０００", "BAD_USER_INPUT"),
        ("1e4", "BAD_USER_INPUT"),
        (6000.0, "BAD_USER_INPUT"),
        (True, "BAD_USER_INPUT"),
        (None, "BAD_USER_INPUT"),
        ("9" * 5000, "BAD_USER_INPUT"),
    ],
)
async def test_amounts_that_cannot_be_lent(world: World, amount: object, code: str):
    customer = await world.sign_in_by_phone("139 0000 0010")
    wanted = {"productId": await product_id(customer), "amount": {"amount": amount, "currency": "CNY"}, "term": 12}
    assert await refused(customer, START, input=wanted) == code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": {"amount": "6000", "currency": "USD"}}, "CURRENCY_MISMATCH"),
        ({"amount": {"amount": "6000", "currency": "yuan"}}, "BAD_USER_INPUT"),
        ({"term": 0}, "BAD_USER_INPUT"),
        ({"term": 599}, "TERM_OUT_OF_RANGE"),
        ({"term": "twelve"}, "BAD_USER_INPUT"),
        ({"productId": "???"}, "BAD_USER_INPUT"),
        ({"productId": "TG9hbjox"}, "BAD_USER_INPUT"),
        ({"productId": "UHJvZHVjdDo5OTk5"}, "NOT_FOUND"),
        ({"branchId": "QnJhbmNoOjk5OTk"}, "NOT_FOUND"),
        ({"colour": "red"}, "BAD_USER_INPUT"),
    ],
)
async def test_other_things_that_cannot_be_asked_for(world: World, changed: dict[str, Any], code: str):
    customer = await world.sign_in_by_phone("139 0000 0011")
    wanted = {"productId": await product_id(customer), "amount": {"amount": "6000", "currency": "CNY"}, "term": 12}
    assert await refused(customer, START, input={**wanted, **changed}) == code


@pytest.mark.parametrize(
    ("name", "number", "code"),
    [
        ("李小雨😀", "11010519491231002X", "NAME_INVALID"),
        ("李\u202e雨", "11010519491231002X", "BAD_USER_INPUT"),
        ("李\0雨", "11010519491231002X", "BAD_USER_INPUT"),
        ("   ", "11010519491231002X", "BAD_USER_INPUT"),
        ("李" * 1_000_000, "11010519491231002X", "BAD_USER_INPUT"),
        ("李小雨", "110105194912310021", "IDENTITY_NUMBER_INVALID"),
        ("李小雨", "11010519491331002X", "IDENTITY_NUMBER_INVALID"),
        ("李小雨", "1101051949123100", "IDENTITY_NUMBER_INVALID"),
    ],
)
async def test_names_and_numbers_that_nobody_has(world: World, name: str, number: str, code: str):
    customer = await world.sign_in_by_phone("139 0000 0012")
    if len(name) > 100_000:
        answer = await customer.http.post(
            "/graphql",
            json={"query": IDENTIFY, "variables": {"input": {"name": name, "identityNumber": number}}},
            headers={"Authorization": f"Bearer {customer.token}"},
        )
        assert answer.status_code == 413
        return
    assert await refused(customer, IDENTIFY, input={"name": name, "identityNumber": number}) == code


async def test_a_text_beyond_its_length_is_refused_by_name(world: World):
    customer = await world.sign_in_by_phone("139 0000 0013")
    answer = await customer.send(IDENTIFY, input={"name": "李" * 101, "identityNumber": "11010519491231002X"})
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "inputPath": ["name"]}
    assert "100" in error["message"]


async def test_unknown_enums_foreign_applications_and_stale_versions(world: World):
    mine, other = await world.sign_in_by_phone("139 0000 0014"), await world.sign_in_by_phone("139 0000 0015")
    await mine.ask(IDENTIFY, input={"name": "李小雨", "identityNumber": "11010519491231002X"})
    application = await apply_for_a_loan(mine, "6000.00")
    asked = {"applicationId": application, "purpose": "EDUCATION", "version": 1}
    assert await refused(mine, SUBMIT, input={**asked, "purpose": "GAMBLING"}) == "BAD_USER_INPUT"
    assert await refused(mine, SUBMIT, input={**asked, "version": 7}) == "CONFLICT"
    assert await refused(other, SUBMIT, input=asked) == "NOT_FOUND"
    assert await refused(world.visitor(), SUBMIT, input=asked) == "UNAUTHENTICATED"
    officer = await world.sign_in_staff("officer")
    assert await refused(officer, SUBMIT, input=asked) == "FORBIDDEN"
    decision = {"applicationId": application, "outcome": "APPROVE", "reason": "AFFORDABLE", "version": 1}
    assert await refused(officer, DECIDE, input=decision) == "NOT_POSSIBLE_NOW"
    assert await refused(mine, DECIDE, input=decision) == "FORBIDDEN"


async def test_nobody_decides_his_own_application(world: World):
    customer = await world.sign_in_by_phone("139 0000 0016")
    await customer.ask(IDENTIFY, input={"name": "李小雨", "identityNumber": "11010519491231002X"})
    application = await apply_for_a_loan(customer, "6000.00")
    await submit(customer, application)
    officer = await world.sign_in_staff("officer")
    me = await models.Customer.all().order_by("-id").first()
    await models.Staff.filter(login=world.staff["officer"][0]).update(customer_id=me.id)
    decision = {"applicationId": application, "outcome": "APPROVE", "reason": "AFFORDABLE", "version": 2}
    assert await refused(officer, DECIDE, input=decision) == "OWN_APPLICATION"


async def test_signing_twice_and_paying_what_is_not_owed(world: World):
    customer, contract, account, loan = await world.with_loan("139 0000 0017")
    again = {"contractId": contract, "bankAccountId": account, "key": "another"}
    assert await refused(customer, SIGN, input=again) == "ALREADY_SIGNED"
    money = {"loanId": loan, "key": "k", "amount": {"amount": "100.00", "currency": "CNY"}}
    for amount, currency, code in [
        ("0", "CNY", "AMOUNT_NOT_ALLOWED"), ("-1", "CNY", "AMOUNT_NOT_ALLOWED"), ("0.001", "CNY", "AMOUNT_NOT_ALLOWED"),
        ("1000000", "CNY", "OVERPAYMENT"), ("100", "EUR", "CURRENCY_MISMATCH"), ("NaN", "CNY", "BAD_USER_INPUT"),
    ]:  # fmt: skip
        wrong = {**money, "amount": {"amount": amount, "currency": currency}}
        assert await refused(customer, REPAY, input=wrong) == code
    assert await refused(customer, REPAY, input={**money, "key": ""}) == "BAD_USER_INPUT"
    assert await refused(customer, REPAY, input={**money, "key": "k" * 65}) == "BAD_USER_INPUT"
    stranger = await world.sign_in_by_phone("139 0000 0018")
    assert await refused(stranger, REPAY, input=money) == "NOT_FOUND"
    owed = await customer.ask(
        "query($id: ID!) { node(id: $id) { ... on Loan { installments { total { amount } } } } }", id=loan
    )
    rest = sum(float(line["total"]["amount"]) for line in owed["node"]["installments"])
    full = {**money, "key": "all", "amount": {"amount": f"{rest:.2f}", "currency": "CNY"}}
    closed = (await customer.ask(REPAY, input=full))["repay"]
    assert closed["loan"]["nextInstallment"] is None
    assert await refused(customer, REPAY, input={**money, "key": "late"}) == "LOAN_CLOSED"
    reused = {**full, "amount": {"amount": "1.00", "currency": "CNY"}}
    assert await refused(customer, REPAY, input=reused) == "KEY_REUSED"


async def test_only_what_came_from_outside_is_recorded_by_hand(world: World):
    customer, _, _, loan = await world.with_loan("139 0000 0019")
    officer = await world.sign_in_staff("officer")
    document = """mutation Record($input: RecordRepaymentInput!) { recordRepayment(input: $input) { __typename
      ... on UserError { code message } } }"""
    received = {
        "loanId": loan, "amount": {"amount": "1.00", "currency": "CNY"}, "channel": "CASH", "reference": "R1",
        "receivedOn": "2026-03-16", "key": "k",
    }  # fmt: skip
    assert await refused(officer, document, input={**received, "channel": "APP"}) == "BAD_USER_INPUT"
    assert await refused(officer, document, input={**received, "receivedOn": "2026-03-17"}) == "DATE_NOT_ALLOWED"
    assert await refused(officer, document, input={**received, "receivedOn": "16.3.2026"}) == "BAD_USER_INPUT"
    assert await refused(customer, document, input=received) == "FORBIDDEN"
    done = await officer.ask(document, input=received)
    assert done["recordRepayment"]["__typename"] == "RepaySuccess"
    assert (
        await refused(
            officer, document, input={**received, "key": "k2", "amount": {"amount": "2.00", "currency": "CNY"}}
        )
        == "RECEIPT_KNOWN"
    )


@pytest.mark.parametrize("page", ["first: -1", "first: 1, last: 1", 'first: 1, after: "CURSOR"'])
async def test_a_page_that_cannot_be_and_a_cursor_of_another_list(world: World, page: str):
    await world.with_loan("138 0000 2001")
    officer = await world.sign_in_staff("officer")
    listed = await officer.ask("{ customers(first: 1) { pageInfo { endCursor } } }")
    cursor = listed["customers"]["pageInfo"]["endCursor"]
    assert await officer.ask(f'{{ customers(first: 1, after: "{cursor}") {{ nodes {{ id }} }} }}')
    wrong = f"{{ loans({page.replace('CURSOR', cursor)}) {{ nodes {{ id }} }} }}"
    assert await refused(officer, wrong) == "BAD_USER_INPUT"
