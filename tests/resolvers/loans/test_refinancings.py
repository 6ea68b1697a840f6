import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import (
    Contract,
    CostDisclosure,
    Disbursement,
    Entry,
    Loan,
    LoanEvent,
    OutboxEvent,
    Payout,
    Posting,
    Receipt,
    Repayment,
    Viewer,
)
from resolvers.applications.applications import start_application, submit_application
from resolvers.applications.contracts import sign_contract
from resolvers.applications.corrections import return_application
from resolvers.applications.decisions import decide_application, recommend_application
from resolvers.applications.disclosures import acknowledge_disclosure
from resolvers.applications.drafts import save_application
from resolvers.loans import disbursements
from resolvers.loans.agreements import change_offers
from resolvers.loans.loan_positions import loan_position
from resolvers.loans.repayments import record_repayment, repay
from resolvers.loans.reversals import reverse_repayment
from resolvers.payments.payouts import confirm_payout, fail_payout, release_payout
from resolvers.payments.providers.manual import Manual
from resolvers.payments.providers.sandbox import Behaviour
from resolvers.people.bank_accounts import add_bank_account
from resolvers.products.products import NewFee
from rules.applications.decisions import NotRecommended
from rules.applications.kinds import DecisionReason, Outcome, Purpose
from rules.applications.states import ApplicationStatus
from rules.errors import NotFound, Refused
from rules.loans.changes import ChangeNotAllowed
from rules.loans.events import LoanEventKind
from rules.loans.numbers import loan_number
from rules.loans.refinancings import NotRefinanceable, RefinancingTooSmall
from rules.loans.repayments import NotReversible
from rules.loans.states import LoanStatus
from rules.money import Money
from rules.payments.payouts import PayoutFailed, PayoutFailure
from rules.payments.states import PaymentChannel
from rules.people.access import PartyRole
from rules.people.kinds import Locale
from rules.products.kinds import FeeKind
from rules.products.repricing import RateType, RepricingRule
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.loans.test_repayments import borrower, cash, loan, officer, yuan  # noqa: F401


async def posted(source: str) -> dict[str, Decimal]:
    entry = await Entry.get(source=source)
    sides = await Posting.filter(entry_id=entry.id).select_related("account")
    return {side.account.code: side.amount for side in sides}


async def to_sign(loan: Loan, amount: str = "3000.00") -> Contract:  # noqa: F811
    return await make.contract(await loan.customer, amount=amount, refinances=loan)


async def signed(contract: Contract, key: str = "sign") -> Loan:
    account = await make.bank_account(contract.customer_id)
    viewer = await make.signed_in(await contract.customer)
    answer = await sign_contract(viewer, contract_id=contract.id, bank_account_id=account.id, key=key)
    return answer.loan


async def payoff(viewer: Viewer, loan: Loan) -> Decimal:  # noqa: F811
    return (await loan_position(viewer, loan_id=loan.id)).payoff.total


async def test_a_new_loan_settles_the_old_one_and_pays_out_the_rest(loan, borrower):  # noqa: F811
    await make.pass_until(make.TODAY + timedelta(days=40))
    owed = await payoff(borrower, loan)
    now = await signed(await to_sign(loan))
    old, disbursement, payout = await Loan.get(id=loan.id), await Disbursement.get(loan_id=now.id), await _payout(now)
    assert (old.status, old.outstanding, old.credit, old.next_action_on) == (LoanStatus.CLOSED, 0, 0, None)
    assert (now.status, now.refinances_id, now.principal) == (LoanStatus.ACTIVE, loan.id, Decimal("3000.00"))
    assert (payout.settles, payout.settles_on, payout.amount) == (owed, make.clock.today(), 3000 - 30 - owed)
    assert (disbursement.amount, disbursement.fees, disbursement.settled) == (payout.amount, 30, owed)
    assert make.sandbox().moved[f"payout-{payout.id}"] == Money(payout.amount, "CNY")
    assert await posted(f"Disbursement:{disbursement.id}") == {
        "LOANS_RECEIVABLE": 3000,
        "CASH": -payout.amount,
        "REFINANCING": -owed,
        "FEE_INCOME": -30,
    }
    repayment = await Repayment.get(loan_id=loan.id)
    assert (repayment.amount, repayment.channel) == (owed, PaymentChannel.NEW_LOAN)
    assert (await posted(f"Repayment:{repayment.id}"))["REFINANCING"] == owed
    assert (await LoanEvent.get(loan_id=loan.id)).kind is LoanEventKind.PREPAYMENT
    told = [event.kind async for event in OutboxEvent.filter(customer_id=loan.customer_id).order_by("id")]
    assert told[-4:] == ["RepaymentReceived", "PointsEarned", "LoanRepaid", "LoanPaidOut"]
    assert await verify() == []


