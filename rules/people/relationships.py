"""Who belongs together: so that nobody settles the affairs of his family, and it is known who sent whom."""

from dataclasses import dataclass
from enum import StrEnum

from rules.errors import Refused


class RelationshipKind(StrEnum):
    """How two customers belong together."""

    FAMILY = "FAMILY"
    """Spouses, parents, children, brothers and sisters, and who lives with them."""
    EMPLOYER = "EMPLOYER"
    """One works for the other."""
    REFERRER = "REFERRER"
    """One sent the other."""


@dataclass(eq=False)
class RelatedToHimself(Refused):
    """This is the same person. Give the phone of the other one."""

    code = "RELATED_TO_HIMSELF"
    path = ("customerPhone",)


def check_two(customer_id: int, relative_id: int) -> None:
    """Raise `RelatedToHimself`."""
    if customer_id == relative_id:
        raise RelatedToHimself
