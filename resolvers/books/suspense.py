"""Money that matches no loan: recorded, and then assigned to a loan or sent back."""

from datetime import date

from tortoise.exceptions import IntegrityError

from models import Loan, Repayment, SuspenseItem, Viewer
from models.database import locked, open_unit
from models.loans.bookings import LockedLoan
from resolvers import keys
from resolvers.books import journal
from resolvers.loans import bookings, reversals
from resolvers.loans.bookings import Received
from resolvers.loans.own_affairs import check_not_party
from resolvers.loans.repayments import MANUAL
from resolvers.people.staff import accounts_of
from rules.books.accounts import AccountCode
from rules.books.suspense import SUSPENSE_MOVES, SuspenseStatus, check_received, value_day
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch, LoanClosed, ReceiptKnown
from rules.loans.states import OWED
from rules.money import Money
from rules.payments.states import PaymentChannel
from rules.people.reveal import check_reason
from rules.people.staff import check_not_own, check_other_person
from rules.products.currencies import check_currency
from rules.states import NotPossibleNow

ASSIGNED = "suspense"
"""The provider of receipts that are made of money in suspense."""


async def record_suspense(
    viewer: Viewer,
    *,
    amount: Money,
    reference: str,
    received_on: date,
    payer_name: str,
    note: str | None,
    key: str,
) -> SuspenseItem:
    """Keep money that was received and matches no loan, once for each reference.

    Raises `CurrencyUnsupported`, `AmountNotAllowed`, `ReceivedOnNotAllowed`, `ReceiptKnown`, `KeyReused`.
    """
    reference = reference.upper()
    arguments = (amount.amount, amount.currency, reference, received_on, payer_name, note)
    try:
        async with keys.once(SuspenseItem, viewer, "record_suspense", key, *arguments) as kept:
            if kept.is_new:
                check_currency(amount.currency)
                check_received(amount.amount, received_on, kept.today)
                item = await SuspenseItem.create(
                    provider=MANUAL,
                    provider_reference=reference,
                    currency=amount.currency,
                    amount=amount.amount,
                    received_on=received_on,
                    payer_name=payer_name,
                    note=note,
                    status=SuspenseStatus.OPEN,
                    recorded_by_id=viewer.staff_id,
                )
                await _post(item, f"Suspense:{item.id}", AccountCode.CASH, AccountCode.SUSPENSE)
                kept.keep(item)
    except IntegrityError as problem:
        if "provider_reference" not in str(problem):
            raise
        raise ReceiptKnown from None
    return kept.result


async def assign_suspense(viewer: Viewer, *, item_id: int, loan_id: int, key: str) -> SuspenseItem:
    """Book money in suspense as a repayment of a loan, as of the day it was received, or the payout if that was later.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `CurrencyMismatch`, `LoanClosed` for a loan that is not owed,
    `KeyReused`.
    """
    asked = keys.asked_by(viewer, "assign_suspense", key, item_id, loan_id)
    if not await SuspenseItem.visible_to(viewer).filter(id=item_id).exists():
        raise NotFound
    if await keys.known(asked) is None:
        try:
            async with bookings.locked_for_key(viewer, loan_id, asked) as held:
                if not held.is_key_known:
                    return await _assign(held, item_id, asked)
        except IntegrityError:  # Under the same key, for another item and loan: no lock held them apart.
            if await keys.known(asked) is None:
                raise
    await keys.known(asked)  # Which refuses a key that was for something else.
    return await SuspenseItem.visible_to(viewer).get(id=item_id)


