"""Codes that customers give to friends, and using one. Neither learns anything of the other that he did not agree to."""

from dataclasses import dataclass
from typing import Any

from models import (
    Application,
    AttemptKind,
    Customer,
    LoanParty,
    Referral,
    ReferralBonus,
    ReferralCode,
    ReferralPart,
    ReferralProgramme,
    Viewer,
)
from models.database import Unit, locked, one_at_a_time, transaction
from notifications.words import say
from resolvers import configured
from resolvers.loyalty import codes
from resolvers.loyalty.referral_checks import has_brought, is_insider, reject
from resolvers.loyalty.referral_programmes import ReferralTermsBonus, in_force
from resolvers.people import attempts
from resolvers.people.customers import lock_customer
from rules.errors import NotFound
from rules.loyalty.codes import read_code
from rules.loyalty.referrals import (
    CODE_LENGTH,
    ReferralCodeInvalid,
    ReferralNotAllowed,
    ReferralPartStatus,
    ReferralPolicy,
    ReferralSide,
    ReferralStatus,
    RejectedBecause,
    check_consent,
    check_new,
)
from rules.notifications.consents import version_of
from rules.people.access import PAYERS
from rules.people.kinds import Locale


@dataclass(frozen=True)
class ReferralTerms:
    """What is rewarded at present."""

    policy: ReferralPolicy
    referrer_points: int
    friend_points: int
    yearly_limit: int
    bonuses: list[ReferralTermsBonus]
    consent_words: str | None
    """What the friend says yes to; None where nobody learns anything."""
    consent_version: str | None


async def terms(viewer: Viewer, *, locale: Locale) -> ReferralTerms:
    """Give what is rewarded today. Raises `NoReferralProgramme`."""
    programme = await in_force(viewer.today)
    words = _consent_words(locale) if programme.policy is ReferralPolicy.LINKED else None
    bonuses = await ReferralBonus.filter(programme_id=programme.id).order_by("after")
    return ReferralTerms(
        policy=programme.policy,
        referrer_points=programme.referrer_points,
        friend_points=programme.friend_points,
        yearly_limit=programme.yearly_limit,
        bonuses=[ReferralTermsBonus(each.after, each.points) for each in bonuses],
        consent_words=words,
        consent_version=None if words is None else version_of(words),
    )


def _consent_words(locale: Locale) -> str:
    return say("referral.consent", locale, lender=configured().lender_name)


async def make_code(viewer: Viewer, *, customer_id: int) -> ReferralCode:
    """Give the customer his code; the first time one is made.

    Raises `NotFound` for anybody else's, `NoReferralProgramme`, `ReferralNotAllowed`.
    """
    if customer_id != viewer.customer_id:
        raise NotFound
    async with transaction(viewer, "make_referral_code") as unit:
        await in_force(unit.today)
        customer = await lock_customer(viewer)
        if await is_insider(customer.id):
            raise ReferralNotAllowed
        known = await ReferralCode.get_or_none(customer_id=customer.id)
        if known is not None:
            return known
        code = codes.draw(CODE_LENGTH)
        return await ReferralCode.create(customer_id=customer.id, code=code)


async def use_code(viewer: Viewer, *, code: str, text_version: str | None = None) -> ReferralPart:
    """Say by whose code one came; another one takes its place until it is fixed. Gives the customer's own part.

    Each try counts, so that codes cannot be guessed. Raises `NoReferralProgramme`, `ReferralConsentNeeded`,
    `TooManyAttempts`, `ReferralTooLate`, `ReferralCodeInvalid`.
    """
    await _check_agreed(viewer, await in_force(viewer.today), text_version)
    async with attempts.limited(viewer, AttemptKind.REFERRAL_TRY, f"referral code for {viewer.actor}"):
        pass  # It has to stay, whatever comes of it.
    async with transaction(viewer, "use_referral_code") as unit:
        customer = await lock_customer(viewer)
        programme = await in_force(unit.today)
        locale = await _check_agreed(viewer, programme, text_version)
        before = await Referral.filter(customer_id=customer.id).exclude(status=ReferralStatus.REJECTED).first()
        await _check_new(customer, programme, before)
        used = await _usable(customer.id, code)
        said = {
            "programme_id": programme.id,
            "used_at": unit.now,
            "consent_version": None if locale is None else text_version,
            "consent_locale": locale,
        }
        if before is not None and before.code_id == used.id:
            await before.update_from_dict(said).save(update_fields=list(said))
            return await ReferralPart.get(referral_id=before.id, side=ReferralSide.FRIEND)
        return await _come_by(unit, customer.id, used, before, said)


