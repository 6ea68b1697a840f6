import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import Allocation, BankAccount, Entry, Loan, LoanEvent, OutboxEvent, Payout, Posting, Repayment, Viewer
from notifications.events import read_event
from resolvers.loans import prepayments
from resolvers.loans.refunds import request_refund
from resolvers.loans.repayments import record_repayment
from resolvers.payments.payouts import confirm_payout, fail_payout, release_payout
from resolvers.payments.providers.manual import Manual
from resolvers.payments.providers.sandbox import Behaviour, Sandbox
from resolvers.payments.receipts import settle_pending
from rules.errors import KeyReused, NotFound
from rules.loans.events import LoanEventKind, PrepaymentEffect
from rules.loans.states import LoanStatus
from rules.money import Money
from rules.payments.payouts import NothingToRefund, PayoutFailed, PayoutFailure, PayoutUnderWay
from rules.payments.states import PaymentChannel, PayoutStatus
from rules.people.access import PartyRole
from rules.people.bank_accounts import AccountStatus, BankAccountNotVerified
from rules.people.staff import OwnAffairs, SamePerson
from rules.products.kinds import ExcessRule
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.loans.test_repayments import borrower, loan, officer  # noqa: F401

TOO_MUCH = Decimal("75.74")


@pytest.fixture
async def overpaid(loan) -> Loan:  # noqa: F811
    """A loan that is CLOSED, and of which 75.74 are kept."""
    loan = await make.overpaid(loan)
    assert (loan.status, loan.credit) == (LoanStatus.CLOSED, TOO_MUCH)
    return loan


async def asked_of(loan: Loan, key: str = "back") -> dict[str, object]:  # noqa: F811
    return {"loan_id": loan.id, "bank_account_id": (await make.bank_account(loan.customer_id)).id, "key": key}


async def told(loan: Loan) -> list[str]:  # noqa: F811
    return [event.kind for event in await OutboxEvent.filter(customer_id=loan.customer_id).order_by("id")]


async def test_what_was_paid_too_much_is_sent_back_once(overpaid, borrower):  # noqa: F811
    assert (await told(overpaid))[-2:] == ["LoanRepaid", "CreditLeft"]
    left = await OutboxEvent.get(kind="CreditLeft")
    assert read_event(left.kind, left.body).amount == Money(TOO_MUCH, "CNY")
    payout = await request_refund(borrower, **await asked_of(overpaid))
    assert (payout.amount, payout.status, payout.is_refund) == (TOO_MUCH, PayoutStatus.SUCCEEDED, True)
    loan = await Loan.get(id=overpaid.id)  # noqa: F811
    assert (loan.status, loan.credit, loan.outstanding) == (LoanStatus.CLOSED, 0, 0)
    event = await LoanEvent.get(kind=LoanEventKind.REFUND)
    assert (event.value_on, event.amount, event.payout_id) == (make.TODAY, TOO_MUCH, payout.id)
    entry = await Entry.get(source=f"LoanEvent:{event.id}")
    postings = await Posting.filter(entry_id=entry.id).select_related("account")
    assert {posting.account.code: posting.amount for posting in postings} == {
        "CUSTOMER_CREDIT": TOO_MUCH,
        "CASH": -TOO_MUCH,
    }
    assert (await Allocation.get(event_number=event.id)).excess == -TOO_MUCH
    assert (await told(loan))[-1] == "RefundPaidOut"
    before = await make.everything()
    assert (await request_refund(borrower, **await asked_of(overpaid))).id == payout.id
    with pytest.raises(NothingToRefund):
        await request_refund(borrower, **await asked_of(overpaid, "again"))
    with pytest.raises(KeyReused):
        await request_refund(borrower, **await asked_of(overpaid) | {"loan_id": overpaid.id + 1})
    assert await make.everything() == before
    assert await verify() == []


async def test_five_taps_send_it_back_once(overpaid, borrower):  # noqa: F811
    keys = ["one", "one", "one", "two", "two"]
    asked = [await asked_of(overpaid, key) for key in keys]
    answers = await asyncio.gather(*[request_refund(borrower, **each) for each in asked], return_exceptions=True)
    assert {type(answer) for answer in answers} <= {Payout, NothingToRefund, PayoutUnderWay}
    assert Payout in {type(answer) for answer in answers}
    assert await Payout.filter(is_refund=True).count() == 1
    assert (await Loan.get(id=overpaid.id)).credit == 0
    assert await verify() == []


