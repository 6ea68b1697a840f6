"""Repaying a loan."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
import rules.money
from resolvers.loans import bookings, repayments
from rules.loans.repayments import (
    AmountNotAllowed,
    CurrencyMismatch,
    DateNotAllowed,
    LoanClosed,
    Overpayment,
    PaymentFailed,
    PaymentUnderWay,
    ReceiptKnown,
)
from rules.payments.states import PaymentChannel, PaymentStatus
from rules.people.access import CUSTOMERS, IN_CHARGE
from rules.people.staff import OwnAffairs
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, money, mutation, node, one_of, relation, token, value
from schema.money import Money, money_input

if TYPE_CHECKING:
    from schema.loans.events import LoanEvent
    from schema.loans.loans import Loan


@node(models.Repayment)
class Repayment(Node):
    """One payment received; what did not stay is put right by a reversal, never by an edit."""

    amount: Money = money()
    """What was received."""
    channel: PaymentChannel
    """How it reached us."""
    value_on: date
    """The day that counts for what was due."""
    received_at: datetime
    """When we learned of it."""
    allocation: Allocation | None = relation(via="repayment_id")
    """What it paid for; null once it is reversed."""
    event: LoanEvent | None = relation(via="repayment_id")
    """It, as something that happened to the loan."""


@node(models.Allocation)
class Allocation(Node):
    """What a payment paid for, or kept credit where it paid what fell due; worked out again when the past changes."""

    value_on: date
    """The day that counts for it."""
    repayment: Repayment | None = relation("repayment_id")
    """The payment; null where kept credit paid."""

    costs: Money = money()
    """Fees that were due."""
    penalty: Money = money()
    """Penalty interest."""
    interest: Money = money()
    """The price of the money lent."""
    principal: Money = money()
    """The amount borrowed."""
    excess: Money = money()
    """Received beyond the debt: kept for the customer as a credit; negative where credit is used."""


@node(models.PaymentIntent)
class PaymentIntent(Node):
    """A payment somebody asked for, as far as the provider has answered."""

    amount: Money = money()
    """How much."""
    status: PaymentStatus
    """Where it stands."""
    created_at: datetime
    """When it was asked for."""


@value(bookings.Repaid)
class RepaySuccess:
    """Received and booked."""

    repayment: Repayment
    """The payment."""
    loan: Loan
    """The loan as it is now."""
    points_earned: int
    """Points for what was paid on time; 0 if nothing was."""


@value(repayments.RepaymentPending)
class RepayPending:
    """Asked for, not yet answered by the bank; ask again with the same key, or wait for the notification."""

    intent: PaymentIntent
    """What was asked for."""
    loan: Loan
    """The loan as it is now, without this payment."""


@input
class RepayInput(Input):
    """Which loan, and how much."""

    loan_id: int = id_of(models.Loan)
    """A loan of yours, or one you owe together with another."""
    amount: rules.money.Money = money_input()
    """How much; what is due first is paid first."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(
    allow=CUSTOMERS,
    refusals=(AmountNotAllowed, CurrencyMismatch, Overpayment, PaymentUnderWay, LoanClosed, PaymentFailed),
)
async def repay(info: Info, input: RepayInput) -> bookings.Repaid | repayments.RepaymentPending:
    """Pay on a loan through the payment provider."""
    return await repayments.repay(info.context.viewer, **input.values())


@input
class RecordRepaymentInput(Input):
    """Money that was received outside the app."""

    loan_id: int = id_of(models.Loan)
    """The loan it is for."""
    amount: rules.money.Money = money_input()
    """How much was received."""
    channel: PaymentChannel = one_of(PaymentChannel.CASH, PaymentChannel.TRANSFER)
    """CASH or TRANSFER."""
    reference: str = token(64)
    """The bank's reference, or the number of the cash receipt: capitals or not, one is never booked twice."""
    received_on: date
    """The day it was received."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(
    allow=IN_CHARGE,
    refusals=(AmountNotAllowed, CurrencyMismatch, LoanClosed, ReceiptKnown, DateNotAllowed, OwnAffairs),
)
async def record_repayment(info: Info, input: RecordRepaymentInput) -> bookings.Repaid:
    """Book cash or a transfer that has been received."""
    return await repayments.record_repayment(info.context.viewer, **input.values())
