"""Booking on a loan, written in SQL: what is locked and loaded, and what is written beside the loan's own rows.

`resolvers.loans.bookings` decides in between; the loan's own rows are those of `models.loans.replays`. Texts are for
both databases: see `models.database.handwritten`.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from tortoise.backends.base.client import BaseDBAsyncClient

from models.base import SEES_ALL
from models.database.handwritten import Rows, Statement, Values, as_rows, fetch_each, read_date, write_together
from models.database.transaction import bare_transaction, unit_of
from models.database.unit import Unit, at_work
from models.loans import replays
from models.loans.loans import Loan
from models.loans.replays import STORED
from models.loans.stored import Stored, stored
from models.viewer import Viewer
from rules.errors import NotFound
from rules.payments.states import PaymentStatus
from rules.people.access import IN_CHARGE, MANAGERS, PAYERS, Role

KINDS = {
    **replays.KINDS,
    **dict.fromkeys(("customer_id", "party_id", "staff_id", "intent_id", "session_number", "receipt_id"), "bigint"),
    "amount": "bigint",
    "value_on": "date",
    **dict.fromkeys(("sees_all", "sees_restricted"), "boolean"),
    **dict.fromkeys(
        ("currency", "channel", "provider", "provider_reference", "succeeded", "kind", "effect", "pays_only"), "text"
    ),
    **dict.fromkeys(("actor", "role", "operation", "subject", "key", "arguments_hash"), "text"),
}
"""Every value that the statements name. Amounts are cents."""

BRANCHES = Rows("branches", (("id", "bigint"),))

_SEEN = """
    SELECT loan.* FROM loan JOIN points_account ON points_account.customer_id = loan.customer_id
    WHERE loan.id = :loan_id AND (
      :sees_all
      OR EXISTS (SELECT 1 FROM customer WHERE customer.id = loan.customer_id
                 AND customer.branch_id IN (SELECT branches.id FROM {branches})
                 AND (:sees_restricted OR NOT customer.is_restricted
                      OR EXISTS (SELECT 1 FROM access_grant WHERE access_grant.customer_id = customer.id
                                 AND access_grant.staff_id = :staff_id AND access_grant.is_active)))
      OR EXISTS (SELECT 1 FROM loan_party WHERE loan_party.loan_id = loan.id AND loan_party.customer_id = :party_id)
    )
"""
LOCK = Statement("loan", f"{_SEEN} {{lock}}", KINDS, (BRANCHES,))
"""The loan, locked with its owner's points, if the viewer may see it: what `Loan.visible_to` says, in SQL."""
_PAYS = f"loan_party.role IN ({', '.join(repr(role.value) for role in sorted(PAYERS))})"
SEE = Statement(
    "loan",
    _SEEN.replace("loan_party.customer_id = :party_id", f"loan_party.customer_id = :party_id AND {_PAYS}"),
    KINDS,
    (BRANCHES,),
)
"""The loan, if the viewer may see what was paid on it: a guarantor may not."""

LOAD = Statement(
    "loaded",
    f"""
    SELECT
      {STORED},
      (SELECT accounting_day."on" FROM accounting_day WHERE accounting_day.is_open) AS today,
      (SELECT {{list}}(loan_party.customer_id) FROM loan_party WHERE loan_party.loan_id = loan.id) AS parties,
      (SELECT {{list}}(id) FROM (
         SELECT staff.customer_id AS id FROM staff WHERE staff.id = :staff_id AND staff.customer_id IS NOT NULL
         UNION ALL SELECT relationship.relative_id FROM staff
         JOIN relationship ON relationship.customer_id = staff.customer_id
         WHERE staff.id = :staff_id AND relationship.kind = 'FAMILY' AND relationship.is_active) AS kin) AS staff_kin,
      (SELECT idempotency_key.id FROM idempotency_key WHERE idempotency_key.actor = :actor
       AND idempotency_key.operation = :operation AND idempotency_key.key = :key) AS key_id,
      (SELECT repayment.id FROM receipt JOIN repayment ON repayment.receipt_id = receipt.id
       WHERE receipt.provider = :provider AND receipt.provider_reference = :provider_reference) AS known_repayment_id,
      (SELECT payment_intent.status FROM payment_intent WHERE payment_intent.id = :intent_id
       AND payment_intent.loan_id = loan.id) AS intent_status
    FROM loan JOIN product_version ON product_version.id = loan.product_version_id WHERE loan.id = :loan_id
    """,  # noqa: S608  Names of ours.
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
EVENT = Statement(
    "loan_event",
    """
    INSERT INTO loan_event (created_at, loan_id, customer_id, kind, value_on, currency, amount, annual_rate, effect,
                            periods, due_day, reverses_id, repayment_id, change_id, payout_id, pays_only)
    VALUES (:now, :loan_id, :customer_id, :kind, :value_on, :currency, :amount, NULL, :effect,
            NULL, NULL, NULL, :repayment_id, NULL, NULL, :pays_only)
    RETURNING id
    """,
    KINDS,
    gives="event_id",
)
KEY = Statement(
    "idempotency_key",
    """
    INSERT INTO idempotency_key (created_at, actor, operation, key, arguments_hash, result_number)
    VALUES (:now, :actor, :operation, :key, :arguments_hash, COALESCE(:repayment_id, :event_id))
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
    stored: Stored
    party_customer_ids: tuple[int, ...]
    staff_kin: tuple[int, ...]
    """Who the viewer is as a customer, if he is of the staff and one, and his family."""
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
        with at_work(unit_of(viewer, operation, read_date(loaded.pop("today")))) as unit:
            yield _locked(connection, unit, Loan._init_from_db(**loan), loaded)


async def seen(connection: BaseDBAsyncClient, viewer: Viewer, loan_id: int) -> Stored:
    """Read a loan for a viewer, in two statements. Raises `NotFound`."""
    values = _values(viewer, "", loan_id, Sought())
    loan, loaded = await fetch_each(connection, (SEE, replays.LOAD), values)
    if loan is None or loaded is None:
        raise NotFound
    return stored(Loan._init_from_db(**loan), loaded)


def _values(viewer: Viewer, operation: str, loan_id: int, sought: Sought) -> Values:
    return {
        "loan_id": loan_id,
        "sees_all": viewer.role in SEES_ALL,
        "sees_restricted": viewer.role in MANAGERS,
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
    status = loaded.pop("intent_status")
    return LockedLoan(
        connection=connection,
        unit=unit,
        loan=loan,
        party_customer_ids=tuple(orjson.loads(loaded.pop("parties") or "[]")),
        staff_kin=tuple(orjson.loads(loaded.pop("staff_kin") or "[]")),
        is_key_known=loaded.pop("key_id") is not None,
        known_repayment_id=loaded.pop("known_repayment_id"),
        intent_status=None if status is None else PaymentStatus(status),
        stored=stored(loan, loaded),
    )
