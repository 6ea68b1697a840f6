"""The people at the desks."""

from __future__ import annotations

import models
from rules.people.access import ADMINS, AUDITORS, Role
from schema.declarations import Connection, Node, connection, money, node, root
from schema.money import Money


@node(models.Staff)
class Staff(Node):
    """A member of staff; customers do not see this, they read the name in what concerns them."""

    login: str
    """What he signs in with."""
    name: str
    """As customers and colleagues read it."""
    role: Role
    """What he may do."""
    decision_limit: Money | None = money()
    """The largest amount he decides alone; null: none for an officer, no limit for a manager."""
    is_active: bool
    """False once his account is disabled."""


@root
class StaffRoot:
    staff: Connection[Staff] = connection(allow=ADMINS | AUDITORS)
    """Everybody at the desks."""
