"""A loan without any provider: sent back and corrected, then paid at the bank by two, every step over HTTP."""

import pytest

from resolvers.payments.providers.manual import Manual
from tests import make
from tests.journeys.client import Person, World, call, do
from tests.journeys.test_first_loan import ACCEPT, ACKNOWLEDGE, DECIDE, QUEUE, SIGN, SUBMIT, apply_for_a_loan

RETURN = """mutation($input: ReturnApplicationInput!) { returnApplication(input: $input) {
  ... on ReturnApplicationSuccess { application { status version corrections { reason askedBy } } }
  ... on UserError { code } } }"""
CORRECT = """mutation($input: SaveApplicationInput!) { saveApplication(input: $input) {
  ... on SaveApplicationSuccess { application { version amount { amount }
    disclosures { id amount { amount } acknowledgedAt } } } ... on UserError { code message } } }"""
PAYOUTS = """query($status: PayoutStatus) { payouts(first: 20, filter: {status: $status}) { nodes {
  id number status amount { amount } provider failure bankReference releasedOn releasedBy { name } settledBy { name }
  loan { id status } customer { displayName } bankAccount { id bank number } } } }"""
RELEASE = """mutation($input: ReleasePayoutInput!) { releasePayout(input: $input) {
  ... on ReleasePayoutSuccess { payout { id status } } ... on UserError { code message } } }"""
CONFIRM = """mutation($input: ConfirmPayoutInput!) { confirmPayout(input: $input) {
  ... on ConfirmPayoutSuccess { payout { status bankReference loan { status openedOn installments { dueOn } } } }
  ... on PayoutDateNotAllowed { code path earliest latest } ... on UserError { code message } } }"""
FAIL = """mutation($input: FailPayoutInput!) { failPayout(input: $input) {
  ... on FailPayoutSuccess { payout { status failure } } ... on UserError { code message } } }"""
REVEAL = """mutation($input: RevealInput!) { reveal(input: $input) {
  ... on RevealSuccess { value } ... on UserError { code } } }"""
REFUND = """mutation($input: RequestRefundInput!) { requestRefund(input: $input) { __typename } }"""
CANCEL = """mutation($input: CancelLoanInput!) { cancelLoan(input: $input) {
  ... on CancelLoanSuccess { loan { status payouts { status } } } ... on UserError { code message } } }"""
PROPOSE = """mutation($input: ProposeWriteOffInput!) { proposeWriteOff(input: $input) {
  ... on ProposeWriteOffSuccess { loanChange { id status kind loan { status } } } ... on UserError { code } } }"""
APPROVE = """mutation($input: ApproveWriteOffInput!) { approveWriteOff(input: $input) {
  ... on ApproveWriteOffSuccess { loanChange { status loan { id status outstanding { amount } changes { reason } } } }
  ... on UserError { code } } }"""


@pytest.fixture
async def house(world: World) -> World:
    make.provide(Manual())
    return world


async def signed_loan(world: World, phone: str) -> tuple[Person, str]:
    """Apply, be sent back, correct it, accept and sign; gives the customer and his loan's id."""
    customer = await world.sign_in_by_phone(phone)
    application_id = await apply_for_a_loan(customer, "6000.00")
    identify = "mutation($input: GiveIdentityInput!) { giveIdentity(input: $input) { __typename } }"
    await call(customer, identify, name="李小雨", identityNumber=make.identity_number())
    await call(customer, SUBMIT, applicationId=application_id, purpose="EDUCATION", version=1)
    officer = await world.sign_in_staff("officer")
    (queued,) = (await officer.ask(QUEUE))["applications"]["nodes"]
    reason = "Please ask for less."
    sent_back = await call(officer, RETURN, applicationId=application_id, reason=reason, version=queued["version"])
    assert sent_back["application"]["status"] == "RETURNED"
    assert sent_back["application"]["corrections"] == [{"reason": reason, "askedBy": "officer"}]
    less = {"amount": "5000.00", "currency": "CNY"}
    version = sent_back["application"]["version"]
    corrected = await call(customer, CORRECT, applicationId=application_id, amount=less, term=12, version=version)
    earlier, shown = corrected["application"]["disclosures"]
    assert earlier["acknowledgedAt"] is not None
    assert (shown["amount"], shown["acknowledgedAt"]) == ({"amount": "5000.00"}, None)
    again = {"applicationId": application_id, "purpose": "EDUCATION", "version": corrected["application"]["version"]}
    assert (await call(customer, SUBMIT, **again))["code"] == "DISCLOSURE_NOT_ACKNOWLEDGED"
    await call(customer, ACKNOWLEDGE, disclosureId=shown["id"])
    submitted = (await call(customer, SUBMIT, **again))["application"]
    decision = {"outcome": "APPROVE", "reason": "AFFORDABLE", "version": submitted["version"]}
    decided = await call(officer, DECIDE, applicationId=application_id, **decision)
    accepted = (await call(customer, ACCEPT, offerId=decided["application"]["offer"]["id"]))["application"]
    (shown,) = [each for each in accepted["disclosures"] if each["step"] == "SIGN"]
    await call(customer, ACKNOWLEDGE, disclosureId=shown["id"])
    add = """mutation($input: AddBankAccountInput!) { addBankAccount(input: $input) {
      ... on AddBankAccountSuccess { bankAccount { id } } } }"""
    account = (await call(customer, add, bank="工商银行", number="6222021234567890128"))["bankAccount"]["id"]
    signed = await call(customer, SIGN, contractId=accepted["contract"]["id"], bankAccountId=account, key="sign")
    assert signed["loan"]["status"] == "PENDING"
    return customer, signed["loan"]["id"]


