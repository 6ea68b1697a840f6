"""The life of a payment, either way, and the ways money reaches us."""

from enum import StrEnum


class PaymentStatus(StrEnum):
    """Where a collection or a payout stands with its provider."""

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
