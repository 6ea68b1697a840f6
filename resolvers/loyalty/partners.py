"""Partners, and their signed words about orders."""

import secrets
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError

from models import Clock, Partner, PartnerEvent, Redemption, Secret, Viewer, blind_index
from models.database import Unit, locked, transaction
from resolvers.loyalty import redemptions
from rules.loyalty.codes import read_code
from rules.loyalty.partners import (
    PartnerNameTaken,
    PartnerResult,
    PartnerWord,
    WordDiffers,
    WordNotBelieved,
    is_recent,
    is_signed,
)
from rules.loyalty.redemptions import CancelReason, RedemptionStatus
from rules.loyalty.vouchers import CODE_LENGTH

NOBODYS_SECRET = secrets.token_hex(32)
"""What the word of a partner we do not have is held against: the answer takes as long."""


@dataclass(frozen=True)
class PartnerMade:
    """A partner, and what he signs with: shown this once."""

    partner: Partner
    secret: str


async def create_partner(viewer: Viewer, *, name: str) -> PartnerMade:
    """Write a partner down; gives what he signs his words with. Raises `PartnerNameTaken`."""
    secret = secrets.token_hex(32)
    try:
        async with transaction(viewer, "create_partner") as unit:
            unit.subject = partner = await Partner.create(name=name, secret=Secret(secret))
            return PartnerMade(partner, secret)
    except IntegrityError as problem:
        if "name" not in str(problem):
            raise
        raise PartnerNameTaken from None


async def renew_partner_secret(viewer: Viewer, *, partner_id: int) -> PartnerMade:
    """Give a partner another secret: from now on the old one is worth nothing. Raises `NotFound`."""
    secret = secrets.token_hex(32)
    async with transaction(viewer, "renew_partner_secret"):
        partner = await locked(Partner, viewer, partner_id)
        partner.secret = Secret(secret)
        await partner.save(update_fields=["secret"])
        return PartnerMade(partner, secret)


async def check_word(clock: Clock, *, partner_id: int | None, timestamp: str, signature: str, body: bytes) -> Partner:
    """Give the partner who signed a body just now. Raises `WordNotBelieved`, whatever is wrong."""
    partner = None if partner_id is None else await Partner.get_or_none(id=partner_id)
    secret = NOBODYS_SECRET if partner is None else partner.secret.read()
    is_right = is_signed(secret, timestamp, body, signature)
    if partner is None or not is_right or not is_recent(timestamp, clock.now()):
        raise WordNotBelieved
    return partner


async def hear(
    clock: Clock, partner: Partner, *, reference: str, order_code: str, word: PartnerWord, body: str
) -> PartnerResult:
    """Keep what a partner says about an order, and do it: once, however often it is said.

    What comes after the order ended otherwise is kept, and flagged for staff. Raises `WordDiffers`.
    """
    viewer = Viewer.house(clock)
    known = await _known(partner, reference, body)
    if known is not None:
        return known
    code = read_code(order_code, CODE_LENGTH)
    named = None if code is None else await Redemption.get_or_none(partner_id=partner.id, code_index=blind_index(code))
    try:
        async with transaction(viewer, "hear_partner") as unit:
            unit.subject = partner
            result = PartnerResult.UNKNOWN if named is None else await _settle(unit, named.id, word)
            await PartnerEvent.create(
                partner_id=partner.id,
                event_reference=reference,
                body=body,
                redemption_id=None if named is None else named.id,
                result=result,
            )
            return result
    except IntegrityError:  # Said twice at once, under one id: whoever was first has committed.
        known = await _known(partner, reference, body)
        if known is None:
            raise
        return known


async def _known(partner: Partner, reference: str, body: str) -> PartnerResult | None:
    event = await PartnerEvent.get_or_none(partner_id=partner.id, event_reference=reference)
    if event is not None and event.body != body:
        raise WordDiffers
    return None if event is None else event.result


async def _settle(unit: Unit, redemption_id: int, word: PartnerWord) -> PartnerResult:
    redemption = await redemptions.lock_redemption(unit.viewer, redemption_id)
    wanted = RedemptionStatus.FULFILLED if word is PartnerWord.CONFIRMED else RedemptionStatus.CANCELLED
    if redemption.status is RedemptionStatus.RESERVED:
        if wanted is RedemptionStatus.FULFILLED:
            await redemptions.fulfil(unit, redemption)
        else:
            await redemptions.cancel(unit, redemption, CancelReason.REFUSED)
    elif redemption.status is not wanted:
        redemption.is_flagged = True
        await redemption.save(update_fields=["is_flagged"])
        return PartnerResult.CONTRADICTED
    else:
        return PartnerResult.REPEATED
    return PartnerResult(wanted.value)
