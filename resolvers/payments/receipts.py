"""A provider's late word: told to us, or asked for again."""

import logging
from datetime import datetime, timedelta

from tortoise.expressions import Q

from models import Clock, PaymentEvent, PaymentIntent, Payout, Viewer
from models.database import transaction
from resolvers import configured
from resolvers.loans import disbursements, repayments
from rules.payments.states import PaymentStatus, PayoutStatus

logger = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=30)
"""How long a payment may be pending before we ask the provider again, and again after that."""
BATCH = 100


async def hear(clock: Clock, *, provider_name: str, event_reference: str, body: str) -> None:
    """Keep what a provider told us, and book it: once, however often it is told.

    That it comes from the provider must have been checked before. `event_reference` is the provider's own, at most 64
    characters; a word about no payment of ours is kept and leads to nothing.
    """
    viewer = Viewer.house(clock)
    async with transaction(viewer, "hear_provider"):
        await PaymentEvent.bulk_create(
            [PaymentEvent(provider=provider_name, event_reference=event_reference, body=body)], ignore_conflicts=True
        )
    provider = configured().payment_provider
    word = provider.read_word(body) if provider.name == provider_name else None
    if word is None:
        return
    kind, _, number = word.reference.partition("-")
    named = {"id": int(number), "provider": provider_name} if number.isdecimal() else {"id": 0}
    if kind == "intent" and (intent := await PaymentIntent.get_or_none(**named)):
        await repayments.settle(viewer, intent, word.answer)
    elif kind == "payout" and (payout := await Payout.get_or_none(**named)):
        await disbursements.settle(viewer, payout, word.answer)
    else:
        logger.warning("%s told us about %s, which we do not know", provider_name, word.reference)


async def settle_pending(clock: Clock) -> int:
    """Ask the provider about payments that wait for its answer; give how many were asked about.

    One that cannot be asked about or booked is logged and tried again later; it does not hold up the others.
    """
    viewer = Viewer.house(clock)
    intents = await PaymentIntent.filter(_waits(PaymentStatus.PENDING, clock.now())).order_by("asked_at").limit(BATCH)
    payouts = await Payout.filter(_waits(PayoutStatus.PENDING, clock.now())).order_by("asked_at").limit(BATCH)
    waiting: list[PaymentIntent | Payout] = [*intents, *payouts]
    asked = 0
    for row in waiting:
        if not await _claim(row, clock.now()):
            continue
        asked += 1
        try:
            if isinstance(row, PaymentIntent):
                await repayments.collect(viewer, row)
            else:
                await disbursements.pay_out(viewer, row)
        except Exception:
            logger.exception("could not settle %s %s", type(row).__name__, row.id)
    return asked


def _waits(pending: PaymentStatus | PayoutStatus, now: datetime) -> Q:
    provider = configured().payment_provider.name
    return Q(status=pending, provider=provider, asked_at__lt=now - PATIENCE)


async def _claim(row: PaymentIntent | Payout, now: datetime) -> bool:
    """Say that we ask now, unless another process was faster. When we last asked is no business fact: no unit."""
    return await type(row).filter(id=row.id, asked_at=row.asked_at).update(asked_at=now) == 1
