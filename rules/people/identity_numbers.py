"""Identity numbers of mainland China: 18 characters that say birth date and sex, and check themselves."""

import re
from dataclasses import dataclass
from datetime import date

from rules.errors import Refused
from rules.people.kinds import Sex

_SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]")
_CHECK_CHARACTERS = "10X98765432"
"""By the remainder of the weighted sum: what makes the whole sum 1 modulo 11."""
_FIRST_YEAR = 1900


@dataclass(eq=False)
class IdentityNumberInvalid(Refused):
    """Not an identity number: a character is wrong or missing."""

    code = "IDENTITY_NUMBER_INVALID"
    path = ("identityNumber",)


@dataclass(eq=False)
class IdentityInUse(Refused):
    """This identity number belongs to another customer account. Sign in with its phone, or ask a branch."""

    code = "IDENTITY_IN_USE"
    path = ("identityNumber",)


@dataclass(frozen=True)
class IdentityNumber:
    """A number that passed its checks, and what follows from it."""

    number: str
    """18 characters; the last may be a capital X."""
    birth_on: date
    sex: Sex


def parse_identity_number(text: str) -> IdentityNumber:
    """Read an identity number, a lower-case x accepted. Raises `IdentityNumberInvalid`.

    GB 11643-1999 [M]: six digits of the place, eight of the birth date, three of order (the last odd for men), and a
    check character by ISO 7064 MOD 11-2.
    """
    number = text.strip().replace("x", "X")
    if not _SHAPE.fullmatch(number) or number[17] != check_character(number[:17]):
        raise IdentityNumberInvalid
    try:
        birth_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdentityNumberInvalid from None
    if birth_on.year < _FIRST_YEAR:
        raise IdentityNumberInvalid
    return IdentityNumber(number, birth_on, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def check_character(digits: str) -> str:
    """Give the check character of 17 digits by ISO 7064 MOD 11-2: each place weighs 2^(its distance from the end)."""
    weighted = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(digits))
    return _CHECK_CHARACTERS[weighted % 11]
