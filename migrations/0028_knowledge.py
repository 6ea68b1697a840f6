"""Articles, news and lessons, who completed which, what customers think of them, and what was looked for in vain."""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import AddGuards, CreateTable, MakeAppendOnly, key, not_negative, only_key
from models.database.searches import MakeSearchable
from models.database.unit import unit_now
from models.fields import DateField, LongTextField, NumberField, TextField, VersionField
from rules.people.kinds import Locale
from rules.products.states import ProposalStatus
from rules.service.articles import ArticleAudience, ArticleCategory, ArticleKind, ArticleStatus


def table(name: str, table: str, *columns: tuple[str, Any], bases: tuple[str, ...], **options: Any) -> CreateTable:
    """Create a table with the columns that every one has."""
    return CreateTable(
        name=name,
        fields=[
            ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
            ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
            *columns,
        ],
        options={"table": table, "app": "models", "pk_attr": "id", **options},
        bases=list(bases),
    )


def part(name: str, table_name: str, *columns: tuple[str, Any], **options: Any) -> CreateTable:
    """Create the table of a part of what a version says."""
    return table(
        name,
        table_name,
        ("version", key("ArticleVersion", "version_id")),
        ("number", NumberField()),
        *columns,
        bases=("PartOfVersion",),
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0027_surveys")]

    operations = [
        table(
            "Article",
            "article",
            ("kind", fields.CharEnumField(description="", enum_type=ArticleKind, max_length=7)),
            ("audience", fields.CharEnumField(description="", enum_type=ArticleAudience, max_length=9)),
            ("status", fields.CharEnumField(description="", enum_type=ArticleStatus, max_length=9)),
            ("category", fields.CharEnumField(description="", enum_type=ArticleCategory, max_length=12)),
            ("review_on", DateField()),
            ("readable_until", DateField()),
            bases=("StaffOnly",),
            indexes=[
                Index(fields=["kind", "id"]),
                Index(fields=["audience", "id"]),
                Index(fields=["status", "id"]),
                Index(fields=["category", "id"]),
                Index(fields=["review_on", "id"]),
            ],
        ),
        table(
            "ArticleVersion",
            "article_version",
            ("version", VersionField(default=1)),
            ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
            ("proposed_by", key("Staff", "proposed_by_id")),
            ("decided_by", key("Staff", "decided_by_id", null=True)),
            ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ("article", key("Article", "article_id")),
            ("number", NumberField()),
            ("is_current", fields.BooleanField(default=False, db_default=False)),
            ("category", fields.CharEnumField(description="", enum_type=ArticleCategory, max_length=12)),
            ("title_zh", TextField(max_length=100)),
            ("title_en", TextField(max_length=100)),
            ("summary_zh", TextField(max_length=300)),
            ("summary_en", TextField(max_length=300)),
            ("body_zh", LongTextField()),
            ("body_en", LongTextField()),
            ("review_on", DateField()),
            ("expires_on", DateField(null=True)),
            bases=("StaffOnly", "Proposed", "Versioned"),
            unique_together=(("article_id", "number"),),
            constraints=[
                CheckConstraint(check='NOT "is_current" OR "status" = \'APPROVED\'', name="article_version_current"),
                UniqueConstraint(fields=("article_id",), name="article_version_one_current", condition='"is_current"'),
                UniqueConstraint(
                    fields=("article_id",), name="article_version_one_draft", condition="\"status\" = 'PROPOSED'"
                ),
                *not_negative("article_version", "version", "number"),
                CheckConstraint(check='"decided_by_id" <> "proposed_by_id"', name="article_version_by_two"),
                CheckConstraint(
                    check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL)'
                    ' AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                    name="article_version_decided",
                ),
            ],
            indexes=[Index(fields=["article_id", "is_current", "id"])],
        ),
        AddGuards("article_version"),
        part(
            "LessonPage",
            "lesson_page",
            ("text_zh", LongTextField()),
            ("text_en", LongTextField()),
            unique_together=(("version_id", "number"),),
            constraints=not_negative("lesson_page", "number"),
        ),
        part(
            "LessonQuestion",
            "lesson_question",
            ("text_zh", TextField(max_length=300)),
            ("text_en", TextField(max_length=300)),
            ("right_choice", NumberField()),
            unique_together=(("version_id", "number"),),
            constraints=not_negative("lesson_question", "number", "right_choice"),
        ),
        part(
            "LessonChoice",
            "lesson_choice",
            ("question", key("LessonQuestion", "question_id")),
            ("text_zh", TextField(max_length=200)),
            ("text_en", TextField(max_length=200)),
            unique_together=(("question_id", "number"),),
            constraints=not_negative("lesson_choice", "number"),
            indexes=[Index(fields=["version_id", "id"])],
        ),
        table(
            "LessonCompletion",
            "lesson_completion",
            ("customer", key("Customer", "customer_id")),
            ("lesson", key("Article", "lesson_id")),
            ("version", key("ArticleVersion", "version_id")),
            bases=("Owned",),
            unique_together=(("lesson_id", "customer_id"),),
            indexes=[Index(fields=["customer_id", "id"]), Index(fields=["lesson_id", "id"])],
        ),
        MakeAppendOnly("lesson_completion"),
        table(
            "StaffLessonCompletion",
            "staff_lesson_completion",
            ("staff", key("Staff", "staff_id")),
            ("lesson", key("Article", "lesson_id")),
            ("version", key("ArticleVersion", "version_id")),
            bases=("OfStaff",),
            unique_together=(("lesson_id", "staff_id"),),
            indexes=[Index(fields=["staff_id", "id"]), Index(fields=["lesson_id", "id"])],
        ),
        MakeAppendOnly("staff_lesson_completion"),
        table(
            "StaffLesson",
            "staff_lesson",
            ("staff", key("Staff", "staff_id")),
            ("lesson", key("Article", "lesson_id")),
            ("assigned_by", key("Staff", "assigned_by_id")),
            ("due_on", DateField()),
            ("reason", TextField(max_length=500)),
            ("cause_code", TextField(null=True, max_length=40)),
            ("completion", only_key("StaffLessonCompletion", "completion_id", null=True)),
            bases=("OfStaff",),
            unique_together=(("lesson_id", "staff_id"),),
            indexes=[
                Index(fields=["staff_id", "due_on", "id"]),
                Index(fields=["due_on", "id"]),
                Index(fields=["lesson_id", "id"]),
            ],
        ),
        table(
            "ArticleVote",
            "article_vote",
            ("customer", key("Customer", "customer_id")),
            ("version", key("ArticleVersion", "version_id")),
            ("is_helpful", fields.BooleanField()),
            bases=("Owned",),
            unique_together=(("version_id", "customer_id"),),
            indexes=[Index(fields=["customer_id", "id"]), Index(fields=["version_id", "is_helpful", "id"])],
        ),
        table(
            "ArticleWords",
            "article_words",
            ("article", only_key("Article", "article_id")),
            ("title_words", LongTextField()),
            ("body_words", LongTextField()),
            bases=("Internal",),
        ),
        MakeSearchable("article_words"),
        table(
            "UnfoundSearch",
            "unfound_search",
            ("searched_on", DateField()),
            ("locale", fields.CharEnumField(description="", enum_type=Locale, max_length=5)),
            ("phrase", TextField(max_length=60)),
            ("times", NumberField()),
            bases=("StaffOnly",),
            unique_together=(("searched_on", "locale", "phrase"),),
            constraints=not_negative("unfound_search", "times"),
        ),
    ]
