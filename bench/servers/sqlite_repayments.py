"""Booking a payment on SQLite: hand-written statements, one after the other, in one job of the driver's thread."""

import base64
import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import aiosqlite
import orjson

from bench.data.town import FIRST_RULE, POINTS_ON_TIME
from bench.servers.bare import Person, cents_of, hash_of, key_of
from rules.loyalty.points import PENDING_DAYS, expires_on
from rules.money import from_cents


class Payment(NamedTuple):
    """What is to be booked."""

    staff_id: int
    session_id: int
    branch_ids: list[int]
    loan_id: int
    cents: int
    channel: str
    reference: str
    received_on: str
    key: str
    hashed: str
    today: date


class Booked(NamedTuple):
    """What was booked, on whose loan."""

    id: int
    loan_id: int
    customer_id: int
    now: str


async def add_functions(connection: aiosqlite.Connection) -> None:
    """SQLite has no base64 of its own: ids and cursors are written by two functions in C-called Python."""
    await connection.create_function(
        "loan_id", 1, lambda key: _encoded(b"Loan:%d" % key).rstrip("="), deterministic=True
    )
    await connection.create_function(
        "loans_cursor", 1, lambda key: _encoded(orjson.dumps(["LoanRoot.loans", key, key])), deterministic=True
    )


def _encoded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode()


async def record(connection: aiosqlite.Connection, person: Person, asked: Mapping[str, Any], today: date) -> bytes:
    """Book a payment and answer with it."""
    assert person.staff_id is not None
    payment = Payment(
        person.staff_id,
        person.session_id,
        person.branch_ids,
        key_of(asked["loanId"]),
        cents_of(asked["amount"]["amount"]),
        asked["channel"],
        asked["reference"].upper(),
        asked["receivedOn"],
        asked["key"],
        hash_of(asked),
        today,
    )
    answer: bytes = await connection._execute(_record, connection._conn, payment)  # type: ignore[no-untyped-call]
    return answer


def _record(db: sqlite3.Connection, payment: Payment) -> bytes:
    db.execute("BEGIN IMMEDIATE")
    try:
        repayment_id = _booked_before(db, payment) or _book(db, payment)
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    return _answer(db, repayment_id)


def _booked_before(db: sqlite3.Connection, payment: Payment) -> int | None:
    known = db.execute(
        "SELECT result_number, arguments_hash FROM idempotency_key WHERE actor = ? AND operation = ? AND key = ?",
        (f"S{payment.staff_id}", "record_repayment", payment.key),
    ).fetchone()
    if known is None:
        return None
    assert known[1] == payment.hashed, "key reused"
    return int(known[0])


def _book(db: sqlite3.Connection, payment: Payment) -> int:
    (loan_id, customer_id, currency, status, opened_on, created_at), party_is_staff = _loan(db, payment)
    assert status == "ACTIVE", "the loan is closed"
    assert currency == "CNY", "another currency"
    assert opened_on <= payment.received_on <= payment.today.isoformat(), "date not allowed"
    assert not party_is_staff, "own affairs"
    now = datetime.now(UTC).isoformat(" ")  # noqa: TID251  No clock travels here.
    owner = (loan_id, customer_id, currency, now)
    receipt = _insert(
        db,
        "receipt",
        "loan_id customer_id currency created_at provider provider_reference amount received_at value_on",
        (*owner, "manual", payment.reference, payment.cents, now, payment.received_on),
    )
    repayment = _insert(
        db,
        "repayment",
        "loan_id customer_id currency created_at receipt_id amount channel value_on received_at",
        (*owner, receipt, payment.cents, payment.channel, payment.received_on, now),
    )
    booked = Booked(repayment, loan_id, customer_id, now)
    event = _insert(
        db,
        "loan_event",
        "loan_id customer_id currency created_at kind value_on amount repayment_id",
        (*owner, "PAYMENT", payment.received_on, payment.cents, repayment),
    )
    principal, interest, points = _pay(db, payment, booked)
    excess = payment.cents - principal - interest
    _insert(
        db,
        "allocation",
        "loan_id customer_id currency created_at event_number value_on repayment_id"
        " costs penalty interest principal excess",
        (*owner, event, payment.received_on, repayment, 0, 0, interest, principal, excess),
    )
    is_open = db.execute(
        "UPDATE loan SET outstanding = outstanding - ?1, credit = credit + ?3, (is_open, status, next_action_on) ="
        " (SELECT due_on IS NOT NULL, CASE WHEN due_on IS NULL THEN 'CLOSED' ELSE status END,"
        " date(max(due_on, ?4), '+1 day') FROM (SELECT min(due_on) AS due_on FROM installment"
        " WHERE loan_id = ?2 AND is_open = 1)) WHERE id = ?2 RETURNING is_open",
        (principal, loan_id, excess, payment.today.isoformat()),
    ).fetchone()[0]
    sides = {
        "CASH": payment.cents,
        "LOANS_RECEIVABLE": -principal,
        "INTEREST_INCOME": -interest,
        "CUSTOMER_CREDIT": -excess,
    }
    _post(db, payment, booked, sides)
    what = {"cents": payment.cents, "points": points, "is_open": is_open, "excess": excess}
    _tell(db, booked, f"L-{created_at[:4]}-{loan_id:06d}", what)
    _note(db, payment, booked)
    return repayment


