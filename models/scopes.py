"""Who may see which rows of a model, said once: the ORM's condition and the compiled SQL both follow from it.

A scope is known by the viewer's role alone; the person stands in it as an `Asker`, filled in when a query runs.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from tortoise.expressions import Q, Subquery

from models.viewer import Viewer
from rules.people.access import PartyRole


class Asker(Enum):
    """What a scope may depend on: an attribute of the viewer."""

    CUSTOMER = "customer_id"
    STAFF = "staff_id"
    BRANCHES = "branch_ids"
    NOW = "now"
    TODAY = "today"

    def of(self, viewer: Viewer) -> Any:
        """Give the viewer's value."""
        return getattr(viewer, self.value)


@dataclass(frozen=True)
class Is:
    """The column is the viewer's own."""

    column: str
    asker: Asker


@dataclass(frozen=True)
class IsAfter:
    """The column, ours or one that `path` leads to, is later than the viewer's."""

    path: str
    asker: Asker


@dataclass(frozen=True)
class IsMissing:
    """The column is null."""

    column: str


@dataclass(frozen=True)
class IsNot:
    """The column, ours or one that `path` leads to, is null or not the viewer's own."""

    path: str
    asker: Asker


@dataclass(frozen=True)
class Says:
    """The column, ours or one that `path` leads to, has this value."""

    path: str
    value: StrEnum


@dataclass(frozen=True)
class InBranches:
    """The customer behind `path` (such as `customer__branch_id`) belongs to a branch of the viewer's."""

    path: str


@dataclass(frozen=True)
class IsOpenTo:
    """The customer behind `path` (such as `customer__is_restricted`) is not restricted, or the viewer is let in."""

    path: str


@dataclass(frozen=True)
class PartyTo:
    """The viewer has one of these parts in the loan that the column names."""

    column: str
    roles: frozenset[PartyRole]


@dataclass(frozen=True)
class Invited:
    """The row is a customer event that is published and to which the viewer is invited, or for which he registered."""


@dataclass(frozen=True)
class NotRecused:
    """The case that the column names is not about the viewer."""

    column: str
    asker: Asker


@dataclass(frozen=True)
class Never:
    """No row."""


Condition = Is | IsAfter | IsMissing | IsNot | Says | InBranches | IsOpenTo | PartyTo | Invited | NotRecused | Never
Scope = tuple[Condition, ...]
"""All of them must hold; none at all lets every row through."""

EVERYTHING: Scope = ()
NOTHING: Scope = (Never(),)


def where(lookup: str, value: object) -> Q:
    """A condition whose column is known by name only."""
    conditions: dict[str, Any] = {lookup: value}
    return Q(**conditions)


def as_query(scope: Scope, viewer: Viewer) -> Q | None:
    """Give the ORM's condition for a viewer; None where every row passes."""
    conditions = [_as_query(condition, viewer) for condition in scope]
    return Q(*conditions) if conditions else None


def _as_query(condition: Condition, viewer: Viewer) -> Q:
    match condition:
        case Is(column, asker):
            return where(column, asker.of(viewer))
        case IsAfter(path, asker):
            return where(f"{path}__gt", asker.of(viewer))
        case IsMissing(column):
            return where(f"{column}__isnull", True)
        case IsNot(path, asker):
            return where(f"{path}__isnull", True) | ~where(path, asker.of(viewer))
        case Says(path, value):
            return where(path, value)
        case InBranches(path):
            return where(f"{path}__in", list(viewer.branch_ids))
        case IsOpenTo(path):
            from models.people.restrictions import AccessGrant  # noqa: PLC0415  A grant is a row itself.

            grants = AccessGrant.filter(staff_id=viewer.staff_id, is_active=True)
            column = "customer_id__in" if "__" in path else "id__in"
            return Q(where(path, False), where(column, Subquery(grants.values("customer_id"))), join_type="OR")
        case PartyTo(column, roles):
            from models.loans.loan_parties import LoanParty  # noqa: PLC0415  A party is a row itself.

            parties = LoanParty.filter(customer_id=viewer.customer_id, role__in=sorted(roles))
            return where(f"{column}__in", Subquery(parties.values("loan_id")))
        case Invited():
            return _invited(viewer)
        case NotRecused(column, asker):
            from models.service.cases import CaseRecusal  # noqa: PLC0415  A recusal is a row itself.

            mine = CaseRecusal.filter(staff_id=asker.of(viewer))
            return where(f"{column}__not_in", Subquery(mine.values("case_id")))
        case Never():
            return where("id__in", [])


def _invited(viewer: Viewer) -> Q:
    from models.loyalty.customer_events import CustomerEventBranch  # noqa: PLC0415  These are rows themselves.
    from models.loyalty.points import PointsAccount, Tier  # noqa: PLC0415
    from models.loyalty.registrations import Registration  # noqa: PLC0415
    from models.people.customers import Customer  # noqa: PLC0415

    me = viewer.customer_id
    rank = Subquery(PointsAccount.filter(customer_id=me).values("tier__rank"))
    tiers = Subquery(Tier.filter(rank__lte=rank).values("id"))
    branch = Subquery(Customer.filter(id=me).values("branch_id"))
    events = Subquery(CustomerEventBranch.filter(branch_id__in=branch).values("event_id"))
    of_tier = where("minimum_tier_id__isnull", True) | where("minimum_tier_id__in", tiers)
    of_branch = where("is_for_all_branches", True) | where("id__in", events)
    registered = where("id__in", Subquery(Registration.filter(customer_id=me).values("event_id")))
    return (where("status", "PUBLISHED") & of_tier & of_branch) | registered
