"""Operations that do something: done once, whoever renders the answer, and rendered alike by plan and stock executor."""

from typing import Any

import orjson
import pytest

import models
from api.operations import Plans
from api.operations.running import Run
from rules.ids import encode_id
from rules.people.access import ALL_STAFF, Role
from schema.build import schema
from schema.context import Context
from schema.declarations.build_operations import performers
from schema.declarations.ids import decode_id
from tests import make
from tests.api.operations.authors import Asked
from tests.api.operations.oracle import parsed
from tests.configured import configure_resolvers
from tests.journeys import test_first_loan as first_loan
from tests.journeys import test_sign_in as sign_in

LANGUAGE = """mutation($input: ChooseLanguageInput!) { chooseLanguage(input: $input) { __typename
  ... on ChooseLanguageSuccess { customer { id locale phone identityNumber points { balance tier { name } }
  branch { name } unreadCount loans(first: 2) { nodes { number } pageInfo { endCursor } } } } } }"""
READ = """mutation($input: ReadNotificationsInput!) { readNotifications(input: $input) { ... on ReadNotificationsSuccess {
  customer { unreadCount notifications(last: 2) { totalCount nodes { isRead text } } } } } }"""
RECORD = """mutation($input: RecordRepaymentInput!) { recordRepayment(input: $input) { __typename ... on RepaySuccess {
  pointsEarned repayment { id channel valueOn receivedAt amount { amount } allocation { interest { amount } } }
  loan { outstanding { amount } customer { displayName phone } product { name } repayments { nodes { id } } } }
  ... on UserError { code } } }"""
FIND = """query($input: FindCustomersInput!) { findCustomers(input: $input) { __typename ... on FoundCustomers {
  customers { id displayName phone locale createdAt } } ... on SearchLimitReached { limit message } } }"""

QUOTE = """query($input: QuoteInput!) { quote(input: $input) { __typename ... on QuoteSuccess { totalCost { amount }
  productVersion { id name product { code } fees { name rate } } annualCost fees { name amount { amount } }
  lines { number dueOn total { amount currency } } } ... on UserError { code message path } } }"""


@pytest.fixture
async def me(db) -> models.Viewer:
    """A customer, signed in."""
    configure_resolvers()
    schema()
    return await make.signed_in(await make.customer())


async def plan(context: Context, asked: Asked, plans: Plans | None = None) -> bytes | None:
    """Answer by a plan, in a context that shows afterwards what was done."""
    document = parsed(asked.document)
    operation: Any = document.definitions[0]
    return await (plans or Plans()).answer(
        schema()._schema, asked.document, document, operation, asked.variables, context
    )


async def stock(context: Context, asked: Asked) -> Any:
    """Answer by the stock executor; what the context says is done is not done again."""
    return await schema().execute(asked.document, variable_values=asked.variables, context_value=context)


async def do(viewer: models.Viewer, document: str, **sent: Any) -> dict[str, Any]:
    """Do something by a plan; what was done is then rendered by the stock executor, too: to the same bytes."""
    context, asked = Context(viewer), Asked(document, {"input": sent})
    answer = await plan(context, asked)
    assert answer is not None, "it was declined"
    again = Context(context.viewer)
    again.done = dict(context.done)
    result = await stock(again, asked)
    assert not result.errors, result.errors
    assert not again.done, "it was done a second time"
    assert answer == orjson.dumps({"data": result.data})
    (payload,) = orjson.loads(answer)["data"].values()
    return dict(payload)


async def refuse(viewer: models.Viewer, document: str, **sent: Any) -> dict[str, Any]:
    """Do what is refused: the plan leaves the words to the stock executor, which does not ask again."""
    plans, context, asked = Plans(), Context(viewer), Asked(document, {"input": sent})
    assert await plan(context, asked, plans) is None
    assert plans.counts["refused"] == 1
    (kept,) = context.done.values()
    result = await stock(context, asked)
    assert not result.errors, result.errors
    assert not context.done
    (payload,) = result.data.values()
    assert payload["code"] == kept.code
    return dict(payload)


