"""Repayments: what may be paid, and what a payment pays for."""

from collections.abc import Sequence
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


@dataclass(frozen=True)
class Split:
    """What a payment paid for, by kind; the five make the payment."""

    costs: Decimal
    penalty: Decimal
    interest: Decimal
    principal: Decimal
    excess: Decimal
    """What was left when nothing more was owed."""


@dataclass(frozen=True)
class OpenInstallment:
    """What remains to be paid of an installment."""

    id: int
    number: int
    due_on: date
    principal: Decimal
    interest: Decimal


@dataclass(frozen=True)
class Share:
    """The part of a payment that goes to one installment."""

    installment_id: int
    interest: Decimal
    principal: Decimal
    closes: bool
    """Nothing of the installment remains."""


def allocate(amount: Decimal, installments: Sequence[OpenInstallment]) -> tuple[Split, tuple[Share, ...]]:
    """Spread a payment over installments, the oldest first, in each the interest before the principal.

    Gives the whole split, and a share for each installment that the payment touches, or reaches and finds with nothing
    to pay. Only the last share can leave its installment open.
    """
    assert amount > 0
    rest = amount
    shares: list[Share] = []
    for installment in sorted(installments, key=lambda each: (each.due_on, each.number)):
        remaining = installment.interest + installment.principal
        if remaining and not rest:
            break
        interest = min(rest, installment.interest)
        principal = min(rest - interest, installment.principal)
        rest -= interest + principal
        closes = interest + principal == remaining
        shares.append(Share(installment.id, interest, principal, closes))
        if not closes:
            break
    interest = sum((share.interest for share in shares), ZERO)
    principal = sum((share.principal for share in shares), ZERO)
    return Split(ZERO, ZERO, interest, principal, excess=rest), tuple(shares)


def check_received_on(received_on: date, opened_on: date, today: date) -> None:
    """Let a day pass on which money for a loan can have been received. Raises `DateNotAllowed`."""
    if not opened_on <= received_on <= today:
        raise DateNotAllowed(opened_on, today)


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
    if not is_whole_cents(amount) or amount <= 0:
        raise AmountNotAllowed
    if amount > payable.amount:
        raise Overpayment(payable)
