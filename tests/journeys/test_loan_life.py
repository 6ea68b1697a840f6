"""The whole life of a loan, every step over HTTP: two late payments, a bounce, a payment holiday, a repricing, a partial
prepayment and the payoff. Only the days pass by themselves."""

from datetime import date
from decimal import Decimal

from jobs.verify import verify
from models import Posting, Product
from tests import make
from tests.journeys.client import Person, World, call, second_manager, yuan

PHONE = "138 5555 0001"

PROPOSE_RATE = """mutation($input: ProposeReferenceRateInput!) { proposeReferenceRate(input: $input) {
  ... on ProposeReferenceRateSuccess { marketChange { id } } ... on UserError { code message } } }"""
APPROVE_RATE = """mutation($input: ApproveMarketChangeInput!) { approveMarketChange(input: $input) {
  ... on ApproveMarketChangeSuccess { marketChange { status annualRate } } ... on UserError { code message } } }"""
PROPOSE_PRODUCT = """mutation($input: ProposeProductInput!) { proposeProduct(input: $input) {
  ... on ProposeProductSuccess { productVersion { id status } } ... on UserError { code message path } } }"""
APPROVE_PRODUCT = """mutation($input: ApproveProductInput!) { approveProduct(input: $input) {
  ... on ApproveProductSuccess { productVersion { status isCurrent annualRate } } ... on UserError { code message } } }"""
POSITION = """query($input: LoanPositionInput!) { loanPosition(input: $input) { ... on LoanPosition {
  annualRate daysPastDue outstanding { amount } credit { amount }
  due { penalty { amount } interest { amount } principal { amount } total { amount } }
  payoff { total { amount } } lines { number dueOn principal { amount } interest { amount } } }
  ... on UserError { code message } } }"""
REPAY = """mutation($input: RepayInput!) { repay(input: $input) { __typename
  ... on RepaySuccess { pointsEarned repayment { id allocation { penalty { amount } interest { amount } } } loan { status } }
  ... on UserError { code message } } }"""
REVERSE = """mutation($input: ReverseRepaymentInput!) { reverseRepayment(input: $input) {
  ... on ReverseRepaymentSuccess { loanEvent { kind loan { daysPastDue bucket riskClass } } } ... on UserError { code } } }"""
PROPOSE = """mutation($input: ProposeChangeInput!) { proposeChange(input: $input) {
  ... on ProposeChangeSuccess { loanChange { id status } } ... on UserError { code message } } }"""
APPROVE = """mutation($input: ApproveChangeInput!) { approveChange(input: $input) {
  ... on ApproveChangeSuccess { loanChange { status acceptableUntil } } ... on UserError { code message } } }"""
OFFERS = """query($input: ChangeOffersInput!) { changeOffers(input: $input) { ... on ChangeOffersSuccess {
  offers { kind periods position { lines { number dueOn total { amount } } } } } } }"""
ACCEPT = """mutation($input: AcceptChangeInput!) { acceptChange(input: $input) {
  ... on AcceptChangeSuccess { loan { installments { number dueOn total { amount } } } } ... on UserError { code message } } }"""
QUOTE = """mutation($input: QuotePrepaymentInput!) { quotePrepayment(input: $input) {
  ... on QuotePrepaymentSuccess { prepaymentQuote { id isFull linesLeft endsOn amount { amount } costs { amount }
    interest { amount } principal { amount } savedInterest { amount } } } ... on UserError { code message } } }"""
CONFIRM = """mutation($input: ConfirmPrepaymentInput!) { confirmPrepayment(input: $input) {
  ... on RepaySuccess { repayment { amount { amount } } loan { status outstanding { amount } credit { amount } } }
  ... on UserError { code message } } }"""
LOAN = """query($id: ID!) { node(id: $id) { ... on Loan { status principal { amount } currentRate daysPastDue
  events(first: 50) { nodes { kind valueOn } } } } }"""


