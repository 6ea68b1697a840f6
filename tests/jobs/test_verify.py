"""Each kind of difference is planted once, past the database's own guards, and must be found."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tortoise import connections
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from jobs.verify import _owners, verify
from models import Customer, Loan, Notification, OwnReminder, Voucher
from models.database import transaction
from resolvers.books import accounting_days, suspense
from resolvers.documents import papers
from resolvers.loans import hardships, prepayments, write_offs
from resolvers.loyalty import adjustments, redemptions, vouchers
from resolvers.service import case_deadlines, case_merges, chat, redress
from rules.documents.papers import PaperType
from rules.loans.changes import ChangeKind
from rules.loans.events import PrepaymentEffect
from rules.loans.hardships import Situation
from rules.loyalty.rewards import RewardKind
from rules.money import Money
from rules.people.access import PartyRole
from rules.service.redress import RedressKind
from tests import asking, complaining, improving, levels, make, rewarding, speaking

PLANTED = {
    "which no repayment bears out": "UPDATE case_redress SET amount = amount + 1 WHERE kind = 'FEE_REFUND'",
    "gives something back for which there is no redress": "UPDATE case_redress SET repayment_id = NULL",
    "is APPROVED, which its points do not bear out": "UPDATE case_redress SET points = points + 1 WHERE kind = 'POINTS'",
    "goes on in another one of somebody else's": "UPDATE service_case SET kind = 'REQUEST' WHERE status = 'MERGED'",
    "that has nothing to do with its customer": "UPDATE service_case SET loan_id = loan_id + 1",
    "clocks to run out is not the one that it says": "UPDATE service_case SET due_at = '2026-01-01 00:00:00+00:00'",
    "its clocks are not what happened to it": "UPDATE case_clock SET is_late = NOT is_late",
    "is not that of the membership that is open": """INSERT INTO tier_membership (created_at, customer_id, tier_id, reason,
        qualifying_points, valid_from) SELECT created_at, customer_id, (SELECT MAX(id) + 1 FROM tier), 'REACHED', 0,
        '2026-03-16' FROM points_account WHERE customer_id NOT IN (SELECT customer_id FROM tier_membership)""",
    "is not what it was signed with": "UPDATE loan SET rate_discount_bp = 1",
    "percent of its fees is not what its offer said": "UPDATE loan SET fee_waiver_percent = 1",
    "waived fees are not what its events say": "UPDATE loan SET fees_waived = fees_waived + 1",
    "its postings in CNY sum to": "UPDATE posting SET amount = amount + 1 WHERE id = (SELECT MIN(id) FROM posting)",
    "has no postings": "DELETE FROM posting",
    "its currency is not its account's": "UPDATE account SET currency = 'EUR'",
    "is not in the books as received": "UPDATE entry SET source = 'x' || source WHERE source LIKE 'Repayment%'",
    "is not in the books as paid out": "UPDATE entry SET source = 'x' || source WHERE source LIKE 'Disbursement%'",
    "over all accounts, not to 0": "UPDATE posting SET amount = amount + 1 WHERE id = (SELECT MIN(id) FROM posting)",
    "is not in the chart of accounts": "DELETE FROM ledger_account WHERE code = 'CASH'",
    "which is no day of the books": "DELETE FROM accounting_day WHERE NOT is_open",
    "in suspense, the open items are": "UPDATE suspense_item SET amount = amount + 1 WHERE status = 'OPEN'",
    "which the receipts do not bear out": "UPDATE suspense_item SET status = 'OPEN' WHERE status = 'ASSIGNED'",
    "was not reversed on the next day": "UPDATE entry SET source = 'x' || source WHERE source LIKE 'AccrualReversal%'",
    "points of 2026-03-16 is not in the books": "UPDATE points_entry SET pending = pending + 1",
    "accounting days are open, not 1": "UPDATE accounting_day SET is_open = (1 = 0)",
    "figures are not what its events say": "UPDATE loan SET days_past_due = days_past_due + 1",
    "installments are not what its events say": "UPDATE installment SET interest = interest + 1",
    "allocations are not what its events say": "UPDATE allocation SET excess = excess + 1",
    "books are not what its events say": "UPDATE posting SET amount = amount + 1",
    "points are not what its events say": "DELETE FROM points_entry WHERE loan_id > 0",
    "the journal says": "UPDATE loan SET outstanding = outstanding + 1",
    "are still receivable": "UPDATE loan SET status = 'WRITTEN_OFF'",
    "which the decisions to write it off do not bear out": "UPDATE loan SET status = 'WRITTEN_OFF'",
    "and the books say otherwise": "UPDATE loan_change SET status = 'APPROVED'",
    "but its money may still be sent": "UPDATE loan SET status = 'CANCELLED' WHERE status = 'PENDING'",
    "but not by two": "UPDATE payout SET provider = 'manual'",
    "but it was not paid out once": "DELETE FROM disbursement",
    "but it was paid out": "UPDATE loan SET status = 'PENDING'",
    "which its installments do not bear out": "UPDATE loan SET status = 'CLOSED'",
    "and is_open says otherwise": "UPDATE loan SET is_open = (1 = 0)",
    "is_open is not what its payments say": "UPDATE installment SET is_open = (1 = 1)",
    "its allocation does not make its amount": "UPDATE allocation SET excess = excess + 1",
    "as its borrower": "UPDATE loan_party SET role = 'GUARANTOR'",
    "the contract was not signed as it stands": "UPDATE contract SET text_hash = 'x'",
    "is not booked as received": "UPDATE receipt SET amount = amount + 1",
    "which its receipts do not bear out": "UPDATE payment_intent SET status = 'PENDING'",
    "which the disbursements do not bear out": "UPDATE payout SET status = 'FAILED'",
    "the account of refinancing holds": "UPDATE posting SET amount = amount + 1 WHERE account_id IN"
    " (SELECT id FROM account WHERE code = 'REFINANCING')",
    "cents of an older one, which received": "UPDATE disbursement SET settled = settled + 1",
    "which the refunds of its loan do not bear out": "UPDATE loan_event SET amount = amount + 1 WHERE kind = 'REFUND'",
    "cents were paid out, and": "UPDATE loan_event SET amount = amount + 1 WHERE kind = 'TRANCHE'",
    "its postings sum to": "UPDATE points_posting SET points = points + 1 WHERE side = 'ISSUED'",
    "its postings do not make what it says": "UPDATE points_entry SET spendable = spendable + 1",
    "and moved otherwise": "UPDATE points_entry SET points = points + 1",
    "the balance is": "UPDATE points_account SET balance = balance + 1",
    "the lots do not sum to its balance": "UPDATE point_lot SET remaining = remaining - 1",
    "the postings say otherwise": "UPDATE point_lot SET expired = expired + 1",
    "and its owner or its day says otherwise": "UPDATE point_lot SET owed_since = expires_on",
    "which the points do not bear out": "UPDATE points_adjustment SET status = 'PROPOSED'",
    "and nobody stands for it": "DELETE FROM points_adjustment",
    "which its points do not bear out": "UPDATE redemption SET status = 'FULFILLED' WHERE status = 'CANCELLED'",
    "what its partner is owed": "UPDATE redemption SET cost = cost + 1",
    "does not have the voucher that it says": "DELETE FROM voucher",
    "which what it paid does not bear out": "UPDATE repayment SET channel = 'CASH' WHERE channel = 'VOUCHER'",
    "by a voucher that was not used": "DELETE FROM voucher",
    "what was earned is not": "UPDATE point_lot SET earned = earned + 1",
    "has no points account": "DELETE FROM points_account",
    "does not stand where its last step says": "UPDATE application SET status = 'REVIEW'",
    "does not say what its party's row says": "UPDATE invitation SET has_signed = (1 = 0)",
    "those who signed for the application are not its parties": "DELETE FROM loan_party WHERE role = 'GUARANTOR'",
    "led to nothing": "UPDATE idempotency_key SET result_number = NULL",
    "branches are the default, not 1": "UPDATE branch SET is_default = (1 = 0)",
    "is not about its loan's customer": "UPDATE entry SET customer_number = customer_number + 1",
    "to whom its event is about": "UPDATE outbox_event SET customer_id = NULL",
}
"""Part of the sentence, and what makes it true."""


@pytest.fixture
async def loan(db) -> Loan:
    loan = await make.loan(product=await make.product(statement_days=31))
    quoted = await prepayments.quote(
        await make.viewer_of(loan.customer_id),
        loan_id=loan.id,
        amount=Money(Decimal("100.00"), "CNY"),
        effect=PrepaymentEffect.REDUCE_TERM,
    )
    await prepayments.confirm(await make.viewer_of(loan.customer_id), quote_id=quoted.id, key="early")
    await _reward(loan)
    await make.repayment(loan)
    await make.party(loan, await make.customer(), PartyRole.GUARANTOR)
    await write_offs.propose_write_off(await make.officer_of(loan.customer_id), loan_id=loan.id, reason="失联")
    await make.contact(loan, await make.staff(), callee_id=loan.customer_id)
    await make.promise(loan)
    borrower = await make.viewer_of(loan.customer_id)
    request = await hardships.ask_for_help(borrower, loan_id=loan.id, situation=Situation.OTHER)
    plan = {"kind": ChangeKind.CAPITALISATION, "reason": "He is ill."}
    await hardships.propose_plan(await make.officer_of(loan.customer_id), request_id=request.id, **plan)
    await papers.make_paper(borrower, loan_id=loan.id, type=PaperType.CONTRACT, key="paper")
    await make.waiting_loan()
    await _lend_for_less()
    await make.loan(guarantor=await make.customer())
    await make.refinanced(await make.tranche(await make.loan()))
    await make.refund(await make.overpaid(await make.loan()))
    officer = await make.officer_of(loan.customer_id)
    _, placed, returned = [await make.suspense_item(officer) for _ in range(3)]
    await suspense.assign_suspense(officer, item_id=placed.id, loan_id=loan.id, key="placed")
    other = await make.officer_of(loan.customer_id)
    await suspense.return_suspense(other, item_id=returned.id, reason="不明款项", key="returned")
    await _complain(loan)
    await chat.ask_assistant(borrower, words="转人工")
    given = {"customer_id": loan.customer_id, "points": 5, "reason": "The app was away for a day.", "key": "five"}
    await adjustments.adjust_points(officer, **given)
    await asking.unhappy()
    await improving.case_of(await improving.cause())
    await make.deliver()
    told = await Notification.all().order_by("id").first()
    async with transaction(make.system(), "snooze"):
        await OwnReminder.create(
            customer_id=told.customer_id, notification_id=told.id, remind_at=make.clock.now() + timedelta(days=1)
        )
    await accounting_days.catch_up(make.clock, date(2026, 4, 1))
    return loan


async def _complain(loan: Loan) -> None:
    """A case that goes on in another one, which has a picture, more time, and a fee and points given back."""
    customer = await Customer.get(id=loan.customer_id)
    await speaking.said(customer, upload_ids=[(await speaking.picture(customer)).id])
    picture = await complaining.picture(customer)
    earlier, case = (
        await complaining.case(customer),
        await complaining.case(customer, upload_ids=[picture.id], loan_id=loan.id),
    )
    clerk, manager = await make.manager_of(customer.id), await make.manager_of(customer.id)
    await case_merges.merge_case(clerk, case_id=earlier.id, into_id=case.id)
    await case_deadlines.find_case_complex(clerk, case_id=case.id, words="要核实")
    await case_deadlines.propose_case_extension(clerk, case_id=case.id, words="要核实")
    said = {"case_id": case.id, "words": "抱歉"}
    fee = {"amount": Money(Decimal("1.00"), "CNY"), "loan_id": loan.id}
    for kind, gives in ((RedressKind.FEE_REFUND, fee), (RedressKind.POINTS, {"points": 5})):
        given = await redress.propose_redress(clerk, kind=kind, **gives, **said)
        await redress.approve_redress(manager, redress_id=given.id, key=kind)


async def _reward(loan: Loan) -> None:
    """A voucher that is used, one that is taken back, an order that waits and one that was handed out."""
    await rewarding.give(loan.customer_id, 2000)
    borrower, reward = await make.viewer_of(loan.customer_id), await rewarding.reward()
    used, unwanted = [await rewarding.redemption(reward, borrower) for _ in range(2)]
    held = await Voucher.get(redemption_id=used.id)
    await vouchers.use(borrower, voucher_id=held.id, loan_id=loan.id, key="use")
    await rewarding.cancelled(borrower, unwanted)
    gift = await rewarding.reward(RewardKind.GIFT)
    _, handed_out = [await rewarding.redemption(gift, borrower) for _ in range(2)]
    async with make.unit() as unit:
        await redemptions.fulfil(unit, await redemptions.lock_redemption(make.system(), handed_out.id))


@asynccontextmanager
async def tampered(statement: str) -> AsyncIterator[None]:
    """Change rows as only somebody at the database's own console could; all is undone afterwards."""
    database = connections.get("default")
    is_sqlite = database.capabilities.dialect == "sqlite"
    if is_sqlite:
        await database.execute_query("PRAGMA ignore_check_constraints = ON")
    with suppress(_UndoError):
        async with in_transaction("default") as connection:
            await (_unguard_sqlite if is_sqlite else _unguard_postgres)(connection)
            await connection.execute_query(statement)
            yield
            raise _UndoError
    if is_sqlite:
        await database.execute_query("PRAGMA ignore_check_constraints = OFF")


