"""The first loan, from an unknown phone to points for paying on time: every step over HTTP."""

import json
import sys
from decimal import Decimal

import pytest

from api import trusted
from tests.journeys.client import Person, World

PROFILE = """
query Profile($id: ID!) { node(id: $id) { ... on Customer {
  displayName phone identityNumber bankAccounts(first: 5) { nodes { bank number } }
} } }
"""

START = """
mutation Start($input: StartApplicationInput!) { startApplication(input: $input) { __typename
  ... on StartApplicationSuccess { application { id number version status quote { installment { amount } }
    disclosures { id step text textHash annualCost acknowledgedAt } } }
  ... on UserError { code message path } } }
"""

ACKNOWLEDGE = """
mutation Acknowledge($input: AcknowledgeDisclosureInput!) { acknowledgeDisclosure(input: $input) { __typename
  ... on AcknowledgeDisclosureSuccess { costDisclosure { acknowledgedAt } } ... on UserError { code } } }
"""

SUBMIT = """
mutation Submit($input: SubmitApplicationInput!) { submitApplication(input: $input) { __typename
  ... on SubmitApplicationSuccess { application { status version } } ... on UserError { code message } } }
"""

QUEUE = """
query Queue { applications(first: 20, filter: {status: SUBMITTED}) { nodes { id number version amount { amount }
  customer { id displayName phone identityNumber } } } }
"""

RECOMMEND = """
mutation Recommend($input: RecommendApplicationInput!) { recommendApplication(input: $input) { __typename
  ... on RecommendApplicationSuccess { application { status version assessments { outcome comment staff { name } } } }
  ... on UserError { code message } } }
"""

DECIDE = """
mutation Decide($input: DecideApplicationInput!) { decideApplication(input: $input) { __typename
  ... on DecideApplicationSuccess { application { status version decision { outcome reason decidedBy }
    offer { id amount { amount } expiresOn } } }
  ... on AboveLimit { code limit { amount currency } }
  ... on UserError { code message } } }
"""

FOLLOW = """
query Follow($id: ID!) { node(id: $id) { ... on Application { status decision { outcome decidedBy staff { id } }
  assessments { id } offer { id } disclosures { id step acknowledgedAt }
  contract { id text textHash signature { signedAt textHash } loan { id } } } } }
"""

ACCEPT = """
mutation Accept($input: AcceptOfferInput!) { acceptOffer(input: $input) { __typename
  ... on AcceptOfferSuccess { application { status contract { id text textHash }
    disclosures { id step acknowledgedAt } } } ... on UserError { code message } } }
"""

SIGN = """
mutation Sign($input: SignContractInput!) { signContract(input: $input) { __typename
  ... on SignContractSuccess { contract { textHash signature { textHash signedAt } }
    loan { id number status outstanding { amount } installments { number dueOn total { amount } status } } }
  ... on UserError { code message } } }
"""

REPAY = """
mutation Repay($input: RepayInput!) { repay(input: $input) { __typename
  ... on RepaySuccess { repayment { id amount { amount } allocation { costs { amount } penalty { amount }
    interest { amount } principal { amount } } }
    loan { outstanding { amount } nextInstallment { number dueOn total { amount } } } pointsEarned }
  ... on UserError { code message path } } }
"""

HOME = trusted.document("customers/home")

INBOX = "query { viewer { customer { notifications(last: 20) { nodes { kind title text isRead } } } } }"


