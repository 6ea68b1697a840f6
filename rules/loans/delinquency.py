"""How late a loan is, and how it is classed for it."""

from enum import StrEnum


class Bucket(StrEnum):
    """How many days past due the oldest unpaid due day is."""

    CURRENT = "CURRENT"
    """Nothing is overdue."""
    D1_7 = "D1_7"
    """1 to 7 days."""
    D8_30 = "D8_30"
    """8 to 30 days."""
    D31_60 = "D31_60"
    """31 to 60 days."""
    D61_90 = "D61_90"
    """61 to 90 days."""
    D91_180 = "D91_180"
    """91 to 180 days."""
    D181_270 = "D181_270"
    """181 to 270 days."""
    D271_360 = "D271_360"
    """271 to 360 days."""
    D361_UP = "D361_UP"
    """More than 360 days."""


class RiskClass(StrEnum):
    """The five-tier classification (五级分类), by its floor of days past due."""

    NORMAL = "NORMAL"
    """Nothing is overdue."""
    SPECIAL_MENTION = "SPECIAL_MENTION"
    """1 to 90 days."""
    SUBSTANDARD = "SUBSTANDARD"
    """91 to 270 days."""
    DOUBTFUL = "DOUBTFUL"
    """271 to 360 days."""
    LOSS = "LOSS"
    """More than 360 days."""


_BUCKETS = (
    (360, Bucket.D361_UP),
    (270, Bucket.D271_360),
    (180, Bucket.D181_270),
    (90, Bucket.D91_180),
    (60, Bucket.D61_90),
    (30, Bucket.D31_60),
    (7, Bucket.D8_30),
    (0, Bucket.D1_7),
)
_CLASSES = (
    (360, RiskClass.LOSS),
    (270, RiskClass.DOUBTFUL),
    (90, RiskClass.SUBSTANDARD),
    (0, RiskClass.SPECIAL_MENTION),
)


def bucket_of(days_past_due: int) -> Bucket:
    """Say which bucket a loan is in."""
    return next((bucket for beyond, bucket in _BUCKETS if days_past_due > beyond), Bucket.CURRENT)


def risk_class_of(days_past_due: int) -> RiskClass:
    """Class a loan by how late it is: the least that the rules on risk classification (2023, art. 10 and 11) ask for."""
    return next((each for beyond, each in _CLASSES if days_past_due > beyond), RiskClass.NORMAL)