class _UndoError(Exception):
    """Rolls back."""


async def _lend_for_less() -> None:
    """A loan with a discount and less of a fee, and a level."""
    customer, product = await make.customer(), await make.product()
    await levels.plan(*levels.WAIVING)
    await levels.member("SILVER", customer)
    await levels.policy(product)
    await make.loan(customer, product=product)


async def _unguard_sqlite(connection: BaseDBAsyncClient) -> None:
    await connection.execute_query("PRAGMA defer_foreign_keys = ON")
    for row in await connection.execute_query_dict("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        await connection.execute_query(f'DROP TRIGGER "{row["name"]}"')


async def _unguard_postgres(connection: BaseDBAsyncClient) -> None:
    await connection.execute_query("SET LOCAL session_replication_role = replica")
    checks = await connection.execute_query_dict(
        """SELECT conrelid::regclass AS place, conname AS name FROM pg_constraint
           WHERE contype = 'c' AND connamespace = 'public'::regnamespace"""
    )
    for row in checks:
        await connection.execute_query(f'ALTER TABLE {row["place"]} DROP CONSTRAINT "{row["name"]}"')


async def test_a_house_in_order_is_clean(loan):
    assert await verify() == []


async def test_every_kind_of_difference_is_found(loan):
    for sentence, statement in PLANTED.items():
        async with tampered(statement):
            found = await verify()
        assert any(sentence in difference for difference in found), (sentence, found)
    assert await verify() == []


async def test_every_copied_owner_is_held_against_its_original(loan):
    other = await make.customer()
    rows = await make.everything()
    held = set()
    for check in _owners():
        table, column = re.match(r"(\w+) .*: (\w+) is not", check.sentence).groups()
        if rows[table]:
            value = other.id if column == "customer_id" else "(SELECT MAX(id) + 1 FROM loan)"
            async with tampered(f"UPDATE {table} SET {column} = {value}"):
                found = await verify()
            assert any(re.match(rf"{table} \d+: {column} is not", difference) for difference in found), check.sentence
            held.add(table)
    empty = {check.sentence.partition(" ")[0] for check in _owners()} - held
    assert empty <= {"assessment", "correction", "document", "document_request"}, "a table without a row proves nothing"


def test_every_check_is_planted():
    from jobs import verify as module

    checks = (
        *module.BOOKS,
        *module.LOANS,
        *module.PAYMENTS,
        *module.POINTS,
        *module.TIERS,
        *module.REWARDS,
        *module.CASES,
        *module.APPLICATIONS,
        *module.THE_REST,
    )
    untested = [check.sentence for check in checks if not any(part in check.sentence for part in parts())]
    assert untested == ["the open accounting day {id} is not the last one"]


def parts() -> list[str]:
    named = [re.sub(r"\bCNY\b", "{currency}", sentence) for sentence in PLANTED]
    return [re.sub(r"\b2026-03-16\b", "{day}", sentence) for sentence in named]
