"""Who is asked: customers drawn by chance, and others by a link."""

from datetime import date, datetime
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned, StaffOnly
from models.fields import DateField, NumberField, TextField, reference
from models.scopes import NOTHING, Asker, InBranches, IsNot, Scope
from rules.people.access import AUDITORS, C1, C2, IN_CHARGE, MANAGERS, Role
from rules.service.survey_invitations import SurveyInvitationStatus, SurveySkip


def managers_but_of_himself(inherited: Scope, role: Role, path: str) -> Scope:
    """Say who of staff sees a score: managers, never the one whom it is about; no officer."""
    if role not in IN_CHARGE:
        return inherited
    return (*inherited, IsNot(path, Asker.STAFF)) if role in MANAGERS else NOTHING


class SurveyInvitation(Owned):
    """That a customer was drawn on an occasion, and whether he was asked then."""

    survey = reference("Survey")
    survey_id: int
    version = reference("SurveyVersion")
    version_id: int
    """The one that was current on the occasion."""
    subject = NumberField(tier=C1)
    """The id of what it happened to: the application, loan, registration, callback or case."""
    branch = reference("Branch")
    branch_id: int
    """Which looked after him then."""
    product = reference("Product", null=True)
    product_id: int | None
    """Of the application or loan."""
    about = reference("Staff", null=True)
    about_id: int | None
    """Whose work is scored, where that is known."""
    status = fields.CharEnumField(SurveyInvitationStatus, max_length=8)
    due_at: datetime = fields.DatetimeField()
    """When it is time to ask him."""
    sent_at: datetime | None = fields.DatetimeField(null=True)
    remind_at: datetime | None = fields.DatetimeField(null=True)
    """When he is asked again; null if not, or not any more."""
    ends_at: datetime | None = fields.DatetimeField(null=True)
    """Until when he can answer."""
    skipped_because: SurveySkip | None = fields.CharEnumField(SurveySkip, max_length=12, null=True)  # type: ignore[assignment]

    class Meta:
        table = "survey_invitation"
        unique_together = (("survey_id", "customer_id", "subject"),)
        constraints = (
            CheckConstraint(
                name="survey_invitation_sent",
                check="(\"status\" IN ('SENT', 'ANSWERED')) = (\"sent_at\" IS NOT NULL)"
                ' AND ("sent_at" IS NULL) = ("ends_at" IS NULL)',
            ),
            CheckConstraint(
                name="survey_invitation_skipped", check='("status" = \'SKIPPED\') = ("skipped_because" IS NOT NULL)'
            ),
        )
        indexes = (
            ("status", "due_at", "id"),
            ("status", "remind_at", "id"),
            ("customer_id", "id"),
            ("customer_id", "sent_at"),
        )

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return managers_but_of_himself(super().scope(role), role, "about_id")


class SurveyGuest(StaffOnly):
    """Somebody who was given a link, customer or not, and what he answered. His address is not kept, only its keyed hash."""

    seen_by: ClassVar[frozenset[Role]] = MANAGERS | AUDITORS

    survey = reference("Survey")
    survey_id: int
    version = reference("SurveyVersion")
    version_id: int
    branch = reference("Branch", null=True)
    branch_id: int | None
    """For which he was invited; null where for the whole house."""
    invited_by = reference("Staff")
    invited_by_id: int
    address_index = TextField(64)
    ends_at: datetime = fields.DatetimeField()
    score: int | None = NumberField(null=True)
    comment: str | None = TextField(2000, tier=C2, null=True)  # type: ignore[assignment]
    answered_at: datetime | None = fields.DatetimeField(null=True)
    answered_on: date | None = DateField(null=True)

    class Meta:
        table = "survey_guest"
        constraints = (
            CheckConstraint(
                name="survey_guest_answered",
                check='("answered_at" IS NULL) = ("score" IS NULL) AND ("answered_at" IS NULL) = ("answered_on" IS NULL)',
            ),
        )
        indexes = (
            ("address_index", "id"),
            ("invited_by_id", "created_at"),
            ("survey_id", "answered_on", "id"),
        )

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return (InBranches("branch_id"),) if role in MANAGERS else super().scope(role)
