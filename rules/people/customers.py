"""What may not change about a customer by his own word."""

from dataclasses import dataclass
from datetime import date

from rules.errors import Refused

SEARCHES_A_DAY = 100
"""Searches by a whole number in 24 hours: each says whether a number is a customer's, as a reveal would."""


@dataclass(eq=False)
class AlreadyIdentified(Refused):
    """Name and identity number were given before; a mistake in them is corrected by the branch."""

    code = "ALREADY_IDENTIFIED"
    path = ("identityNumber",)


@dataclass(eq=False)
class SearchLimitReached(Refused):
    """You have searched by number as often as a day allows; names can still be searched."""

    code = "SEARCH_LIMIT_REACHED"
    path = ("search",)
    limit: int
    """How many searches by number a day allows."""


@dataclass(eq=False)
class BranchFixed(Refused):
    """A branch looks after you already, with what you applied for or borrowed; ask it to hand you over."""

    code = "BRANCH_FIXED"
    path = ("branchId",)


@dataclass(eq=False)
class TooYoung(Refused):
    """Only adults borrow."""

    code = "TOO_YOUNG"
    minimum_age: int
    """In years."""


ADULT_AGE = 18
"""Civil Code art. 17 [M]."""


def check_adult(birth_on: date, today: date) -> None:
    """Refuse who has not had his eighteenth birthday yet. Raises `TooYoung`."""
    had_birthday = (today.month, today.day) >= (birth_on.month, birth_on.day)
    if today.year - birth_on.year - (not had_birthday) < ADULT_AGE:
        raise TooYoung(minimum_age=ADULT_AGE)
