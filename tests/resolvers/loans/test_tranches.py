import asyncio
import logging
from datetime import timedelta
from decimal import Decimal

import pytest

from jobs.verify import verify
from models import Entry, Installment, Loan, LoanChange, LoanEvent, OutboxEvent, Payout, Posting, Viewer
from resolvers.loans import agreements, disbursements, prepayments
from resolvers.loans.agreements import approve_change, change_offers, propose_change, refuse_change
from resolvers.loans.tranches import accept_tranche
from resolvers.loans.write_offs import approve_write_off, propose_write_off
from resolvers.payments.payouts import confirm_payout, fail_payout, release_payout
from resolvers.payments.providers.manual import Manual
from resolvers.payments.providers.sandbox import Behaviour, Sandbox
from rules.errors import KeyReused, NotFound
from rules.loans.changes import ChangeKind, ChangeNotAllowed, ChangeStatus
from rules.loans.events import LoanEventKind, PrepaymentEffect
from rules.loans.prepayments import NotWithdrawable, QuoteExpired
from rules.loans.repayments import CurrencyMismatch
from rules.loans.states import LoanStatus
from rules.money import Money
from rules.payments.payouts import PayoutFailed, PayoutFailure, PayoutUnderWay
from rules.payments.states import PaymentChannel, PayoutStatus
from rules.people.access import PartyRole
from rules.products.quotes import AmountOutOfRange
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.loans.test_agreements import manager, schedule  # noqa: F401
from tests.resolvers.loans.test_repayments import borrower, loan, officer, yuan  # noqa: F401

MORE = yuan("600.00")


async def offered(loan: Loan, officer: Viewer, manager: Viewer, amount: Money = MORE) -> LoanChange:  # noqa: F811
    asked = {"loan_id": loan.id, "kind": ChangeKind.TRANCHE, "reason": "The roof leaks."}
    proposed = await propose_change(officer, amount=amount, **asked)
    return await approve_change(manager, change_id=proposed.id)


async def asked_of(loan: Loan, key: str = "more") -> dict[str, object]:  # noqa: F811
    return {"loan_id": loan.id, "bank_account_id": (await make.bank_account(loan.customer_id)).id, "key": key}


async def test_more_is_lent_once_its_money_has_left_on_the_schedule_that_was_shown(loan, borrower, officer, manager):  # noqa: F811
    before = await schedule(loan)
    change = await offered(loan, officer, manager)
    assert await schedule(loan) == before
    (shown,) = (await change_offers(borrower, loan_id=loan.id)).offers
    assert (shown.kind, shown.amount) == (ChangeKind.TRANCHE, MORE)
    now = await accept_tranche(borrower, **await asked_of(loan))
    assert (now.principal, now.outstanding) == (Decimal("1600.00"), Decimal("1600.00"))
    lines = [(line.number, line.due_on, line.principal, line.interest) for line in shown.position.lines]
    assert await schedule(loan) == lines
    assert sum(line[2] for line in lines) == 1600
    payout = await Payout.get(change_id=change.id)
    assert (payout.amount, payout.status, (await LoanChange.get()).status) == (
        MORE.amount,
        PayoutStatus.SUCCEEDED,
        ChangeStatus.ACCEPTED,
    )
    event = await LoanEvent.get(kind=LoanEventKind.TRANCHE)
    assert (event.value_on, event.amount, event.change_id) == (make.TODAY, MORE.amount, change.id)
    entry = await Entry.get(source=f"LoanEvent:{event.id}")
    postings = await Posting.filter(entry_id=entry.id).select_related("account")
    assert {posting.account.code: posting.amount for posting in postings} == {"LOANS_RECEIVABLE": 600, "CASH": -600}
    told = [event.kind for event in await OutboxEvent.filter(customer_id=loan.customer_id).order_by("id")]
    assert told[-2:] == ["LoanChangeOffered", "TranchePaidOut"]
    before = await make.everything()
    assert (await accept_tranche(borrower, **await asked_of(loan))).id == loan.id
    with pytest.raises(NotFound):
        await accept_tranche(borrower, **await asked_of(loan, "again"))
    with pytest.raises(KeyReused):
        await accept_tranche(borrower, **await asked_of(loan) | {"loan_id": loan.id + 1})
    assert await make.everything() == before
    assert await verify() == []


async def test_five_taps_send_it_once(loan, borrower, officer, manager):  # noqa: F811
    await offered(loan, officer, manager)
    keys = ["one", "one", "one", "two", "two"]
    answers = await asyncio.gather(
        *[accept_tranche(borrower, **await asked_of(loan, key)) for key in keys], return_exceptions=True
    )
    assert {type(answer) for answer in answers} <= {Loan, NotFound, ChangeNotAllowed}
    assert Loan in {type(answer) for answer in answers}
    assert await Payout.filter(change_id__isnull=False).count() == 1
    assert (await Loan.get()).principal == 1600
    assert await verify() == []


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (None, ChangeNotAllowed),
        (yuan("199000.01"), AmountOutOfRange),
        (yuan("0.00"), AmountOutOfRange),
        (yuan("-5.00"), AmountOutOfRange),
        (yuan("5.001"), AmountOutOfRange),
        (Money(Decimal("5.00"), "JPY"), CurrencyMismatch),
    ],
)
async def test_what_cannot_be_lent_is_not_proposed(loan, officer, amount, refusal):  # noqa: F811
    before = await make.everything()
    with pytest.raises(refusal):
        await propose_change(officer, loan_id=loan.id, kind=ChangeKind.TRANCHE, amount=amount, reason="The roof leaks.")
    assert await make.everything() == before


