"""What somebody with bad intentions, or two phones, tries: each has one answer."""

import asyncio
import base64
from datetime import timedelta

import pytest

import models
from tests import make
from tests.journeys.client import World
from tests.journeys.test_bad_input import refused
from tests.journeys.test_first_loan import REPAY, SIGN, START, apply_for_a_loan

LANGUAGE = """
mutation Choose($input: ChooseLanguageInput!) { chooseLanguage(input: $input) {
  ... on ChooseLanguageSuccess { customer { locale branch { name } } } } }
"""

FIND = """
query Find($input: FindCustomersInput!) { findCustomers(input: $input) { __typename
  ... on FoundCustomers { customers { id phone } } ... on UserError { code message } } }
"""


async def test_a_debt_is_collected_once_however_many_phones_pay_it_at_the_same_time(world: World):
    customer, _, _, loan = await world.with_loan("139 0000 0020")
    lines = await models.Installment.all()
    debt = str(sum(line.principal + line.interest for line in lines))
    payments = [
        {"loanId": loan, "amount": {"amount": debt, "currency": "CNY"}, "key": f"phone-{number}"} for number in range(5)
    ]
    answers = await asyncio.gather(*[customer.ask(REPAY, input=payment) for payment in payments])
    kinds = sorted(answer["repay"].get("code", "RepaySuccess") for answer in answers)
    assert kinds.count("RepaySuccess") == 1
    assert set(kinds) <= {"RepaySuccess", "PAYMENT_UNDER_WAY", "LOAN_CLOSED"}
    assert await models.Receipt.all().count() == 1


async def test_a_parallel_rush_for_codes_sends_as_many_as_are_allowed_and_the_last_one_works(world: World):
    ask = "mutation Code($input: RequestCodeInput!) { requestCode(input: $input) { __typename } }"
    rush = [world.visitor().ask(ask, input={"phone": "139 0000 0021"}) for _ in range(8)]
    kinds = [answer["requestCode"]["__typename"] for answer in await asyncio.gather(*rush)]
    assert sorted(kinds) == ["RequestCodeSuccess"] * 5 + ["TooManyAttempts"] * 3
    assert await models.SignInCode.all().count() == 5
    newest = await models.SignInCode.all().order_by("-id").first()
    assert newest.tries_left == 5


async def test_wrong_passwords_from_elsewhere_do_not_shut_out_the_person_himself(world: World):
    await world.sign_in_staff("officer")
    for _ in range(2):
        async with make.unit():
            await models.SignInAttempt.bulk_create(
                models.SignInAttempt(
                    kind=models.AttemptKind.PASSWORD_TRY,
                    subject_index=models.blind_index("officer"),
                    address_index=models.blind_index("10.0.0.9"),
                )
                for _ in range(40)
            )
    assert (await world.sign_in_staff("officer")).token


async def test_a_contract_is_not_signed_after_its_offer_expired(world: World):
    customer = await world.sign_in_by_phone("139 0000 0022")
    contract = await make.contract(await make.customer(phone="+8613900000023"))
    account = await make.bank_account(contract.customer_id)
    signing = {
        "contractId": make.global_id("Contract", contract.id),
        "bankAccountId": make.global_id("BankAccount", account.id),
        "key": "late",
    }
    assert await refused(customer, SIGN, input=signing) == "NOT_FOUND"
    offer = await models.Offer.get(application_id=contract.application_id)
    await make.travel_to(offer.expires_on + timedelta(days=1))
    other = await world.sign_in_by_phone("139 0000 0023")
    assert await refused(other, SIGN, input=signing) == "OFFER_EXPIRED"


