"""Vouchers: issued for points, used on a loan as a real allocation of its journal, and given back."""

from dataclasses import dataclass
from datetime import date, timedelta

from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from models import Loan, Redemption, Repayment, Reward, Secret, Viewer, Voucher
from models.database import Unit, locked, transaction
from models.loans import bookings as loans_sql
from models.loans.bookings import LockedLoan
from models.loans.stored import Stored
from notifications import outbox
from notifications.loyalty.vouchers import VoucherExpiring
from resolvers import keys
from resolvers.loans import bookings, repayments, replays
from resolvers.loans.bookings import Received
from resolvers.loyalty import codes
from rules.books.accounts import AccountCode
from rules.errors import NotFound
from rules.loans.repayments import CurrencyMismatch, LoanClosed, PaymentUnderWay
from rules.loans.states import LoanStatus
from rules.loyalty.redemptions import HandedOut
from rules.loyalty.vouchers import (
    CODE_LENGTH,
    NOTICE_DAYS,
    PAYS,
    VOUCHER_MOVES,
    NothingToPay,
    VoucherStatus,
    check_usable,
)
from rules.money import ZERO, Money, exactly
from rules.payments.states import PaymentChannel

PROVIDER = "voucher"
"""The provider of receipts that vouchers make."""
CHUNK = 1_000


@dataclass(frozen=True)
class VoucherUse:
    """A voucher that was used, what it paid, and the loan as it is now."""

    voucher: Voucher
    repayment: Repayment
    loan: Loan
    points_earned: int


@dataclass(frozen=True)
class VoucherPreview:
    """What a voucher would pay of a loan today, and how much of its value would lapse."""

    pays: Money
    lapses: Money


async def issue(unit: Unit, redemption: Redemption, reward: Reward) -> Voucher:
    """Make the voucher of a redemption."""
    assert reward.worth is not None, "a voucher is worth something"
    assert reward.usable_days is not None, "a voucher has a last day"
    return await Voucher.create(
        customer_id=redemption.customer_id,
        redemption_id=redemption.id,
        kind=reward.kind,
        status=VOUCHER_MOVES.initial,
        code=Secret(codes.draw(CODE_LENGTH)),
        currency=reward.currency,
        worth=reward.worth,
        expires_on=unit.today + timedelta(days=reward.usable_days),
    )


async def use(viewer: Viewer, *, voucher_id: int, loan_id: int, key: str) -> VoucherUse:
    """Let a voucher pay what a loan of its owner's owes of it, due or next due; the rest of its value lapses.

    Raises `NotFound`, `LoanClosed`, `NotPossibleNow`, `VoucherExpired`, `CurrencyMismatch`, `PaymentUnderWay`, `NothingToPay`,
    `KeyReused`.
    """
    asked = keys.asked_by(viewer, "use_voucher", key, voucher_id, loan_id)
    known_id = await keys.known(asked)
    if known_id is None:
        try:
            async with bookings.locked_for_key(viewer, loan_id, asked) as held:
                if not held.is_key_known:
                    return await _use(held, voucher_id, asked)
        except IntegrityError:  # Under the same key, for another loan: no lock held them apart.
            if await keys.known(asked) is None:
                raise
        known_id = await keys.known(asked)
    assert known_id is not None, "who was first has committed"
    done = await repayments.repaid(viewer, id=known_id)
    return VoucherUse(
        await Voucher.visible_to(viewer).get(id=voucher_id), done.repayment, done.loan, done.points_earned
    )


async def _use(held: LockedLoan, voucher_id: int, asked: keys.Asked) -> VoucherUse:
    unit = held.unit
    voucher = await locked(Voucher, unit.viewer, voucher_id)
    pays = await _usable(unit.viewer, voucher, held.stored, unit.today)
    voucher.uses += 1
    received = Received(
        provider=PROVIDER,
        provider_reference=f"{voucher.id}-{voucher.uses}",
        amount=pays,
        channel=PaymentChannel.VOUCHER,
        value_on=unit.today,
        came_from=AccountCode.REWARDS_EXPENSE,
        pays_only=PAYS[voucher.kind],
    )
    done = await bookings.book(held, received, asked)
    voucher.status, voucher.used_on, voucher.repayment_id = VoucherStatus.USED, unit.today, done.repayment.id
    await voucher.save(update_fields=["status", "used_on", "repayment_id", "uses"])
    return VoucherUse(voucher, done.repayment, done.loan, done.points_earned)


