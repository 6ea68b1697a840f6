"""The closed lists of the points journal."""

from enum import StrEnum


class PointsKind(StrEnum):
    """Why points moved."""

    EARNED = "EARNED"
    """Given for something the customer did."""
    TAKEN_BACK = "TAKEN_BACK"
    """What they were given for did not happen after all, as where a payment bounced."""


class PointsSide(StrEnum):
    """The two sides of every points entry: what the customer holds, and what we issued."""

    HELD = "HELD"
    """What the customer can spend."""
    ISSUED = "ISSUED"
    """What we owe for it, the other way round."""
