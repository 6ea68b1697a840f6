"""Booking received money, written in SQL: what is locked and loaded, and what is written.

`resolvers.loans.bookings` decides in between. Texts are for both databases: see `models.database.handwritten`.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from models.base import SEES_ALL
from models.database.handwritten import Rows, Statement, Values, as_rows, fetch_each, write_together
from models.database.transaction import bare_transaction, unit_of
from models.database.unit import Unit, at_work
from models.loans.loans import Loan
from models.viewer import Viewer
from rules.books.accounts import AccountCode
from rules.errors import NotFound
from rules.loans.repayments import OpenInstallment
from rules.money import from_cents
from rules.payments.states import PaymentStatus
from rules.people.access import IN_CHARGE, Role

KINDS = {
    **dict.fromkeys(("loan_id", "customer_id", "party_id", "staff_id", "intent_id", "session_number"), "bigint"),
    **dict.fromkeys(("receipt_id", "repayment_id", "entry_id", "points_account_id"), "bigint"),
    **dict.fromkeys(("amount", "costs", "penalty", "interest", "principal", "excess", "outstanding"), "bigint"),
    **dict.fromkeys(("today", "value_on", "expires_on"), "date"),
    **dict.fromkeys(("sees_all", "is_open"), "boolean"),
    **dict.fromkeys(("currency", "channel", "provider", "provider_reference", "status", "succeeded"), "text"),
    **dict.fromkeys(("actor", "role", "operation", "subject", "key", "arguments_hash"), "text"),
    **dict.fromkeys(("earned", "held", "issued"), "text"),
    "points": "bigint",
    "now": "timestamptz",
}
"""Every value that the statements name. Amounts are cents."""

BRANCHES = Rows("branches", (("id", "bigint"),))
SHARES = Rows(
    "shares", (("installment_id", "bigint"), ("interest", "bigint"), ("principal", "bigint"), ("closes", "boolean"))
)
POSTINGS = Rows("postings", (("account_id", "bigint"), ("amount", "bigint")))
AWARDS = Rows("awards", (("source", "text"), ("points", "bigint")))
EVENTS = Rows("events", (("kind", "text"), ("body", "text")))

LOCK = Statement(
    "loan",
    """
    SELECT loan.* FROM loan WHERE loan.id = :loan_id AND (
      :sees_all
      OR EXISTS (SELECT 1 FROM customer WHERE customer.id = loan.customer_id
                 AND customer.branch_id IN (SELECT branches.id FROM {branches}))
      OR EXISTS (SELECT 1 FROM loan_party WHERE loan_party.loan_id = loan.id AND loan_party.customer_id = :party_id)
    ) {lock}
    """,
    KINDS,
    (BRANCHES,),
)
"""The loan, if the viewer may see it: what `Loan.visible_to` says, in SQL."""

LOAD = Statement(
    "loaded",
    """
    SELECT
      (SELECT accounting_day."on" FROM accounting_day WHERE accounting_day.is_open) AS today,
      (SELECT {list}({array}(
         installment.id, installment.number, installment.due_on,
         installment.principal - installment.paid_principal, installment.interest - installment.paid_interest,
         EXISTS (SELECT 1 FROM points_entry WHERE points_entry.source = 'Installment:' || installment.id)))
       FROM installment WHERE installment.loan_id = loan.id AND installment.is_open) AS installments,
      (SELECT {object}(account.code, account.id) FROM account WHERE account.currency = loan.currency) AS accounts,
      (SELECT points_account.id FROM points_account WHERE points_account.customer_id = loan.customer_id)
        AS points_account_id,
      (SELECT {list}(loan_party.customer_id) FROM loan_party WHERE loan_party.loan_id = loan.id) AS parties,
      (SELECT staff.customer_id FROM staff WHERE staff.id = :staff_id) AS staff_customer_id,
      (SELECT idempotency_key.id FROM idempotency_key WHERE idempotency_key.actor = :actor
       AND idempotency_key.operation = :operation AND idempotency_key.key = :key) AS key_id,
      (SELECT repayment.id FROM receipt JOIN repayment ON repayment.receipt_id = receipt.id
       WHERE receipt.provider = :provider AND receipt.provider_reference = :provider_reference) AS known_repayment_id,
      (SELECT payment_intent.status FROM payment_intent WHERE payment_intent.id = :intent_id
       AND payment_intent.loan_id = loan.id) AS intent_status
    FROM loan WHERE loan.id = :loan_id
    """,
    KINDS,
)
"""All that is decided on. A statement of its own: it begins once the lock is held, so it sees what was waited for."""

INTENT = Statement(
    "payment_intent",
    "UPDATE payment_intent SET status = :succeeded, failure = NULL WHERE id = :intent_id",
    KINDS,
)
RECEIPT = Statement(
    "receipt",
    """
    INSERT INTO receipt (created_at, loan_id, customer_id, provider, provider_reference, intent_id, currency, amount,
                         received_at, value_on)
    VALUES (:now, :loan_id, :customer_id, :provider, :provider_reference, :intent_id, :currency, :amount,
            :now, :value_on)
    RETURNING id
    """,
    KINDS,
    gives="receipt_id",
)
REPAYMENT = Statement(
    "repayment",
    """
    INSERT INTO repayment (created_at, loan_id, customer_id, receipt_id, currency, amount, channel, value_on,
                           received_at)
    VALUES (:now, :loan_id, :customer_id, :receipt_id, :currency, :amount, :channel, :value_on, :now)
    RETURNING id
    """,
    KINDS,
    gives="repayment_id",
)
ALLOCATION = Statement(
    "allocation",
    """
    INSERT INTO allocation (created_at, loan_id, customer_id, repayment_id, currency, costs, penalty, interest,
                            principal, excess)
    VALUES (:now, :loan_id, :customer_id, :repayment_id, :currency, :costs, :penalty, :interest,
            :principal, :excess)
    """,
    KINDS,
)
LINES = Statement(
    "allocation_line",
    """
    INSERT INTO allocation_line (created_at, loan_id, customer_id, repayment_id, installment_id, currency, interest,
                                 principal)
    SELECT :now, :loan_id, :customer_id, :repayment_id, shares.installment_id, :currency, shares.interest,
           shares.principal
    FROM {shares} WHERE shares.interest + shares.principal > 0
    """,
    KINDS,
    (SHARES,),
)
INSTALLMENTS = Statement(
    "installment",
    """
    UPDATE installment SET
      paid_interest = installment.paid_interest + shares.interest,
      paid_principal = installment.paid_principal + shares.principal,
      is_open = NOT shares.closes,
      paid_on = CASE WHEN shares.closes THEN :value_on END
    FROM {shares} WHERE installment.id = shares.installment_id
    """,
    KINDS,
    (SHARES,),
)
LOAN = Statement(
    "loan",
    "UPDATE loan SET outstanding = :outstanding, status = :status, is_open = :is_open WHERE id = :loan_id",
    KINDS,
)
ENTRY = Statement(
    "entry",
    """
    INSERT INTO entry (created_at, booked_on, source, customer_number, loan_id)
    VALUES (:now, :today, 'Repayment:' || :repayment_id, :customer_id, :loan_id)
    RETURNING id
    """,
    KINDS,
    gives="entry_id",
)
ENTRY_POSTINGS = Statement(
    "posting",
    """
    INSERT INTO posting (created_at, entry_id, account_id, amount, currency)
    SELECT :now, :entry_id, postings.account_id, postings.amount, :currency FROM {postings}
    """,
    KINDS,
    (POSTINGS,),
)
POINTS_ENTRIES = Statement(
    "points_entry",
    """
    INSERT INTO points_entry (created_at, customer_id, kind, points, source, repayment_id, booked_on)
    SELECT :now, :customer_id, :earned, awards.points, awards.source, :repayment_id, :today FROM {awards}
    RETURNING id, repayment_id, points
    """,
    KINDS,
    (AWARDS,),
)
POINT_LOTS = Statement(
    "point_lot",
    """
    INSERT INTO point_lot (created_at, customer_id, entry_id, earned, expires_on)
    SELECT :now, :customer_id, points_entry.id, points_entry.points, :expires_on
    FROM points_entry WHERE points_entry.repayment_id = :repayment_id
    RETURNING id, entry_id, earned
    """,
    KINDS,
)
POINTS_POSTINGS = Statement(
    "points_posting",
    """
    INSERT INTO points_posting (created_at, customer_id, entry_id, side, lot_id, points)
    SELECT :now, :customer_id, point_lot.entry_id, :held, point_lot.id, point_lot.earned
    FROM points_entry JOIN point_lot ON point_lot.entry_id = points_entry.id
    WHERE points_entry.repayment_id = :repayment_id
    UNION ALL
    SELECT :now, :customer_id, points_entry.id, :issued, NULL, -points_entry.points
    FROM points_entry WHERE points_entry.repayment_id = :repayment_id
    """,
    KINDS,
)
POINTS_ACCOUNT = Statement(
    "points_account",
    "UPDATE points_account SET balance = balance + :points WHERE id = :points_account_id",
    KINDS,
)
OUTBOX = Statement(
    "outbox_event",
    """
    INSERT INTO outbox_event (created_at, kind, body, customer_id, delivered_at, leased_until, tries)
    SELECT :now, events.kind, events.body, :customer_id, NULL, NULL, 0 FROM {events}
    """,
    KINDS,
    (EVENTS,),
)
KEY = Statement(
    "idempotency_key",
    """
    INSERT INTO idempotency_key (created_at, actor, operation, key, arguments_hash, result_number)
    VALUES (:now, :actor, :operation, :key, :arguments_hash, :repayment_id)
    """,
    KINDS,
)
AUDIT = Statement(
    "audit_entry",
    """
    INSERT INTO audit_entry (created_at, actor, role, session_number, operation, subject, customer_number, reason)
    VALUES (:now, :actor, :role, :session_number, :operation, :subject, :customer_id, '')
    """,
    KINDS,
)

RECEIVED = (RECEIPT, REPAYMENT, ALLOCATION, ENTRY, ENTRY_POSTINGS, OUTBOX)
"""What every payment writes."""
PAID = (LINES, INSTALLMENTS, LOAN)
"""What one writes that pays something."""
REWARDED = (POINTS_ENTRIES, POINT_LOTS, POINTS_POSTINGS, POINTS_ACCOUNT)
"""What one writes that earns points."""


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What a booking looks up, beside its loan: what was already done under its key, its reference or its intent."""

    key: str | None = None
    provider: str | None = None
    provider_reference: str | None = None
    intent_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class LockedLoan:
    """A loan that nobody else can book on, and all that a booking is decided on."""

    connection: BaseDBAsyncClient
    unit: Unit
    loan: Loan
    installments: tuple[OpenInstallment, ...]
    """Those not paid in full, in no particular order."""
    rewarded: frozenset[int]
    """The installments among them that were rewarded already."""
    accounts: dict[AccountCode, int]
    """The ids of the accounts that the loan's currency has had so far."""
    points_account_id: int | None
    party_customer_ids: tuple[int, ...]
    staff_customer_id: int | None
    """Who the viewer is as a customer, if he is of the staff and one."""
    is_key_known: bool
    known_repayment_id: int | None
    """What was booked under the reference."""
    intent_status: PaymentStatus | None

    async def write(self, statements: Sequence[Statement], values: Values) -> dict[str, int]:
        """Write, and the audit entry with it; gives the ids that the statements give, by what they call them."""
        unit, viewer = self.unit, self.unit.viewer
        own = {
            "now": unit.now,
            "today": unit.today,
            "actor": viewer.actor,
            "role": viewer.role,
            "session_number": viewer.session_id,
            "operation": unit.operation,
            "subject": f"Loan:{self.loan.id}",
            "loan_id": self.loan.id,
            "customer_id": self.loan.customer_id,
        }
        return await write_together(self.connection, (*statements, AUDIT), {**own, **values})


