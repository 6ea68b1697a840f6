"""Recording a repayment with models, one row after the other."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from tortoise.expressions import F
from tortoise.transactions import in_transaction

from bench.data.town import FIRST_RULE, POINTS_ON_TIME
from bench.servers.bare import hash_of
from bench.servers.spreading import OpenInstallment, Share, spread_payment, sums
from models import (
    Account,
    AccountingDay,
    Allocation,
    AuditEntry,
    Entry,
    IdempotencyKey,
    Installment,
    Loan,
    LoanEvent,
    LoanParty,
    OutboxEvent,
    PointLot,
    PointsAccount,
    PointsEntry,
    PointsPosting,
    Posting,
    Receipt,
    Repayment,
    Session,
    StaffBranch,
)
from notifications.loans.refunds import CreditLeft
from notifications.loans.repayments import LoanRepaid, RepaymentReceived
from notifications.loyalty.points import PointsEarned
from rules.loans.numbers import loan_number
from rules.loyalty.points import PENDING_DAYS, expires_on
from rules.money import Money


class Received(NamedTuple):
    """What was received, and under which key it is recorded."""

    loan_id: int
    amount: Decimal
    currency: str
    channel: str
    reference: str
    on: date
    key: str


async def record(session: Session, received: Received) -> Repayment:
    """Book it, once for each key."""
    staff, hashed = session.staff, hash_of(received._asdict())
    now = datetime.now(UTC)  # noqa: TID251  No clock travels here.
    async with in_transaction():
        known = await IdempotencyKey.get_or_none(actor=f"S{staff.id}", operation="record_repayment", key=received.key)
        if known is not None:
            assert known.arguments_hash == hashed, "key reused"
            return await Repayment.get(id=known.result_number)
        today = (await AccountingDay.get(is_open=True)).on
        branches = [row.branch_id for row in await StaffBranch.filter(staff_id=staff.id)]
        loan = (
            await Loan.filter(id=received.loan_id, customer__branch_id__in=branches)
            .select_for_update(of=("loan",))
            .get()
        )
        parties = await LoanParty.filter(loan_id=loan.id)
        assert staff.customer_id not in [party.customer_id for party in parties], "own affairs"
        assert loan.opened_on is not None, "never paid out"
        assert loan.currency == received.currency, "another currency"
        assert loan.opened_on <= received.on <= today, "date not allowed"
        repayment = await _book(loan, received, today, now)
        await IdempotencyKey.create(
            actor=f"S{staff.id}",
            operation="record_repayment",
            key=received.key,
            arguments_hash=hashed,
            result_number=repayment.id,
            created_at=now,
        )
        await AuditEntry.create(
            actor=f"S{staff.id}",
            role=staff.role,
            session_number=session.id,
            operation="record_repayment",
            subject=f"Loan:{loan.id}",
            customer_number=loan.customer_id,
            reason="",
            created_at=now,
        )
    return repayment


async def _book(loan: Loan, received: Received, today: date, now: datetime) -> Repayment:
    owner = {"loan_id": loan.id, "customer_id": loan.customer_id, "currency": loan.currency, "created_at": now}
    receipt = await Receipt.create(
        **owner,
        provider="manual",
        provider_reference=received.reference,
        amount=received.amount,
        received_at=now,
        value_on=received.on,
    )
    repayment = await Repayment.create(
        **owner,
        receipt_id=receipt.id,
        amount=received.amount,
        channel=received.channel,
        value_on=received.on,
        received_at=now,
    )
    event = await LoanEvent.create(
        **owner, kind="PAYMENT", value_on=received.on, amount=received.amount, repayment_id=repayment.id
    )
    installments = await Installment.filter(loan_id=loan.id, is_open=True).order_by("number")
    excess, shares = spread_payment(received.amount, [_open(row) for row in installments])
    interest, principal = sums(shares)
    await Allocation.create(
        **owner,
        event_number=event.id,
        value_on=received.on,
        repayment_id=repayment.id,
        costs=0,
        penalty=0,
        interest=interest,
        principal=principal,
        excess=excess,
    )
    earned = await _pay(repayment, installments, shares, today)
    loan.outstanding -= principal
    loan.credit += excess
    waiting = [row.due_on for row in installments if row.is_open]
    loan.next_action_on = max(waiting[0], today) + timedelta(days=1) if waiting else None
    if not waiting:
        loan.status, loan.is_open = "CLOSED", False  # type: ignore[assignment]
    await loan.save()
    sides = {"LOANS_RECEIVABLE": -principal, "INTEREST_INCOME": -interest, "CUSTOMER_CREDIT": -excess}
    await _post(loan, repayment, sides, today, now)
    await _tell(loan, repayment, earned, now)
    return repayment


def _open(row: Installment) -> OpenInstallment:
    return OpenInstallment(row.id, row.principal - row.paid_principal, row.interest - row.paid_interest)


async def _pay(
    repayment: Repayment,
    installments: Sequence[Installment],
    shares: Sequence[Share],
    today: date,
) -> int:
    """Pay each installment its share, and give the points it earns."""
    earned = 0
    for share in shares:
        installment = next(row for row in installments if row.id == share.installment_id)
        installment.paid_interest += share.interest
        installment.paid_principal += share.principal
        if share.closes:
            installment.is_open, installment.paid_on = False, repayment.value_on
        await installment.save()
        points = POINTS_ON_TIME if share.closes and repayment.value_on <= installment.due_on else 0
        if points and not await PointsEntry.exists(source=f"Loan:{installment.loan_id}:{installment.number}"):
            await _reward(repayment, installment, points, today)
            earned += points
    return earned


async def _reward(repayment: Repayment, installment: Installment, points: int, today: date) -> None:
    owner: dict[str, Any] = {"customer_id": repayment.customer_id, "created_at": repayment.created_at}
    entry = await PointsEntry.create(
        **owner,
        kind="EARNED",
        points=points,
        pending=points,
        qualifying=points,
        act="ON_TIME",
        rule_id=FIRST_RULE,
        source=f"Loan:{installment.loan_id}:{installment.number}",
        repayment_id=repayment.id,
        loan_id=installment.loan_id,
        installment_number=installment.number,
        booked_on=today,
    )
    usable_from = today + timedelta(days=PENDING_DAYS)
    lot = await PointLot.create(
        **owner,
        entry_id=entry.id,
        state="PENDING",
        earned=points,
        remaining=points,
        activates_on=usable_from,
        expires_on=expires_on(usable_from),
    )
    await PointsPosting.create(**owner, entry_id=entry.id, side="PENDING", lot_id=lot.id, points=points)
    await PointsPosting.create(**owner, entry_id=entry.id, side="ISSUED", points=-points)
    await PointsAccount.filter(customer_id=repayment.customer_id).update(pending=F("pending") + points)


async def _post(loan: Loan, repayment: Repayment, sides: dict[str, Decimal], today: date, now: datetime) -> None:
    source = f"Repayment:{repayment.id}"
    entry = await Entry.create(
        booked_on=today, source=source, customer_number=loan.customer_id, loan_id=loan.id, created_at=now
    )
    for code, amount in {"CASH": repayment.amount, **sides}.items():
        if amount:
            account = await Account.get(code=code, currency=loan.currency)
            await Posting.create(
                entry_id=entry.id, account_id=account.id, amount=amount, currency=loan.currency, created_at=now
            )


async def _tell(loan: Loan, repayment: Repayment, earned: int, now: datetime) -> None:
    number = loan_number(loan.id, loan.created_at)
    amount = Money(repayment.amount, repayment.currency)
    owner: dict[str, Any] = {"customer_id": loan.customer_id}
    events: list[Any] = [RepaymentReceived(**owner, loan_id=loan.id, number=number, amount=amount)]
    if earned:
        events.append(PointsEarned(**owner, points=earned))
    if not loan.is_open:
        events.append(LoanRepaid(**owner, loan_id=loan.id, number=number))
        if loan.credit:
            left = Money(loan.credit, loan.currency)
            events.append(CreditLeft(**owner, loan_id=loan.id, number=number, amount=left))
    for event in events:
        await OutboxEvent.create(kind=event.kind, body=event.to_json(), **owner, created_at=now)
