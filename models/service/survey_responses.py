"""What customers answer, and that somebody speaks with those who are not content."""

from datetime import date, datetime
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Owned
from models.fields import DateField, NumberField, TextField, reference
from models.scopes import Asker, IsNot, Scope
from models.service.survey_invitations import managers_but_of_himself
from rules.people.access import C1, C2, IN_CHARGE, Role
from rules.service.survey_follow_ups import SurveyFollowUpOutcome, SurveyFollowUpStatus
from rules.service.surveys import SurveyKind


class SurveyResponse(Owned):
    """What a customer answered to an invitation; he can change it for a day."""

    invitation = reference("SurveyInvitation", unique=True)
    invitation_id: int
    survey = reference("Survey")
    survey_id: int
    branch = reference("Branch")
    branch_id: int
    product = reference("Product", null=True)
    product_id: int | None
    about = reference("Staff", null=True)
    about_id: int | None
    """These four are the invitation's, copied."""
    score: int | None = NumberField(tier=C1, null=True)
    """Null for a form."""
    comment: str | None = TextField(2000, tier=C2, null=True)  # type: ignore[assignment]
    answered_on: date = DateField()
    is_by_link = fields.BooleanField()
    changed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "survey_response"
        indexes = (("survey_id", "answered_on", "id"), ("customer_id", "id"), ("customer_id", "created_at", "id"))

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return managers_but_of_himself(super().scope(role), role, "about_id")


class SurveyAnswer(Owned):
    """What he said to one question of a page."""

    response = reference("SurveyResponse")
    response_id: int
    question = reference("SurveyQuestion")
    question_id: int
    number: int | None = NumberField(tier=C1, null=True)
    text: str | None = TextField(2000, tier=C2, null=True)  # type: ignore[assignment]

    class Meta:
        table = "survey_answer"
        unique_together = (("response_id", "question_id"),)
        constraints = (CheckConstraint(name="survey_answer_one_way", check='("number" IS NULL) <> ("text" IS NULL)'),)
        indexes = (("response_id", "id"),)

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return managers_but_of_himself(super().scope(role), role, "response__about_id")


class SurveyFollowUp(Owned):
    """That somebody of a customer's branch speaks with him about a low score, and never the one whom it is about."""

    customer_may_see: ClassVar[bool] = False

    response = reference("SurveyResponse")
    response_id: int
    about = reference("Staff", null=True)
    about_id: int | None
    kind = fields.CharEnumField(SurveyKind, max_length=4)
    score = NumberField(tier=C1)
    """As it stands, or stood when it was done; likewise the comment."""
    comment: str | None = TextField(2000, tier=C2, null=True)  # type: ignore[assignment]
    status = fields.CharEnumField(SurveyFollowUpStatus, max_length=4)
    due_at: datetime = fields.DatetimeField()
    outcome: SurveyFollowUpOutcome | None = fields.CharEnumField(SurveyFollowUpOutcome, max_length=13, null=True)  # type: ignore[assignment]
    words: str | None = TextField(1000, tier=C2, null=True)  # type: ignore[assignment]
    """What came of it, by whoever spoke with him."""
    done_by = reference("Staff", null=True)
    done_by_id: int | None
    done_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "survey_follow_up"
        constraints = (
            CheckConstraint(
                name="survey_follow_up_done",
                check='("status" = \'DONE\') = ("outcome" IS NOT NULL) AND ("outcome" IS NULL) = ("done_at" IS NULL)'
                ' AND ("done_by_id" IS NOT NULL) = ("outcome" IS NOT NULL AND "outcome" <> \'SCORE_CHANGED\')',
            ),
            CheckConstraint(
                name="survey_follow_up_by_another", check='"about_id" IS NULL OR "about_id" <> "done_by_id"'
            ),
            UniqueConstraint(
                name="survey_follow_up_one_open", fields=("response_id",), condition="\"status\" = 'OPEN'"
            ),
        )
        indexes = (("status", "due_at", "id"), ("due_at", "id"), ("customer_id", "id"))

    @classmethod
    def scope(cls, role: Role) -> Scope:
        scope = super().scope(role)
        return (*scope, IsNot("about_id", Asker.STAFF)) if role in IN_CHARGE else scope