def money(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


async def audited(operation: str) -> int:
    return await models.AuditEntry.filter(operation=operation).count()


async def test_a_loan_is_taken_out_and_repaid_with_every_answer_the_same_by_plan_and_stock_executor(me):
    product = encode_id("Product", (await make.product()).id)
    customer = await models.Customer.get(id=me.customer_id)
    branch = await models.Branch.get(id=customer.branch_id)
    officer, manager = [
        await make.signed_in(await make.staff(role=role, branches=[branch])) for role in (Role.OFFICER, Role.MANAGER)
    ]
    started = await do(me, first_loan.START, productId=product, amount=money("6000.00"), term=12)
    application = started["application"]
    assert application["quote"]["installment"]
    await do(me, first_loan.ACKNOWLEDGE, disclosureId=application["disclosures"][0]["id"])
    about = {"applicationId": application["id"]}
    stale = await refuse(me, first_loan.SUBMIT, **about, purpose="EDUCATION", version=9)
    assert stale["code"] == "CONFLICT"
    await do(me, first_loan.SUBMIT, **about, purpose="EDUCATION", version=1)
    advised = await do(
        officer, first_loan.RECOMMEND, **about, outcome="APPROVE", comment="“Steady” \\ income\n😀", version=2
    )
    assert advised["application"]["assessments"][0]["comment"] == "“Steady” \\ income\n😀"
    decided = await do(manager, first_loan.DECIDE, **about, outcome="APPROVE", reason="AFFORDABLE", version=3)
    accepted = await do(me, first_loan.ACCEPT, offerId=decided["application"]["offer"]["id"])
    await do(me, first_loan.ACKNOWLEDGE, disclosureId=accepted["application"]["disclosures"][1]["id"])
    account = await make.bank_account(customer.id)
    contract = accepted["application"]["contract"]["id"]
    signed = await do(
        me, first_loan.SIGN, contractId=contract, bankAccountId=encode_id("BankAccount", account.id), key="k"
    )
    loan = signed["loan"]
    assert len(loan["installments"]) == 12
    paid = await do(me, first_loan.REPAY, loanId=loan["id"], amount=money("100.00"), key="one")
    again = await do(me, first_loan.REPAY, loanId=loan["id"], amount=money("100.00"), key="one")
    assert paid["repayment"] == again["repayment"]
    assert await models.Repayment.filter(loan_id=decode_id(loan["id"])[1]).count() == 1
    over = await refuse(me, first_loan.REPAY, loanId=loan["id"], amount=money("9999.00"), key="two")
    assert over["code"] == "OVERPAYMENT"
    recorded = await do(
        officer, RECORD, loanId=loan["id"], amount=money("5.00"), channel="CASH", reference="R-1",
        receivedOn="2026-03-16", key="r",
    )  # fmt: skip
    assert len(recorded["loan"]["repayments"]["nodes"]) == 2
    assert recorded["loan"]["customer"]["phone"] != customer.phone.read()


async def test_a_query_that_may_refuse_is_asked_once(me):
    officer, product = await make.officer_of(me.customer_id), encode_id("Product", (await make.product()).id)
    before = await audited("find_customers")
    found = await do(officer, FIND, search="李小雨")
    assert found["customers"]
    assert await audited("find_customers") == before + 1
    assert (await do(officer, QUOTE, productId=product, amount=money("6000.00"), term=12))["lines"]
    refused = await refuse(officer, QUOTE, productId=product, amount=money("6000.00"), term=600)
    assert refused["code"] == "TERM_OUT_OF_RANGE"


async def test_several_that_may_refuse_in_one_query_are_asked_once_each(me):
    officer, product = await make.officer_of(me.customer_id), encode_id("Product", (await make.product()).id)
    document = """query($input: FindCustomersInput!, $quote: QuoteInput!) {
      a: findCustomers(input: $input) { __typename ... on FoundCustomers { customers { id } } }
      b: quote(input: $quote) { __typename ... on UserError { code } }
      c: findCustomers(input: $input) { __typename } viewer { role } }"""
    quote = {"productId": product, "amount": money("1.00"), "term": 12}
    context, asked = Context(officer), Asked(document, {"input": {"search": "李小雨"}, "quote": quote})
    before = await audited("find_customers")
    assert await plan(context, asked) is None
    result = await stock(context, asked)
    assert not result.errors
    assert result.data["b"] == {"__typename": "AmountOutOfRange", "code": "AMOUNT_OUT_OF_RANGE"}
    assert [result.data[key]["__typename"] for key in "ac"] == ["FoundCustomers"] * 2
    assert await audited("find_customers") == before + 2


async def test_who_changes_his_language_is_answered_in_the_new_one(me):
    names = set()
    for locale in ("ZH_CN", "EN", "ZH_CN"):
        payload = await do(me, LANGUAGE, locale=locale)
        assert payload["customer"]["locale"] == locale
        names.add(payload["customer"]["points"]["tier"]["name"])
    assert len(names) == 2


async def test_what_is_read_in_the_payload_is_as_it_is_after_the_change(me):
    await make.loan(await models.Customer.get(id=me.customer_id))
    await make.deliver()
    newest = await models.Notification.filter(customer_id=me.customer_id).order_by("-id").first()
    payload = await do(me, READ, upToId=encode_id("Notification", newest.id))
    assert payload["customer"]["unreadCount"] == 0
    assert all(each["isRead"] for each in payload["customer"]["notifications"]["nodes"])


async def test_who_signs_out_is_answered_as_a_visitor_and_signed_out_once(me):
    plans, context = Plans(), Context(me)
    asked = Asked(sign_in.END, {"input": {"isEverywhere": False}})
    assert await plan(context, asked, plans) is None
    assert plans.counts["declined: another viewer"] == 1
    assert context.viewer.role is Role.VISITOR
    result = await stock(context, asked)
    assert result.data["endSession"] == {"endedCount": 1}
    assert await audited("end_session") == 1


async def test_two_mutations_in_one_operation_are_left_to_the_stock_executor_before_anything_is_done(me):
    document = """mutation { a: chooseLanguage(input: {locale: EN}) { __typename }
      b: chooseLanguage(input: {locale: ZH_CN}) { __typename } }"""
    before, context = await audited("choose_language"), Context(me)
    assert await plan(context, Asked(document)) is None
    assert await audited("choose_language") == before
    assert not context.done


@pytest.mark.parametrize("failing", ["row", "rows"])
async def test_money_is_booked_once_even_where_its_rendering_fails(me, monkeypatch, caplog, failing):
    loan = await make.loan(await models.Customer.get(id=me.customer_id))
    document = first_loan.REPAY.replace("pointsEarned", "loan { repayments { nodes { id } } } pointsEarned")
    sent = {"loanId": encode_id("Loan", loan.id), "amount": money("10.00"), "key": "once"}
    context, asked, plans = Context(me), Asked(document, {"input": sent}), Plans()

    async def broken(*_: object) -> None:
        raise RuntimeError("the plan broke")

    with monkeypatch.context() as patch:
        patch.setattr(Run, failing, broken)
        assert await plan(context, asked, plans) is None
    assert plans.counts["failed"] == 1
    assert "A plan failed" in caplog.text
    result = await stock(context, asked)
    assert not result.errors
    assert result.data["repay"]["repayment"]["amount"] == {"amount": "10.00"}
    assert len(result.data["repay"]["loan"]["repayments"]["nodes"]) == 1
    assert await models.Repayment.filter(loan_id=loan.id).count() == 1


async def test_what_a_resolver_raises_is_raised_again_and_not_tried_again(me, monkeypatch):
    calls = []

    async def broken(*_: object) -> None:
        calls.append(1)
        raise RuntimeError("the resolver broke")

    monkeypatch.setitem(performers, "choose_language", broken)
    context, asked = Context(me), Asked(LANGUAGE, {"input": {"locale": "EN"}})
    before = await make.everything()
    assert await plan(context, asked) is None
    result = await stock(context, asked)
    assert [str(error.original_error) for error in result.errors] == ["the resolver broke"]
    assert len(calls) == 1
    assert await make.everything() == before


@pytest.mark.parametrize(
    "cursor", ["x", "WyJDdXN0b21lci5sb2FucyIsMSwxXQ==", "\0"], ids=["no cursor", "of another list", "nul"]
)
async def test_a_payload_that_cannot_be_read_does_not_keep_the_deed_from_being_done_once(me, cursor):
    """The plan finds out first, and does nothing; the stock executor does it, and says what is wrong with the rest."""
    document = """mutation($input: ChooseLanguageInput!, $after: String) { chooseLanguage(input: $input) {
      ... on ChooseLanguageSuccess { customer { locale bankAccounts(after: $after) { nodes { id } } } } } }"""
    context = Context(me)
    asked, before = Asked(document, {"input": {"locale": "EN"}, "after": cursor}), await audited("choose_language")
    assert await plan(context, asked) is None
    result = await stock(context, asked)
    assert [error.original_error.key for error in result.errors] == ["input.bad_cursor"]
    assert await audited("choose_language") <= before + 1


async def test_who_may_not_does_not(me):
    others = [make.visitor(), *[make.viewer(await make.staff(role=role)) for role in sorted(ALL_STAFF)]]
    asked, before = Asked(LANGUAGE, {"input": {"locale": "EN"}}), await audited("choose_language")
    for viewer in others:
        context = Context(viewer)
        assert await plan(context, asked) is None
        assert not context.done
        result = await stock(context, asked)
        expected = "UNAUTHENTICATED" if viewer.role is Role.VISITOR else "FORBIDDEN"
        assert [error.original_error.code for error in result.errors] == [expected]
    assert await audited("choose_language") == before