async def test_a_customer_does_not_choose_who_decides_what_he_has_submitted(world: World):
    customer = await world.sign_in_by_phone("139 0000 0024")
    await customer.ask(
        "mutation Identify($input: GiveIdentityInput!) { giveIdentity(input: $input) { __typename } }",
        input={"name": "李小雨", "identityNumber": make.identity_number()},
    )
    application = await apply_for_a_loan(customer, "6000.00")
    elsewhere = make.global_id("Branch", (await make.branch()).id)
    product = (await customer.ask("query { products { id } }"))["products"][0]["id"]
    wanted = {"productId": product, "amount": {"amount": "6000", "currency": "CNY"}, "term": 12, "branchId": elsewhere}
    await customer.ask(
        "mutation S($input: SubmitApplicationInput!) { submitApplication(input: $input) { __typename } }",
        input={"applicationId": application, "purpose": "EDUCATION", "version": 1},
    )
    assert await refused(customer, START, input=wanted) == "BRANCH_FIXED"


@pytest.mark.parametrize(
    "birth", ["20990101", "20260317"], ids=["born in the future", "born tomorrow"]
)  # fmt: skip
async def test_nobody_is_born_tomorrow(world: World, birth: str):
    customer = await world.sign_in_by_phone("139 0000 0025")
    identity = {"name": "李小雨", "identityNumber": make.identity_number(birth)}
    document = """mutation Identify($input: GiveIdentityInput!) { giveIdentity(input: $input) { __typename
      ... on UserError { code message } } }"""
    assert await refused(customer, document, input=identity) == "IDENTITY_NUMBER_INVALID"
    invisible = {"name": "\u3164\u3164", "identityNumber": make.identity_number()}
    assert await refused(customer, document, input=invisible) in ("BAD_USER_INPUT", "NAME_INVALID")


async def test_children_do_not_borrow(world: World):
    customer = await world.sign_in_by_phone("139 0000 0026")
    await customer.ask(
        "mutation Identify($input: GiveIdentityInput!) { giveIdentity(input: $input) { __typename } }",
        input={"name": "李小雨", "identityNumber": make.identity_number("20080317")},
    )
    application = await apply_for_a_loan(customer, "6000.00")
    document = """mutation S($input: SubmitApplicationInput!) { submitApplication(input: $input) { __typename
      ... on UserError { code message } } }"""
    asked = {"applicationId": application, "purpose": "EDUCATION", "version": 1}
    assert await refused(customer, document, input=asked) == "TOO_YOUNG"


async def test_nobody_at_a_desk_does_business_with_himself(world: World):
    _, _, _, loan = await world.with_loan("139 0000 0027")
    await world.sign_in_staff("officer")
    me = (await models.Loan.get()).customer_id
    admin = await world.sign_in_staff("admin")
    change = """mutation Change($input: ChangeRoleInput!) { changeRole(input: $input) { __typename
      ... on UserError { code path } } }"""
    role = {
        "staffId": make.global_id("Staff", (await models.Staff.get(login="officer")).id),
        "role": "OFFICER",
        "branchIds": [make.global_id("Branch", (await models.Branch.get(is_default=True)).id)],
    }
    unknown = await admin.ask(change, input={**role, "customerPhone": "139 0000 9999"})
    assert unknown["changeRole"] == {
        "__typename": "NoSuchCustomer", "code": "NO_SUCH_CUSTOMER", "path": ["customerPhone"],
    }  # fmt: skip
    named = await admin.ask(change, input={**role, "customerPhone": "139 0000 0027"})
    assert named["changeRole"] == {"__typename": "ChangeRoleSuccess"}
    create = """mutation Create($input: CreateStaffInput!) { createStaff(input: $input) { __typename } }"""
    account = {"login": "twin", "password": "correct horse battery", "name": "李", "role": "AUDITOR", "branchIds": []}
    await admin.ask(create, input={**account, "customerPhone": "139 0000 0027"})
    assert await models.Staff.filter(customer_id=me).order_by("id").values_list("login", flat=True) == [
        "officer",
        "twin",
    ]
    officer = await world.sign_in_staff("officer")
    record = """mutation Record($input: RecordRepaymentInput!) { recordRepayment(input: $input) { __typename
      ... on UserError { code message } } }"""
    cash = {
        "loanId": loan, "amount": {"amount": "1.00", "currency": "CNY"}, "channel": "CASH", "reference": "OWN-1",
        "receivedOn": "2026-03-16", "key": "k",
    }  # fmt: skip
    assert await refused(officer, record, input=cash) == "OWN_AFFAIRS"
    reveal = """mutation Reveal($input: RevealInput!) { reveal(input: $input) { __typename
      ... on UserError { code message } } }"""
    mine = {"id": make.global_id("Customer", me), "field": "PHONE", "reason": "I want to know it."}
    assert await refused(officer, reveal, input=mine) == "OWN_AFFAIRS"


