"""Referrals: programmes, codes, who came by which, and the part of it that each of the two reads."""

from datetime import date, datetime
from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint

from models.base import Owned, StaffOnly
from models.fields import DateField, NumberField, TextField, reference
from models.products.proposals import Proposed
from rules.loyalty.referrals import (
    DAILY_LIMIT,
    YEARLY_LIMIT,
    ReferralPartStatus,
    ReferralPolicy,
    ReferralSide,
    ReferralStatus,
    RejectedBecause,
)
from rules.people.access import AUDITORS, C1, IN_CHARGE, Role
from rules.people.kinds import Locale


class ReferralProgramme(StaffOnly, Proposed):
    """What is rewarded, from a day on, by how much: proposed by one manager, decided by another.

    The newest that has begun holds, until its end. A referral keeps the one under which its code was used.
    """

    seen_by: ClassVar[frozenset[Role]] = IN_CHARGE | AUDITORS

    policy = fields.CharEnumField(ReferralPolicy, max_length=6)
    valid_from = fields.DateField()
    valid_to: date | None = fields.DateField(null=True)
    """The first day it no longer holds; its own first one, where it only ends what held before."""
    referrer_points = NumberField()
    friend_points = NumberField()
    yearly_limit = NumberField(default=YEARLY_LIMIT)
    """Rewards of one referrer in a calendar year."""
    daily_limit = NumberField(default=DAILY_LIMIT)
    """Friends who name one code within 24 hours, beyond which a person looks."""

    class Meta:
        table = "referral_programme"
        constraints = (
            CheckConstraint(name="referral_programme_gives", check='"referrer_points" > 0 AND "friend_points" > 0'),
            CheckConstraint(
                name="referral_programme_validity", check='"valid_to" IS NULL OR "valid_to" >= "valid_from"'
            ),
            UniqueConstraint(
                name="referral_programme_one_from", fields=("valid_from",), condition="\"status\" = 'APPROVED'"
            ),
        )
        indexes = (("status", "id"),)


class ReferralBonus(StaffOnly):
    """Points on top for a referrer's so many rewards in one year."""

    is_append_only: ClassVar[bool] = True
    seen_by: ClassVar[frozenset[Role]] = IN_CHARGE | AUDITORS

    programme = reference("ReferralProgramme")
    programme_id: int
    after = NumberField()
    points = NumberField()

    class Meta:
        table = "referral_bonus"
        constraints = (CheckConstraint(name="referral_bonus_gives", check='"after" > 0 AND "points" > 0'),)
        unique_together = (("programme_id", "after"),)


class ReferralCode(Owned):
    """What a customer gives to friends: one for life, random."""

    is_append_only: ClassVar[bool] = True

    customer = reference("Customer", unique=True)
    code = TextField(8, tier=C1, unique=True)

    class Meta:
        table = "referral_code"


class Referral(Owned):
    """Somebody who came by a code. It is the friend's row, for staff; he and the referrer read their parts."""

    customer_may_see = False

    code = reference("ReferralCode")
    code_id: int
    programme = reference("ReferralProgramme")
    programme_id: int
    status = fields.CharEnumField(ReferralStatus, max_length=9)
    used_at: datetime = fields.DatetimeField()
    """When he used the code last."""
    fixed_at: datetime | None = fields.DatetimeField(null=True)
    """From when on he can take no other."""
    pays_on: date | None = DateField(tier=C1, null=True)
    """The pay day, once it qualifies."""
    concerns = TextField(100, tier=C1, default="")
    """Why a person looked at it, with commas between."""
    consent_version: str | None = TextField(40, tier=C1, null=True)  # type: ignore[assignment]
    """Of the words he said yes to; null where nobody learns anything."""
    consent_locale: Locale | None = fields.CharEnumField(Locale, max_length=5, null=True)  # type: ignore[assignment]
    rejected_because: RejectedBecause | None = fields.CharEnumField(RejectedBecause, max_length=17, null=True)  # type: ignore[assignment]
    decided_by = reference("Staff", null=True)
    decided_by_id: int | None
    decided_at: datetime | None = fields.DatetimeField(null=True)
    reason: str | None = TextField(500, tier=C1, null=True)  # type: ignore[assignment]
    """Why a manager decided so."""

    class Meta:
        table = "referral"
        constraints = (
            UniqueConstraint(name="referral_once", fields=("customer_id",), condition="\"status\" <> 'REJECTED'"),
            CheckConstraint(
                name="referral_rejected", check='("status" = \'REJECTED\') = ("rejected_because" IS NOT NULL)'
            ),
            CheckConstraint(
                name="referral_pays",
                check="\"status\" NOT IN ('QUALIFIED', 'REWARDED', 'REVERSED') OR \"pays_on\" IS NOT NULL",
            ),
            CheckConstraint(
                name="referral_fixed", check="\"status\" IN ('INVITED', 'REJECTED') OR \"fixed_at\" IS NOT NULL"
            ),
            CheckConstraint(
                name="referral_consented", check='("consent_version" IS NULL) = ("consent_locale" IS NULL)'
            ),
            CheckConstraint(
                name="referral_decided",
                check='("decided_by_id" IS NULL) = ("decided_at" IS NULL)'
                ' AND ("decided_by_id" IS NULL) = ("reason" IS NULL)',
            ),
        )
        indexes = (("customer_id", "id"), ("code_id", "used_at"), ("status", "id"), ("status", "pays_on", "id"))


class ReferralPart(Owned):
    """What one of the two reads of a referral. It names nobody, and no day of what the other did."""

    referral = reference("Referral")
    referral_id: int
    side = fields.CharEnumField(ReferralSide, max_length=8)
    status = fields.CharEnumField(ReferralPartStatus, max_length=8)
    rewarded_in: date | None = DateField(tier=C1, null=True)
    """The first day of the month in which there were points for it."""
    points = NumberField(tier=C1, default=0)
    """How many, what a bonus gave left aside."""

    class Meta:
        table = "referral_part"
        constraints = (
            CheckConstraint(
                name="referral_part_rewarded",
                check='("status" = \'REWARDED\') = ("rewarded_in" IS NOT NULL)'
                ' AND ("status" = \'REWARDED\') = ("points" > 0)',
            ),
        )
        unique_together = (("referral_id", "side"),)
        indexes = (("customer_id", "id"), ("customer_id", "side", "status", "rewarded_in"))


class ReferralBonusGiven(Owned):
    """What a referrer got on top, for how many rewards in which year. It is for staff: it names whose referral reached it."""

    customer_may_see = False

    referral = reference("Referral")
    referral_id: int
    """Which one reached it."""
    year = NumberField(tier=C1)
    number = NumberField(tier=C1)
    """For how many rewards of that year."""
    points = NumberField(tier=C1)
    is_taken_back = fields.BooleanField(default=False)
    """There are fewer rewards of that year by now: it can be reached again."""

    class Meta:
        table = "referral_bonus_given"
        constraints = (
            CheckConstraint(name="referral_bonus_given_gives", check='"number" > 0 AND "points" > 0'),
            UniqueConstraint(
                name="referral_bonus_given_once",
                fields=("customer_id", "year", "number"),
                condition='NOT "is_taken_back"',
            ),
        )
        indexes = (("customer_id", "id"),)