@asynccontextmanager
async def locked_loan(viewer: Viewer, operation: str, loan_id: int, sought: Sought) -> AsyncIterator[LockedLoan]:
    """Lock a loan and load what a booking needs, in a transaction that the block is; it has to end with `write`.

    Raises `NotFound`.
    """
    async with bare_transaction() as connection:
        loan, loaded = await fetch_each(connection, (LOCK, LOAD), _values(viewer, operation, loan_id, sought))
        if loan is None or loaded is None:
            raise NotFound
        with at_work(unit_of(viewer, operation, _date(loaded["today"]))) as unit:
            yield _locked(connection, unit, Loan._init_from_db(**loan), loaded)


def _values(viewer: Viewer, operation: str, loan_id: int, sought: Sought) -> Values:
    return {
        "loan_id": loan_id,
        "sees_all": viewer.role in SEES_ALL,
        "branches": as_rows([{"id": id} for id in viewer.branch_ids] if viewer.role in IN_CHARGE else []),
        "party_id": viewer.customer_id if viewer.role is Role.CUSTOMER else None,
        "staff_id": viewer.staff_id,
        "actor": viewer.actor,
        "operation": operation,
        "key": sought.key,
        "provider": sought.provider,
        "provider_reference": sought.provider_reference,
        "intent_id": sought.intent_id,
    }