async def test_phones_are_not_guessed_by_searching(world: World):
    await world.sign_in_by_phone("138 0000 0002")
    officer = await world.sign_in_staff("officer")
    many = [f'a{n}: findCustomers(input: {{search: "138{n:04d}0002"}}) {{ __typename }}' for n in range(1, 102)]
    kinds = []
    for start in range(0, len(many), 9):  # As many as one document may cost.
        answers = await officer.ask(f"query {{ {' '.join(many[start : start + 9])} }}")
        kinds += [answer["__typename"] for answer in answers.values()]
    assert (kinds.count("FoundCustomers"), kinds.count("SearchLimitReached")) == (100, 1)
    assert await refused(officer, FIND, input={"search": "13800000002"}) == "SEARCH_LIMIT_REACHED"
    by_name = await officer.ask(FIND, input={"search": "nobody"})
    assert by_name["findCustomers"]["customers"] == []


@pytest.mark.parametrize(
    "position", ["99999999999999999", '"0001-01-01T00:00:00+23:59"', '"9999-12-31T23:59:59-23:59"', "null", "true", '"20260101"']
)  # fmt: skip
async def test_a_forged_cursor_is_bad_input(world: World, position: str):
    customer, _, _, loan = await world.with_loan("139 0000 0028")
    cursor = base64.urlsafe_b64encode(f'["Loan.repayments",{position},5]'.encode()).decode()
    document = """query P($id: ID!, $c: String) { node(id: $id) { ... on Loan {
      repayments(first: 2, after: $c) { nodes { id } } } } }"""
    answer = await customer.send(document, id=loan, c=cursor)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


async def test_what_follows_in_a_request_knows_that_the_session_ended_and_the_language_changed(world: World):
    customer = await world.sign_in_by_phone("139 0000 0029")
    chosen = (await customer.ask(LANGUAGE, input={"locale": "ZH_CN"}))["chooseLanguage"]["customer"]
    assert chosen["branch"]["name"].endswith("支行")
    chosen = (await customer.ask(LANGUAGE, input={"locale": "EN"}))["chooseLanguage"]["customer"]
    assert chosen["branch"]["name"].startswith("Branch")
    answer = await customer.send(
        """mutation { a: endSession(input: {isEverywhere: false}) { __typename }
          b: chooseLanguage(input: {locale: EN}) { ... on ChooseLanguageSuccess { customer { phone } } } }"""
    )
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]


async def test_one_bank_reference_is_one_payment_in_capitals_or_not(world: World):
    _, _, _, loan = await world.with_loan("139 0000 0030")
    officer = await world.sign_in_staff("officer")
    record = """mutation Record($input: RecordRepaymentInput!) { recordRepayment(input: $input) { __typename
      ... on UserError { code message } ... on RepaySuccess { repayment { id } } } }"""
    cash = {
        "loanId": loan, "amount": {"amount": "1.00", "currency": "CNY"}, "channel": "TRANSFER", "reference": "ref1",
        "receivedOn": "2026-03-16", "key": "k1",
    }  # fmt: skip
    first = await officer.ask(record, input=cash)
    again = await officer.ask(record, input={**cash, "reference": "REF1", "key": "k2"})
    assert first == again
    for reference in ("ｒｅｆ1", "ref1\u200b", "re\u00adf1", "ref 1"):
        assert await refused(officer, record, input={**cash, "reference": reference, "key": "k3"}) == "BAD_USER_INPUT"
