"""Paying money out."""

from dataclasses import dataclass

from rules.errors import Refused


@dataclass(eq=False)
class PayoutFailed(Refused):
    """The bank did not take the money for this account. Sign again with a new key, for this account or another one."""

    code = "PAYOUT_FAILED"
    path = ("bankAccountId",)
    reason: str
    """The provider's reason, in its own short code."""