async def _payout(loan: Loan) -> Payout:  # noqa: F811
    return await Payout.get(loan_id=loan.id)


@pytest.mark.parametrize("locale", Locale)
async def test_the_customer_reads_what_is_settled_before_he_applies_and_signs(loan, locale):  # noqa: F811
    customer = await loan.customer
    customer.locale = locale
    await customer.save(update_fields=["locale"])
    product = await make.product(cooling_off_days=14)
    contract = await make.contract(customer, amount="3000.00", product=product, refinances=loan)
    number = loan_number(loan.id, loan.created_at)
    assert ("stays settled" if locale is Locale.EN else "不因此恢复") in contract.text
    shown = [
        contract.text,
        *[each.text async for each in CostDisclosure.filter(application_id=contract.application_id)],
    ]
    assert len(shown) == 3
    for text in shown:
        assert number in text
        assert "1,000.00" in text, "what settles it"
        assert "1,970.00" in text, "what is left"


@pytest.mark.parametrize("amount", ["1000.00", "1010.10"])
async def test_what_leaves_nothing_to_pay_out_is_refused(loan, borrower, amount):  # noqa: F811
    product = await make.product()
    before = await make.everything()
    with pytest.raises(RefinancingTooSmall) as refused:
        await start_application(borrower, product_id=product.id, amount=yuan(amount), term=12, refinances_id=loan.id)
    assert refused.value.settled == yuan("1000.00")
    assert await make.everything() == before


async def test_only_a_running_loan_of_ones_own_is_settled(loan, borrower, officer):  # noqa: F811
    product_id = (await loan.product_version).product_id
    friend = await make.customer(branch_id=officer.branch_ids[0])
    await make.party(loan, friend, PartyRole.CO_BORROWER)
    stranger, party = await make.viewer_of((await make.customer()).id), await make.viewer_of(friend.id)
    euro = await make.product(currency="EUR")
    waiting = await make.waiting_loan(await loan.customer)
    before = await make.everything()
    asked = {"product_id": product_id, "amount": yuan("3000.00"), "term": 12}
    for viewer in (stranger, party):
        with pytest.raises(NotFound):
            await start_application(viewer, **asked, refinances_id=loan.id)
    with pytest.raises(NotFound):
        await start_application(borrower, **asked, refinances_id=999)
    with pytest.raises(NotRefinanceable):
        await start_application(borrower, **asked, refinances_id=waiting.id)
    with pytest.raises(NotRefinanceable):
        other = {"product_id": euro.id, "amount": Money(Decimal("3000.00"), "EUR")}
        await start_application(borrower, **asked | other, refinances_id=loan.id)
    assert await make.everything() == before
    await record_repayment(officer, **cash(loan, amount=yuan("2000.00")))
    with pytest.raises(NotRefinanceable):
        await start_application(borrower, **asked, refinances_id=loan.id)


async def test_asking_for_a_new_loan_and_paying_the_old_one_wait_for_nobody_for_ever(loan, borrower):  # noqa: F811
    """A row that is locked can be named by another all the same: each names the loan, or the customer, that others lock."""
    product = await make.product()
    asked = {"product_id": product.id, "amount": yuan("3000.00"), "term": 12, "refinances_id": loan.id}
    answers = await asyncio.gather(
        *(repay(borrower, loan_id=loan.id, amount=yuan("1.00"), key=f"pay-{number}") for number in range(6)),
        *(start_application(borrower, **asked) for _ in range(6)),
        *(add_bank_account(borrower, "工商银行", "6222021234567890128") for _ in range(3)),
        return_exceptions=True,
    )
    assert not [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, Refused)]