async def preview(viewer: Viewer, *, voucher_id: int, loan_id: int) -> VoucherPreview:
    """Say what a voucher would pay of a loan today, and what of its value would lapse.

    Raises what `use` does, but for the key.
    """
    voucher = await Voucher.visible_to(viewer).get_or_none(id=voucher_id)
    if voucher is None:
        raise NotFound
    stored = await loans_sql.seen(get_connection("default"), viewer, loan_id)
    pays = await _usable(viewer, voucher, stored, viewer.today)
    return VoucherPreview(pays, Money(voucher.worth - pays.amount, voucher.currency))


async def _usable(viewer: Viewer, voucher: Voucher, stored: Stored, today: date) -> Money:
    """Give what a voucher would pay of a loan, where it can be used. Raises what `use` does, but for the key."""
    await _check_may_use(viewer, stored.loan)
    VOUCHER_MOVES.check(voucher.status, VoucherStatus.USED, viewer.role)
    check_usable(voucher.expires_on, today)
    return _payable(voucher, stored, today)


async def _check_may_use(viewer: Viewer, loan: Loan) -> None:
    """Let the borrower use a voucher while no payment is on its way: what it pays might be paid twice."""
    if loan.customer_id != viewer.customer_id:
        raise NotFound
    if loan.status is not LoanStatus.ACTIVE:
        raise LoanClosed
    if await repayments.waiting(loan):
        raise PaymentUnderWay(maximum=Money(ZERO, loan.currency))


def _payable(voucher: Voucher, stored: Stored, today: date) -> Money:
    """Give what a voucher can pay of a loan. Raises `CurrencyMismatch`, `NothingToPay`."""
    if voucher.currency != stored.loan.currency:
        raise CurrencyMismatch(expected=stored.loan.currency)
    ledger = replays.replayed(stored, today, *replays.repriced(stored, today))
    with exactly():
        owed = ledger.payable_by_voucher(PAYS[voucher.kind], today)
    if not owed:
        raise NothingToPay
    return Money(min(voucher.worth, owed), voucher.currency)


async def release(unit: Unit, repayment: Repayment) -> None:
    """Let a voucher be used again whose payment was reversed, until its last day; the caller has locked the loan."""
    if repayment.channel is not PaymentChannel.VOUCHER:
        return
    voucher = await Voucher.filter(repayment_id=repayment.id).select_for_update(no_key=True).get()
    VOUCHER_MOVES.check(voucher.status, VoucherStatus.OPEN, unit.viewer.role)
    voucher.status, voucher.used_on, voucher.repayment_id = VoucherStatus.OPEN, None, None
    await voucher.save(update_fields=["status", "used_on", "repayment_id"])


async def cancel(unit: Unit, redemption: Redemption) -> None:
    """Take the voucher of a redemption back. Raises `HandedOut` for one that was used."""
    voucher = await Voucher.filter(redemption_id=redemption.id).select_for_update(no_key=True).get()
    if voucher.status is VoucherStatus.USED:
        raise HandedOut
    VOUCHER_MOVES.check(voucher.status, VoucherStatus.CANCELLED, unit.viewer.role)
    voucher.status = VoucherStatus.CANCELLED
    await voucher.save(update_fields=["status"])


async def tell_vouchers_expire(viewer: Viewer, today: date) -> None:
    """Tell the owners of vouchers that expire soon, once each."""
    last_on, after = today + timedelta(days=NOTICE_DAYS), 0
    while True:
        soon = Voucher.filter(status=VoucherStatus.OPEN, expires_on=last_on, id__gt=after)
        due = await soon.order_by("id").limit(CHUNK)
        if not due:
            return
        async with transaction(viewer, "tell_vouchers_expire"):
            told = [
                (
                    VoucherExpiring(customer_id=each.customer_id, redemption_id=each.redemption_id, last_on=last_on),
                    f"VoucherExpiring:{each.id}:{last_on}",
                )
                for each in due
            ]
            await outbox.record_once(told)
        after = due[-1].id