def _loan(db: sqlite3.Connection, payment: Payment) -> tuple[Any, bool]:
    row = db.execute(
        "SELECT l.id, l.customer_id, l.currency, l.status, l.opened_on, l.created_at FROM loan AS l"
        " JOIN customer AS c ON c.id = l.customer_id"
        " WHERE l.id = ? AND c.branch_id IN (SELECT value FROM json_each(?))",
        (payment.loan_id, str(payment.branch_ids)),
    ).fetchone()
    assert row is not None, "not found"
    own = db.execute(
        "SELECT 1 FROM loan_party JOIN staff ON staff.customer_id = loan_party.customer_id"
        " WHERE staff.id = ? AND loan_party.loan_id = ?",
        (payment.staff_id, payment.loan_id),
    ).fetchone()
    return row, own is not None


def _pay(db: sqlite3.Connection, payment: Payment, booked: Booked) -> tuple[int, int, int]:
    """Spread the payment; gives the principal and the interest it paid, and the points it earned."""
    rest, principal_paid, interest_paid, points = payment.cents, 0, 0, 0
    for id, number, due_on, principal, interest in db.execute(
        "SELECT id, number, due_on, principal - paid_principal, interest - paid_interest FROM installment"
        " WHERE loan_id = ? AND is_open = 1 ORDER BY due_on, number",
        (booked.loan_id,),
    ).fetchall():
        if not rest:
            break
        pays_interest = min(rest, interest)
        pays_principal = min(rest - pays_interest, principal)
        rest -= pays_interest + pays_principal
        closes = pays_interest + pays_principal == interest + principal
        principal_paid, interest_paid = principal_paid + pays_principal, interest_paid + pays_interest
        db.execute(
            "UPDATE installment SET paid_interest = paid_interest + ?, paid_principal = paid_principal + ?,"
            " is_open = ?, paid_on = ? WHERE id = ?",
            (pays_interest, pays_principal, not closes, payment.received_on if closes else None, id),
        )
        if closes and payment.received_on <= due_on:
            points += _reward(db, payment, booked, number)
    if points:
        db.execute(
            "UPDATE points_account SET pending = pending + ? WHERE customer_id = ?", (points, booked.customer_id)
        )
    return principal_paid, interest_paid, points


def _reward(db: sqlite3.Connection, payment: Payment, booked: Booked, number: int) -> int:
    source = f"Loan:{booked.loan_id}:{number}"
    if db.execute("SELECT 1 FROM points_entry WHERE source = ?", (source,)).fetchone():
        return 0
    points = POINTS_ON_TIME
    entry = _insert(
        db,
        "points_entry",
        "customer_id created_at kind points spendable pending qualifying source repayment_id booked_on loan_id"
        " installment_number act rule_id",
        (
            *(booked.customer_id, booked.now, "EARNED", points, 0, points, points, source, booked.id),
            *(payment.today.isoformat(), booked.loan_id, number, "ON_TIME", FIRST_RULE),
        ),
    )
    usable_from = payment.today + timedelta(days=PENDING_DAYS)
    left = ("PENDING", points, points, 0)
    lot = _insert(
        db,
        "point_lot",
        "customer_id created_at entry_id state earned remaining expired activates_on expires_on",
        (
            *(booked.customer_id, booked.now, entry, *left),
            *(usable_from.isoformat(), expires_on(usable_from).isoformat()),
        ),
    )
    for side, lot_id, signed in (("PENDING", lot, points), ("ISSUED", None, -points)):
        _insert(
            db,
            "points_posting",
            "customer_id created_at entry_id side lot_id points",
            (booked.customer_id, booked.now, entry, side, lot_id, signed),
        )
    return points


