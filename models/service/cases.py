"""Complaints and requests, all that happened to them, and their clocks."""

from datetime import datetime
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Internal, Owned
from models.fields import LongTextField, NumberField, TextField, reference
from models.scopes import Asker, NotRecused, Says, Scope
from rules.people.access import C1, C2, IN_CHARGE, Role
from rules.service.case_clocks import CaseClockKind, DayKind
from rules.service.cases import (
    CaseCategory,
    CaseChannel,
    CaseKind,
    CaseOutcome,
    CasePriority,
    CaseStatus,
    Complainant,
)
from rules.service.entries import Audience, CaseEntryKind


class AboutCase(Owned):
    """A case, or what belongs to one: a member of staff whom it is about sees none of it."""

    case_key: ClassVar[str] = "case_id"

    class Meta:
        abstract = True

    @classmethod
    def scope(cls, role: Role) -> Scope:
        scope = super().scope(role)
        return (*scope, NotRecused(cls.case_key, Asker.STAFF)) if role in IN_CHARGE else scope


class Case(AboutCase):
    """Something that a customer complains about, or asks for."""

    case_key: ClassVar[str] = "id"

    kind = fields.CharEnumField(CaseKind, max_length=9)
    category = fields.CharEnumField(CaseCategory, max_length=11)
    status = fields.CharEnumField(CaseStatus, max_length=16)
    priority = fields.CharEnumField(CasePriority, max_length=2)
    channel = fields.CharEnumField(CaseChannel, max_length=9)
    received_at: datetime = fields.DatetimeField()
    """When it reached us: a letter before it was written down here."""
    complainant = fields.CharEnumField(Complainant, max_length=8)
    complainant_name: str | None = TextField(100, tier=C2, null=True)  # type: ignore[assignment]
    """Of whoever complains for the customer."""
    proof: str | None = TextField(500, tier=C2, null=True)  # type: ignore[assignment]
    """Which paper showed that he may."""
    loan = reference("Loan", null=True)
    loan_id: int | None
    """The loan that it is about, if it is about one."""
    opened_by = reference("Staff", null=True)
    opened_by_id: int | None
    """Who wrote it down; null where the customer did."""
    assignee = reference("Staff", null=True)
    assignee_id: int | None
    """Who answers it."""
    is_escalated = fields.BooleanField(default=False, db_default=False)
    """Whether a manager looks after it."""
    day_kind = fields.CharEnumField(DayKind, max_length=8)
    """Which days the law counted when it was opened."""
    legal_days: int | None = NumberField(tier=C1, null=True)
    """How many days the law gives in all; null for a request."""
    waiting_since: datetime | None = fields.DatetimeField(null=True)
    reminders = NumberField(tier=C1, default=0, db_default=0)
    """How often the customer was reminded since then."""
    due_at: datetime | None = fields.DatetimeField(null=True)
    """The first of its clocks to run out; null where none runs."""
    reckoned_by = TextField(16, tier=C1)
    """Names the hours, calendar and zone by which its clocks were read."""
    outcome: CaseOutcome | None = fields.CharEnumField(CaseOutcome, max_length=13, null=True)  # type: ignore[assignment]
    decided_by = reference("Staff", null=True)
    decided_by_id: int | None
    closed_at: datetime | None = fields.DatetimeField(null=True)
    is_reviewed = fields.BooleanField(default=False, db_default=False)
    """Whether the unit above was asked; it is once."""
    merged_into = reference("Case", null=True)
    merged_into_id: int | None
    """The case that it goes on in."""
    regulator_reference: str | None = TextField(100, tier=C1, null=True)  # type: ignore[assignment]
    """What an authority calls it, where it has it, too."""

    class Meta:
        table = "service_case"
        constraints = (
            CheckConstraint(name="service_case_waits", check='("status" = \'WAITING_CUSTOMER\') = ("waiting_since" IS NOT NULL)'),
            CheckConstraint(name="service_case_merged", check='("status" = \'MERGED\') = ("merged_into_id" IS NOT NULL)'),
            CheckConstraint(name="service_case_not_into_itself", check='"merged_into_id" <> "id"'),
            CheckConstraint(
                name="service_case_answered",
                check='("outcome" IS NULL) = ("closed_at" IS NULL)'
                " AND (\"status\" NOT IN ('CLOSED', 'IN_REVIEW') OR \"outcome\" IS NOT NULL)",
            ),
            CheckConstraint(name="service_case_legal", check='("kind" = \'COMPLAINT\') = ("legal_days" IS NOT NULL)'),
        )  # fmt: skip
        indexes = (
            ("customer_id", "id"),
            ("kind", "id"),
            ("category", "id"),
            ("is_escalated", "id"),
            ("status", "due_at", "id"),
            ("status", "reckoned_by", "id"),
            ("status", "waiting_since", "id"),
            ("assignee_id", "status"),
            ("merged_into_id",),
            ("loan_id", "id"),
            ("customer_id", "received_at", "id"),
        )