async def offer_the_product(world: World) -> Product:
    """A floating rate of 4.35 %, penalties of half as much again, a fee for repaying within the first year."""
    first = await world.sign_in_staff("manager")
    second = await second_manager(world)
    await _set_rate(first, second, "2026-03-16", "0.0300")
    fees = [
        {"kind": "UPFRONT", "nameZh": "手续费", "nameEn": "Handling fee", "rate": "0.01"},
        {"kind": "PREPAYMENT", "nameZh": "提前还款费", "nameEn": "Prepayment fee", "rate": "0.01", "untilMonths": 24},
    ]
    proposed = await call(
        first,
        PROPOSE_PRODUCT,
        code="LIFE",
        nameZh="安心贷",
        nameEn="Steady loan",
        validFrom="2026-03-16",
        method="EQUAL_INSTALLMENT",
        minAmount=yuan("1000.00"),
        maxAmount="50000.00",
        minTerm=6,
        maxTerm=36,
        rateType="FLOATING",
        referenceRate="LPR1Y",
        spreadBp=135,
        repricing="NEW_YEAR",
        dayCount="ACT_365F",
        penaltyMultiplier="1.5",
        penaltyGraceDays=3,
        maxAnnualCost="0.24",
        fees=fees,
    )
    approved = await call(second, APPROVE_PRODUCT, versionId=proposed["productVersion"]["id"])
    assert approved["productVersion"] == {"status": "APPROVED", "isCurrent": True, "annualRate": "0.043500"}
    return await Product.get(code="LIFE")


async def test_a_loan_lives_through_everything_a_contract_foresees(world: World):
    product = await offer_the_product(world)
    customer, _, _, loan_id = await world.with_loan(PHONE, product=product, amount="12000.00", term=12)
    installment = await _first_due(customer, loan_id)

    # April is paid nine days late, with penalty interest; May within the days of grace, without.
    await make.pass_until(date(2026, 4, 25))
    customer = await world.sign_in_by_phone(PHONE)
    april = (await call(customer, POSITION, loanId=loan_id))["due"]
    assert Decimal(april["penalty"]["amount"]) > 0
    paid = await call(customer, REPAY, loanId=loan_id, amount=yuan(april["total"]["amount"]), key="april")
    assert (paid["pointsEarned"], paid["repayment"]["allocation"]["penalty"]) == (0, april["penalty"])
    await make.pass_until(date(2026, 5, 18))
    customer = await world.sign_in_by_phone(PHONE)
    may = await call(customer, POSITION, loanId=loan_id)
    assert (may["daysPastDue"], may["due"]["penalty"]["amount"]) == (2, "0.00")
    paid = await call(customer, REPAY, loanId=loan_id, amount=yuan(may["due"]["total"]["amount"]), key="may")

    # A week later the bank takes May's payment back: it is overdue since its due day, with penalty from then on.
    await make.pass_until(date(2026, 5, 26))
    officer = await world.sign_in_staff("officer")
    bounced = await call(
        officer,
        REVERSE,
        repaymentId=paid["repayment"]["id"],
        reversedOn="2026-05-26",
        reason="Returned by the bank: account closed.",
        key="bounce",
    )
    assert bounced["loanEvent"]["loan"] == {"daysPastDue": 10, "bucket": "D8_30", "riskClass": "SPECIAL_MENTION"}
    customer = await world.sign_in_by_phone(PHONE)
    again = (await call(customer, POSITION, loanId=loan_id))["due"]
    assert Decimal(again["penalty"]["amount"]) > 0
    await call(customer, REPAY, loanId=loan_id, amount=yuan(again["total"]["amount"]), key="may-again")

    # Two months without a payment are agreed on.
    proposed = await call(
        officer, PROPOSE, loanId=loan_id, kind="HOLIDAY", periods=2, reason="Between two jobs until August."
    )
    manager = await world.sign_in_staff("manager")
    approved = await call(manager, APPROVE, changeId=proposed["loanChange"]["id"])
    assert approved["loanChange"]["status"] == "APPROVED"
    (offer,) = (await call(customer, OFFERS, loanId=loan_id))["offers"]
    accepted = await call(customer, ACCEPT, loanId=loan_id, kind="HOLIDAY", key="holiday")
    shown = offer["position"]["lines"]
    assert [line for line in accepted["loan"]["installments"] if line["number"] > 2] == [
        line for line in shown if line["number"] > 2
    ]
    free = {line["number"] for line in shown}
    assert not {3, 4} & free, "June and July ask for nothing"
    assert max(free) == 14

    # From August on every installment is paid on its day, until the rate follows its reference at New Year.
    await _pay_on_each_due_day(world, loan_id, until=date(2026, 12, 31))
    managers = await world.sign_in_staff("manager"), await second_manager(world)
    await _set_rate(*managers, "2026-12-31", "0.0250")
    await make.pass_until(date(2027, 1, 4))
    customer = await world.sign_in_by_phone(PHONE)
    assert Decimal((await call(customer, POSITION, loanId=loan_id))["annualRate"]) == Decimal("0.0385")

    # Part of it is repaid early, then all of it.
    part = await call(customer, QUOTE, loanId=loan_id, amount=yuan("2000.00"), effect="REDUCE_TERM")
    quoted = part["prepaymentQuote"]
    assert Decimal(quoted["costs"]["amount"]) > 0, "within two years it has its fee"
    assert Decimal(quoted["savedInterest"]["amount"]) > 0
    booked = await call(customer, CONFIRM, quoteId=quoted["id"], key="part")
    assert booked["repayment"]["amount"] == {"amount": "2000.00"}
    await _pay_on_each_due_day(world, loan_id, until=date(2027, 2, 20))
    customer = await world.sign_in_by_phone(PHONE)
    payoff = (await call(customer, POSITION, loanId=loan_id))["payoff"]["total"]
    full = (await call(customer, QUOTE, loanId=loan_id, effect="REDUCE_TERM"))["prepaymentQuote"]
    assert (full["isFull"], full["amount"]) == (True, payoff)
    closed = await call(customer, CONFIRM, quoteId=full["id"], key="all")
    assert closed["loan"] == {"status": "CLOSED", "outstanding": {"amount": "0.00"}, "credit": {"amount": "0.00"}}

    told = (await customer.ask(LOAN, id=loan_id))["node"]
    kinds = [event["kind"] for event in told["events"]["nodes"]]
    assert [kinds.count(kind) for kind in ("REVERSAL", "HOLIDAY", "RATE_CHANGE", "PREPAYMENT")] == [1, 1, 1, 2]
    assert installment != "0.00"
    assert sum(posting.amount for posting in await Posting.all()) == 0
    assert await verify() == []


