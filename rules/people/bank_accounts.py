"""Numbers of bank accounts and cards."""

import re
from dataclasses import dataclass
from enum import StrEnum

from rules.errors import Refused

_ACCOUNT = re.compile(r"[0-9]{8,32}")
_CARD = re.compile(r"[34569][0-9]{15,18}")
"""Banks' cards begin with these digits (ISO/IEC 7812 [M]); passbook accounts as long begin with others."""
_BETWEEN = re.compile(r"[ -]")


class AccountStatus(StrEnum):
    """Whether an account is in its customer's name."""

    UNVERIFIED = "UNVERIFIED"
    """Nobody has said so yet."""
    VERIFIED = "VERIFIED"
    """Whoever moves the money says so."""
    NAME_DIFFERS = "NAME_DIFFERS"
    """It is in another name: no money goes there."""


@dataclass(eq=False)
class BankAccountNotVerified(Refused):
    """This account is in another name, or nobody could say yet in whose. Name an account of your own, or try again later."""

    code = "BANK_ACCOUNT_NOT_VERIFIED"
    path = ("bankAccountId",)


def check_payable(status: AccountStatus, *, can_verify: bool) -> None:
    """Let money go to an account. Where nobody can say beforehand, the bank does: it sends back what is in another name.

    Raises `BankAccountNotVerified`.
    """
    if status is AccountStatus.NAME_DIFFERS or (status is AccountStatus.UNVERIFIED and can_verify):
        raise BankAccountNotVerified


@dataclass(eq=False)
class BankAccountInvalid(Refused):
    """Not the number of an account or card: a digit is wrong or missing."""

    code = "BANK_ACCOUNT_INVALID"
    path = ("number",)


def check_account_number(text: str) -> str:
    """Give the digits, 8 to 32 of them; what looks like a card must satisfy Luhn. Raises `BankAccountInvalid`."""
    number = _BETWEEN.sub("", text)
    if not _ACCOUNT.fullmatch(number) or (_CARD.fullmatch(number) and not satisfies_luhn(number)):
        raise BankAccountInvalid
    return number


def satisfies_luhn(number: str) -> bool:
    """Say whether the last digit checks the others (ISO/IEC 7812-1 Annex B [M])."""
    doubled = (int(digit) * 2 for digit in number[-2::-2])
    return (sum(map(int, number[-1::-2])) + sum(twice - 9 if twice > 9 else twice for twice in doubled)) % 10 == 0
