"""Conversations with the automated service."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from models.database.operations import CreateTable, MakeAppendOnly, key, not_negative
from models.database.unit import unit_now
from models.fields import LongTextField, NumberField
from rules.people.kinds import Locale
from rules.service.chat import ChatOutcome, ChatSource, ChatStatus
from rules.service.intents import ChatIntent


class Migration(migrations.Migration):
    dependencies = [("models", "0030_conversations")]

    operations = [
        CreateTable(
            name="ChatSession",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("status", fields.CharEnumField(description="", enum_type=ChatStatus, max_length=11)),
                ("misses", NumberField(default=0)),
                ("case", key("Case", "case_id", null=True)),
            ],
            options={
                "table": "chat_session",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("status" = \'HANDED_OVER\') = ("case_id" IS NOT NULL)',
                        name="chat_session_handed_over",
                    ),
                    *not_negative("chat_session", "misses"),
                ],
                "indexes": [
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["case_id", "id"]),
                    Index(fields=["created_at", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="ChatTurn",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("session", key("ChatSession", "session_id")),
                ("locale", fields.CharEnumField(description="", enum_type=Locale, max_length=5)),
                ("words", LongTextField()),
                ("answer", LongTextField()),
                ("intent", fields.CharEnumField(description="", enum_type=ChatIntent, null=True, max_length=18)),
                ("outcome", fields.CharEnumField(description="", enum_type=ChatOutcome, max_length=11)),
                ("source", fields.CharEnumField(description="", enum_type=ChatSource, null=True, max_length=12)),
                ("article_version", key("ArticleVersion", "article_version_id", null=True)),
            ],
            options={
                "table": "chat_turn",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("article_version_id" IS NOT NULL) = ("outcome" = \'OFFERED\')',
                        name="chat_turn_article",
                    ),
                ],
                "indexes": [
                    Index(fields=["session_id", "id"]),
                    Index(fields=["customer_id", "created_at", "id"]),
                    Index(fields=["article_version_id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        MakeAppendOnly("chat_turn"),
    ]