class CaseEntry(AboutCase):
    """One thing that happened to a case. Rows are never edited: the clocks are read off them."""

    is_append_only = True

    case = reference("Case")
    case_id: int
    kind = fields.CharEnumField(CaseEntryKind, max_length=13)
    audience = fields.CharEnumField(Audience, max_length=9)
    by = fields.CharEnumField(Role, max_length=10)
    """As what somebody did it."""
    staff = reference("Staff", null=True)
    staff_id: int | None
    """Who did it; null for the customer and the house."""
    words: str | None = LongTextField(tier=C2, null=True)
    clock: CaseClockKind | None = fields.CharEnumField(CaseClockKind, max_length=11, null=True)  # type: ignore[assignment]
    """Which clock it is about."""
    priority: CasePriority | None = fields.CharEnumField(CasePriority, max_length=2, null=True)  # type: ignore[assignment]
    first_reply_minutes: int | None = NumberField(tier=C1, null=True)
    """What was promised then, in business time; likewise the answer."""
    resolution_minutes: int | None = NumberField(tier=C1, null=True)
    days: int | None = NumberField(tier=C1, null=True)
    """How many days there are in all from then on."""
    since: datetime | None = fields.DatetimeField(null=True)
    """When what was opened reached us, or since when the clocks of what joined run."""
    until: datetime | None = fields.DatetimeField(null=True)
    """By when the law has what joined answered."""
    outcome: CaseOutcome | None = fields.CharEnumField(CaseOutcome, max_length=13, null=True)  # type: ignore[assignment]
    other = reference("Case", null=True)
    other_id: int | None
    """The case that joined, or that it goes on in."""

    @classmethod
    def _scope_of_customer(cls) -> Scope:
        return (*super()._scope_of_customer(), Says("audience", Audience.EVERYBODY))

    class Meta:
        table = "case_entry"
        indexes = (("case_id", "id"), ("customer_id", "by", "created_at"), ("customer_id", "created_at", "id"))


class CaseFile(AboutCase):
    """A file that the customer added to what he wrote."""

    case = reference("Case")
    case_id: int
    entry = reference("CaseEntry")
    entry_id: int
    upload = reference("Upload", unique=True)
    upload_id: int

    class Meta:
        table = "case_file"
        indexes = (("case_id", "id"), ("entry_id", "id"), ("customer_id", "id"))


class CaseClock(AboutCase):
    """One clock of a case, as its entries give it."""

    case = reference("Case")
    case_id: int
    kind = fields.CharEnumField(CaseClockKind, max_length=11)
    round = NumberField(tier=C1)
    """1; 2 after the case was reopened once."""
    started_at: datetime = fields.DatetimeField()
    due_at: datetime | None = fields.DatetimeField(null=True)
    """Null while it stands still."""
    ended_at: datetime | None = fields.DatetimeField(null=True)
    is_late = fields.BooleanField(default=False, db_default=False)
    """Whether it had run out before it ended."""
    reached = NumberField(tier=C1, default=0, db_default=0)
    """The last of its marks, in hundredths of its time, that somebody was told of; it is not forgotten."""
    next_at: datetime | None = fields.DatetimeField(null=True)
    """When the next of them is reached; null where none will be."""

    class Meta:
        table = "case_clock"
        unique_together = (("case_id", "kind", "round"),)
        indexes = (("next_at", "id"), ("customer_id", "id"))


class CaseRecusal(Internal):
    """Somebody who has nothing to do with a case: it is about him, or about what he did."""

    case = reference("Case")
    case_id: int
    staff = reference("Staff")
    staff_id: int

    class Meta:
        table = "case_recusal"
        unique_together = (("case_id", "staff_id"),)
        indexes = (("staff_id", "case_id"),)
