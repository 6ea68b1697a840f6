"""The closed lists of the points journal."""

from enum import StrEnum


class PointsKind(StrEnum):
    """Why points moved."""

    EARNED = "EARNED"
    """Given for something the customer did."""
    ACTIVATED = "ACTIVATED"
    """What they were given for is final: from now on they can be spent."""
    TAKEN_BACK = "TAKEN_BACK"
    """What they were given for did not happen after all, as where a payment bounced."""
    CAPPED = "CAPPED"
    """Not given: the most that the rule gives in its period had been reached. Nothing moved."""
    REDEEMED = "REDEEMED"
    """Spent on a reward."""
    RETURNED = "RETURNED"
    """Given back, into the lots that they were taken from: the reward was not to be had after all."""
    EXPIRED = "EXPIRED"
    """Not spent by their last day."""
    FILLED = "FILLED"
    """New points made up for some that were taken back when they had been spent; nothing was given or taken."""
    FORGIVEN = "FORGIVEN"
    """What was taken back when it had been spent, and was not made up for in time, is asked for no more."""
    ADJUSTED = "ADJUSTED"
    """Given or taken by a member of staff, for a stated reason."""


class PointsSide(StrEnum):
    """The sides of a points entry: what the customer holds, what he is to hold, and what we issued."""

    HELD = "HELD"
    """What the customer can spend."""
    PENDING = "PENDING"
    """What he can spend once what earned it is final."""
    ISSUED = "ISSUED"
    """What we owe for it, the other way round."""


class LotState(StrEnum):
    """What is left of points that were earned together."""

    PENDING = "PENDING"
    """All of them, and they cannot be spent yet."""
    OPEN = "OPEN"
    """Some can be spent."""
    EMPTY = "EMPTY"
    """None are left."""
    OWED = "OWED"
    """Fewer than none: they were taken back when they had been spent. New points make up for them first."""


class Act(StrEnum):
    """What earns points."""

    ON_TIME = "ON_TIME"
    """An installment is wholly paid by its due day."""
    STREAK = "STREAK"
    """So many installments of a loan, one after the other, were paid by their due days."""
    EARLY_SETTLEMENT = "EARLY_SETTLEMENT"
    """A loan is wholly repaid so many days before its last due day, and not out of a new loan."""


class CapPeriod(StrEnum):
    """In which time a rule gives so much at the most; by business date."""

    MONTH = "MONTH"
    """In a calendar month."""
    YEAR = "YEAR"
    """In a calendar year."""
