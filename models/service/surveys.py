"""Surveys, their versions, and what each version asks."""

from datetime import datetime
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Public, StaffOnly
from models.fields import LongTextField, NumberField, TextField, reference
from models.products.products import INSIDERS
from models.products.proposals import Proposed
from models.scopes import EVERYTHING, Says, Scope
from rules.people.access import AUDITORS, IN_CHARGE, MARKETERS, Role
from rules.products.states import ProposalStatus
from rules.service.surveys import QuestionKind, SurveyKind, SurveyOccasion, SurveyTerms

SEEN_BY = IN_CHARGE | AUDITORS | MARKETERS
TERMS = (
    '"sample_percent" BETWEEN 1 AND 100 AND "most_a_year" > 0 AND "open_days" > 0'
    ' AND ("remind_after_days" IS NULL OR "remind_after_days" < "open_days")'
)


class Survey(StaffOnly):
    """What is measured on an occasion; what is asked, and of whom, its current version says."""

    seen_by: ClassVar[frozenset[Role]] = SEEN_BY

    kind = fields.CharEnumField(SurveyKind, max_length=4)
    occasion = fields.CharEnumField(SurveyOccasion, max_length=19)
    name_zh = TextField(100)
    name_en = TextField(100)
    ended_at: datetime | None = fields.DatetimeField(null=True)
    ended_by = reference("Staff", null=True)
    ended_by_id: int | None

    class Meta:
        table = "survey"
        constraints = (CheckConstraint(name="survey_ended", check='("ended_at" IS NULL) = ("ended_by_id" IS NULL)'),)
        indexes = (("occasion", "id"),)


class SurveyVersion(Public, Proposed):
    """What a survey asks, and on what terms; once approved it never changes. What is only proposed is for staff."""

    survey = reference("Survey")
    survey_id: int
    number = NumberField()
    kind = fields.CharEnumField(SurveyKind, max_length=4)
    """That of its survey, which customers do not see."""
    is_current = fields.BooleanField(default=False, db_default=False)
    """Whether it is the one that is asked, until the survey ends."""
    title_zh = TextField(200)
    """The question that is scored; of a form its title."""
    title_en = TextField(200)
    sample_percent = NumberField()
    delay_hours = NumberField()
    cooldown_days = NumberField()
    most_a_year = NumberField()
    remind_after_days: int | None = NumberField(null=True)
    open_days = NumberField()

    class Meta:
        table = "survey_version"
        unique_together = (("survey_id", "number"),)
        constraints = (
            CheckConstraint(name="survey_version_current", check='NOT "is_current" OR "status" = \'APPROVED\''),
            CheckConstraint(name="survey_version_terms", check=TERMS),
            UniqueConstraint(name="survey_version_one_current", fields=("survey_id",), condition='"is_current"'),
        )
        indexes = (("status", "id"),)

    @property
    def terms(self) -> SurveyTerms:
        """Whom it asks, when, and how often."""
        return SurveyTerms(
            sample_percent=self.sample_percent,
            delay_hours=self.delay_hours,
            cooldown_days=self.cooldown_days,
            most_a_year=self.most_a_year,
            remind_after_days=self.remind_after_days,
            open_days=self.open_days,
        )

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return EVERYTHING if role in INSIDERS else (Says("status", ProposalStatus.APPROVED),)


class SurveyPage(Public):
    """Questions that are shown together, perhaps only after a certain answer."""

    is_append_only: ClassVar[bool] = True

    version = reference("SurveyVersion")
    version_id: int
    number = NumberField()
    if_question: int | None = NumberField(null=True)
    """Shown only where this earlier question, 0 for the score, was answered by a number from `if_lowest` to `if_highest`."""
    if_lowest: int | None = NumberField(null=True)
    if_highest: int | None = NumberField(null=True)

    class Meta:
        table = "survey_page"
        unique_together = (("version_id", "number"),)
        constraints = (
            CheckConstraint(
                name="survey_page_condition",
                check='("if_question" IS NULL) = ("if_lowest" IS NULL) AND ("if_question" IS NULL) = ("if_highest" IS NULL)',
            ),
        )

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return EVERYTHING if role in INSIDERS else (Says("version__status", ProposalStatus.APPROVED),)


class SurveyQuestion(Public):
    """A question of a page."""

    is_append_only: ClassVar[bool] = True

    version = reference("SurveyVersion")
    version_id: int
    page = reference("SurveyPage")
    page_id: int
    number = NumberField()
    """From 1, over all pages of the version."""
    kind = fields.CharEnumField(QuestionKind, max_length=6)
    is_required = fields.BooleanField()
    text_zh = TextField(500)
    text_en = TextField(500)
    choices_zh = LongTextField(default="")
    """One in a line; none where it is no choice."""
    choices_en = LongTextField(default="")
    lowest: int | None = NumberField(null=True)
    highest: int | None = NumberField(null=True)

    class Meta:
        table = "survey_question"
        unique_together = (("version_id", "number"), ("page_id", "number"))
        constraints = (
            CheckConstraint(
                name="survey_question_scale",
                check='("kind" = \'TEXT\') = ("lowest" IS NULL) AND ("lowest" IS NULL) = ("highest" IS NULL)'
                ' AND ("lowest" IS NULL OR "lowest" < "highest")',
            ),
            CheckConstraint(name="survey_question_choices", check="(\"kind\" = 'CHOICE') = (\"choices_zh\" <> '')"),
        )

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return EVERYTHING if role in INSIDERS else (Says("version__status", ProposalStatus.APPROVED),)