async def test_nothing_more_is_lent_of_a_loan_at_its_limit(officer, loan, manager):  # noqa: F811
    await offered(loan, officer, manager, yuan("199000.00"))
    viewer = await make.viewer_of(loan.customer_id)
    await accept_tranche(viewer, **await asked_of(loan))
    with pytest.raises(ChangeNotAllowed):
        await offered(loan, officer, manager, yuan("0.01"))


async def test_only_the_borrower_takes_it_to_an_account_of_his_own(loan, borrower, officer, manager):  # noqa: F811
    await offered(loan, officer, manager)
    friend = await make.customer(branch_id=officer.branch_ids[0])
    await make.party(loan, friend, PartyRole.CO_BORROWER)
    theirs = await make.bank_account(friend.id)
    viewers = [await make.viewer_of(friend.id), await make.viewer_of((await make.customer()).id)]
    before = await make.everything()
    for viewer in viewers:
        with pytest.raises(NotFound):
            await accept_tranche(viewer, **await asked_of(loan) | {"bank_account_id": theirs.id})
    with pytest.raises(NotFound):
        await accept_tranche(borrower, **await asked_of(loan) | {"bank_account_id": theirs.id})
    assert await make.everything() == before


async def test_after_a_failed_payout_it_is_accepted_again_for_another_account(loan, borrower, officer, manager):  # noqa: F811
    await offered(loan, officer, manager)
    make.sandbox().next_answers(Behaviour.FAIL)
    before = await schedule(loan)
    with pytest.raises(PayoutFailed):
        await accept_tranche(borrower, **await asked_of(loan))
    assert await schedule(loan) == before
    with pytest.raises(PayoutFailed):
        await accept_tranche(borrower, **await asked_of(loan))
    with pytest.raises(NotFound):
        await refuse_change(borrower, loan_id=loan.id, kind=ChangeKind.TRANCHE)
    now = await accept_tranche(borrower, **await asked_of(loan, "again"))
    assert now.principal == 1600
    assert await verify() == []


async def test_the_word_that_comes_later_lends_it_and_comes_once(loan, borrower, officer, manager, caplog):  # noqa: F811
    change = await offered(loan, officer, manager)
    make.sandbox().next_answers(Behaviour.FAIL, Behaviour.AT_ONCE)
    with pytest.raises(PayoutFailed):
        await accept_tranche(borrower, **await asked_of(loan))
    await accept_tranche(borrower, **await asked_of(loan, "again"))
    failed = await Payout.filter(change_id=change.id).order_by("id").first()
    make.sandbox().change(disbursements.reference_of(failed), Behaviour.AT_ONCE)
    with caplog.at_level(logging.ERROR):
        answer = await make.sandbox().pay_out(disbursements.reference_of(failed), MORE, "1")
        await disbursements.settle(make.system(), failed, answer)
    assert "succeeded after it had failed" in caplog.text
    assert (await Loan.get()).principal == 1600
    assert await LoanEvent.filter(change_id=change.id).count() == 1


async def test_money_that_was_on_its_way_opens_a_loan_that_was_settled_meanwhile(loan, borrower, officer, manager):  # noqa: F811
    await offered(loan, officer, manager)
    make.sandbox().next_answers(Behaviour.LATER)
    waiting = await accept_tranche(borrower, **await asked_of(loan))
    assert (waiting.principal, waiting.status) == (Decimal("1000.00"), LoanStatus.ACTIVE)
    quoted = await prepayments.quote(borrower, loan_id=loan.id, effect=PrepaymentEffect.REDUCE_TERM)
    settled = await prepayments.confirm(borrower, quote_id=quoted.id, key="all")
    assert settled.loan.status is LoanStatus.CLOSED
    await make.travel_to(make.TODAY + timedelta(days=1))
    now = await accept_tranche(borrower, **await asked_of(loan))
    assert (now.status, now.principal, now.outstanding) == (LoanStatus.ACTIVE, Decimal("1600.00"), Decimal("600.00"))
    assert sum([line.principal - line.paid_principal async for line in Installment.filter(loan_id=loan.id)]) == 600
    assert await verify() == []


async def test_what_is_on_its_way_is_not_written_off(loan, borrower, officer, manager):  # noqa: F811
    await offered(loan, officer, manager)
    make.sandbox().next_answers(Behaviour.NEVER)
    await accept_tranche(borrower, **await asked_of(loan))
    off = await propose_write_off(officer, loan_id=loan.id, reason="No answer.")
    before = await make.everything()
    with pytest.raises(PayoutUnderWay):
        await approve_write_off(manager, change_id=off.id, key="off")
    assert await make.everything() == before


