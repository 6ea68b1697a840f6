"""Whoever is asking."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from rules.people.access import Role
from rules.people.kinds import Locale
from schema.declarations import VIEWER, children, column, computed, relation, root, value

if TYPE_CHECKING:
    from schema.people.customers import Customer
    from schema.people.sessions import Session
    from schema.people.staff import Staff


@value(models.Viewer)
class Viewer:
    """The person asking, signed in or not."""

    role: Role
    """What he may be here."""
    locale: Locale
    """The language messages are written in: the person's choice, else the request's, else zh-CN."""
    server_now: datetime = column("now")
    """The server's time: count down to deadlines from this, phones' clocks are often wrong."""
    business_date: date = column("today")
    """The day that counts for what is due."""
    customer: Customer | None = relation("customer_id")
    """Null unless a customer is signed in."""
    staff: Staff | None = relation("staff_id")
    """Null unless a member of staff is signed in."""
    sessions: list[Session] = children()
    """Where he is signed in, the oldest first; empty for a visitor."""


def _same(viewer: models.Viewer) -> models.Viewer:
    return viewer


@root
class ViewerRoot:
    viewer: Viewer = computed(_same, VIEWER)  # type: ignore[assignment]
    """The person asking."""