async def test_while_a_loan_runs_its_credit_pays_what_falls_due(loan, borrower):  # noqa: F811
    asked = await asked_of(loan)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await request_refund(borrower, **asked)
    assert await make.everything() == before


async def test_nothing_is_sent_back_of_a_loan_paid_to_the_cent(loan, borrower):  # noqa: F811
    assert (await make.overpaid(loan, "0.00")).status is LoanStatus.CLOSED
    assert "CreditLeft" not in await told(loan)
    asked = await asked_of(loan)
    before = await make.everything()
    with pytest.raises(NothingToRefund):
        await request_refund(borrower, **asked)
    assert await make.everything() == before


async def test_only_the_borrower_has_it_sent_and_only_to_an_account_of_his_own(overpaid, borrower):  # noqa: F811
    other = await make.customer()
    await make.party(overpaid, other, PartyRole.CO_BORROWER)
    theirs, own = await make.bank_account(other.id), await asked_of(overpaid)
    stranger = await make.signed_in(await make.customer())
    beside = await make.viewer_of(other.id)
    before = await make.everything()
    for viewer, asked in (
        (borrower, own | {"bank_account_id": theirs.id}),
        (borrower, own | {"bank_account_id": 404}),
        (beside, own),
        (beside, own | {"bank_account_id": theirs.id}),
        (stranger, own),
        (borrower, own | {"loan_id": 404}),
    ):
        with pytest.raises(NotFound):
            await request_refund(viewer, **asked)
    assert await make.everything() == before


async def test_nothing_is_sent_to_an_account_in_another_name(overpaid, borrower):  # noqa: F811
    asked = await asked_of(overpaid)
    await BankAccount.filter(id=asked["bank_account_id"]).update(status=AccountStatus.NAME_DIFFERS)
    before = await make.everything()
    with pytest.raises(BankAccountNotVerified):
        await request_refund(borrower, **asked)
    assert await make.everything() == before


async def test_a_bank_that_refuses_leaves_the_credit_for_another_account(overpaid, borrower):  # noqa: F811
    make.provide(Sandbox(Behaviour.FAIL))
    with pytest.raises(PayoutFailed):
        await request_refund(borrower, **await asked_of(overpaid))
    assert (await Loan.get(id=overpaid.id)).credit == TOO_MUCH
    assert await verify() == []
    make.provide(Sandbox())
    assert (await request_refund(borrower, **await asked_of(overpaid, "anew"))).status is PayoutStatus.SUCCEEDED
    assert (await Loan.get(id=overpaid.id)).credit == 0
    assert await verify() == []


async def by_hand(loan: Loan, borrower: Viewer) -> Payout:  # noqa: F811
    make.provide(Manual())
    return await request_refund(borrower, **await asked_of(loan))


async def test_by_hand_it_takes_two_and_counts_from_the_day_it_was_paid(overpaid, borrower, officer):  # noqa: F811
    payout = await by_hand(overpaid, borrower)
    assert payout.status is PayoutStatus.PENDING
    with pytest.raises(PayoutUnderWay):
        await request_refund(borrower, **await asked_of(overpaid, "another"))
    manager = await make.manager_of(overpaid.customer_id)
    await release_payout(officer, payout_id=payout.id, key="release")
    paid_on = make.TODAY + timedelta(days=1)
    await make.travel_to(make.TODAY + timedelta(days=3))
    told = {"payout_id": payout.id, "reference": "BANK-9", "paid_on": paid_on}
    with pytest.raises(SamePerson):
        await confirm_payout(officer, **told, key="alone")
    await confirm_payout(manager, **told, key="confirm")
    assert (await LoanEvent.get(kind=LoanEventKind.REFUND)).value_on == paid_on
    assert (await Loan.get(id=overpaid.id)).credit == 0
    assert await verify() == []


async def test_what_failed_by_hand_is_told_and_can_go_to_another_account_only_once(overpaid, borrower, officer):  # noqa: F811
    first = await by_hand(overpaid, borrower)
    await release_payout(officer, payout_id=first.id, key="release")
    manager = await make.manager_of(overpaid.customer_id)
    await fail_payout(manager, payout_id=first.id, reason=PayoutFailure.ACCOUNT_UNKNOWN, key="fail")
    assert (await told(overpaid))[-1] == "RefundFailed"
    second = await request_refund(borrower, **await asked_of(overpaid, "anew"))
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await release_payout(officer, payout_id=first.id, key="late")
    assert await make.everything() == before
    assert (await release_payout(officer, payout_id=second.id, key="r2")).status is PayoutStatus.RELEASED


