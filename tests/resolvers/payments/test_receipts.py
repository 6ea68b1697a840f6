import asyncio
import json
from datetime import timedelta

import pytest

from jobs.verify import verify
from models import Loan, OutboxEvent, PaymentEvent, PaymentIntent, Payout, Receipt, Repayment
from resolvers.loans.repayments import RepaymentPending, repay
from resolvers.payments.providers.interface import Answer
from resolvers.payments.providers.sandbox import Behaviour, Sandbox
from resolvers.payments.receipts import PATIENCE, hear, settle_pending
from rules.loans.states import LoanStatus
from rules.money import Money
from rules.payments.states import PaymentStatus
from tests import make
from tests.resolvers.loans.test_repayments import INSTALLMENT, borrower, loan, yuan  # noqa: F401  Fixtures.


@pytest.fixture
async def pending(loan, borrower) -> PaymentIntent:  # noqa: F811
    """A payment the provider has not answered, and never will by itself."""
    make.sandbox().next_answers(Behaviour.NEVER)
    answer = await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap")
    assert isinstance(answer, RepaymentPending)
    return answer.intent


def word(intent: PaymentIntent, status: str = "PAID") -> str:
    return json.dumps({"reference": f"intent-{intent.id}", "status": status})


async def told(body: str, reference: str = "event-1") -> None:
    await hear(make.clock, provider_name="sandbox", event_reference=reference, body=body)


async def test_a_late_word_is_booked_once_though_said_twice_and_at_once(pending, borrower):  # noqa: F811
    await asyncio.gather(*(told(word(pending), f"event-{number % 2}") for number in range(6)))
    assert await PaymentEvent.all().count() == 2
    assert await Repayment.all().count() == 1
    answer = await repay(borrower, loan_id=pending.loan_id, amount=yuan(INSTALLMENT), key="tap")
    assert not isinstance(answer, RepaymentPending)
    assert await verify() == []


async def test_money_that_arrives_after_a_failure_is_booked_all_the_same(pending):
    await told(word(pending, "FAILED"))
    assert (await PaymentIntent.get(id=pending.id)).failure == "SANDBOX_FAILED"
    assert (await OutboxEvent.all().order_by("-id").first()).kind == "RepaymentFailed"
    await told(word(pending), "event-2")
    intent = await PaymentIntent.get(id=pending.id)
    assert (intent.status, intent.failure) == (PaymentStatus.SUCCEEDED, None)
    assert await Repayment.all().count() == 1
    await told(word(pending, "FAILED"), "event-3")
    assert (await PaymentIntent.get(id=pending.id)).status is PaymentStatus.SUCCEEDED
    assert await verify() == []


@pytest.mark.parametrize("reference", ["intent-999999", "payout-999999", "intent-x", "refund-1", ""])
async def test_a_word_about_nothing_of_ours_is_kept_and_leads_to_nothing(pending, reference):
    await told(json.dumps({"reference": reference, "status": "PAID"}))
    assert await PaymentEvent.all().count() == 1
    assert not await Receipt.exists()


async def test_another_providers_word_is_not_believed(pending):
    await hear(make.clock, provider_name="other", event_reference="event-1", body=word(pending))
    assert await PaymentEvent.all().count() == 1
    assert not await Receipt.exists()


async def test_a_pending_payment_is_asked_about_after_thirty_seconds_and_not_before(loan, borrower):  # noqa: F811
    make.sandbox().next_answers(Behaviour.LATER)
    await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap")
    make.clock.moment += PATIENCE
    assert await settle_pending(make.clock) == 0
    make.clock.moment += timedelta(seconds=1)
    assert await settle_pending(make.clock) == 1
    assert await Repayment.all().count() == 1
    make.clock.moment += 2 * PATIENCE
    assert await settle_pending(make.clock) == 0
    assert await verify() == []


async def test_one_who_never_answers_is_asked_again_each_half_minute_by_one_process_only(pending):
    reference = f"intent-{pending.id}"
    make.clock.moment += 2 * PATIENCE
    assert sorted(await asyncio.gather(*(settle_pending(make.clock) for _ in range(3)))) == [0, 0, 1]
    make.clock.moment += 2 * PATIENCE
    assert await settle_pending(make.clock) == 1
    assert make.sandbox().asked[reference] == 3


class Moody(Sandbox):
    """A provider that breaks over one payment."""

    def __init__(self, bad: str) -> None:
        super().__init__()
        self.bad = bad

    async def collect(self, reference: str, amount: Money) -> Answer:
        if reference == self.bad:
            raise RuntimeError("a field is missing")
        return await super().collect(reference, amount)


async def test_one_that_breaks_does_not_hold_up_the_others(loan, borrower, pending, caplog):  # noqa: F811
    make.sandbox().next_answers(Behaviour.NEVER)
    await repay(borrower, loan_id=loan.id, amount=yuan("10.00"), key="other")
    make.provide(Moody(f"intent-{pending.id}"))
    make.clock.moment += 2 * PATIENCE
    assert await settle_pending(make.clock) == 2
    assert await Repayment.all().count() == 1
    assert f"could not settle PaymentIntent {pending.id}" in caplog.text


async def test_a_payout_that_stayed_pending_is_settled_by_itself(db):
    make.provide(Sandbox(Behaviour.LATER))
    loan = await make.loan()  # noqa: F811
    assert loan.status is LoanStatus.PENDING
    make.clock.moment += 2 * PATIENCE
    assert await settle_pending(make.clock) == 1
    assert (await Loan.get(id=loan.id)).status is LoanStatus.ACTIVE
    assert (await OutboxEvent.all().order_by("-id").first()).kind == "LoanPaidOut"
    assert await verify() == []


async def test_a_payout_that_succeeds_after_it_failed_opens_the_loan_once(db, caplog):
    make.provide(Sandbox(Behaviour.NEVER))
    loan = await make.loan()  # noqa: F811
    payout = await Payout.get(loan_id=loan.id)
    body = {"reference": f"payout-{payout.id}"}
    await told(json.dumps(body | {"status": "FAILED"}))
    assert (await OutboxEvent.all().order_by("-id").first()).kind == "LoanPayoutFailed"
    for number in (2, 3):
        await told(json.dumps(body | {"status": "PAID"}), f"event-{number}")
    assert (await Loan.get(id=loan.id)).status is LoanStatus.ACTIVE
    assert await verify() == []
