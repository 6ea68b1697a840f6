"""Revealing a masked value: how often, and with what reason."""

from dataclasses import dataclass

from rules.errors import Refused

REVEALS_A_DAY = 20
"""Per member of staff, unless the settings say otherwise."""
SHORTEST_REASON = 8
"""In characters: enough for 客户来电核实身份信息, not for "ok"."""


@dataclass(eq=False)
class RevealLimitReached(Refused):
    """You have revealed as many values today as anybody may."""

    code = "REVEAL_LIMIT_REACHED"
    limit: int
    """How many a day."""


@dataclass(eq=False)
class ReasonTooShort(Refused):
    """The reason does not say enough for whoever audits it."""

    code = "REASON_TOO_SHORT"
    path = ("reason",)


def check_reason(reason: str) -> str:
    """Give the reason without spaces around it. Raises `ReasonTooShort`."""
    stated = reason.strip()
    if len(stated) < SHORTEST_REASON:
        raise ReasonTooShort
    return stated
