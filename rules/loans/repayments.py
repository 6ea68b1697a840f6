"""Repayments: what may be paid, recorded and reversed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rules.errors import Refused
from rules.money import ZERO, Money, is_whole_cents


@dataclass(eq=False)
class AmountNotAllowed(Refused):
    """The amount is zero, negative, or has more than two decimals."""

    code = "AMOUNT_NOT_ALLOWED"
    path = ("amount",)


@dataclass(eq=False)
class CurrencyMismatch(Refused):
    """The amount is in another currency than the product or loan."""

    code = "CURRENCY_MISMATCH"
    path = ("amount", "currency")
    expected: str
    """The currency to send, such as CNY."""


@dataclass(eq=False)
class Overpayment(Refused):
    """More than is still owed."""

    code = "OVERPAYMENT"
    path = ("amount",)
    maximum: Money
    """All that is still owed, interest included."""


@dataclass(eq=False)
class PaymentUnderWay(Refused):
    """Payments that were asked for, and are not answered yet, cover what is owed. Wait for them, or pay less."""

    code = "PAYMENT_UNDER_WAY"
    path = ("amount",)
    maximum: Money
    """The most that can be paid beside them; 0.00 if nothing."""


@dataclass(eq=False)
class LoanClosed(Refused):
    """Nothing can be paid on this loan: it has not been paid out yet, or it is settled."""

    code = "LOAN_CLOSED"


@dataclass(eq=False)
class PaymentFailed(Refused):
    """The payment provider did not collect the money. Choose a new key to try again."""

    code = "PAYMENT_FAILED"
    reason: str
    """The provider's reason, a short stable word such as INSUFFICIENT_FUNDS."""


@dataclass(eq=False)
class ReceiptKnown(Refused):
    """A payment with this reference was already recorded, with another amount, loan or day."""

    code = "RECEIPT_KNOWN"
    path = ("reference",)


@dataclass(eq=False)
class DateNotAllowed(Refused):
    """Money is recorded for a day on which it can have been received: from the payout of the loan to today."""

    code = "DATE_NOT_ALLOWED"
    path = ("receivedOn",)
    earliest: date
    """The day the loan was paid out."""
    latest: date
    """Today."""


@dataclass(eq=False)
class ReversalDateNotAllowed(Refused):
    """A payment is reversed as of a day from the one it counted for to today."""

    code = "REVERSAL_DATE_NOT_ALLOWED"
    path = ("reversedOn",)
    earliest: date
    """The day the payment counted for."""
    latest: date
    """Today."""


@dataclass(eq=False)
class NotReversible(Refused):
    """It was settled out of a new loan: no money came in that could bounce."""

    code = "NOT_REVERSIBLE"
    path = ("repaymentId",)


@dataclass(eq=False)
class AlreadyReversed(Refused):
    """The payment was reversed before."""

    code = "ALREADY_REVERSED"


def check_received_on(received_on: date, opened_on: date, today: date) -> None:
    """Let a day pass on which money for a loan can have been received. Raises `DateNotAllowed`."""
    if not opened_on <= received_on <= today:
        raise DateNotAllowed(opened_on, today)


def check_reversed_on(reversed_on: date, paid_on: date, today: date) -> None:
    """Let a day pass on which a payment can have bounced. Raises `ReversalDateNotAllowed`."""
    if not paid_on <= reversed_on <= today:
        raise ReversalDateNotAllowed(paid_on, today)


def check_not_under_way(amount: Decimal, payable: Money, waiting: Decimal) -> None:
    """Refuse what payments still waiting for their answer cover already. Raises `PaymentUnderWay`."""
    free = max(payable.amount - waiting, ZERO)
    if amount > free:
        raise PaymentUnderWay(maximum=Money(free, payable.currency))


def check_offered(amount: Decimal, currency: str, payable: Money) -> None:
    """Let an amount pass that may be asked for: positive whole cents, the loan's currency, no more than is owed.

    Raises `AmountNotAllowed`, `CurrencyMismatch` or `Overpayment`. Only for asking: once money is received, what
    exceeds the debt is excess.
    """
    if currency != payable.currency:
        raise CurrencyMismatch(payable.currency)
    check_amount(amount)
    if amount > payable.amount:
        raise Overpayment(payable)


def check_amount(amount: Decimal) -> None:
    """Let an amount pass that can be paid: positive whole cents. Raises `AmountNotAllowed`."""
    if not is_whole_cents(amount) or amount <= 0:
        raise AmountNotAllowed