async def _assign(held: LockedLoan, item_id: int, asked: keys.Asked) -> SuspenseItem:
    loan, viewer = held.loan, held.unit.viewer
    item = await locked(SuspenseItem, viewer, item_id)
    check_not_own(held.staff_kin, held.party_customer_ids)
    SUSPENSE_MOVES.check(item.status, SuspenseStatus.ASSIGNED, viewer.role)
    if item.currency != loan.currency:
        raise CurrencyMismatch(loan.currency)
    if loan.opened_on is None or loan.status not in OWED:
        raise LoanClosed
    item.assignments += 1
    received = Received(
        provider=ASSIGNED,
        provider_reference=f"{item.id}-{item.assignments}",
        amount=Money(item.amount, item.currency),
        channel=PaymentChannel.TRANSFER,
        value_on=value_day(item.received_on, loan.opened_on),
        came_from=AccountCode.SUSPENSE,
    )
    repaid = await bookings.book(held, received, asked)
    item.status, item.loan_id, item.receipt_id = SuspenseStatus.ASSIGNED, loan.id, repaid.repayment.receipt_id
    item.assigned_by_id, item.settled_on = viewer.staff_id, held.unit.today
    await item.save(update_fields=[*_ASSIGNMENT, "assignments"])
    return item


_ASSIGNMENT = ("status", "loan_id", "receipt_id", "assigned_by_id", "settled_on")


async def unassign_suspense(viewer: Viewer, *, item_id: int, reason: str, key: str) -> SuspenseItem:
    """Take money back from the loan it was assigned to, as if it had never been: it waits in suspense again.

    Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `AlreadyReversed` where the payment bounced, `ReasonTooShort`,
    `KeyReused`.
    """
    stated = check_reason(reason)
    async with keys.once(SuspenseItem, viewer, "unassign_suspense", key, item_id, stated) as kept:
        if kept.is_new:
            unit = open_unit()
            item = await SuspenseItem.visible_to(viewer).get_or_none(id=item_id)
            if item is None:
                raise NotFound
            if item.loan_id is None:
                raise NotPossibleNow(current=item.status)
            loan = await locked(Loan, viewer, item.loan_id)
            await check_not_party(viewer, loan)
            item = await locked(SuspenseItem, viewer, item_id)
            SUSPENSE_MOVES.check(item.status, SuspenseStatus.OPEN, viewer.role)
            if item.loan_id != loan.id:  # Somebody assigned it anew meanwhile.
                raise NotPossibleNow(current=item.status)
            repayment = await Repayment.get(receipt_id=item.receipt_id)
            unit.reason = stated
            await reversals.reverse(unit, loan, repayment, repayment.value_on, goes_to=AccountCode.SUSPENSE)
            item.status = SuspenseStatus.OPEN
            item.loan_id = item.receipt_id = item.assigned_by_id = item.settled_on = None
            await item.save(update_fields=_ASSIGNMENT)
            unit.subject = item
            kept.keep(item)
    return kept.result


async def return_suspense(viewer: Viewer, *, item_id: int, reason: str, key: str) -> SuspenseItem:
    """Keep that money in suspense was sent back to its payer; somebody else had recorded it.

    Raises `NotFound`, `NotPossibleNow`, `SamePerson`, `KeyReused`.
    """
    async with keys.once(SuspenseItem, viewer, "return_suspense", key, item_id, reason) as kept:
        if kept.is_new:
            item = await locked(SuspenseItem, viewer, item_id)
            SUSPENSE_MOVES.check(item.status, SuspenseStatus.RETURNED, viewer.role)
            check_other_person(item.recorded_by_id, await accounts_of(viewer))
            item.status, item.returned_by_id = SuspenseStatus.RETURNED, viewer.staff_id
            item.return_reason, item.settled_on = reason, kept.today
            await item.save(update_fields=["status", "returned_by_id", "return_reason", "settled_on"])
            await _post(item, f"SuspenseReturn:{item.id}", AccountCode.SUSPENSE, AccountCode.CASH)
            kept.keep(item)
    return kept.result


async def _post(item: SuspenseItem, source: str, debited: AccountCode, credited: AccountCode) -> None:
    await journal.post(
        open_unit(),
        source=source,
        currency=item.currency,
        amounts={debited: item.amount, credited: -item.amount},
        customer_id=None,
        loan_id=None,
    )