async def _check_agreed(viewer: Viewer, programme: ReferralProgramme, text_version: str | None) -> Locale | None:
    """Give the language of the words that were agreed to, None where nothing has to be. Raises `ReferralConsentNeeded`."""
    current = {version_of(_consent_words(locale)): locale for locale in Locale}
    check_consent(programme.policy, text_version, current, version_of(_consent_words(viewer.locale)))
    return None if programme.policy is ReferralPolicy.OPEN else current[text_version or ""]


async def _check_new(customer: Customer, programme: ReferralProgramme, before: Referral | None) -> None:
    applied = Application.filter(customer_id=customer.id, submitted_at__isnull=False)
    borrows = LoanParty.filter(customer_id=customer.id, role__in=sorted(PAYERS))
    check_new(
        programme.policy,
        is_identified=customer.is_identified,
        has_borrowed=await applied.exists() or await borrows.exists(),
        is_fixed=before is not None and before.fixed_at is not None,
    )


async def _usable(friend_id: int, said: str) -> ReferralCode:
    """Give a code that a friend may use, and let nobody else use any meanwhile. Raises `ReferralCodeInvalid`."""
    await one_at_a_time("who brought whom")  # Two who use each other's codes at once would close a ring.
    kept = read_code(said, CODE_LENGTH)
    code = None if kept is None else await ReferralCode.get_or_none(code=kept)
    if code is None or code.customer_id == friend_id:
        raise ReferralCodeInvalid
    if await has_brought(friend_id, code.customer_id) or await is_insider(friend_id, code.customer_id):
        raise ReferralCodeInvalid
    return code


async def _come_by(
    unit: Unit, friend_id: int, code: ReferralCode, before: Referral | None, said: dict[str, Any]
) -> ReferralPart:
    """Write down that a friend came by a code, in the place of another one; his own part goes along."""
    if before is not None:
        await reject(before, RejectedBecause.REPLACED, unit.viewer.role)
    unit.subject = referral = await Referral.create(
        customer_id=friend_id, code_id=code.id, status=ReferralStatus.INVITED, **said
    )
    new = {"referral_id": referral.id, "status": ReferralPartStatus.INVITED}
    await ReferralPart.create(customer_id=code.customer_id, side=ReferralSide.REFERRER, **new)
    if before is None:
        return await ReferralPart.create(customer_id=friend_id, side=ReferralSide.FRIEND, **new)
    await ReferralPart.filter(referral_id=before.id, side=ReferralSide.FRIEND).update(referral_id=referral.id)
    return await ReferralPart.get(referral_id=referral.id, side=ReferralSide.FRIEND)


async def withdraw_consent(viewer: Viewer, *, part_id: int) -> ReferralPart:
    """Take back that the other learns anything: there will be no points for it, on either side.

    Raises `NotFound` for what is not one's own or took no consent, `NotPossibleNow` once there were points for it.
    """
    async with transaction(viewer, "withdraw_referral_consent") as unit:
        await lock_customer(viewer)
        part = await ReferralPart.visible_to(viewer).get_or_none(id=part_id, side=ReferralSide.FRIEND)
        if part is None:
            raise NotFound
        house = Viewer.house(viewer.clock)  # The customer does not read what became of it.
        unit.subject = referral = await locked(Referral, house, part.referral_id)
        if referral.consent_version is None:
            raise NotFound
        if referral.status is not ReferralStatus.REJECTED:
            await reject(referral, RejectedBecause.CONSENT_WITHDRAWN, viewer.role)
        return part