async def test_by_hand_two_people_pay_it_out(loan, borrower, officer, manager):  # noqa: F811
    change = await offered(loan, officer, manager)
    make.provide(Manual())
    await accept_tranche(borrower, **await asked_of(loan))
    assert (await Loan.get()).principal == 1000
    payout = await Payout.get(change_id=change.id)
    await release_payout(officer, payout_id=payout.id, key="release")
    await confirm_payout(manager, payout_id=payout.id, reference="B-9", paid_on=make.TODAY, key="confirm")
    assert (await Loan.get()).principal == 1600
    first = await Payout.filter(change_id=None).first()
    with pytest.raises(NotPossibleNow):
        await release_payout(officer, payout_id=first.id, key="first")
    assert await verify() == []


async def test_what_waits_to_be_paid_by_hand_for_a_loan_now_settled_is_failed(loan, borrower, officer, manager):  # noqa: F811
    change = await offered(loan, officer, manager)
    make.provide(Manual())
    await accept_tranche(borrower, **await asked_of(loan))
    payout = await Payout.get(change_id=change.id)
    make.provide(Sandbox())
    quoted = await prepayments.quote(borrower, loan_id=loan.id, effect=PrepaymentEffect.REDUCE_TERM)
    await prepayments.confirm(borrower, quote_id=quoted.id, key="all")
    assert (await Loan.get()).status is LoanStatus.CLOSED
    with pytest.raises(NotPossibleNow):
        await release_payout(officer, payout_id=payout.id, key="release")
    await fail_payout(officer, payout_id=payout.id, reason=PayoutFailure.NOT_SENT, key="fail")
    assert (await Payout.get(id=payout.id)).status is PayoutStatus.FAILED
    assert await verify() == []


async def test_a_tranche_is_no_change_that_is_accepted_without_an_account(loan, borrower, officer, manager):  # noqa: F811
    await offered(loan, officer, manager)
    with pytest.raises(AssertionError):
        await agreements.accept_change(borrower, loan_id=loan.id, kind=ChangeKind.TRANCHE, key="yes")


async def test_two_tranches_are_not_under_way_at_once(loan, borrower, officer, manager):  # noqa: F811
    await offered(loan, officer, manager, yuan("199000.00"))
    make.sandbox().next_answers(Behaviour.NEVER)
    await accept_tranche(borrower, **await asked_of(loan))
    await offered(loan, officer, manager, yuan("199000.00"))
    before = await make.everything()
    with pytest.raises(ChangeNotAllowed):
        await accept_tranche(borrower, **await asked_of(loan, "second"))
    assert await make.everything() == before


async def test_a_failed_one_is_not_released_once_another_has_taken_its_room(loan, borrower, officer, manager):  # noqa: F811
    make.provide(Manual())
    payouts = []
    for key in ("one", "two"):
        change = await offered(loan, officer, manager, yuan("199000.00"))
        await accept_tranche(borrower, **await asked_of(loan, key))
        payouts.append(await Payout.get(change_id=change.id))
        await release_payout(officer, payout_id=payouts[-1].id, key=f"release-{key}")
        if key == "one":
            reason = PayoutFailure.ACCOUNT_UNKNOWN
            await fail_payout(manager, payout_id=payouts[-1].id, reason=reason, key="fail")
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await release_payout(officer, payout_id=payouts[0].id, key="again")
    assert await make.everything() == before
    paid = {"reference": "B-2", "paid_on": make.TODAY, "key": "confirm"}
    await confirm_payout(manager, payout_id=payouts[1].id, **paid)
    with pytest.raises(NotPossibleNow):
        await release_payout(officer, payout_id=payouts[0].id, key="again")
    assert (await Loan.get()).principal == 200_000


async def test_an_amount_belongs_to_a_tranche_alone(loan, officer):  # noqa: F811
    before = await make.everything()
    asked = {"loan_id": loan.id, "kind": ChangeKind.EXTENSION, "periods": 2, "amount": MORE}
    with pytest.raises(ChangeNotAllowed):
        await propose_change(officer, reason="The roof leaks.", **asked)
    assert await make.everything() == before


async def test_nobody_withdraws_while_more_is_under_way(db):
    lent = await make.loan(product=await make.product(cooling_off_days=14))
    himself, clerk = await make.viewer_of(lent.customer_id), await make.officer_of(lent.customer_id)
    quoted = await prepayments.quote(himself, loan_id=lent.id, effect=PrepaymentEffect.WITHDRAW)
    make.sandbox().next_answers(Behaviour.NEVER)
    await make.tranche(lent)
    before = await make.everything()
    with pytest.raises(NotWithdrawable):
        await prepayments.quote(himself, loan_id=lent.id, effect=PrepaymentEffect.WITHDRAW)
    with pytest.raises(QuoteExpired):
        await prepayments.confirm(himself, quote_id=quoted.id, key="undo")
    with pytest.raises(QuoteExpired):
        await prepayments.record(clerk, quote_id=quoted.id, channel=PaymentChannel.CASH, reference="R-1", key="undo")
    assert await make.everything() == before
