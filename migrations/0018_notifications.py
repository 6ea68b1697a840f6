"""Where people are reached, what they want to be told, and what became of each message."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import AddColumn, AddPartialUnique, CreateTable, MakeAppendOnly, key, only_key
from models.database.unit import unit_now
from models.fields import DateField, EncryptedField, LongTextField, MaskField, NumberField, TextField, VersionField
from rules.notifications.addresses import AddressKind, Platform, PushProvider
from rules.notifications.classes import Category, Lane, MessageChannel, MessageClass
from rules.notifications.consents import ConsentPurpose, ConsentSource
from rules.notifications.deliveries import DeliveryReason, DeliveryState, RetiredBecause
from rules.notifications.promotions import AudienceKind, PromotionStatus
from rules.people.kinds import Locale
from rules.people.masks import first_and_domain


class Migration(migrations.Migration):
    dependencies = [("models", "0017_left_in_peace")]

    operations = [
        AddColumn("OutboxEvent", "once_key", TextField(max_length=80, null=True)),
        AddPartialUnique(
            "OutboxEvent",
            UniqueConstraint(name="outbox_event_once", fields=("once_key",), condition='"once_key" IS NOT NULL'),
        ),
        ops.AddIndex("OutboxEvent", Index(fields=["customer_id", "kind", "id"])),
        ops.AddIndex("PointsAccount", Index(fields=["tier_id", "customer_id"])),
        ops.AddIndex("Installment", Index(fields=["due_on", "customer_id"])),
        CreateTable(
            name="PushAddress",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("session", key("Session", "session_id")),
                ("provider", fields.CharEnumField(description="", enum_type=PushProvider, max_length=6)),
                ("kind", fields.CharEnumField(description="", enum_type=AddressKind, max_length=5)),
                ("platform", fields.CharEnumField(description="", enum_type=Platform, max_length=7)),
                ("value", LongTextField()),
                ("value_hash", TextField(max_length=64)),
                ("device_index", TextField(null=True, max_length=64)),
                ("seen_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("retired_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                (
                    "retired_because",
                    fields.CharEnumField(null=True, description="", enum_type=RetiredBecause, max_length=11),
                ),
            ],
            options={
                "table": "push_address",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("retired_at" IS NULL) = ("retired_because" IS NULL)', name="push_address_retired"
                    ),
                    UniqueConstraint(
                        fields=("value_hash",), name="push_address_once", condition='"retired_at" IS NULL'
                    ),
                ],
                "indexes": [
                    Index(fields=["customer_id", "retired_at", "id"]),
                    Index(fields=["session_id"]),
                    Index(fields=["seen_at"]),
                    Index(fields=["device_index"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="EmailAddress",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", only_key("Customer", "customer_id")),
                ("address", EncryptedField()),
                ("address_mask", MaskField(of="address", mask=first_and_domain)),
                ("confirmed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("code_hash", TextField(null=True, max_length=64)),
                ("code_expires_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("tries_left", NumberField(default=0, db_default=0)),
            ],
            options={
                "table": "email_address",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"tries_left" >= 0', name="email_address_tries_left_not_negative"),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="Preference",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("category", fields.CharEnumField(description="", enum_type=Category, max_length=12)),
                ("channel", fields.CharEnumField(description="", enum_type=MessageChannel, max_length=5)),
                ("is_on", fields.BooleanField()),
            ],
            options={
                "table": "preference",
                "app": "models",
                "unique_together": (("customer_id", "category", "channel"),),
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="NotificationSetting",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", only_key("Customer", "customer_id")),
                ("version", VersionField(default=1)),
                ("zone", TextField(max_length=64)),
                ("quiet_from", NumberField()),
                ("quiet_to", NumberField()),
            ],
            options={
                "table": "notification_setting",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='"quiet_from" < 1440 AND "quiet_to" < 1440 AND "quiet_from" <> "quiet_to"',
                        name="notification_setting_minutes",
                    ),
                    CheckConstraint(check='"version" >= 0', name="notification_setting_version_not_negative"),
                    CheckConstraint(check='"quiet_from" >= 0', name="notification_setting_quiet_from_not_negative"),
                    CheckConstraint(check='"quiet_to" >= 0', name="notification_setting_quiet_to_not_negative"),
                ],
                "pk_attr": "id",
            },
            bases=["Owned", "Versioned"],
        ),
        CreateTable(
            name="ConsentEntry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("purpose", fields.CharEnumField(description="", enum_type=ConsentPurpose, max_length=9)),
                ("channel", fields.CharEnumField(description="", enum_type=MessageChannel, max_length=5)),
                ("is_given", fields.BooleanField()),
                ("text_version", TextField(max_length=40)),
                ("locale", fields.CharEnumField(description="", enum_type=Locale, max_length=5)),
                ("source", fields.CharEnumField(description="", enum_type=ConsentSource, max_length=4)),
                ("evidence", TextField(max_length=100)),
            ],
            options={
                "table": "consent_entry",
                "app": "models",
                "indexes": [Index(fields=["customer_id", "purpose", "channel", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        MakeAppendOnly("consent_entry"),
        CreateTable(
            name="Delivery",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("notification", key("Notification", "notification_id")),
                ("kind", TextField(max_length=60)),
                ("message_class", fields.CharEnumField(description="", enum_type=MessageClass, max_length=9)),
                ("category", fields.CharEnumField(description="", enum_type=Category, max_length=12)),
                ("channel", fields.CharEnumField(description="", enum_type=MessageChannel, max_length=5)),
                ("lane", fields.CharEnumField(null=True, description="", enum_type=Lane, max_length=6)),
                ("address", key("PushAddress", "address_id", null=True)),
                ("target", TextField(max_length=40)),
                ("state", fields.CharEnumField(description="", enum_type=DeliveryState, max_length=8)),
                ("reason", fields.CharEnumField(null=True, description="", enum_type=DeliveryReason, max_length=12)),
                ("due_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("tries", NumberField(default=0, db_default=0)),
                ("about_due_on", DateField(null=True)),
                ("tag", TextField(max_length=64)),
                ("carrier_reference", TextField(default="", db_default="", max_length=200)),
                ("detail", TextField(default="", db_default="", max_length=100)),
                ("settled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("opened_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "delivery",
                "app": "models",
                "unique_together": (("notification_id", "target"),),
                "constraints": [
                    CheckConstraint(check='("state" = \'QUEUED\') = ("settled_at" IS NULL)', name="delivery_settled"),
                    CheckConstraint(
                        check="\"state\" NOT IN ('FAILED', 'SKIPPED') OR \"reason\" IS NOT NULL", name="delivery_reason"
                    ),
                    CheckConstraint(check='"tries" >= 0', name="delivery_tries_not_negative"),
                ],
                "indexes": [
                    Index(fields=["state", "lane", "due_at", "id"]),
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["created_at"]),
                    Index(fields=["address_id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="PromotionTemplate",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("version", VersionField(default=1)),
                ("name", TextField(unique=True, max_length=100)),
                ("category", fields.CharEnumField(description="", enum_type=Category, max_length=12)),
                ("push_title_zh", TextField(max_length=40)),
                ("push_body_zh", TextField(max_length=120)),
                ("inbox_zh", TextField(max_length=1000)),
                ("push_title_en", TextField(max_length=60)),
                ("push_body_en", TextField(max_length=200)),
                ("inbox_en", TextField(max_length=1000)),
                ("saved_by", key("Staff", "saved_by_id")),
            ],
            options={
                "table": "promotion_template",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"version" >= 0', name="promotion_template_version_not_negative"),
                ],
                "pk_attr": "id",
            },
            bases=["StaffOnly", "Versioned"],
        ),
        CreateTable(
            name="Promotion",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("version", VersionField(default=1)),
                ("template", key("PromotionTemplate", "template_id")),
                ("template_version", NumberField()),
                ("audience", fields.CharEnumField(description="", enum_type=AudienceKind, max_length=6)),
                ("tier", key("Tier", "tier_id", null=True)),
                ("branch", key("Branch", "branch_id", null=True)),
                ("sends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("status", fields.CharEnumField(description="", enum_type=PromotionStatus, max_length=9)),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("up_to", NumberField(default=0, db_default=0)),
                ("told_count", NumberField(default=0, db_default=0)),
                ("left_out_count", NumberField(default=0, db_default=0)),
            ],
            options={
                "table": "promotion",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"decided_by_id" <> "proposed_by_id"', name="promotion_by_two"),
                    CheckConstraint(
                        check='("audience" = \'TIER\') = ("tier_id" IS NOT NULL) AND ("audience" = \'BRANCH\') = ("branch_id" IS NOT NULL)',
                        name="promotion_audience",
                    ),
                    CheckConstraint(check='"version" >= 0', name="promotion_version_not_negative"),
                    CheckConstraint(check='"template_version" >= 0', name="promotion_template_version_not_negative"),
                    CheckConstraint(check='"up_to" >= 0', name="promotion_up_to_not_negative"),
                    CheckConstraint(check='"told_count" >= 0', name="promotion_told_count_not_negative"),
                    CheckConstraint(check='"left_out_count" >= 0', name="promotion_left_out_count_not_negative"),
                ],
                "indexes": [Index(fields=["status", "sends_at", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly", "Versioned"],
        ),
        CreateTable(
            name="PromotionAddressee",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("promotion", key("Promotion", "promotion_id")),
                ("customer", key("Customer", "customer_id")),
            ],
            options={
                "table": "promotion_addressee",
                "app": "models",
                "unique_together": (("promotion_id", "customer_id"),),
                "pk_attr": "id",
            },
            bases=["Internal"],
        ),
        CreateTable(
            name="LeftOut",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("kind", TextField(max_length=60)),
                ("subject_key", TextField(max_length=80)),
                ("reason", fields.CharEnumField(description="", enum_type=DeliveryReason, max_length=12)),
                ("promotion", key("Promotion", "promotion_id", null=True)),
            ],
            options={
                "table": "left_out",
                "app": "models",
                "unique_together": (("subject_key",),),
                "indexes": [Index(fields=["customer_id", "id"]), Index(fields=["promotion_id", "reason", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="DeadLetter",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("event", key("OutboxEvent", "event_id")),
                ("delivery", key("Delivery", "delivery_id", null=True)),
                ("kind", TextField(max_length=60)),
                ("problem", TextField(max_length=500)),
                ("is_open", fields.BooleanField(default=True, db_default=True)),
                ("replayed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "dead_letter",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"is_open" = ("replayed_at" IS NULL)', name="dead_letter_replayed"),
                    UniqueConstraint(
                        fields=("event_id", "delivery_id"), name="dead_letter_once", condition='"is_open"'
                    ),
                ],
                "indexes": [Index(fields=["is_open", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        CreateTable(
            name="ReminderPlan",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("version", VersionField(default=1)),
                ("product", only_key("Product", "product_id")),
                ("days", TextField(max_length=200)),
            ],
            options={
                "table": "reminder_plan",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"version" >= 0', name="reminder_plan_version_not_negative"),
                ],
                "pk_attr": "id",
            },
            bases=["StaffOnly", "Versioned"],
        ),
        CreateTable(
            name="ReminderDay",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("on", fields.DateField(unique=True)),
                ("up_to", NumberField(default=0, db_default=0)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reminder_day",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"up_to" >= 0', name="reminder_day_up_to_not_negative"),
                ],
                "pk_attr": "id",
            },
            bases=["Internal"],
        ),
        CreateTable(
            name="OwnReminder",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("note", TextField(null=True, max_length=200)),
                ("notification", key("Notification", "notification_id", null=True)),
                ("about_due_on", DateField(null=True)),
                ("remind_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("is_active", fields.BooleanField(default=True, db_default=True)),
            ],
            options={
                "table": "own_reminder",
                "app": "models",
                "indexes": [
                    Index(fields=["is_active", "remind_at", "id"]),
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["notification_id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
    ]
