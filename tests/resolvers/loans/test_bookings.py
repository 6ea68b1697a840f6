"""Booking in few statements: how many, and that nothing is lost, doubled or stale for it."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.connection import get_connection

from jobs.verify import verify
from models import (
    Allocation,
    AuditEntry,
    Customer,
    IdempotencyKey,
    Loan,
    LoanEvent,
    OutboxEvent,
    PointLot,
    PointsAccount,
    PointsEntry,
    PointsPosting,
    Repayment,
    Staff,
    Viewer,
)
from models.database import locked, transaction
from models.database.statements import counted
from resolvers.loans.repayments import Repaid, RepaymentPending, record_repayment, repay
from resolvers.loyalty import points
from resolvers.payments.providers.sandbox import Behaviour
from rules.errors import KeyReused
from rules.loans.events import LoanEventKind
from rules.loans.states import LoanStatus
from rules.loyalty.kinds import Act, PointsKind
from rules.payments.states import PaymentChannel
from rules.people.staff import OwnAffairs
from tests import make
from tests.databases import ON_POSTGRES
from tests.resolvers.loans.test_repayments import INSTALLMENT, borrower, cash, loan, officer, yuan  # noqa: F401
from tests.resolvers.payments.test_receipts import told, word

TABLES_OF_A_PAYMENT = 16
"""The tables that a payment recorded by an officer reads or writes, those of the one load counted once."""

on_postgres = pytest.mark.skipif(not ON_POSTGRES, reason="SQLite locks the whole file")


@pytest.fixture
async def accounts(loan, officer) -> None:  # noqa: F811
    """The currency has had all its accounts: only the first payment of all opens them."""
    other = await make.loan(await make.customer(branch_id=officer.branch_ids[0]), term=3)
    await record_repayment(officer, **cash(other, amount=yuan("5000.00"), reference="FIRST", key="first"))
    await record_repayment(officer, **cash(other, amount=yuan("1.00"), reference="SECOND", key="second"))


@pytest.mark.parametrize("amount", ["5.00", INSTALLMENT, "1024.26", "2000.00"])
async def test_recorded_money_takes_four_statements_on_postgres_and_one_a_table_on_sqlite(
    loan,  # noqa: F811
    officer,  # noqa: F811
    accounts,
    amount,
):
    with counted() as statements:
        await record_repayment(officer, **cash(loan, amount=yuan(amount)))
    if ON_POSTGRES:
        assert len(statements) == 4, "is the key known; lock; load; write"
    else:
        written = [statement.split()[2] if "INTO" in statement else statement.split()[1] for statement in statements]
        written = [table for table, statement in zip(written, statements, strict=True) if statement[:6] != "SELECT"]
        assert len(written) == len(set(written)) <= TABLES_OF_A_PAYMENT
        assert len(statements) - len(written) == 3, "is the key known; lock; load"
    assert await verify() == []


async def test_money_for_a_settled_loan_takes_no_more(loan, officer, accounts):  # noqa: F811
    await record_repayment(officer, **cash(loan, amount=yuan("2000.00")))
    with counted() as statements:
        await record_repayment(officer, **cash(loan, amount=yuan("1.00"), reference="R-2", key="desk-2"))
    assert len(statements) <= (4 if ON_POSTGRES else 13)


async def test_a_providers_word_takes_three_statements_on_postgres(loan, borrower, accounts):  # noqa: F811
    make.sandbox().next_answers(Behaviour.NEVER)
    pending = await repay(borrower, loan_id=loan.id, amount=yuan(INSTALLMENT), key="tap")
    assert isinstance(pending, RepaymentPending)
    with counted() as statements:
        await told(word(pending.intent))
    booking = statements[
        next(number for number, each in enumerate(statements) if "FROM loan JOIN points_account" in each) :
    ]
    assert len(booking) == (3 if ON_POSTGRES else 2 + 15)
    assert await verify() == []


async def test_the_first_payment_of_a_currency_opens_its_accounts(loan, officer):  # noqa: F811
    with counted() as statements:
        await record_repayment(officer, **cash(loan))
    assert sum('INTO "account"' in statement for statement in statements) == 1
    assert await verify() == []


async def test_a_repeat_takes_two_reads_and_writes_and_audits_nothing(loan, officer):  # noqa: F811
    first = await record_repayment(officer, **cash(loan))
    before = await make.everything()
    with counted() as statements:
        again = await record_repayment(officer, **cash(loan))
    assert len(statements) == 2
    assert all(each.startswith("SELECT") and "FOR UPDATE" not in each for each in statements)
    assert dict(again.repayment) == dict(first.repayment)
    assert dict(again.loan) == dict(first.loan)
    assert again.points_earned == first.points_earned == 10
    assert await make.everything() == before


@on_postgres
async def test_a_repeat_does_not_wait_for_the_loans_lock(loan, officer):  # noqa: F811
    first = await record_repayment(officer, **cash(loan))

    async def hold(held: asyncio.Event, enough: asyncio.Event) -> None:
        async with transaction(make.system(), "hold"):
            await locked(Loan, make.system(), loan.id)
            held.set()
            await enough.wait()

    held, enough = asyncio.Event(), asyncio.Event()
    holding = asyncio.create_task(hold(held, enough))
    await held.wait()
    async with asyncio.timeout(5):
        again = await record_repayment(officer, **cash(loan))
    enough.set()
    await holding
    assert again.repayment.id == first.repayment.id


async def test_the_answer_is_what_stands_in_the_database(loan, officer):  # noqa: F811
    for number, amount in enumerate(("5.00", "341.42", "900.00", "1.00")):
        answer = await record_repayment(
            officer, **cash(loan, amount=yuan(amount), reference=f"R-{number}", key=f"desk-{number}")
        )
        assert dict(answer.repayment) == dict(await Repayment.get(id=answer.repayment.id))
        assert dict(answer.loan) == dict(await Loan.get(id=loan.id))
        entries = await PointsEntry.filter(repayment_id=answer.repayment.id)
        assert answer.points_earned == sum(entry.points for entry in entries)


async def test_it_is_audited_like_every_write(loan, officer):  # noqa: F811
    await record_repayment(officer, **cash(loan))
    entry = await AuditEntry.get(operation="record_repayment")
    assert (entry.actor, entry.role, entry.session_number) == (officer.actor, officer.role, officer.session_id)
    assert (entry.subject, entry.customer_number, entry.reason) == (f"Loan:{loan.id}", loan.customer_id, "")
    assert entry.created_at == make.NOON


async def test_an_award_is_written_as_points_award_writes_it(loan, officer):  # noqa: F811
    await record_repayment(officer, **cash(loan))
    async with transaction(make.system(), "award") as unit:
        await points.award(
            unit,
            customer_id=loan.customer_id,
            points=10,
            source="Test:1",
            act=Act.ON_TIME,
            qualifying=10,
            pending_days=14,
        )
    ours, theirs = await PointsEntry.all().order_by("id")
    for one, other in ((ours, theirs), await PointLot.all().order_by("id")):
        assert _without_keys(one) == _without_keys(other)
    postings = [
        [_without_keys(posting) for posting in await PointsPosting.filter(entry_id=entry.id).order_by("id")]
        for entry in (ours, theirs)
    ]
    assert postings[0] == postings[1]


def _without_keys(row) -> dict:
    keys = {"source", "installment_number"}
    return {name: value for name, value in dict(row).items() if not name.endswith("id") and name not in keys}


async def test_points_go_with_the_payment_that_bounced_and_come_back_with_the_next(loan, officer):  # noqa: F811
    paid = await record_repayment(officer, **cash(loan))
    await make.reversal(paid.repayment)
    again = await record_repayment(officer, **cash(loan, reference="R-2", key="desk-2"))
    assert again.points_earned == 10
    moved = await PointsEntry.filter(loan_id=loan.id).order_by("id").values_list("source", "kind", "points")
    source = f"Loan:{loan.id}:1"
    assert moved == [
        (source, PointsKind.EARNED, 10),
        (f"{source}:1", PointsKind.TAKEN_BACK, -10),
        (f"{source}:2", PointsKind.EARNED, 10),
    ]
    account = await PointsAccount.get(customer_id=loan.customer_id)
    assert (account.balance, account.pending) == (0, 10), "it may bounce again"
    assert await verify() == []


async def test_an_officer_does_not_book_on_a_loan_of_his_own(loan, officer):  # noqa: F811
    await Staff.filter(id=officer.staff_id).update(customer_id=loan.customer_id)
    before = await make.everything()
    with pytest.raises(OwnAffairs):
        await record_repayment(officer, **cash(loan))
    assert await make.everything() == before


async def test_fifty_at_once_on_one_loan_each_see_what_the_others_paid(loan, officer, borrower):  # noqa: F811
    """Had one of them decided on installments as they were before it had waited for the lock, cents would be lost."""
    make.sandbox().next_answers(*[Behaviour.NEVER] * 10)
    intents = []
    for number in range(10):
        pending = await repay(borrower, loan_id=loan.id, amount=yuan("20.00"), key=f"tap-{number}")
        assert isinstance(pending, RepaymentPending)
        intents.append(pending.intent)
    desk = [
        record_repayment(officer, **cash(loan, amount=yuan("25.00"), reference=f"R-{number}", key=f"desk-{number}"))
        for number in range(40)
    ]
    await asyncio.gather(*desk, *(told(word(intent), f"event-{intent.id}") for intent in intents))
    assert await Repayment.all().count() == 50
    splits = await Allocation.all()
    assert sum(split.excess for split in splits) == Decimal("1200.00") - Decimal("1024.26")
    closed = await Loan.get(id=loan.id)
    assert (closed.status, closed.outstanding) == (LoanStatus.CLOSED, 0)
    assert await OutboxEvent.filter(kind="LoanRepaid").count() == 1
    assert await verify() == []


async def test_thirty_at_once_under_one_key_book_one(loan, officer):  # noqa: F811
    answers = await asyncio.gather(*(record_repayment(officer, **cash(loan)) for _ in range(30)))
    assert len({answer.repayment.id for answer in answers}) == 1
    assert {answer.points_earned for answer in answers} == {10}
    assert await Repayment.all().count() == await IdempotencyKey.filter(operation="record_repayment").count() == 1
    assert await AuditEntry.filter(operation="record_repayment").count() == 1
    assert await verify() == []


async def test_one_key_for_two_loans_at_once_books_on_one_and_is_refused_for_the_other(loan, officer):  # noqa: F811
    other = await make.loan(await make.customer(branch_id=officer.branch_ids[0]), term=3)
    for number in range(5):
        key = f"desk-{number}"
        both = [
            record_repayment(officer, **cash(each, reference=f"{key}-{each.id}", key=key)) for each in (loan, other)
        ]
        answers = await asyncio.gather(*both, return_exceptions=True)
        assert {type(answer) for answer in answers} == {Repaid, KeyReused}
        same = [
            record_repayment(officer, **cash(each, reference=f"same-{key}", key=f"{key}-same"))
            for each in (loan, other)
        ]
        answers = await asyncio.gather(*same, return_exceptions=True)
        assert {type(answer) for answer in answers} == {Repaid, KeyReused}
    assert await Repayment.all().count() == 10
    assert await verify() == []


async def test_cancelled_at_any_moment_it_is_booked_wholly_or_not_at_all_and_by_a_retry_once(loan, officer):  # noqa: F811
    for steps in range(1, 60):
        again = cash(loan, amount=yuan("1.00"), reference=f"R-{steps}", key=f"desk-{steps}")
        task = asyncio.create_task(record_repayment(officer, **again))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await record_repayment(officer, **again)
        assert await Repayment.all().count() == steps
    assert await verify() == []
    async with asyncio.timeout(10):  # No connection is lost, no lock is held.
        await asyncio.gather(*(get_connection("default").execute_query("SELECT 1") for _ in range(30)))


HAPPENINGS = st.lists(
    st.tuples(st.integers(1, 60_000), st.integers(0, 45), st.integers(0, 40), st.booleans()), min_size=1, max_size=7
)
"""Cents, days that pass before, days it was received before it was recorded, and whether one is reversed then."""


@pytest.fixture
async def house(db) -> tuple[Viewer, Customer]:
    customer = await make.customer()
    return await make.officer_of(customer.id), customer


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(term=st.integers(3, 6), happenings=HAPPENINGS)
async def test_whatever_happens_rows_and_books_say_what_a_replay_does(house, term, happenings):
    officer, customer = house  # noqa: F811
    loan = await make.loan(customer, term=term)  # noqa: F811
    for number, (cents, days, late, is_reversed) in enumerate(happenings):
        await make.pass_until(make.clock.today() + timedelta(days=days))
        await record_repayment(
            officer,
            loan_id=loan.id,
            amount=yuan(Decimal(cents) / 100),
            channel=PaymentChannel.TRANSFER,
            reference=f"L{loan.id}-{number}",
            received_on=max(make.clock.today() - timedelta(days=late), loan.opened_on),
            key=f"L{loan.id}-{number}",
        )
        if is_reversed:
            await make.reversal(await _oldest_standing(loan))
        assert await verify() == []


async def _oldest_standing(loan: Loan) -> Repayment:  # noqa: F811
    gone = await LoanEvent.filter(loan_id=loan.id, kind=LoanEventKind.REVERSAL).values_list("reverses_id", flat=True)
    event = (
        await LoanEvent.filter(loan_id=loan.id, kind=LoanEventKind.PAYMENT, id__not_in=gone or [0])
        .order_by("id")
        .first()
    )
    return await Repayment.get(id=event.repayment_id)
