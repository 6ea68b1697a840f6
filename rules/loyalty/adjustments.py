"""Points that a member of staff gives or takes, for a stated reason."""

from dataclasses import dataclass

from rules.errors import Refused

ALONE_A_DAY = 500
"""So many points one member of staff gives and takes in a business day without a second pair of eyes."""
MOST = 100_000
"""The most that is adjusted at once."""


@dataclass(eq=False)
class NothingToAdjust(Refused):
    """No points would be given or taken."""

    code = "NOTHING_TO_ADJUST"
    path = ("points",)


def may_act_alone(points: int, used: int, limit: int) -> bool:
    """Say whether one person may adjust so many, who has given and taken so many today. Raises `NothingToAdjust`."""
    if not points:
        raise NothingToAdjust
    return used + abs(points) <= limit
