"""What was disclosed is kept for ever; applications are worked on step by step."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import (
    AddColumn,
    AddGuards,
    CreateTable,
    MakeAppendOnly,
    Remake,
    key,
    not_negative,
    only_key,
)
from models.database.unit import unit_now
from models.fields import (
    BlindIndexField,
    DateField,
    EncryptedField,
    LongTextField,
    MaskField,
    MoneyField,
    NumberField,
    RateField,
    TextField,
)
from rules.applications.drafts import Employment
from rules.applications.kinds import DecisionReason, DisclosureStep, Outcome
from rules.applications.parties import InvitationStatus
from rules.applications.policies import Fact, PolicyOutcome
from rules.applications.states import ApplicationStatus
from rules.applications.steps import Skill
from rules.people.access import PartyRole
from rules.people.kinds import Locale
from rules.people.masks import three_and_four
from rules.products.states import ProposalStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0010_market_changes")]

    operations = [
        Remake(
            name="CostDisclosure",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", key("Application", "application_id")),
                ("step", fields.CharEnumField(description="", enum_type=DisclosureStep, max_length=6)),
                ("locale", fields.CharEnumField(description="", enum_type=Locale, max_length=5)),
                ("text", LongTextField()),
                ("text_hash", TextField(max_length=64)),
                ("currency", TextField(max_length=3)),
                ("amount", MoneyField()),
                ("total_interest", MoneyField()),
                ("total_fees", MoneyField()),
                ("annual_cost", RateField()),
                ("acknowledged_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_current", fields.BooleanField(default=True, db_default=True)),
            ],
            options={
                "table": "cost_disclosure",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"amount" > 0', name="cost_disclosure_is_of_something"),
                    UniqueConstraint(
                        name="cost_disclosure_one_at_a_time",
                        fields=("application_id", "step"),
                        condition='"is_current"',
                    ),
                    *not_negative("cost_disclosure", "amount", "total_interest", "total_fees", "annual_cost"),
                ],
                "indexes": [Index(fields=["application_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
            values={"is_current": "TRUE"},
        ),
        AddGuards("cost_disclosure"),
        AddColumn(
            "Application", "skill", fields.CharEnumField(description="", enum_type=Skill, max_length=15, null=True)
        ),
        AddColumn("Application", "assignee", key("Staff", "assignee_id", null=True)),
        AddColumn("Application", "due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
        ops.AddIndex("Application", Index(fields=["assignee_id", "id"])),
        ops.AddIndex("Application", Index(fields=["skill", "id"])),
        CreateTable(
            name="ApplicationStep",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", key("Application", "application_id")),
                ("status", fields.CharEnumField(description="", enum_type=ApplicationStatus, max_length=10)),
                ("entered_on", DateField()),
                ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("left_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("seconds", NumberField(null=True)),
                ("is_late", fields.BooleanField(default=False, db_default=False)),
            ],
            options={
                "table": "application_step",
                "app": "models",
                "constraints": [
                    UniqueConstraint(
                        name="application_step_one_at_a_time",
                        fields=("application_id",),
                        condition='"left_at" IS NULL',
                    ),
                    CheckConstraint(check='("left_at" IS NULL) = ("seconds" IS NULL)', name="application_step_left"),
                    *not_negative("application_step", "seconds"),
                ],
                "indexes": [Index(fields=["application_id", "id"]), Index(fields=["entered_on", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        ops.RunSQL(  # Of earlier applications it is not known since when they stand where they stand: they are counted from now on.
            """INSERT INTO application_step (created_at, customer_id, application_id, status, entered_on)
               SELECT accounting_day.created_at, application.customer_id, application.id, application.status, accounting_day."on"
               FROM application JOIN accounting_day
               ON accounting_day.id = (SELECT MAX(latest.id) FROM accounting_day AS latest)"""
        ),
        CreateTable(
            name="StaffSkill",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("staff", key("Staff", "staff_id")),
                ("skill", fields.CharEnumField(description="", enum_type=Skill, max_length=15)),
            ],
            options={
                "table": "staff_skill",
                "app": "models",
                "unique_together": (("staff_id", "skill"),),
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        AddColumn(
            "Application", "monthly_income", MoneyField(null=True), *not_negative("application", "monthly_income")
        ),
        AddColumn("Application", "monthly_costs", MoneyField(null=True), *not_negative("application", "monthly_costs")),
        AddColumn("Application", "monthly_debts", MoneyField(null=True), *not_negative("application", "monthly_debts")),
        AddColumn(
            "Application",
            "employment",
            fields.CharEnumField(description="", enum_type=Employment, max_length=14, null=True),
        ),
        AddColumn("Application", "employed_since", DateField(null=True)),
        AddColumn("Application", "wants_person", fields.BooleanField(default=False, db_default=False)),
        CreateTable(
            name="Policy",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("product", key("Product", "product_id")),
                ("number", NumberField()),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("currency", TextField(max_length=3)),
                ("automatic_up_to", MoneyField()),
                ("price_fact", fields.CharEnumField(description="", enum_type=Fact, max_length=15, null=True)),
                ("valid_from", fields.DateField()),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "policy",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"decided_by_id" <> "proposed_by_id"', name="policy_by_two"),
                    CheckConstraint(
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL)'
                        ' AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                        name="policy_decided",
                    ),
                    *not_negative("policy", "number", "automatic_up_to"),
                ],
                "unique_together": (("product_id", "number"),),
                "indexes": [Index(fields=["status", "id"]), Index(fields=["product_id", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        CreateTable(
            name="PolicyRule",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("policy", key("Policy", "policy_id")),
                ("number", NumberField()),
                ("fact", fields.CharEnumField(description="", enum_type=Fact, max_length=15)),
                ("minimum", MoneyField(null=True)),
                ("maximum", MoneyField(null=True)),
                ("outcome", fields.CharEnumField(description="", enum_type=PolicyOutcome, max_length=7)),
                ("reason", fields.CharEnumField(description="", enum_type=DecisionReason, max_length=30)),
            ],
            options={
                "table": "policy_rule",
                "app": "models",
                "constraints": [
                    *not_negative("policy_rule", "number"),
                ],
                "unique_together": (("policy_id", "number"),),
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        MakeAppendOnly("policy_rule"),
        CreateTable(
            name="PriceBand",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("policy", key("Policy", "policy_id")),
                ("number", NumberField()),
                ("starts_at", MoneyField(null=True)),
                ("ends_at", MoneyField(null=True)),
                ("spread_bp", NumberField()),
            ],
            options={
                "table": "price_band",
                "app": "models",
                "constraints": [
                    *not_negative("price_band", "number"),
                ],
                "unique_together": (("policy_id", "number"),),
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        MakeAppendOnly("price_band"),
        CreateTable(
            name="Evaluation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", key("Application", "application_id")),
                ("policy", key("Policy", "policy_id", null=True)),
                ("evaluated_on", DateField()),
                ("outcome", fields.CharEnumField(description="", enum_type=PolicyOutcome, max_length=7, null=True)),
                ("reason", fields.CharEnumField(description="", enum_type=DecisionReason, max_length=30, null=True)),
                ("rule_number", NumberField(null=True)),
                ("spread_bp", NumberField(default=0)),
            ],
            options={
                "table": "evaluation",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("policy_id" IS NULL) = ("outcome" IS NULL) AND ("outcome" IS NULL) = ("reason" IS NULL)',
                        name="evaluation_by_policy",
                    ),
                    *not_negative("evaluation", "rule_number"),
                ],
                "indexes": [Index(fields=["application_id", "id"]), Index(fields=["evaluated_on", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        MakeAppendOnly("evaluation"),
        CreateTable(
            name="EvaluatedFact",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("evaluation", key("Evaluation", "evaluation_id")),
                ("fact", fields.CharEnumField(description="", enum_type=Fact, max_length=15)),
                ("value", MoneyField()),
            ],
            options={
                "table": "evaluated_fact",
                "app": "models",
                "unique_together": (("evaluation_id", "fact"),),
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        MakeAppendOnly("evaluated_fact"),
        Remake(
            name="Decision",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", key("Application", "application_id")),
                ("staff", key("Staff", "staff_id", null=True)),
                ("policy", key("Policy", "policy_id", null=True)),
                ("decided_by", TextField(max_length=100)),
                ("outcome", fields.CharEnumField(description="", enum_type=Outcome, max_length=10)),
                ("reason", fields.CharEnumField(description="", enum_type=DecisionReason, max_length=30)),
                ("decided_on", DateField()),
                ("explanation", TextField(max_length=500)),
                ("is_current", fields.BooleanField(default=True, db_default=True)),
            ],
            options={
                "table": "decision",
                "app": "models",
                "constraints": [
                    UniqueConstraint(
                        name="decision_one_at_a_time", fields=("application_id",), condition='"is_current"'
                    ),
                    CheckConstraint(
                        check='("staff_id" IS NULL) <> ("policy_id" IS NULL)',
                        name="decision_by_one",
                    ),
                ],
                "indexes": [Index(fields=["application_id", "is_current", "id"]), Index(fields=["decided_on", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
            values={
                "policy_id": "NULL",
                "decided_on": """COALESCE(
                    (SELECT MAX(day."on") FROM accounting_day AS day WHERE day.created_at <= decision_before.created_at),
                    (SELECT MIN(day."on") FROM accounting_day AS day))""",
                "explanation": "''",
                "is_current": "TRUE",
            },
        ),
        AddGuards("decision"),
        Remake(
            name="Offer",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", key("Application", "application_id")),
                ("amount", MoneyField()),
                ("currency", TextField(max_length=3)),
                ("term", NumberField()),
                ("annual_rate", RateField()),
                ("expires_on", DateField()),
                ("accepted_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("due_day", NumberField(null=True)),
                ("is_current", fields.BooleanField(default=True, db_default=True)),
            ],
            options={
                "table": "offer",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"amount" > 0 AND "term" > 0', name="offer_is_of_something"),
                    UniqueConstraint(name="offer_one_at_a_time", fields=("application_id",), condition='"is_current"'),
                    CheckConstraint(check='"is_current" OR "accepted_at" IS NULL', name="offer_accepted_is_current"),
                    *not_negative("offer", "amount", "term", "annual_rate", "due_day"),
                ],
                "indexes": [Index(fields=["application_id", "is_current", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
            values={"is_current": "TRUE"},
        ),
        AddGuards("offer"),
        CreateTable(
            name="Invitation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", key("Application", "application_id")),
                ("role", fields.CharEnumField(description="", enum_type=PartyRole, max_length=11)),
                ("phone", EncryptedField()),
                ("phone_mask", MaskField(of="phone", mask=three_and_four)),
                ("phone_index", BlindIndexField(of="phone")),
                ("status", fields.CharEnumField(description="", enum_type=InvitationStatus, max_length=9)),
                ("expires_on", DateField()),
                ("name", TextField(max_length=100, null=True)),
                ("has_signed", fields.BooleanField(default=False, db_default=False)),
            ],
            options={
                "table": "invitation",
                "app": "models",
                "constraints": [
                    UniqueConstraint(
                        name="invitation_once_at_a_time",
                        fields=("application_id", "phone_index"),
                        condition="\"status\" IN ('INVITED', 'ACCEPTED')",
                    ),
                    CheckConstraint(check="\"role\" <> 'BORROWER'", name="invitation_of_another"),
                    CheckConstraint(check='NOT "has_signed" OR "status" = \'ACCEPTED\'', name="invitation_signed"),
                ],
                "indexes": [Index(fields=["application_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="ApplicationParty",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("application", key("Application", "application_id")),
                ("invitation", only_key("Invitation", "invitation_id")),
                ("role", fields.CharEnumField(description="", enum_type=PartyRole, max_length=11)),
                ("is_active", fields.BooleanField(default=True, db_default=True)),
                ("number", TextField(max_length=20)),
                ("currency", TextField(max_length=3)),
                ("amount", MoneyField()),
                ("locale", fields.CharEnumField(description="", enum_type=Locale, max_length=5, null=True)),
                ("text", LongTextField(null=True)),
                ("text_hash", TextField(max_length=64, null=True)),
                ("signed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("session_number", NumberField(null=True)),
            ],
            options={
                "table": "application_party",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check='("text" IS NULL) = ("text_hash" IS NULL) AND ("text" IS NULL) = ("locale" IS NULL)',
                        name="application_party_text",
                    ),
                    CheckConstraint(
                        check='("signed_at" IS NULL) = ("session_number" IS NULL)'
                        ' AND ("signed_at" IS NULL OR "text" IS NOT NULL)',
                        name="application_party_signed",
                    ),
                    *not_negative("application_party", "amount", "session_number"),
                ],
                "indexes": [Index(fields=["customer_id", "id"]), Index(fields=["application_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        AddGuards("application_party"),
    ]
