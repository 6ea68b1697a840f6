"""The closed lists an application chooses from."""

from enum import StrEnum


class Purpose(StrEnum):
    """What the customer borrows for."""

    HOME_IMPROVEMENT = "HOME_IMPROVEMENT"
    """Repairing or furnishing a home."""
    EDUCATION = "EDUCATION"
    """Fees and living costs of learning."""
    MEDICAL = "MEDICAL"
    """Treatment and care."""
    VEHICLE = "VEHICLE"
    """Buying or repairing a car or motorcycle."""
    HOUSEHOLD = "HOUSEHOLD"
    """Appliances and everyday needs."""
    TRAVEL = "TRAVEL"
    """Transport and lodging of a journey."""
    OTHER = "OTHER"
    """Anything else that is lawful."""


class DisclosureStep(StrEnum):
    """Before which step the whole cost was shown."""

    SUBMIT = "SUBMIT"
    """Before the application is submitted."""
    SIGN = "SIGN"
    """Before the contract is signed."""


class Outcome(StrEnum):
    """What was recommended or decided."""

    APPROVE = "APPROVE"
    """In favour of lending."""
    DECLINE = "DECLINE"
    """Against lending."""


class DecisionReason(StrEnum):
    """Why, in words a customer can be told."""

    AFFORDABLE = "AFFORDABLE"
    """The installments fit the income."""
    GOOD_HISTORY = "GOOD_HISTORY"
    """Earlier debts were repaid as promised."""
    INCOME_TOO_LOW = "INCOME_TOO_LOW"
    """The installments would take too much of the income."""
    TOO_MUCH_DEBT = "TOO_MUCH_DEBT"
    """Together with other debts it would be too much."""
    HISTORY_OF_ARREARS = "HISTORY_OF_ARREARS"
    """Earlier debts were paid late."""
    INFORMATION_UNVERIFIED = "INFORMATION_UNVERIFIED"
    """What was stated could not be confirmed."""
    OUTSIDE_POLICY = "OUTSIDE_POLICY"
    """We do not lend for this purpose or in this situation."""


IN_FAVOUR = frozenset({DecisionReason.AFFORDABLE, DecisionReason.GOOD_HISTORY})
"""Why something is approved; the others say why not."""