async def test_two_approve_what_settles_an_older_loan_and_one_declines_it(loan, borrower, officer):  # noqa: F811
    product, boss = await make.product(), await make.manager_of(loan.customer_id)
    asked = {"product_id": product.id, "amount": yuan("3000.00"), "term": 12, "refinances_id": loan.id}
    made = await start_application(borrower, **asked)
    for shown in await CostDisclosure.filter(application_id=made.id):
        await acknowledge_disclosure(borrower, shown.id)
    made = await submit_application(borrower, made.id, Purpose.HOUSEHOLD, made.version)
    before = await make.everything()
    with pytest.raises(NotRecommended):
        await decide_application(boss, made.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, made.version)
    assert await make.everything() == before
    made = await recommend_application(officer, made.id, Outcome.DECLINE, "Too much debt.", made.version)
    with pytest.raises(NotRecommended):
        await decide_application(boss, made.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, made.version)
    made = await recommend_application(officer, made.id, Outcome.APPROVE, "It costs less.", made.version)
    made = await recommend_application(officer, made.id, Outcome.DECLINE, "The payslip is forged.", made.version)
    with pytest.raises(NotRecommended):
        await decide_application(boss, made.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, made.version)
    made = await recommend_application(officer, made.id, Outcome.APPROVE, "It is not.", made.version)
    little = {"amount": yuan("1000.00")}
    with pytest.raises(RefinancingTooSmall):
        await decide_application(boss, made.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, made.version, **little)
    make.clock.moment += timedelta(minutes=1)
    returned = await return_application(
        officer, application_id=made.id, version=made.version, reason="Please ask for less."
    )
    made = await save_application(
        borrower, application_id=made.id, amount=yuan("2500.00"), term=12, version=returned.version
    )
    for shown in await CostDisclosure.filter(application_id=made.id):
        await acknowledge_disclosure(borrower, shown.id)
    made = await submit_application(borrower, made.id, Purpose.HOUSEHOLD, made.version)
    before = await make.everything()
    with pytest.raises(NotRecommended):
        await decide_application(boss, made.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, made.version)
    assert await make.everything() == before
    declined = await decide_application(boss, made.id, Outcome.DECLINE, DecisionReason.TOO_MUCH_DEBT, made.version)
    assert declined.status is ApplicationStatus.DECLINED


async def test_what_was_settled_meanwhile_is_not_signed_for(loan, officer):  # noqa: F811
    contract = await to_sign(loan)
    await record_repayment(officer, **cash(loan, amount=yuan("2000.00")))
    before = await make.everything()
    with pytest.raises(NotRefinanceable):
        await signed(contract)
    after = await make.everything()
    assert (after["loan"], after["signature"], after["payout"]) == (
        before["loan"],
        before["signature"],
        before["payout"],
    )