def _post(db: sqlite3.Connection, payment: Payment, booked: Booked, sides: Mapping[str, int]) -> None:
    entry = _insert(
        db,
        "entry",
        "booked_on source customer_number loan_id created_at",
        (payment.today.isoformat(), f"Repayment:{booked.id}", booked.customer_id, booked.loan_id, booked.now),
    )
    db.execute(
        "INSERT INTO posting (entry_id, account_id, amount, currency, created_at)"
        " SELECT ?1, account.id, side.value, 'CNY', ?2 FROM json_each(?3) AS side"
        " JOIN account ON account.code = side.key AND account.currency = 'CNY' WHERE side.value <> 0",
        (entry, booked.now, orjson.dumps(sides).decode()),
    )


def _tell(db: sqlite3.Connection, booked: Booked, number: str, what: Mapping[str, int]) -> None:
    customer, loan = {"customer_id": booked.customer_id}, {"loan_id": booked.loan_id, "number": number}
    amount = {"amount": str(from_cents(what["cents"])), "currency": "CNY"}
    events: list[tuple[str, dict[str, Any]]] = [("RepaymentReceived", customer | loan | {"amount": amount})]
    if what["points"]:
        events.append(("PointsEarned", customer | {"points": what["points"]}))
    if not what["is_open"]:
        events.append(("LoanRepaid", customer | loan))
        if what["excess"]:
            left = {"amount": str(from_cents(what["excess"])), "currency": "CNY"}
            events.append(("CreditLeft", customer | loan | {"amount": left}))
    for kind, fields in events:
        body = orjson.dumps(fields).decode()
        _insert(
            db,
            "outbox_event",
            "kind body customer_id tries created_at",
            (kind, body, booked.customer_id, 0, booked.now),
        )


def _note(db: sqlite3.Connection, payment: Payment, booked: Booked) -> None:
    actor = f"S{payment.staff_id}"
    _insert(
        db,
        "idempotency_key",
        "actor operation key arguments_hash result_number created_at",
        (actor, "record_repayment", payment.key, payment.hashed, booked.id, booked.now),
    )
    db.execute(
        "INSERT INTO audit_entry (actor, role, session_number, operation, subject, customer_number, reason, created_at)"
        " SELECT ?, role, ?, 'record_repayment', ?, ?, '', ? FROM staff WHERE id = ?",
        (actor, payment.session_id, f"Loan:{booked.loan_id}", booked.customer_id, booked.now, payment.staff_id),
    )


def _insert(db: sqlite3.Connection, table: str, columns: str, values: tuple[object, ...]) -> int:
    names = columns.split()
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
    key = db.execute(statement, values).lastrowid
    assert key is not None
    return key


_REPAID = """
SELECT r.amount, a.costs, a.penalty, a.interest, a.principal, l.outstanding, i.due_on, i.principal + i.interest,
  (SELECT COALESCE(SUM(points), 0) FROM points_entry WHERE repayment_id = r.id)
FROM repayment AS r JOIN allocation AS a ON a.repayment_id = r.id JOIN loan AS l ON l.id = r.loan_id
LEFT JOIN installment AS i ON i.id = (
  SELECT id FROM installment WHERE loan_id = l.id AND is_open = 1 ORDER BY number LIMIT 1)
WHERE r.id = ?
"""


def _answer(db: sqlite3.Connection, repayment_id: int) -> bytes:
    amount, costs, penalty, interest, principal, outstanding, due_on, total, points = db.execute(
        _REPAID, (repayment_id,)
    ).fetchone()
    parts = {"costs": costs, "penalty": penalty, "interest": interest, "principal": principal}
    repaid = {
        "__typename": "RepaySuccess",
        "repayment": {
            "id": _encoded(b"Repayment:%d" % repayment_id).rstrip("="),
            "amount": _money(amount),
            "allocation": {name: _money(cents) for name, cents in parts.items()},
        },
        "loan": {
            "outstanding": _money(outstanding),
            "nextInstallment": None if due_on is None else {"dueOn": due_on, "total": _money(total)},
        },
        "pointsEarned": points,
    }
    return orjson.dumps({"data": {"recordRepayment": repaid}})


def _money(cents: int) -> dict[str, str]:
    return {"amount": f"{cents // 100}.{cents % 100:02d}"}
