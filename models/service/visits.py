"""Visits: customers who came, and those whom one of us went to see."""

from datetime import datetime
from typing import ClassVar

from tortoise import fields

from models.base import Owned
from models.fields import LongTextField, reference
from rules.people.access import C2
from rules.service.visits import VisitOutcome, VisitPlace, VisitTopic


class Visit(Owned):
    """One visit, as an officer wrote it down for his colleagues. Rows are never edited."""

    customer_may_see: ClassVar[bool] = False
    is_append_only: ClassVar[bool] = True

    staff = reference("Staff")
    staff_id: int
    """Who wrote it down."""
    place = fields.CharEnumField(VisitPlace, max_length=9)
    topic = fields.CharEnumField(VisitTopic, max_length=11)
    words = LongTextField(tier=C2)
    outcome = fields.CharEnumField(VisitOutcome, max_length=9)
    visited_at: datetime = fields.DatetimeField()

    class Meta:
        table = "visit"
        indexes = (("customer_id", "visited_at", "id"),)