async def apply_for_a_loan(customer: Person, amount: str) -> str:
    """Walk from the products to a submitted application; gives its id."""
    products = (await customer.ask("query { products { id code currentVersion { name minAmount { amount } } } }"))[
        "products"
    ]
    product = next(product["id"] for product in products if product["code"] == "EASY")
    wanted = {"productId": product, "amount": {"amount": amount, "currency": "CNY"}, "term": 12}
    quoted = await customer.ask(
        """query Quote($input: QuoteInput!) { quote(input: $input) { __typename ... on QuoteSuccess {
          installment { amount } totalCost { amount } annualCost fees { name amount { amount } }
          lines { number dueOn total { amount } } } ... on UserError { code message } } }""",
        input=wanted,
    )
    assert len(quoted["quote"]["lines"]) == 12
    started = (await customer.ask(START, input=wanted))["startApplication"]
    application = started["application"]
    assert application["status"] == "DRAFT"
    assert application["quote"]["installment"] == quoted["quote"]["installment"]
    (disclosure,) = application["disclosures"]
    refused = await customer.ask(
        SUBMIT, input={"applicationId": application["id"], "purpose": "EDUCATION", "version": application["version"]}
    )
    assert refused["submitApplication"]["__typename"] != "SubmitApplicationSuccess"
    await customer.ask(ACKNOWLEDGE, input={"disclosureId": disclosure["id"]})
    return str(application["id"])


async def submit(customer: Person, application_id: str) -> None:
    submitted = await customer.ask(
        SUBMIT, input={"applicationId": application_id, "purpose": "EDUCATION", "version": 1}
    )
    assert submitted["submitApplication"]["application"]["status"] == "SUBMITTED"


async def test_a_new_person_borrows_repays_and_earns_points(world: World):
    customer = await world.sign_in_by_phone("138 1234 5678")
    application_id = await apply_for_a_loan(customer, "6000.00")
    unnamed = await customer.ask(SUBMIT, input={"applicationId": application_id, "purpose": "EDUCATION", "version": 1})
    assert unnamed["submitApplication"]["code"] == "IDENTITY_MISSING"
    given = await customer.ask(
        """mutation Identify($input: GiveIdentityInput!) { giveIdentity(input: $input) { __typename
          ... on GiveIdentitySuccess { customer { id displayName identityNumber sex } } } }""",
        input={"name": "李小雨", "identityNumber": "11010519491231002x"},
    )
    assert given["giveIdentity"]["customer"]["identityNumber"] == "11010519491231002X"
    customer_id = given["giveIdentity"]["customer"]["id"]
    await submit(customer, application_id)

    officer = await world.sign_in_staff("officer")
    (queued,) = [row for row in (await officer.ask(QUEUE))["applications"]["nodes"] if row["id"] == application_id]
    assert queued["customer"]["displayName"] == "李小雨"
    assert queued["customer"]["phone"] == "138****5678"
    assert queued["customer"]["identityNumber"] == "1****************X"
    decision = {"applicationId": application_id, "outcome": "APPROVE", "reason": "AFFORDABLE"}
    decided = (await officer.ask(DECIDE, input={**decision, "version": queued["version"]}))["decideApplication"]
    assert decided["application"]["status"] == "OFFERED"

    loan = await accept_and_sign(customer, application_id, decided["application"]["offer"]["id"])
    assert loan["status"] == "ACTIVE"
    assert [line["number"] for line in loan["installments"]] == list(range(1, 13))

    first = loan["installments"][0]["total"]
    payment = {"loanId": loan["id"], "amount": {**first, "currency": "CNY"}, "key": "march"}
    paid = (await customer.ask(REPAY, input=payment))["repay"]
    again = (await customer.ask(REPAY, input=payment))["repay"]
    assert paid == again
    assert paid["pointsEarned"] > 0
    assert paid["loan"]["nextInstallment"]["number"] == 2
    parts = paid["repayment"]["allocation"].values()
    assert sum(Decimal(part["amount"]) for part in parts) == Decimal(first["amount"])

    home = (await customer.ask(HOME))["viewer"]["customer"]
    assert home["points"]["balance"] == 0
    points = (await customer.ask(trusted.document("customers/points")))["viewer"]["customer"]["points"]
    assert points["pending"] == paid["pointsEarned"], "the payment may still bounce"
    await world.deliver()
    notices = (await customer.ask(INBOX))["viewer"]["customer"]["notifications"]["nodes"]
    assert "RepaymentReceived" in [notice["kind"] for notice in notices]
    assert (await customer.ask(HOME))["viewer"]["customer"]["unreadCount"] == len(notices)

    print_both_views(
        (await customer.ask(PROFILE, id=customer_id))["node"], (await officer.ask(PROFILE, id=customer_id))["node"]
    )


