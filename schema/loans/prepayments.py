"""Repaying early."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import models
import rules.money
from resolvers.loans import bookings, prepayments, repayments
from rules.loans.events import PrepaymentEffect
from rules.loans.prepayments import BelowDue, NothingToPrepay, NotWithdrawable, QuoteExpired
from rules.loans.repayments import (
    AmountNotAllowed,
    CurrencyMismatch,
    Overpayment,
    PaymentFailed,
    PaymentUnderWay,
    ReceiptKnown,
)
from rules.payments.states import PaymentChannel
from rules.people.access import CUSTOMERS, IN_CHARGE
from rules.people.staff import OwnAffairs
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, money, mutation, node, one_of, relation, token
from schema.money import Money, money_input

if TYPE_CHECKING:
    from schema.loans.loans import Loan


@node(models.PrepaymentQuote)
class PrepaymentQuote(Node):
    """What repaying early would come to. It holds on its day, and until anything else happens to the loan."""

    value_on: date
    """The only day on which it can be confirmed."""
    effect: PrepaymentEffect
    """What is made smaller."""
    amount: Money = money()
    """What is to be paid."""
    costs: Money = money()
    """Of it, fees that are due and the one for repaying early."""
    penalty: Money = money()
    """Of it, penalty interest until today."""
    interest: Money = money()
    """Of it, interest that is due or has accrued."""
    principal: Money = money()
    """Of it, what repays the loan."""
    credit: Money = money()
    """Kept credit that is used along and, of a withdrawal, the fees that are given back; it is taken off the amount."""
    saved_interest: Money = money()
    """Interest that will not have to be paid."""
    installment: Money = money()
    """What the next installment asks for afterwards; zero once all is settled."""
    lines_left: int
    """How many installments are left afterwards."""
    ends_on: date | None
    """The last due day afterwards; null once all is settled."""
    is_full: bool
    """Whether it settles the loan."""
    loan: Loan = relation("loan_id")
    """The loan, as it is now."""


@input
class QuotePrepaymentInput(Input):
    """Which loan, how much, and what is to become smaller."""

    loan_id: int = id_of(models.Loan)
    """A loan that is owed."""
    amount: rules.money.Money | None = money_input()
    """How much is to be paid; all that settles the loan, if nothing is said."""
    effect: PrepaymentEffect
    """The term, or the installments, of no matter where all is settled; or that it undoes the loan while it cools off."""


@mutation(
    allow=CUSTOMERS | IN_CHARGE,
    refusals=(AmountNotAllowed, CurrencyMismatch, Overpayment, BelowDue, NothingToPrepay, NotWithdrawable),
)
async def quote_prepayment(info: Info, input: QuotePrepaymentInput) -> models.PrepaymentQuote:
    """Reckon what repaying early would come to today, with every fee and the saving."""
    return await prepayments.quote(info.context.viewer, **input.values())


@input
class ConfirmPrepaymentInput(Input):
    """Which quote."""

    quote_id: int = id_of(models.PrepaymentQuote)
    """One of today."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=CUSTOMERS, refusals=(QuoteExpired, PaymentUnderWay, PaymentFailed))
async def confirm_prepayment(
    info: Info, input: ConfirmPrepaymentInput
) -> bookings.Repaid | repayments.RepaymentPending:
    """Repay early exactly as quoted, through the payment provider."""
    return await prepayments.confirm(info.context.viewer, **input.values())


@input
class RecordPrepaymentInput(Input):
    """Money received today outside the app that repays early as quoted."""

    quote_id: int = id_of(models.PrepaymentQuote)
    """One of today."""
    channel: PaymentChannel = one_of(PaymentChannel.CASH, PaymentChannel.TRANSFER)
    """CASH or TRANSFER."""
    reference: str = token(64)
    """The bank's reference, or the number of the cash receipt: capitals or not, one is never booked twice."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(QuoteExpired, ReceiptKnown, OwnAffairs))
async def record_prepayment(info: Info, input: RecordPrepaymentInput) -> bookings.Repaid:
    """Book cash or a transfer that repays early exactly as quoted."""
    return await prepayments.record(info.context.viewer, **input.values())
