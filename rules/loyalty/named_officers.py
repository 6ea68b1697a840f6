"""An officer of one's own, where the tier grants one."""

from dataclasses import dataclass

from rules.errors import Refused


@dataclass(eq=False)
class TierGrantsNone(Refused):
    """The customer's tier grants no officer of his own."""

    code = "TIER_GRANTS_NONE"
