"""Customers bring friends: programmes that two decide, codes, and who came by which."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.database.operations import CreateTable, MakeAppendOnly, key, not_negative, only_key
from models.database.unit import unit_now
from models.fields import DateField, NumberField, TextField
from rules.loyalty.referrals import (
    ReferralPartStatus,
    ReferralPolicy,
    ReferralSide,
    ReferralStatus,
    RejectedBecause,
)
from rules.people.kinds import Locale
from rules.products.states import ProposalStatus


class Migration(migrations.Migration):
    dependencies = [("models", "0020_rewards")]

    operations = [
        CreateTable(
            name="ReferralProgramme",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("policy", fields.CharEnumField(description="", enum_type=ReferralPolicy, max_length=6)),
                ("status", fields.CharEnumField(description="", enum_type=ProposalStatus, max_length=8)),
                ("valid_from", fields.DateField()),
                ("valid_to", fields.DateField(null=True)),
                ("referrer_points", NumberField()),
                ("friend_points", NumberField()),
                ("yearly_limit", NumberField(default=10)),
                ("daily_limit", NumberField(default=5)),
                ("proposed_by", key("Staff", "proposed_by_id")),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "referral_programme",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"decided_by_id" <> "proposed_by_id"', name="referral_programme_by_two"),
                    CheckConstraint(
                        check='("status" = \'PROPOSED\') = ("decided_by_id" IS NULL)'
                        ' AND ("decided_by_id" IS NULL) = ("decided_at" IS NULL)',
                        name="referral_programme_decided",
                    ),
                    CheckConstraint(
                        check='"referrer_points" > 0 AND "friend_points" > 0', name="referral_programme_gives"
                    ),
                    CheckConstraint(
                        check='"valid_to" IS NULL OR "valid_to" >= "valid_from"', name="referral_programme_validity"
                    ),
                    UniqueConstraint(
                        fields=("valid_from",), name="referral_programme_one_from", condition="\"status\" = 'APPROVED'"
                    ),
                    *not_negative(
                        "referral_programme", "referrer_points", "friend_points", "yearly_limit", "daily_limit"
                    ),
                ],
                "indexes": [Index(fields=["status", "id"])],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        CreateTable(
            name="ReferralBonus",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("programme", key("ReferralProgramme", "programme_id")),
                ("after", NumberField()),
                ("points", NumberField()),
            ],
            options={
                "table": "referral_bonus",
                "app": "models",
                "unique_together": (("programme_id", "after"),),
                "constraints": [
                    CheckConstraint(check='"after" > 0 AND "points" > 0', name="referral_bonus_gives"),
                    *not_negative("referral_bonus", "after", "points"),
                ],
                "pk_attr": "id",
            },
            bases=["StaffOnly"],
        ),
        MakeAppendOnly("referral_bonus"),
        CreateTable(
            name="ReferralCode",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", only_key("Customer", "customer_id")),
                ("code", TextField(max_length=8, unique=True)),
            ],
            options={"table": "referral_code", "app": "models", "pk_attr": "id"},
            bases=["Owned"],
        ),
        MakeAppendOnly("referral_code"),
        CreateTable(
            name="Referral",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("code", key("ReferralCode", "code_id")),
                ("programme", key("ReferralProgramme", "programme_id")),
                ("status", fields.CharEnumField(description="", enum_type=ReferralStatus, max_length=9)),
                ("used_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("fixed_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("pays_on", DateField(null=True)),
                ("concerns", TextField(max_length=100, default="")),
                ("consent_version", TextField(max_length=40, null=True)),
                ("consent_locale", fields.CharEnumField(null=True, description="", enum_type=Locale, max_length=5)),
                (
                    "rejected_because",
                    fields.CharEnumField(null=True, description="", enum_type=RejectedBecause, max_length=17),
                ),
                ("decided_by", key("Staff", "decided_by_id", null=True)),
                ("decided_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("reason", TextField(max_length=500, null=True)),
            ],
            options={
                "table": "referral",
                "app": "models",
                "constraints": [
                    UniqueConstraint(
                        fields=("customer_id",), name="referral_once", condition="\"status\" <> 'REJECTED'"
                    ),
                    CheckConstraint(
                        check='("status" = \'REJECTED\') = ("rejected_because" IS NOT NULL)', name="referral_rejected"
                    ),
                    CheckConstraint(
                        check="\"status\" NOT IN ('QUALIFIED', 'REWARDED', 'REVERSED') OR \"pays_on\" IS NOT NULL",
                        name="referral_pays",
                    ),
                    CheckConstraint(
                        check="\"status\" IN ('INVITED', 'REJECTED') OR \"fixed_at\" IS NOT NULL",
                        name="referral_fixed",
                    ),
                    CheckConstraint(
                        check='("consent_version" IS NULL) = ("consent_locale" IS NULL)', name="referral_consented"
                    ),
                    CheckConstraint(
                        check='("decided_by_id" IS NULL) = ("decided_at" IS NULL)'
                        ' AND ("decided_by_id" IS NULL) = ("reason" IS NULL)',
                        name="referral_decided",
                    ),
                ],
                "indexes": [
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["code_id", "used_at"]),
                    Index(fields=["status", "id"]),
                    Index(fields=["status", "pays_on", "id"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="ReferralPart",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("referral", key("Referral", "referral_id")),
                ("side", fields.CharEnumField(description="", enum_type=ReferralSide, max_length=8)),
                ("status", fields.CharEnumField(description="", enum_type=ReferralPartStatus, max_length=8)),
                ("rewarded_in", DateField(null=True)),
                ("points", NumberField(default=0)),
            ],
            options={
                "table": "referral_part",
                "app": "models",
                "unique_together": (("referral_id", "side"),),
                "constraints": [
                    CheckConstraint(
                        check='("status" = \'REWARDED\') = ("rewarded_in" IS NOT NULL)'
                        ' AND ("status" = \'REWARDED\') = ("points" > 0)',
                        name="referral_part_rewarded",
                    ),
                    *not_negative("referral_part", "points"),
                ],
                "indexes": [
                    Index(fields=["customer_id", "id"]),
                    Index(fields=["customer_id", "side", "status", "rewarded_in"]),
                ],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
        CreateTable(
            name="ReferralBonusGiven",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("created_at", fields.DatetimeField(default=unit_now, auto_now=False, auto_now_add=False)),
                ("customer", key("Customer", "customer_id")),
                ("referral", key("Referral", "referral_id")),
                ("year", NumberField()),
                ("number", NumberField()),
                ("points", NumberField()),
                ("is_taken_back", fields.BooleanField(default=False)),
            ],
            options={
                "table": "referral_bonus_given",
                "app": "models",
                "constraints": [
                    CheckConstraint(check='"number" > 0 AND "points" > 0', name="referral_bonus_given_gives"),
                    UniqueConstraint(
                        fields=("customer_id", "year", "number"),
                        name="referral_bonus_given_once",
                        condition='NOT "is_taken_back"',
                    ),
                    *not_negative("referral_bonus_given", "year", "number", "points"),
                ],
                "indexes": [Index(fields=["customer_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Owned"],
        ),
    ]
