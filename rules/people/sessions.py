"""How a session goes on: each refresh token is used once, and what its second use means."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from rules.errors import Refused

GRACE = timedelta(seconds=30)
"""So long a used refresh token is answered again: on a poor network the first answer may have been lost."""


@dataclass(eq=False)
class SessionOver(Refused):
    """The session has ended, or the refresh token is not its own, not for this device or used before. Sign in again."""

    code = "SESSION_OVER"


class RefreshVerdict(Enum):
    """What becomes of a session when a refresh token of its family is shown."""

    NEXT = auto()
    """It goes on, by a token that did not exist before."""
    AGAIN = auto()
    """Its last answer was lost: the same answer again."""
    STOLEN = auto()
    """Two have the token, or another device has it: the family ends."""


def judge_refresh(
    *, used_at: datetime | None, is_next_used: bool, is_same_device: bool, now: datetime
) -> RefreshVerdict:
    """Say what becomes of the session. A token whose successor was used had its answer arrive: it is not asked again."""
    if not is_same_device:
        return RefreshVerdict.STOLEN
    if used_at is None:
        return RefreshVerdict.NEXT
    is_lost_answer = not is_next_used and now - used_at <= GRACE
    return RefreshVerdict.AGAIN if is_lost_answer else RefreshVerdict.STOLEN
