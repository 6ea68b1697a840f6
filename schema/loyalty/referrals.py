"""Bringing friends: a code, using one, and what each of the two reads of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.loyalty import referral_programmes, referral_reviews, referrals
from rules.loyalty.referrals import (
    NoReferralProgramme,
    ReferralCodeInvalid,
    ReferralConcern,
    ReferralConsentNeeded,
    ReferralNotAllowed,
    ReferralPartStatus,
    ReferralPolicy,
    ReferralSide,
    ReferralStatus,
    ReferralTooLate,
    ReferralVerdict,
    RejectedBecause,
    concerns,
)
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE, MANAGERS
from rules.people.kinds import Locale
from rules.people.reveal import ReasonTooShort
from rules.people.sign_in import TooManyAttempts
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    computed,
    connection,
    filter_of,
    id_of,
    input,
    matches,
    mutation,
    node,
    query,
    relation,
    root,
    text,
    token,
    value,
)

if TYPE_CHECKING:
    from schema.loyalty.referral_programmes import ReferralProgramme
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.ReferralCode)
class ReferralCode(Node):
    """What a customer gives to friends: one for life."""

    code: str
    """Eight characters, none of which is mistaken for another, such as 7KQ2MXWP."""
    customer: Customer = relation("customer_id")
    """Whose it is."""


@node(models.ReferralPart)
class ReferralPart(Node):
    """What one of the two reads of a code that was used. It tells nothing of the other one."""

    side: ReferralSide
    """Which of the two he is."""
    status: ReferralPartStatus
    """Whether there were points for it: never why, or why not."""
    rewarded_in: date | None
    """The first day of the month in which there were; null before."""


@node(models.Referral)
class Referral(Node):
    """Somebody who came by a code; for the staff in charge of him."""

    status: ReferralStatus
    """Where it stands."""
    concerns: list[ReferralConcern] = computed(concerns, "concerns")
    """What speaks against it, or did; empty where nothing does."""
    used_at: datetime
    """When he used the code last."""
    fixed_at: datetime | None
    """From when on he could take no other; null before."""
    pays_on: date | None
    """The day of the points; null until it qualifies."""
    consent_version: str | None
    """Of the words he said yes to; null where the other learns nothing."""
    rejected_because: RejectedBecause | None
    """Why it does not count; null unless it is REJECTED."""
    reason: str | None
    """Why a manager decided so; null where none did."""
    decided_at: datetime | None
    """When a manager decided; null where none did."""
    customer: Customer = relation("customer_id")
    """Who came."""
    code: ReferralCode | None = relation("code_id")
    """Whose code he used; null to whoever does not look after that one."""
    programme: ReferralProgramme | None = relation("programme_id")
    """What was rewarded when he used it; null to customers."""
    decided_by: Staff | None = relation("decided_by_id")
    """Which manager decided; null where none did."""


@filter_of(models.Referral)
class ReferralFilter:
    """Narrows a list of referrals."""

    status: ReferralStatus | None = matches("status")
    """Those that stand here: IN_REVIEW ones wait for a manager."""


@root
class ReferralRoot:
    referrals: Connection[Referral] = connection(filter=ReferralFilter, allow=IN_CHARGE | AUDITORS)
    """Those of the people you look after who came by a code, oldest first."""


@value(referral_programmes.ReferralTermsBonus)
class ReferralTermsBonus:
    """Points on top for so many rewards in one calendar year."""

    after: int
    """For how many rewards."""
    points: int
    """How many there are on top."""


@value(referrals.ReferralTerms)
class ReferralTermsSuccess:
    """What is rewarded at present, on the 1st of the month after next."""

    policy: ReferralPolicy
    """What both are rewarded for."""
    referrer_points: int
    """What the one whose code is used gets."""
    friend_points: int
    """What the one who uses it gets."""
    yearly_limit: int
    """Rewards of one referrer in a calendar year."""
    bonuses: list[ReferralTermsBonus]
    """What a referrer gets on top."""
    consent_words: str | None
    """Show them as they are before a code is used; null where the other learns nothing."""
    consent_version: str | None
    """Send it along with the code, if the answer is yes; null where nothing is asked."""


@input
class ReferralTermsInput(Input):
    """In which language."""

    locale: Locale
    """One we speak."""


@query(allow=CUSTOMERS, refusals=(NoReferralProgramme,))
async def referral_terms(info: Info, input: ReferralTermsInput) -> referrals.ReferralTerms:
    """Say what is rewarded for bringing a friend."""
    return await referrals.terms(info.context.viewer, **input.values())


@input
class MakeReferralCodeInput(Input):
    """Whose code."""

    customer_id: int = id_of(models.Customer)
    """Yourself."""


@mutation(allow=CUSTOMERS, refusals=(NoReferralProgramme, ReferralNotAllowed))
async def make_referral_code(info: Info, input: MakeReferralCodeInput) -> models.ReferralCode:
    """Get your code; it is made the first time, and stays."""
    return await referrals.make_code(info.context.viewer, **input.values())


@input
class UseReferralCodeInput(Input):
    """By whose code you came."""

    code: str = text(1, 40)
    """As the friend gave it; case, spaces and hyphens do not matter."""
    text_version: str | None = token(40)
    """The version of the words of consent, if they were shown and the answer was yes."""


@mutation(
    allow=CUSTOMERS,
    refusals=(NoReferralProgramme, ReferralConsentNeeded, TooManyAttempts, ReferralTooLate, ReferralCodeInvalid),
)
async def use_referral_code(info: Info, input: UseReferralCodeInput) -> models.ReferralPart:
    """Say by whose code you came, before you apply; the last one within 30 days counts. Gives your own part of it."""
    return await referrals.use_code(info.context.viewer, **input.values())


@input
class WithdrawReferralConsentInput(Input):
    """From which code that you used."""

    part_id: int = id_of(models.ReferralPart)
    """Your own part of it."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow,))
async def withdraw_referral_consent(info: Info, input: WithdrawReferralConsentInput) -> models.ReferralPart:
    """Take back that the friend learns anything of you: there will be no points for it, on either side."""
    return await referrals.withdraw_consent(info.context.viewer, **input.values())


@input
class DecideReferralInput(Input):
    """Which referral, and how."""

    referral_id: int = id_of(models.Referral)
    """One in review."""
    verdict: ReferralVerdict
    """Whether it counts."""
    reason: str = text(1, 500)
    """Why, for whoever audits it."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, OwnAffairs, ReasonTooShort))
async def decide_referral(info: Info, input: DecideReferralInput) -> models.Referral:
    """Let a referral count that something speaks against, or not; neither of the two learns that it was looked at."""
    return await referral_reviews.decide_referral(info.context.viewer, **input.values())
