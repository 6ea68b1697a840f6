"""The life of a payment, either way, and the ways money reaches us."""

from enum import StrEnum

from rules.people.access import CUSTOMERS, IN_CHARGE, Role
from rules.states import Move, StateMachine


class PaymentStatus(StrEnum):
    """Where a collection stands with its provider."""

    PENDING = "PENDING"
    """Asked for; the provider has not answered finally."""
    SUCCEEDED = "SUCCEEDED"
    """The money has arrived."""
    FAILED = "FAILED"
    """No money moved, and none will by this attempt."""


class PaymentChannel(StrEnum):
    """How a repayment reached us."""

    APP = "APP"
    """The customer paid it himself, through the payment provider."""
    CASH = "CASH"
    """Paid at a branch, recorded by an officer."""
    TRANSFER = "TRANSFER"
    """Sent by bank transfer, recorded by an officer."""
    NEW_LOAN = "NEW_LOAN"
    """Settled out of a new loan: no money moved."""
    VOUCHER = "VOUCHER"
    """Paid by a voucher that the customer had for points: we bear it, and no money moved."""
    REDRESS = "REDRESS"
    """A fee given back after a complaint: we bear it, and no money moved."""


BORNE_BY_US = frozenset({PaymentChannel.VOUCHER, PaymentChannel.REDRESS})
"""Of these nobody can say that he paid them."""


class PayoutStatus(StrEnum):
    """Where a payout stands."""

    PENDING = "PENDING"
    """Ordered: the provider has been asked for it, or, where payouts are made by hand, it waits to be released."""
    RELEASED = "RELEASED"
    """To be paid at the bank by hand: one member of staff has said so."""
    SUCCEEDED = "SUCCEEDED"
    """The money has left for the customer."""
    FAILED = "FAILED"
    """The money did not leave, or came back; it can be sent again."""
    CANCELLED = "CANCELLED"
    """Nothing is sent: the loan was cancelled."""


UNDER_WAY = (PayoutStatus.PENDING, PayoutStatus.RELEASED)
"""Where money may still leave."""
_ANSWERED = CUSTOMERS | {Role.SYSTEM}
"""A provider answers when the customer signs, or later by itself."""

PAYOUT_MOVES = StateMachine(
    PayoutStatus.PENDING,
    (
        Move(PayoutStatus.PENDING, PayoutStatus.RELEASED, IN_CHARGE, "release"),
        Move(PayoutStatus.RELEASED, PayoutStatus.SUCCEEDED, IN_CHARGE, "confirm"),
        Move(PayoutStatus.RELEASED, PayoutStatus.FAILED, IN_CHARGE, "fail"),
        Move(PayoutStatus.FAILED, PayoutStatus.RELEASED, IN_CHARGE, "release again"),
        Move(PayoutStatus.PENDING, PayoutStatus.SUCCEEDED, _ANSWERED, "hear of success"),
        Move(PayoutStatus.PENDING, PayoutStatus.FAILED, _ANSWERED | IN_CHARGE, "fail"),
        Move(PayoutStatus.FAILED, PayoutStatus.SUCCEEDED, _ANSWERED, "hear of success after all"),
        Move(PayoutStatus.PENDING, PayoutStatus.CANCELLED, CUSTOMERS | IN_CHARGE, "cancel"),
    ),
)