async def test_nobody_pays_his_own_refund(overpaid, borrower):  # noqa: F811
    payout = await by_hand(overpaid, borrower)
    own = await make.manager_of(overpaid.customer_id, customer_id=overpaid.customer_id)
    before = await make.everything()
    with pytest.raises(OwnAffairs):
        await release_payout(own, payout_id=payout.id, key="own")
    assert await make.everything() == before


async def test_a_payment_that_bounces_before_the_release_stops_it(overpaid, borrower, officer):  # noqa: F811
    payout = await by_hand(overpaid, borrower)
    await make.reversal(await Repayment.get(loan_id=overpaid.id))
    assert (await Loan.get(id=overpaid.id)).status is LoanStatus.ACTIVE
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await release_payout(officer, payout_id=payout.id, key="release")
    assert await make.everything() == before
    await fail_payout(officer, payout_id=payout.id, reason=PayoutFailure.NOT_SENT, key="fail")
    assert await verify() == []


async def test_a_refund_that_leaves_after_its_credit_is_gone_is_booked_also_for_a_loan_that_was_undone(db):
    product = await make.product(annual_rate=Decimal("0.1450"), fees=[], cooling_off_days=14)
    loan = await make.loan(term=3, product=product)  # noqa: F811
    borrower = await make.viewer_of(loan.customer_id)  # noqa: F811
    quoted = await prepayments.quote(borrower, loan_id=loan.id, effect=PrepaymentEffect.WITHDRAW)
    await prepayments.confirm(borrower, quote_id=quoted.id, key="undo")
    loan = await make.overpaid(loan, "100.00")
    assert (loan.status, loan.credit > 0) == (LoanStatus.CANCELLED, True)
    make.provide(Sandbox(Behaviour.NEVER))
    payout = await request_refund(borrower, **await asked_of(loan))
    assert payout.status is PayoutStatus.PENDING
    assert await verify() == []
    await make.reversal(await Repayment.get(loan_id=loan.id, channel=PaymentChannel.TRANSFER))
    make.provide(Sandbox())
    make.clock.moment += timedelta(minutes=10)
    await settle_pending(make.clock)
    assert (await Payout.get(id=payout.id)).status is PayoutStatus.SUCCEEDED
    loan = await Loan.get(id=loan.id)
    assert (loan.status, loan.outstanding) == (LoanStatus.ACTIVE, payout.amount)
    assert await verify() == []


async def test_whoever_pays_a_settled_loan_or_has_it_settled_at_night_hears_that_money_is_left(loan, borrower, officer):  # noqa: F811
    await make.overpaid(loan, "0.00")
    assert "CreditLeft" not in await told(loan)
    paid = {"loan_id": loan.id, "channel": PaymentChannel.TRANSFER, "received_on": make.TODAY}
    more = Money(Decimal("100.00"), "CNY")
    await record_repayment(officer, amount=more, reference="STANDING-ORDER", key="more", **paid)
    assert (await told(loan))[-2:] == ["RepaymentReceived", "CreditLeft"]
    product = await make.product(annual_rate=Decimal("0.1450"), fees=[], excess=ExcessRule.CREDIT)
    kept = await make.loan(term=3, product=product)
    await make.overpaid(kept)
    assert (await Loan.get(id=kept.id)).status is LoanStatus.ACTIVE
    await make.pass_until(make.TODAY + timedelta(days=100))
    assert (await Loan.get(id=kept.id)).status is LoanStatus.CLOSED
    assert (await told(kept))[-2:] == ["LoanRepaid", "CreditLeft"]
    assert await verify() == []


async def test_a_payment_that_bounces_after_its_refund_leaves_all_of_it_owed(overpaid, borrower):  # noqa: F811
    await request_refund(borrower, **await asked_of(overpaid))
    await make.reversal(await Repayment.get(loan_id=overpaid.id))
    loan = await Loan.get(id=overpaid.id)  # noqa: F811
    assert (loan.status, loan.credit, loan.outstanding) == (LoanStatus.ACTIVE, 0, 1000 + TOO_MUCH)
    assert loan.principal == 1000 + TOO_MUCH
    assert await verify() == []
