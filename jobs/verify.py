"""Recompute everything that is kept twice.

Each check is one statement, so it holds while others write; a loan that differs from what its events say is looked at
again, locked.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from tortoise import Tortoise
from tortoise.transactions import in_transaction

import models
from jobs.checks import Check
from jobs.checks.cases import CASES, clocks_read_again
from jobs.checks.causes import CAUSES
from jobs.checks.knowledge import KNOWLEDGE, words_that_differ
from jobs.checks.loyalty import POINTS
from jobs.checks.referrals import REFERRALS
from jobs.checks.rewards import REWARDS
from jobs.checks.surveys import SURVEYS
from jobs.checks.tiers import TIERS
from models import (
    AccountingDay,
    ApplicationParty,
    Case,
    Customer,
    Loan,
    LoanOwned,
    LoanParty,
    Owned,
    Referral,
    ReferralBonusGiven,
    ReferralPart,
    Row,
)
from resolvers.loans import replays


async def verify() -> list[str]:
    """Say everything that does not add up; an empty list is clean."""
    connection = Tortoise.get_connection("default")
    found = []
    for check in (
        *BOOKS,
        *LOANS,
        *PAYMENTS,
        *POINTS,
        *REFERRALS,
        *TIERS,
        *REWARDS,
        *CASES,
        *CAUSES,
        *SURVEYS,
        *KNOWLEDGE,
        *APPLICATIONS,
        *THE_REST,
        *_owners(),
    ):
        found += [check.sentence.format(**row) for row in await connection.execute_query_dict(check.sql)]
    found += [difference async for difference in _replayed()]
    found += [difference async for difference in clocks_read_again()]
    return found + [difference async for difference in words_that_differ()]


async def _replayed() -> AsyncIterator[str]:
    """Work every loan out again from what happened to it."""
    day = await AccountingDay.filter(is_open=True).first()
    last_id, batch = 0, 200
    while day is not None and (loans := await replays.loans_after(Tortoise.get_connection("default"), last_id, batch)):
        last_id = max(stored.loan.id for stored in loans)
        for stored in loans:
            if replays.differences(stored, day.on):
                async with in_transaction("default") as connection:
                    for difference in replays.differences(await replays.locked(connection, stored.loan.id), day.on):
                        yield f"loan {stored.loan.id}: {difference} are not what its events say"


BOOKS = (
    Check(
        "entry {id}: its postings in {currency} sum to {cents} cents, not to 0",
        """SELECT entry_id AS id, currency, SUM(amount) AS cents FROM posting
           GROUP BY entry_id, currency HAVING SUM(amount) <> 0""",
    ),
    Check(
        "entry {id} ({source}) has no postings",
        "SELECT id, source FROM entry WHERE NOT EXISTS (SELECT 1 FROM posting WHERE entry_id = entry.id)",
    ),
    Check(
        "posting {id}: its currency is not its account's",
        """SELECT posting.id FROM posting JOIN account ON account.id = posting.account_id
           WHERE account.currency <> posting.currency""",
    ),
    Check(
        "repayment {id} is not in the books as received",
        """SELECT repayment.id FROM repayment WHERE repayment.amount <> COALESCE((
             SELECT SUM(posting.amount) FROM entry JOIN posting ON posting.entry_id = entry.id
             JOIN account ON account.id = posting.account_id
             WHERE entry.source = 'Repayment:' || repayment.id AND account.code IN ('CASH', 'SUSPENSE', 'REFINANCING', 'REWARDS_EXPENSE', 'REDRESS_EXPENSE')
             AND posting.amount > 0), 0)""",
    ),
    Check(
        "disbursement {id} is not in the books as paid out",
        """SELECT disbursement.id FROM disbursement WHERE disbursement.amount <> COALESCE((
             SELECT -SUM(posting.amount) FROM entry JOIN posting ON posting.entry_id = entry.id
             JOIN account ON account.id = posting.account_id
             WHERE entry.source = 'Disbursement:' || disbursement.id AND account.code = 'CASH'), 0)""",
    ),
    Check(
        "{count} accounting days are open, not 1",
        "SELECT COUNT(*) AS count FROM accounting_day WHERE is_open HAVING COUNT(*) <> 1",
    ),
    Check(
        "the open accounting day {id} is not the last one",
        """SELECT id FROM accounting_day AS day WHERE is_open
           AND EXISTS (SELECT 1 FROM accounting_day AS later WHERE later."on" > day."on")""",
    ),
    Check(
        "the books in {currency} sum to {cents} cents over all accounts, not to 0",
        "SELECT currency, SUM(amount) AS cents FROM posting GROUP BY currency HAVING SUM(amount) <> 0",
    ),
    Check(
        "account {code} is not in the chart of accounts",
        """SELECT DISTINCT code FROM account
           WHERE NOT EXISTS (SELECT 1 FROM ledger_account WHERE ledger_account.code = account.code)""",
    ),
    Check(
        "entry {id} is booked on {booked_on}, which is no day of the books",
        """SELECT id, booked_on FROM entry
           WHERE NOT EXISTS (SELECT 1 FROM accounting_day WHERE accounting_day."on" = entry.booked_on)""",
    ),
    Check(
        "the books hold {cents} cents {currency} in suspense, the open items are {items}",
        # What is paid on a loan that is not owed waits there too, without an item.
        """SELECT * FROM (SELECT currency, SUM(cents) AS cents, SUM(items) AS items FROM (
             SELECT posting.currency, -SUM(posting.amount) AS cents, 0 AS items FROM entry
             JOIN posting ON posting.entry_id = entry.id JOIN account ON account.id = posting.account_id
             WHERE account.code = 'SUSPENSE' AND NOT (entry.source LIKE 'Repayment:%' AND posting.amount < 0)
             GROUP BY posting.currency
             UNION ALL SELECT currency, 0, SUM(amount) FROM suspense_item WHERE status = 'OPEN' GROUP BY currency)
             AS sides GROUP BY currency) AS found WHERE cents <> items""",
    ),
    Check(
        "the account of refinancing holds {cents} cents {currency}, not 0",
        """SELECT posting.currency, SUM(posting.amount) AS cents FROM posting
           JOIN account ON account.id = posting.account_id WHERE account.code = 'REFINANCING'
           GROUP BY posting.currency HAVING SUM(posting.amount) <> 0""",
    ),
    Check(
        "suspense item {id} is {status}, which the receipts do not bear out",
        """SELECT id, status FROM suspense_item AS item WHERE (status = 'ASSIGNED') <> EXISTS (
             SELECT 1 FROM receipt WHERE receipt.id = item.receipt_id AND receipt.loan_id = item.loan_id
             AND receipt.amount = item.amount AND receipt.currency = item.currency)""",
    ),
    Check(
        "entry {id} ({source}) was not reversed on the next day",
        """SELECT accrual.id, accrual.source FROM entry AS accrual WHERE accrual.source LIKE 'Accrual:%'
           AND 0 <> (SELECT COALESCE(SUM(posting.amount), 0) FROM entry JOIN posting ON posting.entry_id = entry.id
             JOIN account ON account.id = posting.account_id WHERE account.code = 'ACCRUED_INTEREST'
             AND (entry.id = accrual.id OR (entry.source = 'AccrualReversal:' || SUBSTR(accrual.source, 9)
               AND entry.booked_on = (SELECT MIN("on") FROM accounting_day WHERE "on" > accrual.booked_on))))""",
    ),
    Check(
        "the cost of the {points} points of {day} is not in the books",
        # A point costs whole cents, the same ones all day. A house that is older than its points' cost begins with the first.
        """SELECT * FROM (SELECT day."on" AS day, COALESCE((
             SELECT SUM(spendable + pending) FROM points_entry WHERE points_entry.booked_on = day."on"), 0) AS points, COALESCE((
             SELECT -SUM(posting.amount) FROM entry JOIN posting ON posting.entry_id = entry.id
             JOIN account ON account.id = posting.account_id
             WHERE entry.source = 'PointsCost:' || day."on" AND account.code = 'POINTS_LIABILITY'), 0) AS cents
             FROM accounting_day AS day WHERE NOT day.is_open
             AND day."on" >= (SELECT MIN(booked_on) FROM entry WHERE source LIKE 'PointsCost:%')) AS found
           WHERE CASE WHEN points = 0 THEN cents <> 0 ELSE cents % points <> 0 OR cents / points <= 0 END""",
    ),
)

LOANS = (
    Check(
        "loan {id}: outstanding is {outstanding} cents, the journal says {cents}",
        """SELECT * FROM (SELECT loan.id, loan.outstanding, COALESCE((
             SELECT SUM(posting.amount) FROM entry JOIN posting ON posting.entry_id = entry.id
             JOIN account ON account.id = posting.account_id
             WHERE entry.loan_id = loan.id
             AND account.code IN ('LOANS_RECEIVABLE', 'WRITE_OFF_EXPENSE', 'RECOVERY_INCOME')), 0) AS cents FROM loan)
           AS found WHERE outstanding <> cents""",
    ),
    Check(
        "loan {id} is written off, and {cents} cents of it are still receivable",
        """SELECT * FROM (SELECT loan.id, COALESCE((
             SELECT SUM(posting.amount) FROM entry JOIN posting ON posting.entry_id = entry.id
             JOIN account ON account.id = posting.account_id
             WHERE entry.loan_id = loan.id AND account.code = 'LOANS_RECEIVABLE'), 0) AS cents FROM loan
             WHERE status = 'WRITTEN_OFF') AS found
           WHERE cents <> 0""",
    ),
    Check(
        "loan {id} is {status}, which the decisions to write it off do not bear out",
        """SELECT id, status FROM loan WHERE status <> 'CLOSED' AND (status = 'WRITTEN_OFF') <> EXISTS (
             SELECT 1 FROM loan_change WHERE loan_id = loan.id AND kind = 'WRITE_OFF' AND status = 'APPROVED')""",
    ),
    Check(
        "change {id} is a write-off {status}, and the books say otherwise",
        """SELECT id, status FROM loan_change WHERE kind = 'WRITE_OFF' AND (status = 'APPROVED') <> EXISTS (
             SELECT 1 FROM entry JOIN posting ON posting.entry_id = entry.id
             JOIN account ON account.id = posting.account_id
             WHERE entry.source = 'LoanChange:' || loan_change.id AND account.code = 'WRITE_OFF_EXPENSE')""",
    ),
    Check(
        "loan {id} is cancelled, but its money may still be sent",
        """SELECT id FROM loan WHERE status = 'CANCELLED' AND EXISTS (
             SELECT 1 FROM payout WHERE loan_id = loan.id AND NOT is_refund AND status IN ('PENDING', 'RELEASED'))""",
    ),
    Check(
        "loan {id} is {status}, but it was not paid out once",
        """SELECT id, status FROM loan WHERE status IN ('ACTIVE', 'CLOSED', 'WRITTEN_OFF')
           AND (SELECT COUNT(*) FROM disbursement WHERE loan_id = loan.id) <> 1""",
    ),
    Check(
        "loan {id} is {status}, but it was paid out",
        """SELECT id, status FROM loan WHERE status = 'PENDING'
           AND EXISTS (SELECT 1 FROM disbursement WHERE loan_id = loan.id)""",
    ),
    Check(
        "loan {id} is {status}, which its installments do not bear out",
        """SELECT id, status FROM loan WHERE status IN ('ACTIVE', 'CLOSED', 'WRITTEN_OFF')
           AND (status = 'CLOSED') = EXISTS (SELECT 1 FROM installment WHERE loan_id = loan.id AND is_open)""",
    ),
    Check(
        "loan {id} is {status}, and is_open says otherwise",
        "SELECT id, status FROM loan WHERE is_open <> (status IN ('PENDING', 'ACTIVE'))",
    ),
    Check(
        "installment {id}: is_open is not what its payments say",
        """SELECT id FROM installment
           WHERE is_open <> (paid_principal < principal OR paid_interest < interest OR paid_costs < costs
                             OR paid_penalty < penalty)
           OR is_open <> (paid_on IS NULL)""",
    ),
    Check(
        "repayment {id}: its allocation does not make its amount",
        """SELECT repayment.id FROM repayment LEFT JOIN allocation ON allocation.repayment_id = repayment.id
           WHERE NOT EXISTS (SELECT 1 FROM loan_event AS event JOIN loan_event AS reversal
                             ON reversal.reverses_id = event.id WHERE event.repayment_id = repayment.id)
           AND (allocation.id IS NULL OR repayment.amount <> allocation.costs + allocation.penalty
             + allocation.interest + allocation.principal + allocation.excess)""",
    ),
    Check(
        "loan {id} does not have its customer, and nobody else, as its borrower",
        """SELECT id FROM loan WHERE 1 <> (SELECT COUNT(*) FROM loan_party WHERE loan_id = loan.id AND role = 'BORROWER')
           OR NOT EXISTS (SELECT 1 FROM loan_party WHERE loan_id = loan.id AND role = 'BORROWER'
                          AND customer_id = loan.customer_id)""",
    ),
    Check(
        "loan {id}: the contract was not signed as it stands",
        """SELECT loan.id FROM loan JOIN contract ON contract.id = loan.contract_id
           LEFT JOIN signature ON signature.contract_id = contract.id
           WHERE signature.id IS NULL OR signature.text_hash <> contract.text_hash""",
    ),
)

PAYMENTS = (
    Check(
        "receipt {id} is not booked as received",
        """SELECT receipt.id FROM receipt LEFT JOIN repayment ON repayment.receipt_id = receipt.id
           WHERE repayment.id IS NULL OR repayment.amount <> receipt.amount OR repayment.currency <> receipt.currency""",
    ),
    Check(
        "payment intent {id} is {status}, which its receipts do not bear out",
        """SELECT id, status FROM payment_intent WHERE (status = 'SUCCEEDED') <> EXISTS (
             SELECT 1 FROM receipt WHERE intent_id = payment_intent.id AND receipt.amount = payment_intent.amount
             AND receipt.currency = payment_intent.currency)""",
    ),
    Check(
        "payout {id} is {status}, which the disbursements do not bear out",
        """SELECT id, status FROM payout
           WHERE change_id IS NULL AND NOT is_refund AND (status = 'SUCCEEDED') <> EXISTS (
             SELECT 1 FROM disbursement WHERE payout_id = payout.id AND disbursement.amount = payout.amount)""",
    ),
    Check(
        "loan {id} settled {settled} cents of an older one, which received {received}",
        """SELECT id, settled, received FROM (SELECT loan.id,
             (SELECT COALESCE(SUM(disbursement.settled), 0) FROM disbursement
              WHERE disbursement.loan_id = loan.id) AS settled,
             (SELECT COALESCE(SUM(receipt.amount), 0) FROM receipt WHERE receipt.provider = 'refinancing'
              AND receipt.provider_reference = 'loan-' || loan.id AND receipt.loan_id = loan.refinances_id) AS received
           FROM loan WHERE loan.refinances_id IS NOT NULL) AS sides WHERE settled <> received""",
    ),
    Check(
        "of loan change {id}, {paid} cents were paid out, and {lent} lent",
        """SELECT id, paid, lent FROM (SELECT loan_change.id,
             (SELECT COALESCE(SUM(payout.amount), 0) FROM payout WHERE payout.change_id = loan_change.id
              AND payout.status = 'SUCCEEDED') AS paid,
             (SELECT COALESCE(SUM(loan_event.amount), 0) FROM loan_event WHERE loan_event.change_id = loan_change.id
              AND loan_event.kind = 'TRANCHE') AS lent
           FROM loan_change WHERE loan_change.kind = 'TRANCHE') AS sides WHERE paid <> lent""",
    ),
    Check(
        "payout {id} is {status}, which the refunds of its loan do not bear out",
        """SELECT id, status FROM payout WHERE is_refund AND (status = 'SUCCEEDED') <> EXISTS (
             SELECT 1 FROM loan_event WHERE loan_event.payout_id = payout.id AND loan_event.kind = 'REFUND'
             AND loan_event.loan_id = payout.loan_id AND loan_event.amount = payout.amount)""",
    ),
    Check(
        "payout {id} was made by hand, but not by two",
        """SELECT id FROM payout WHERE provider = 'manual' AND status = 'SUCCEEDED'
           AND (released_by_id IS NULL OR settled_by_id IS NULL OR released_by_id = settled_by_id)""",
    ),
)

APPLICATIONS = (
    Check(
        "application {id} does not stand where its last step says, or is not due when it says",
        """SELECT application.id FROM application LEFT JOIN application_step AS step
           ON step.application_id = application.id AND step.left_at IS NULL
           WHERE step.id IS NULL OR step.status <> application.status
           OR COALESCE(step.due_at, step.created_at) <> COALESCE(application.due_at, step.created_at)""",
    ),
    Check(
        "invitation {id} does not say what its party's row says",
        """SELECT invitation.id FROM invitation LEFT JOIN application_party AS party
           ON party.invitation_id = invitation.id
           WHERE (invitation.status = 'ACCEPTED') <> COALESCE(party.is_active, FALSE)
           OR invitation.has_signed <> (party.signed_at IS NOT NULL)""",
    ),
    Check(
        "loan {id}: those who signed for the application are not its parties",
        """SELECT loan.id FROM loan JOIN contract ON contract.id = loan.contract_id
           JOIN application_party AS party ON party.application_id = contract.application_id AND party.is_active
           WHERE party.signed_at IS NULL OR NOT EXISTS (
             SELECT 1 FROM loan_party WHERE loan_party.loan_id = loan.id
             AND loan_party.customer_id = party.customer_id AND loan_party.role = party.role)""",
    ),
)

THE_REST = (
    Check(
        "key {id} of {actor} for {operation} led to nothing",
        "SELECT id, actor, operation FROM idempotency_key WHERE result_number IS NULL",
    ),
    Check(
        "{count} branches are the default, not 1",
        "SELECT COUNT(*) AS count FROM branch WHERE is_default HAVING COUNT(*) <> 1",
    ),
    Check(
        "entry {id} is not about its loan's customer",
        """SELECT entry.id FROM entry JOIN loan ON loan.id = entry.loan_id
           WHERE entry.customer_number IS NULL OR entry.customer_number <> loan.customer_id""",
    ),
    Check(
        "notification {id} does not belong to whom its event is about",
        """SELECT notification.id FROM notification JOIN outbox_event ON outbox_event.id = notification.event_id
           WHERE outbox_event.customer_id IS NULL OR outbox_event.customer_id <> notification.customer_id""",
    ),
)


def _owners() -> Iterator[Check]:
    """Whose row it is stands on every row, copied from its parent: hold each copy against the original."""
    for model in sorted(_rows(Owned), key=lambda model: model.__name__):
        for name, parent in _parents(model):
            table, parent_table = model._meta.db_table, parent._meta.db_table
            for column in _copied(model, parent):
                original = parent.owner_key if column == "customer_id" else "loan_id"
                yield Check(
                    f"{table} {{id}}: {column} is not that of its {parent_table}",
                    f"""SELECT child.id FROM {table} AS child JOIN {parent_table} AS parent ON parent.id = child.{name}
                        WHERE child.{column} <> parent.{original}""",  # noqa: S608  Names of our own tables.
                )


def _rows(base: type[Row]) -> set[type[Row]]:
    found = {model for model in vars(models).values() if isinstance(model, type) and issubclass(model, base)}
    return {model for model in found if not model._meta.abstract}


def _parents(model: type[Row]) -> Iterator[tuple[str, type[Row]]]:
    """The keys of a row that lead to a row of the same customer."""
    for field in model._meta.fk_fields | model._meta.o2o_fields:
        key: Any = model._meta.fields_map[field]
        if issubclass(key.related_model, Owned) and key.related_model not in (Customer, model):
            yield f"{field}_id", key.related_model


def _copied(model: type[Row], parent: type[Row]) -> Iterator[str]:
    own = (LoanParty, ApplicationParty, Referral, ReferralPart, ReferralBonusGiven)
    if model not in own and (model, parent) != (Case, Loan):  # One's own, whosever the loan or the code is.
        yield "customer_id"
    if issubclass(model, LoanOwned) and issubclass(parent, LoanOwned) and Loan not in (model, parent):
        yield "loan_id"