async def test_a_loan_is_paid_at_the_bank_by_two_and_given_up_by_two(house: World):
    _, loan_id = await signed_loan(house, "138 1234 5678")
    officer, manager = await house.sign_in_staff("officer"), await house.sign_in_staff("manager")
    (line,) = (await officer.ask(PAYOUTS, status="PENDING"))["payouts"]["nodes"]
    assert line["number"].startswith("P-2026-")
    assert (line["amount"]["amount"], line["customer"]["displayName"]) == ("4950.00", "李小雨")
    assert (line["provider"], line["bankAccount"]["number"]) == ("manual", "622202******0128")
    payout = {"payoutId": line["id"]}
    assert (await call(manager, CONFIRM, **payout, reference="B1", paidOn="2026-03-16", key="c"))["code"] == (
        "NOT_POSSIBLE_NOW"
    )
    assert (await call(officer, RELEASE, **payout, key="r"))["payout"]["status"] == "RELEASED"
    assert (await call(officer, CONFIRM, **payout, reference="B1", paidOn="2026-03-16", key="c"))[
        "code"
    ] == "SAME_PERSON"
    reason = "Paying it at the bank's counter."
    revealed = await call(manager, REVEAL, id=line["bankAccount"]["id"], field="ACCOUNT_NUMBER", reason=reason)
    assert revealed["value"] == "6222021234567890128"
    failed = await call(manager, FAIL, **payout, reason="REFUSED_BY_BANK", key="f")
    assert failed["payout"] == {"status": "FAILED", "failure": "REFUSED_BY_BANK"}
    assert (await call(manager, RELEASE, **payout, key="r2"))["payout"]["status"] == "RELEASED"
    early = await call(officer, CONFIRM, **payout, reference="B1", paidOn="2026-03-15", key="c2")
    assert early.pop("message")
    assert early == {
        "code": "PAYOUT_DATE_NOT_ALLOWED",
        "path": ["paidOn"],
        "earliest": "2026-03-16",
        "latest": "2026-03-16",
    }
    paid = (await call(officer, CONFIRM, **payout, reference="B1", paidOn="2026-03-16", key="c2"))["payout"]
    assert (paid["status"], paid["bankReference"], paid["loan"]["status"]) == ("SUCCEEDED", "B1", "ACTIVE")
    assert len(paid["loan"]["installments"]) == 12
    (done,) = (await manager.ask(PAYOUTS))["payouts"]["nodes"]
    assert (done["releasedBy"], done["settledBy"]) == ({"name": "manager"}, {"name": "officer"})

    proposed = await call(officer, PROPOSE, loanId=loan_id, reason="Cannot be found.")
    change = proposed["loanChange"]
    assert (change["kind"], change["status"], change["loan"]["status"]) == ("WRITE_OFF", "PROPOSED", "ACTIVE")
    written_off = (await call(manager, APPROVE, changeId=change["id"], key="w"))["loanChange"]["loan"]
    assert (written_off["status"], written_off["outstanding"]["amount"]) == ("WRITTEN_OFF", "5000.00")