def _locked(connection: BaseDBAsyncClient, unit: Unit, loan: Loan, loaded: dict[str, Any]) -> LockedLoan:
    installments = orjson.loads(loaded["installments"] or "[]")
    status = loaded["intent_status"]
    return LockedLoan(
        connection=connection,
        unit=unit,
        loan=loan,
        installments=tuple(_open_installment(*columns) for *columns, _ in installments),
        rewarded=frozenset(id for id, *_, is_rewarded in installments if is_rewarded),
        accounts={AccountCode(code): id for code, id in orjson.loads(loaded["accounts"] or "{}").items()},
        points_account_id=loaded["points_account_id"],
        party_customer_ids=tuple(orjson.loads(loaded["parties"] or "[]")),
        staff_customer_id=loaded["staff_customer_id"],
        is_key_known=loaded["key_id"] is not None,
        known_repayment_id=loaded["known_repayment_id"],
        intent_status=None if status is None else PaymentStatus(status),
    )


def _open_installment(id: int, number: int, due_on: str, principal: int, interest: int) -> OpenInstallment:
    return OpenInstallment(
        id=id,
        number=number,
        due_on=date.fromisoformat(due_on),
        principal=from_cents(principal),
        interest=from_cents(interest),
    )


def _date(day: date | str | None) -> date | None:
    """Read a date as a driver gives it: SQLite's gives text."""
    return date.fromisoformat(day) if isinstance(day, str) else day
