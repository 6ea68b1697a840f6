"""Surveys: what they ask, who is asked, what is answered, and who speaks with those who were not content."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import CreateTable, MakeAppendOnly, key, not_negative, only_key
from models.database.unit import unit_now
from models.fields import DateField, LongTextField, NumberField, TextField
from rules.products.states import ProposalStatus
from rules.service.survey_follow_ups import SurveyFollowUpOutcome, SurveyFollowUpStatus
from rules.service.survey_invitations import SurveyInvitationStatus, SurveySkip
from rules.service.surveys import QuestionKind, SurveyKind, SurveyOccasion


class Migration(migrations.Migration):
    dependencies = [("models", "0026_feedback")]

    operations = [
        CreateTable(
            name="Survey",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("kind", fields.CharEnumField(description="", enum_type=SurveyKind, max_length=4)),
                ("occasion", fields.CharEnumField(description="", enum_type=SurveyOccasion, max_length=19)),
                ("name_zh", TextField(max_length=100)),
                ("name_en", TextField(max_length=100)),
                ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ended_by", key("Staff", "ended_by_id", null=True)),
            ],
            options={
                "table": "survey",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='("ended_at" IS NULL) = ("ended_by_id" IS NULL)', name="survey_ended"),
                ],
                "indexes": [Index(fields=["occasion", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        CreateTable(
            name="SurveyVersion",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("survey", key("Survey", "survey_id")),
                ("number", NumberField()),
                ("kind", fields.CharEnumField(description="", enum_type=SurveyKind, max_length=4)),
                ("is_current", fields.BooleanField(default=False, db_default=False)),
                ("title_zh", TextField(max_length=200)),
                ("title_en", TextField(max_length=200)),
                ("sample_percent", NumberField()),
                ("delay_hours", NumberField()),
                ("cooldown_days", NumberField()),
                ("most_a_year", NumberField()),
                ("remind_after_days", NumberField(null=True)),
                ("open_days", NumberField()),
            ],
            options={
                "table": "survey_version",
                "app": "models",
                "unique_together": (("survey_id", "number"),),
                "constraints": [
                    CheckConstraint(check='NOT "is_current" OR "status" = \'APPROVED\'', name="survey_version_current"),
                    CheckConstraint(
                        check='"sample_percent" BETWEEN 1 AND 100 AND "most_a_year" > 0 AND "open_days" > 0 AND ("remind_after_days" IS NULL OR "remind_after_days" < "open_days")',
                        name="survey_version_terms",
                    ),
                    UniqueConstraint(
                        fields=("survey_id",), name="survey_version_one_current", condition='"is_current"'
                    ),
                    CheckConstraint(check='"decided_by_id" <> "proposed_by_id"', name="survey_version_by_two"),
                    CheckConstraint(
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL) AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                        name="survey_version_decided",
                    ),
                    *not_negative(
                        "survey_version",
                        "number",
                        "sample_percent",
                        "delay_hours",
                        "cooldown_days",
                        "most_a_year",
                        "remind_after_days",
                        "open_days",
                    ),
                ],
                "indexes": [Index(fields=["status", "id"])],
                "pk_attr": "id",
            },
            bases=["Public"],
        ),
        CreateTable(
            name="SurveyPage",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("version", key("SurveyVersion", "version_id")),
                ("number", NumberField()),
                ("if_question", NumberField(null=True)),
                ("if_lowest", NumberField(null=True)),
                ("if_highest", NumberField(null=True)),
            ],
            options={
                "table": "survey_page",
                "app": "models",
                "unique_together": (("version_id", "number"),),
                "constraints": [
                    CheckConstraint(
                        check='("if_question" IS NULL) = ("if_lowest" IS NULL) AND ("if_question" IS NULL) = ("if_highest" IS NULL)',
                        name="survey_page_condition",
                    ),
                    *not_negative("survey_page", "number", "if_question", "if_lowest", "if_highest"),
                ],
                "pk_attr": "id",
            },
            bases=["Public"],
        ),
        MakeAppendOnly("survey_page"),
        CreateTable(
            name="SurveyQuestion",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("version", key("SurveyVersion", "version_id")),
                ("page", key("SurveyPage", "page_id")),
                ("number", NumberField()),
                ("kind", fields.CharEnumField(description="", enum_type=QuestionKind, max_length=6)),
                ("is_required", fields.BooleanField()),
                ("text_zh", TextField(max_length=500)),
                ("text_en", TextField(max_length=500)),
                ("choices_zh", LongTextField(default="")),
                ("choices_en", LongTextField(default="")),
                ("lowest", NumberField(null=True)),
                ("highest", NumberField(null=True)),
            ],
            options={
                "table": "survey_question",
                "app": "models",
                "unique_together": (("version_id", "number"), ("page_id", "number")),
                "constraints": [
                    CheckConstraint(
                        check='("kind" = \'TEXT\') = ("lowest" IS NULL) AND ("lowest" IS NULL) = ("highest" IS NULL) AND ("lowest" IS NULL OR "lowest" < "highest")',
                        name="survey_question_scale",
                    ),
                    CheckConstraint(
                        check="(\"kind\" = 'CHOICE') = (\"choices_zh\" <> '')", name="survey_question_choices"
                    ),
                    *not_negative("survey_question", "number", "lowest", "highest"),
                ],
                "pk_attr": "id",
            },
            bases=["Public"],
        ),
        MakeAppendOnly("survey_question"),
        CreateTable(
            name="SurveyInvitation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("survey", key("Survey", "survey_id")),
                ("version", key("SurveyVersion", "version_id")),
                ("subject", NumberField()),
                ("branch", key("Branch", "branch_id")),
                ("product", key("Product", "product_id", null=True)),
                ("about", key("Staff", "about_id", null=True)),
                ("status", fields.CharEnumField(description="", enum_type=SurveyInvitationStatus, max_length=8)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sent_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("remind_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "skipped_because",
                    fields.CharEnumField(null=True, description="", enum_type=SurveySkip, max_length=12),
                ),
            ],
            options={
                "table": "survey_invitation",
                "app": "models",
                "unique_together": (("survey_id", "customer_id", "subject"),),
                "constraints": [
                    CheckConstraint(
                        check='("status" IN (\'SENT\', \'ANSWERED\')) = ("sent_at" IS NOT NULL) AND ("sent_at" IS NULL) = ("ends_at" IS NULL)',
                        name="survey_invitation_sent",
                    ),
                    CheckConstraint(
                        check='("status" = \'SKIPPED\') = ("skipped_because" IS NOT NULL)',
                        name="survey_invitation_skipped",
                    ),
                    *not_negative("survey_invitation", "subject"),
                ],
                "indexes": [
                    Index(fields=["status", "due_at", "id"]),
                    Index(fields=["status", "remind_at", "id"]),
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["customer_id", "sent_at"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="SurveyGuest",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("survey", key("Survey", "survey_id")),
                ("version", key("SurveyVersion", "version_id")),
                ("branch", key("Branch", "branch_id", null=True)),
                ("invited_by", key("Staff", "invited_by_id")),
                ("address_index", TextField(max_length=64)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("score", NumberField(null=True)),
                ("comment", TextField(null=True, max_length=2000)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("answered_on", DateField(null=True)),
            ],
            options={
                "table": "survey_guest",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("answered_at" IS NULL) = ("score" IS NULL) AND ("answered_at" IS NULL) = ("answered_on" IS NULL)',
                        name="survey_guest_answered",
                    ),
                    *not_negative("survey_guest", "score"),
                ],
                "indexes": [
                    Index(fields=["address_index", "id"]),
                    Index(fields=["invited_by_id", "created_at"]),
                    Index(fields=["survey_id", "answered_on", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        CreateTable(
            name="SurveyResponse",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("invitation", only_key("SurveyInvitation", "invitation_id")),
                ("survey", key("Survey", "survey_id")),
                ("branch", key("Branch", "branch_id")),
                ("product", key("Product", "product_id", null=True)),
                ("about", key("Staff", "about_id", null=True)),
                ("score", NumberField(null=True)),
                ("comment", TextField(null=True, max_length=2000)),
                ("answered_on", DateField()),
                ("is_by_link", fields.BooleanField()),
                ("changed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "survey_response",
                "app": "models",
                "constraints": [
                    *not_negative("survey_response", "score"),
                ],
                "indexes": [Index(fields=["survey_id", "answered_on", "id"]), Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="SurveyAnswer",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("response", key("SurveyResponse", "response_id")),
                ("question", key("SurveyQuestion", "question_id")),
                ("number", NumberField(null=True)),
                ("text", TextField(null=True, max_length=2000)),
            ],
            options={
                "table": "survey_answer",
                "app": "models",
                "unique_together": (("response_id", "question_id"),),
                "constraints": [
                    CheckConstraint(check='("number" IS NULL) <> ("text" IS NULL)', name="survey_answer_one_way"),
                    *not_negative("survey_answer", "number"),
                ],
                "indexes": [Index(fields=["response_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="SurveyFollowUp",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("response", key("SurveyResponse", "response_id")),
                ("about", key("Staff", "about_id", null=True)),
                ("kind", fields.CharEnumField(description="", enum_type=SurveyKind, max_length=4)),
                ("score", NumberField()),
                ("comment", TextField(null=True, max_length=2000)),
                ("status", fields.CharEnumField(description="", enum_type=SurveyFollowUpStatus, max_length=4)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "outcome",
                    fields.CharEnumField(null=True, description="", enum_type=SurveyFollowUpOutcome, max_length=13),
                ),
                ("words", TextField(null=True, max_length=1000)),
                ("done_by", key("Staff", "done_by_id", null=True)),
                ("done_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "survey_follow_up",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("status" = \'DONE\') = ("outcome" IS NOT NULL) AND ("outcome" IS NULL) = ("done_at" IS NULL) AND ("done_by_id" IS NOT NULL) = ("outcome" IS NOT NULL AND "outcome" <> \'SCORE_CHANGED\')',
                        name="survey_follow_up_done",
                    ),
                    CheckConstraint(
                        check='"about_id" IS NULL OR "about_id" <> "done_by_id"', name="survey_follow_up_by_another"
                    ),
                    UniqueConstraint(
                        fields=("response_id",), name="survey_follow_up_one_open", condition="\"status\" = 'OPEN'"
                    ),
                    *not_negative("survey_follow_up", "score"),
                ],
                "indexes": [
                    Index(fields=["status", "due_at", "id"]),
                    Index(fields=["due_at", "id"]),
                    Index(fields=["customer_id", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
    ]