async def _first_due(customer: Person, loan_id: str) -> str:
    position = await call(customer, POSITION, loanId=loan_id)
    assert (Decimal(position["annualRate"]), len(position["lines"])) == (Decimal("0.0435"), 12)
    first = position["lines"][0]
    return str(Decimal(first["principal"]["amount"]) + Decimal(first["interest"]["amount"]))


async def _set_rate(first, second, valid_from: str, annual_rate: str) -> None:
    proposed = await call(first, PROPOSE_RATE, code="LPR1Y", validFrom=valid_from, annualRate=annual_rate)
    change = (await call(second, APPROVE_RATE, changeId=proposed["marketChange"]["id"]))["marketChange"]
    assert change == {"status": "APPROVED", "annualRate": annual_rate + "00"}


async def _pay_on_each_due_day(world: World, loan_id: str, until: date) -> None:
    """Let the days pass, and pay what is due on each of them."""
    customer = await world.sign_in_by_phone(PHONE)
    lines = (await call(customer, POSITION, loanId=loan_id))["lines"]
    today = make.clock.today()
    for due_on in sorted({date.fromisoformat(line["dueOn"]) for line in lines}):
        if not today < due_on <= until:
            continue
        await make.pass_until(due_on)
        customer = await world.sign_in_by_phone(PHONE)
        due = (await call(customer, POSITION, loanId=loan_id))["due"]["total"]["amount"]
        if due != "0.00":
            paid = await call(customer, REPAY, loanId=loan_id, amount=yuan(due), key=f"due-{due_on}")
            assert paid["pointsEarned"] == 10
    await make.pass_until(until)