async def accept_and_sign(customer: Person, application_id: str, offer_id: str) -> dict:
    accepted = (await customer.ask(ACCEPT, input={"offerId": offer_id}))["acceptOffer"]["application"]
    assert accepted["status"] == "ACCEPTED"
    account = await customer.ask(
        """mutation Account($input: AddBankAccountInput!) { addBankAccount(input: $input) { __typename
          ... on AddBankAccountSuccess { bankAccount { id number } } ... on UserError { code } } }""",
        input={"bank": "工商银行", "number": "6222 0212 3456 7890 128"},
    )
    signing = {
        "contractId": accepted["contract"]["id"],
        "bankAccountId": account["addBankAccount"]["bankAccount"]["id"],
        "key": "sign-1",
    }
    unread = (await customer.ask(SIGN, input=signing))["signContract"]
    assert unread["code"] == "DISCLOSURE_NOT_ACKNOWLEDGED"
    (shown,) = [each for each in accepted["disclosures"] if each["step"] == "SIGN"]
    await customer.ask(ACKNOWLEDGE, input={"disclosureId": shown["id"]})
    signed = (await customer.ask(SIGN, input=signing))["signContract"]
    assert signed["contract"]["signature"]["textHash"] == accepted["contract"]["textHash"]
    return dict(signed["loan"])


def print_both_views(own: dict, officers: dict) -> None:
    sys.stdout.write(
        json.dumps({"the customer sees": own, "the officer sees": officers}, ensure_ascii=False, indent=2) + "\n"
    )
    assert own["phone"] == "+8613812345678"
    assert own["identityNumber"] == "11010519491231002X"
    assert own["bankAccounts"]["nodes"][0]["number"] == "6222021234567890128"
    assert officers["displayName"] == own["displayName"]
    assert officers["phone"] == "138****5678"
    assert officers["bankAccounts"]["nodes"][0]["number"] == "622202******0128"


async def test_above_the_officers_limit_he_recommends_and_a_manager_decides(world: World):
    customer = await world.sign_in_by_phone("139 0000 0001")
    application_id = await apply_for_a_loan(customer, "150000.00")
    await customer.ask(
        """mutation Identify($input: GiveIdentityInput!) { giveIdentity(input: $input) { __typename } }""",
        input={"name": "王芳", "identityNumber": "110101199003074477"},
    )
    await submit(customer, application_id)
    officer, manager = await world.sign_in_staff("officer"), await world.sign_in_staff("manager")
    decision = {"applicationId": application_id, "outcome": "APPROVE", "reason": "GOOD_HISTORY", "version": 2}
    above = (await officer.ask(DECIDE, input=decision))["decideApplication"]
    assert above["code"] == "ABOVE_LIMIT"
    advice = {"applicationId": application_id, "outcome": "APPROVE", "comment": "Steady income.", "version": 2}
    recommended = (await officer.ask(RECOMMEND, input=advice))["recommendApplication"]["application"]
    assert recommended["status"] == "REVIEW"
    stale = (await manager.ask(DECIDE, input=decision))["decideApplication"]
    assert stale["code"] == "CONFLICT"
    decided = (await manager.ask(DECIDE, input={**decision, "version": recommended["version"]}))["decideApplication"]
    assert decided["application"]["decision"]["outcome"] == "APPROVE"
    seen = (await customer.ask(FOLLOW, id=application_id))["node"]
    assert seen["assessments"] == []
    assert seen["decision"]["staff"] is None
    assert seen["decision"]["decidedBy"]


@pytest.mark.parametrize("role", ["marketer", "admin"])
async def test_those_without_customers_see_none(world: World, role: str):
    customer = await world.sign_in_by_phone("139 0000 0002")
    me = (await customer.ask("query { viewer { customer { id } } }"))["viewer"]["customer"]["id"]
    someone = await world.sign_in_staff(role)
    assert (await someone.ask(PROFILE, id=me))["node"] is None
