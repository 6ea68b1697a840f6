"""Vouchers."""

from dataclasses import dataclass
from datetime import date

from notifications.events import Event, link_to
from notifications.loans.about import AboutLoan
from rules.money import Money
from rules.notifications.classes import MessageClass


@dataclass(frozen=True, kw_only=True)
class VoucherUsed(AboutLoan):
    """Sent once a voucher has paid for a loan, in place of `RepaymentReceived`: no money came."""

    message_class = MessageClass.PAYMENT
    amount: Money
    """What it paid."""


@dataclass(frozen=True, kw_only=True)
class VoucherExpiring(Event):
    """Sent some days before the last day of a voucher that was not used."""

    message_class = MessageClass.SERVICE
    redemption_id: int
    last_on: date

    def link(self) -> str:
        return link_to("redemptions", self.redemption_id)
