"""Reversing a payment that did not stay, such as one that bounced: as if it had never been."""

from datetime import date

from models import Loan, LoanEvent, Repayment, Viewer
from models.database import Unit, locked, open_unit
from notifications import outbox
from notifications.loans.reversals import RepaymentReversed
from resolvers import keys
from resolvers.loans import replays
from resolvers.loans.own_affairs import check_not_party
from resolvers.loyalty import vouchers
from rules.books.accounts import AccountCode
from rules.errors import NotFound
from rules.loans.events import LoanEventKind
from rules.loans.numbers import loan_number
from rules.loans.repayments import AlreadyReversed, NotReversible, check_reversed_on
from rules.money import Money
from rules.payments.states import PaymentChannel
from rules.people.reveal import check_reason


async def reverse_repayment(
    viewer: Viewer, *, repayment_id: int, reversed_on: date, reason: str, key: str
) -> LoanEvent:
    """Put everything back as if a payment had never been, points included; what depended on it is worked out again.

    Raises `NotFound`, `OwnAffairs`, `ReasonTooShort`, `NotReversible`, `AlreadyReversed`,
    `ReversalDateNotAllowed`, `KeyReused`.
    """
    stated = check_reason(reason)
    async with keys.once(LoanEvent, viewer, "reverse_repayment", key, repayment_id, reversed_on, stated) as kept:
        if kept.is_new:
            unit = open_unit()
            unit.reason = stated
            repayment = await Repayment.visible_to(viewer).get_or_none(id=repayment_id)
            if repayment is None:
                raise NotFound
            loan = await locked(Loan, viewer, repayment.loan_id)
            await check_not_party(viewer, loan)
            unit.subject = repayment
            kept.keep(await reverse(unit, loan, repayment, reversed_on))
    return kept.result


async def reverse(
    unit: Unit, loan: Loan, repayment: Repayment, reversed_on: date, goes_to: AccountCode = AccountCode.CASH
) -> LoanEvent:
    """Reverse a payment of a loan, which the caller has locked; `goes_to` is credited with its money.

    Raises `NotReversible`, `AlreadyReversed`, `ReversalDateNotAllowed`.
    """
    if repayment.channel in (PaymentChannel.NEW_LOAN, PaymentChannel.REDRESS):
        raise NotReversible
    paid = await LoanEvent.get(repayment_id=repayment.id)
    if await LoanEvent.exists(reverses_id=paid.id):
        raise AlreadyReversed
    check_reversed_on(reversed_on, paid.value_on, unit.today)
    event = await LoanEvent.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        currency=loan.currency,
        kind=LoanEventKind.REVERSAL,
        value_on=reversed_on,
        reverses_id=paid.id,
    )
    if repayment.channel is PaymentChannel.VOUCHER:
        goes_to = AccountCode.REWARDS_EXPENSE
    await replays.bring_up_to_date(unit, loan, f"LoanEvent:{event.id}", {goes_to: -repayment.amount})
    await vouchers.release(unit, repayment)
    await outbox.record(
        RepaymentReversed(
            customer_id=loan.customer_id,
            loan_id=loan.id,
            number=loan_number(loan.id, loan.created_at),
            amount=Money(repayment.amount, repayment.currency),
        )
    )
    return event


async def reversed_repayments(loan_id: int) -> set[int]:
    """Give the ids of the repayments of a loan that did not stay."""
    reversals = LoanEvent.filter(loan_id=loan_id, kind=LoanEventKind.REVERSAL).prefetch_related("reverses")
    return {each.reverses.repayment_id async for each in reversals if each.reverses.repayment_id is not None}
