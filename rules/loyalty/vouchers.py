"""Vouchers: what pays interest or fees of a loan, once."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rules.errors import Refused
from rules.loyalty.rewards import RewardKind
from rules.people.access import CUSTOMERS, IN_CHARGE, MANAGERS
from rules.products.kinds import DueComponent
from rules.states import Move, StateMachine

NOTICE_DAYS = 7
"""So many days before a voucher expires its owner is told."""
CODE_LENGTH = 12
"""30^12, some 2^58.9: nobody guesses one."""


class VoucherStatus(StrEnum):
    """Where a voucher stands; one that is open can be used until its last day."""

    OPEN = "OPEN"
    """It was not used."""
    USED = "USED"
    """It paid something; what was left of its value has lapsed."""
    CANCELLED = "CANCELLED"
    """It was taken back, and its points are back."""


VOUCHER_MOVES = StateMachine(
    VoucherStatus.OPEN,
    (
        Move(VoucherStatus.OPEN, VoucherStatus.USED, CUSTOMERS, "use"),
        Move(VoucherStatus.USED, VoucherStatus.OPEN, IN_CHARGE, "reverse its payment"),
        Move(VoucherStatus.OPEN, VoucherStatus.CANCELLED, CUSTOMERS | MANAGERS, "cancel"),
    ),
)

PAYS = {
    RewardKind.INTEREST_VOUCHER: DueComponent.INTEREST,
    RewardKind.FEE_WAIVER: DueComponent.COSTS,
}
"""What a voucher pays, and nothing else."""


@dataclass(eq=False)
class VoucherExpired(Refused):
    """The last day of this voucher is over."""

    code = "VOUCHER_EXPIRED"
    path = ("voucherId",)
    last_on: date
    """Its last day."""


@dataclass(eq=False)
class NothingToPay(Refused):
    """Of what this voucher pays, this loan owes nothing: neither what is due nor the next installment asks for it."""

    code = "NOTHING_TO_PAY"
    path = ("loanId",)


def check_usable(expires_on: date, today: date) -> None:
    """Let a voucher be used until its last day. Raises `VoucherExpired`."""
    if today > expires_on:
        raise VoucherExpired(last_on=expires_on)


def is_usable(status: VoucherStatus, expires_on: date, today: date) -> bool:
    """Say whether a voucher can be used today."""
    return status is VoucherStatus.OPEN and today <= expires_on