@pytest.mark.parametrize("number", range(5))
async def test_one_new_loan_at_a_time_settles_it(loan, number):  # noqa: F811
    first, second = await to_sign(loan), await to_sign(loan)
    make.sandbox().next_answers(Behaviour.NEVER, Behaviour.NEVER)
    answers = await asyncio.gather(signed(first, "one"), signed(second, "two"), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Loan", "NotRefinanceable"]
    assert await Payout.filter(settles__gt=0).count() == 1
    assert (await Loan.get(id=loan.id)).status is LoanStatus.ACTIVE, "it runs on until the new one is paid out"
    assert await verify() == []


async def test_more_is_not_lent_of_what_is_being_settled_nor_the_other_way_round(loan):  # noqa: F811
    contract = await to_sign(loan)
    make.sandbox().next_answers(Behaviour.NEVER)
    await make.tranche(loan)
    with pytest.raises(NotRefinanceable):
        await signed(contract)
    payout = await Payout.get(change_id__isnull=False)
    make.sandbox().change(f"payout-{payout.id}", Behaviour.AT_ONCE)
    await disbursements.pay_out(make.system(), payout)
    make.sandbox().next_answers(Behaviour.NEVER)
    await signed(contract)
    with pytest.raises(ChangeNotAllowed):
        await make.tranche(loan)
    assert (await change_offers(await make.viewer_of(loan.customer_id), loan_id=loan.id)).offers == ()
    assert await verify() == []


async def test_a_failed_tranche_is_not_released_while_its_loan_is_about_to_be_settled(loan, officer):  # noqa: F811
    contract, boss = await to_sign(loan), await make.manager_of(loan.customer_id)
    make.provide(Manual())
    await make.tranche(loan)
    payout = await Payout.get(change_id__isnull=False)
    await release_payout(officer, payout_id=payout.id, key="release")
    await fail_payout(boss, payout_id=payout.id, reason=PayoutFailure.NOT_SENT, key="fail")
    await signed(contract)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await release_payout(officer, payout_id=payout.id, key="again")
    assert await make.everything() == before


async def test_after_a_failed_payout_it_is_reckoned_anew(loan):  # noqa: F811
    contract = await to_sign(loan)
    make.sandbox().next_answers(Behaviour.FAIL)
    with pytest.raises(PayoutFailed):
        await signed(contract)
    assert (await Loan.get(id=loan.id)).status is LoanStatus.ACTIVE
    await make.pass_until(make.TODAY + timedelta(days=3))
    now = await signed(contract, "again")
    failed, paid = await Payout.filter(loan_id=now.id).order_by("id")
    assert failed.settles < paid.settles
    assert (await Receipt.get(provider="refinancing")).amount == paid.settles
    assert (await Loan.get(id=loan.id)).status is LoanStatus.CLOSED
    assert await verify() == []


async def test_money_by_hand_settles_as_of_the_signature_however_long_it_takes(loan, officer):  # noqa: F811
    contract = await to_sign(loan)
    make.provide(Manual())
    now = await signed(contract)
    await make.pass_until(make.TODAY + timedelta(days=4))
    payout = await _payout(now)
    await release_payout(officer, payout_id=payout.id, key="release")
    manager = await make.manager_of(loan.customer_id)
    await confirm_payout(manager, payout_id=payout.id, reference="B-1", paid_on=make.clock.today(), key="confirm")
    repayment = await Repayment.get(loan_id=loan.id)
    assert (repayment.value_on, repayment.amount) == (make.TODAY, Decimal("1000.00"))
    assert (await Loan.get(id=loan.id)).status is LoanStatus.CLOSED
    assert await verify() == []


async def test_a_rate_that_changes_in_between_leaves_it_settled(db):
    await make.reference_rate("LPR5Y", make.TODAY, "0.0350")
    monthly = NewFee(FeeKind.PERIODIC, "月费", "Monthly fee", amount=Decimal("5.00"))
    floats = {"rate_type": RateType.FLOATING, "reference_rate": "LPR5Y", "repricing": RepricingRule.EACH_CHANGE}
    old = await make.loan(term=6, product=await make.product(fees=[monthly], **floats))
    await make.reference_rate("LPR5Y", make.TODAY + timedelta(days=3), "0.0300")
    make.provide(Manual())
    now = await make.refinanced(old)
    await make.pass_until(make.TODAY + timedelta(days=5))
    clerk, boss, payout = (
        await make.officer_of(old.customer_id),
        await make.manager_of(old.customer_id),
        await _payout(now),
    )
    await release_payout(clerk, payout_id=payout.id, key="release")
    await confirm_payout(boss, payout_id=payout.id, reference="B-1", paid_on=make.clock.today(), key="confirm")
    settled = await Loan.get(id=old.id)
    assert (settled.status, settled.outstanding) == (LoanStatus.CLOSED, 0)
    assert await verify() == []


async def test_what_was_paid_in_between_is_kept_for_the_customer(loan, borrower):  # noqa: F811
    contract = await to_sign(loan)
    make.sandbox().next_answers(Behaviour.LATER)
    await signed(contract)
    await make.pass_until(make.TODAY + timedelta(days=1))
    make.sandbox().next_answers(Behaviour.AT_ONCE)
    await repay(borrower, loan_id=loan.id, amount=yuan("50.00"), key="fifty")
    await signed(contract)
    old = await Loan.get(id=loan.id)
    assert (old.status, old.outstanding) == (LoanStatus.CLOSED, 0)
    assert old.credit > 49
    assert await verify() == []


async def test_no_payment_came_in_that_could_bounce(loan, officer):  # noqa: F811
    await signed(await to_sign(loan))
    repayment = await Repayment.get(loan_id=loan.id)
    before = await make.everything()
    with pytest.raises(NotReversible):
        await reverse_repayment(
            officer, repayment_id=repayment.id, reversed_on=make.TODAY, reason="银行退回该笔款项", key="bounced"
        )
    assert await make.everything() == before
