"""What an account of the people at the desks needs."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from rules.errors import Refused
from rules.money import is_whole_cents
from rules.people.access import IN_CHARGE, Role

SHORTEST_PASSWORD = 10
"""In characters, composition free: NIST SP 800-63B asks for length, not for kinds of characters [M]."""


class StaffRole(StrEnum):
    """What a member of staff may be."""

    OFFICER = Role.OFFICER.value
    """Looks after one branch's customers and decides up to his limit."""
    MANAGER = Role.MANAGER.value
    """Looks after the customers of his branches, decides above the limit and makes products."""
    MARKETER = Role.MARKETER.value
    """Prepares promotions; sees no customer rows."""
    AUDITOR = Role.AUDITOR.value
    """Reads everything, masked, and changes nothing."""
    ADMIN = Role.ADMIN.value
    """Keeps staff, branches and settings; sees no customer rows."""


_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


@dataclass(eq=False)
class LoginInvalid(Refused):
    """A login is 1 to 64 characters: Latin letters, digits, and . _ @ - after the first."""

    code = "LOGIN_INVALID"
    path = ("login",)


@dataclass(eq=False)
class LoginTaken(Refused):
    """Somebody else has this login."""

    code = "LOGIN_TAKEN"
    path = ("login",)


@dataclass(eq=False)
class NoSuchCustomer(Refused):
    """No customer of ours signs in with this phone."""

    code = "NO_SUCH_CUSTOMER"
    path = ("customerPhone",)


@dataclass(eq=False)
class PasswordTooShort(Refused):
    """The password is too easy to guess."""

    code = "PASSWORD_TOO_SHORT"
    path = ("password",)
    minimum: int
    """The fewest characters."""


@dataclass(eq=False)
class BranchesInvalid(Refused):
    """An officer works for exactly one branch, a manager for at least one, all others for none."""

    code = "BRANCHES_INVALID"
    path = ("branchIds",)


@dataclass(eq=False)
class LimitInvalid(Refused):
    """Only officers and managers have a decision limit; it is not below zero and has two decimals at most."""

    code = "LIMIT_INVALID"
    path = ("decisionLimit",)


@dataclass(eq=False)
class OwnAccount(Refused):
    """Nobody changes his own account or role: a colleague has to do it."""

    code = "OWN_ACCOUNT"


def check_not_self(actor_id: int | None, staff_id: int) -> None:
    """Raise `OwnAccount` where somebody is about to change himself."""
    if actor_id == staff_id:
        raise OwnAccount


def check_login(login: str) -> str:
    """Give the login as it is kept, in lower case. Raises `LoginInvalid`."""
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise LoginInvalid
    return login


def check_password(password: str) -> None:
    """Raise `PasswordTooShort`."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(minimum=SHORTEST_PASSWORD)


def check_branches(role: Role, count: int) -> None:
    """Raise `BranchesInvalid` unless a role works for so many branches."""
    if role is Role.OFFICER:
        fits = count == 1
    elif role is Role.MANAGER:
        fits = count >= 1
    else:
        fits = count == 0
    if not fits:
        raise BranchesInvalid


@dataclass(eq=False)
class OwnAffairs(Refused):
    """This is about yourself or your family: a colleague has to do it."""

    code = "OWN_AFFAIRS"


def check_not_own(kin: Collection[int], about_customer_ids: Collection[int]) -> None:
    """Refuse what a member of staff would do about himself or his family, as customers. Raises `OwnAffairs`."""
    if not set(kin).isdisjoint(about_customer_ids):
        raise OwnAffairs


@dataclass(eq=False)
class SamePerson(Refused):
    """Two people are needed, and you were the first: whoever recommends, releases or proposes does not decide."""

    code = "SAME_PERSON"


def check_other_person(first_id: int | None, accounts_of_second: Collection[int]) -> None:
    """Let the second of two members of staff act. Raises `SamePerson` where one of his accounts was the first, too."""
    if first_id in accounts_of_second:
        raise SamePerson


def check_limit(role: Role, limit: Decimal | None) -> None:
    """Raise `LimitInvalid` unless a role may have such a decision limit."""
    if limit is not None and (role not in IN_CHARGE or limit < 0 or not is_whole_cents(limit)):
        raise LimitInvalid
