"""Events to which customers are invited."""

from datetime import datetime
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import StaffOnly, Versioned
from models.fields import LongTextField, NumberField, TextField, reference
from models.scopes import Invited, Scope
from rules.loyalty.customer_events import CustomerEventKind, CustomerEventStatus
from rules.people.access import AUDITORS, IN_CHARGE, Role

SEEN_BY = IN_CHARGE | AUDITORS | {Role.MARKETER}


class CustomerEvent(StaffOnly, Versioned):
    """An event: customers see it once it is published and they are invited, and for ever if they registered."""

    seen_by: ClassVar[frozenset[Role]] = SEEN_BY

    kind = fields.CharEnumField(CustomerEventKind, max_length=11)
    status = fields.CharEnumField(CustomerEventStatus, max_length=9)
    name_zh = TextField(100)
    name_en = TextField(100)
    description_zh = LongTextField()
    description_en = LongTextField()
    place_zh = TextField(200)
    place_en = TextField(200)
    starts_at: datetime = fields.DatetimeField()
    ends_at: datetime = fields.DatetimeField()
    closes_at: datetime = fields.DatetimeField()
    """Until when one can register."""
    capacity = NumberField()
    minimum_tier = reference("Tier", null=True)
    minimum_tier_id: int | None
    """Whoever is in it or above is invited; null: whoever is in any."""
    is_for_all_branches = fields.BooleanField()
    """Else customers of those of `CustomerEventBranch`."""
    saved_by = reference("Staff")
    saved_by_id: int
    """Who wrote it as it is."""
    published_by = reference("Staff", null=True)
    published_by_id: int | None
    taken_count = NumberField(default=0, db_default=0)
    """Seats that are taken, or held for somebody."""
    waiting_count = NumberField(default=0, db_default=0)
    is_reminded_days = fields.BooleanField(default=False, db_default=False)
    """Whether those registered were reminded some days before; likewise some hours before."""
    is_reminded_hours = fields.BooleanField(default=False, db_default=False)

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return (Invited(),) if role is Role.CUSTOMER else super().scope(role)

    class Meta:
        table = "customer_event"
        constraints = (
            CheckConstraint(name="customer_event_by_two", check='"published_by_id" <> "saved_by_id"'),
            CheckConstraint(
                name="customer_event_published",
                check="\"status\" NOT IN ('PUBLISHED', 'OVER') OR \"published_by_id\" IS NOT NULL",
            ),
            CheckConstraint(name="customer_event_seats", check='"capacity" > 0 AND "taken_count" <= "capacity"'),
        )
        indexes = (("status", "starts_at", "id"), ("starts_at", "id"))


class CustomerEventBranch(StaffOnly):
    """A branch whose customers are invited."""

    seen_by: ClassVar[frozenset[Role]] = SEEN_BY

    event = reference("CustomerEvent")
    event_id: int
    branch = reference("Branch")
    branch_id: int

    class Meta:
        table = "customer_event_branch"
        unique_together = (("event_id", "branch_id"),)
        indexes = (("branch_id", "event_id"),)
