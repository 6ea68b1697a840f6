"""What products follow from outside, and how that changes."""

from enum import StrEnum


class MarketChangeKind(StrEnum):
    """What is proposed."""

    REFERENCE_RATE = "REFERENCE_RATE"
    """A value of a reference rate, from a day on."""
    SPECIAL_DAYS = "SPECIAL_DAYS"
    """Days that the official calendar has otherwise, or does not know yet."""
