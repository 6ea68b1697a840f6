"""Who did what, to what, and why."""

from __future__ import annotations

from datetime import datetime

import models
from rules.people.access import AUDITORS, Role
from schema.declarations import Connection, Node, connection, filter_of, matches, node, root


@node(models.AuditEntry)
class AuditEntry(Node):
    """Written with every write, reveal and search; never changed."""

    actor: str
    """`C12` a customer, `S7` a member of staff, else VISITOR or SYSTEM."""
    role: Role
    """What the actor was then."""
    operation: str
    """What was done, such as decide_application."""
    subject: str
    """To what, such as Application:45; empty if to nothing in particular."""
    reason: str
    """As the actor stated it; empty where none is asked."""
    created_at: datetime
    """When it was done."""


@filter_of(models.AuditEntry)
class AuditFilter:
    """Narrows the audit."""

    actor: str | None = matches("actor")
    """One actor's doings."""
    operation: str | None = matches("operation")
    """One kind of doing."""


@root
class AuditRoot:
    audit_entries: Connection[AuditEntry] = connection(filter=AuditFilter, is_export=True, allow=AUDITORS)
    """Everything that was done, oldest first; read it from the end with `last`."""