async def test_the_customer_follows_his_payout_and_cancels_while_he_can(house: World):
    customer, loan_id = await signed_loan(house, "138 1234 5678")
    follow = """query($id: ID!) { node(id: $id) { ... on Loan { changes { id } payouts { id status amount { amount }
      releasedBy { name } bankAccount { number } } } } }"""
    (payout,) = (await customer.ask(follow, id=loan_id))["node"]["payouts"]
    assert (payout["status"], payout["bankAccount"]["number"]) == ("PENDING", "6222021234567890128")
    officer, manager = await house.sign_in_staff("officer"), await house.sign_in_staff("manager")
    await call(officer, RELEASE, payoutId=payout["id"], key="r")
    assert (await call(customer, CANCEL, loanId=loan_id, reason=None))["code"] == "PAYOUT_UNDER_WAY"
    (seen,) = (await customer.ask(follow, id=loan_id))["node"]["payouts"]
    assert (seen["status"], seen["releasedBy"]) == ("RELEASED", None)
    await call(manager, FAIL, payoutId=payout["id"], reason="NOT_SENT", key="f")
    assert (await call(officer, CANCEL, loanId=loan_id, reason=None))["code"] == "REASON_TOO_SHORT"
    cancelled = (await call(customer, CANCEL, loanId=loan_id, reason=None))["loan"]
    assert cancelled == {"status": "CANCELLED", "payouts": [{"status": "FAILED"}]}
    await house.deliver()
    inbox = "{ viewer { customer { notifications(last: 20) { nodes { kind text } } } } }"
    kinds = [each["kind"] for each in (await customer.ask(inbox))["viewer"]["customer"]["notifications"]["nodes"]]
    assert {"ApplicationReturned", "LoanCancelled"} <= set(kinds)
    assert "LoanPayoutFailed" not in kinds


async def test_what_was_paid_too_much_goes_back_to_the_customer_by_two(house: World):
    customer, loan_id = await signed_loan(house, "138 1234 5678")
    officer, manager = await house.sign_in_staff("officer"), await house.sign_in_staff("manager")
    (line,) = (await officer.ask(PAYOUTS))["payouts"]["nodes"]
    await call(officer, RELEASE, payoutId=line["id"], key="r")
    await call(manager, CONFIRM, payoutId=line["id"], reference="B1", paidOn="2026-03-16", key="c")
    back = {"loanId": loan_id, "bankAccountId": line["bankAccount"]["id"], "key": "back"}
    assert (await do(customer, "customers/request-refund", **back))["code"] == "NOT_POSSIBLE_NOW"
    paid = {"amount": {"amount": "6000.00", "currency": "CNY"}, "channel": "TRANSFER", "receivedOn": "2026-03-16"}
    await do(officer, "staff/record-repayment", loanId=loan_id, **paid, reference="T1", key="paid")
    asked = (await do(customer, "customers/request-refund", **back))["payout"]
    credit = asked["loan"]["credit"]["amount"]
    assert (asked["status"], asked["amount"]["amount"]) == ("PENDING", credit)
    assert 0 < float(credit) < 1000
    (listed,) = (await officer.ask(PAYOUTS, status="PENDING"))["payouts"]["nodes"]
    assert listed["number"] == asked["number"]
    await call(manager, RELEASE, payoutId=listed["id"], key="r2")
    await call(officer, CONFIRM, payoutId=listed["id"], reference="B2", paidOn="2026-03-16", key="c2")
    (error,) = (await officer.send(REFUND, input=back))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    again = await do(customer, "customers/request-refund", **back | {"key": "again"})
    assert again["code"] == "NOTHING_TO_REFUND"
    assert again["message"]
    await house.deliver()
    inbox = "{ viewer { customer { notifications(last: 20) { nodes { kind text } } } } }"
    told = {
        each["kind"]: each["text"]
        for each in (await customer.ask(inbox))["viewer"]["customer"]["notifications"]["nodes"]
    }
    assert {"LoanRepaid", "CreditLeft", "RefundPaidOut"} <= told.keys()
    assert f"{float(credit):,.2f}" in told["CreditLeft"]


@pytest.mark.parametrize("role", ["marketer", "admin", "auditor"])
async def test_only_staff_in_charge_move_money(house: World, role: str):
    customer, loan_id = await signed_loan(house, "138 1234 5678")
    someone, officer = await house.sign_in_staff(role), await house.sign_in_staff("officer")
    (line,) = (await officer.ask(PAYOUTS))["payouts"]["nodes"]
    calls = {
        RELEASE: {"payoutId": line["id"], "key": "k"},
        CONFIRM: {"payoutId": line["id"], "reference": "B1", "paidOn": "2026-03-16", "key": "k"},
        FAIL: {"payoutId": line["id"], "reason": "NOT_SENT", "key": "k"},
        PROPOSE: {"loanId": loan_id, "reason": "none"},
        APPROVE: {"changeId": "TG9hbkNoYW5nZTox", "key": "k"},
    }
    for document, values in calls.items():
        for person in (someone, customer):
            (error,) = (await person.send(document, input=values))["errors"]
            assert error["extensions"]["code"] == "FORBIDDEN"
    (error,) = (await officer.send(APPROVE, input=calls[APPROVE]))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN", "an officer proposes, and does not decide"
    (error,) = (await someone.send(CANCEL, input={"loanId": loan_id, "reason": "none"}))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert [row["status"] for row in (await officer.ask(PAYOUTS))["payouts"]["nodes"]] == ["PENDING"]
    listed = (await someone.ask(PAYOUTS))["payouts"]["nodes"]
    assert len(listed) == (1 if role == "auditor" else 0)
