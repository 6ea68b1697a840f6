"""Who people are to us, how sensitive a value is, and to whom a masked one is clear."""

from enum import Enum, Flag, StrEnum, auto


class Role(StrEnum):
    """What a signed-in person may be; VISITOR is nobody yet, SYSTEM is ourselves at night."""

    CUSTOMER = "CUSTOMER"
    """A person who borrows, or may: sees his own rows only."""
    OFFICER = "OFFICER"
    """Looks after one branch's customers and decides up to his limit."""
    MANAGER = "MANAGER"
    """Looks after the customers of his branches, decides above the limit and makes products."""
    MARKETER = "MARKETER"
    """Prepares promotions; sees no customer rows."""
    AUDITOR = "AUDITOR"
    """Reads everything, masked, and changes nothing."""
    ADMIN = "ADMIN"
    """Keeps staff, branches and settings; sees no customer rows."""
    VISITOR = "VISITOR"
    """Somebody who has not signed in."""
    SYSTEM = "SYSTEM"
    """The lender itself, in background work."""


CUSTOMERS = frozenset({Role.CUSTOMER})
OFFICERS = frozenset({Role.OFFICER})
MANAGERS = frozenset({Role.MANAGER})
MARKETERS = frozenset({Role.MARKETER})
ADMINS = frozenset({Role.ADMIN})
AUDITORS = frozenset({Role.AUDITOR})
IN_CHARGE = frozenset({Role.OFFICER, Role.MANAGER})
"""Staff who look after customers: they see the rows of their branches."""
ALL_STAFF = IN_CHARGE | AUDITORS | ADMINS | MARKETERS
SIGNED_IN = CUSTOMERS | ALL_STAFF
EVERYONE = SIGNED_IN | {Role.VISITOR}


class DataTier(Enum):
    """How sensitive a value is: C1 clear to whoever may see its row, C2 masked, C3 masked and encrypted."""

    C1 = 1
    C2 = 2
    C3 = 3


C1, C2, C3 = DataTier


class ClearTo(Flag):
    """To whom a masked value is clear, among those who may see its row."""

    OWNER = auto()
    STAFF_IN_CHARGE = auto()


OWNER = ClearTo.OWNER
STAFF_IN_CHARGE = ClearTo.STAFF_IN_CHARGE


class PartyRole(StrEnum):
    """What a customer is to a loan."""

    BORROWER = "BORROWER"
    """Signed the contract and owes the loan."""
    CO_BORROWER = "CO_BORROWER"
    """Owes it together with the borrower: sees it all and may repay."""
    GUARANTOR = "GUARANTOR"
    """Answers for it if the borrower fails: sees status and arrears only."""


ALL_PARTIES = frozenset(PartyRole)
PAYERS = frozenset({PartyRole.BORROWER, PartyRole.CO_BORROWER})
"""Parties who see a loan's payments and may repay it; a guarantor sees the loan and what is due on it, not its payments."""


def is_clear(clear_to: ClearTo, role: Role, *, is_owner: bool) -> bool:
    """Say whether a masked value is clear to a viewer who may see its row."""
    return (is_owner and OWNER in clear_to) or (role in IN_CHARGE and STAFF_IN_CHARGE in clear_to)
