"""Sending what is queued: each message is looked at once more before it leaves, and what became of it is kept."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tortoise.connection import get_connection

from models import Clock, DeadLetter, Notification
from models.database.transaction import bare_transaction
from models.notifications import queue
from models.notifications.queue import Claimed, Kept
from notifications import configured, inbox_words
from notifications.channels.interface import EXPIRED, NOT_SENT, Address, Outcome, Outgoing, Result
from notifications.events import read_event
from resolvers.notifications import opt_outs
from resolvers.notifications.verdicts import kept_until, why_stays
from resolvers.service import survey_links
from rules.ids import encode_id
from rules.notifications.addresses import SILENT_AFTER
from rules.notifications.classes import Lane, MessageChannel, MessageClass
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from rules.notifications.preferences import is_on
from rules.notifications.retries import wait_before

CLOSED_LANE_WAITS = timedelta(minutes=10)
"""How long messages wait where a carrier does not let us in: somebody has to see to it."""
HANDED_BACK_WAITS = timedelta(seconds=1)
"""How long a message waits at least that its lane handed back untried."""

_AT_AN_END = frozenset({DeliveryState.FAILED, DeliveryState.SKIPPED})
_UNREACHED = frozenset(
    {
        DeliveryReason.ADDRESS_GONE,
        DeliveryReason.SWITCHED_OFF,
        DeliveryReason.TROUBLE,
        DeliveryReason.NO_CONSENT,  # To this way; a text asks for its own.
    }
)
logger = logging.getLogger("goodterms.sending")


@dataclass
class Post:
    """One lane's post in this process: claims, checks, words, and keeps what became of it."""

    lane: Lane
    clock: Clock
    _claimed: dict[int, Claimed] = field(default_factory=dict)
    """What is on its way, by delivery."""

    async def claim(self, most: int) -> list[Outgoing]:
        """Claim up to so many; gives those that may leave now, the others are put back or skipped."""
        going: list[Outgoing] = []
        while not going:
            now, settings = self.clock.now(), configured()
            claimed = await queue.claim(
                get_connection("default"),
                self.lane,
                most,
                now,
                heard_since=now - SILENT_AFTER,
                lease=settings.lease,
                lenders_zone=settings.zone,
            )
            if not claimed:
                break
            looked_at = [await _looked_at(message, now) for message in claimed]
            staying = [each for each in looked_at if isinstance(each, Kept)]
            going = [each for each in looked_at if isinstance(each, Outgoing)]
            self._claimed |= {message.id: message for message in claimed}
            for each in staying:
                del self._claimed[each.of.id]
            if staying:
                await _keep(staying, now)
        return going

    async def record(self, results: Sequence[tuple[Outgoing, Result]]) -> None:
        """Keep what became of messages; where that fails, it can be done again."""
        now = self.clock.now()
        known = [
            (self._claimed[each.delivery_id], answer) for each, answer in results if each.delivery_id in self._claimed
        ]
        await _keep([kept_of(message, answer, now) for message, answer in known], now)
        for message, _ in known:
            self._claimed.pop(message.id, None)


async def _looked_at(message: Claimed, now: datetime) -> Outgoing | Kept:
    """Word a message that leaves now; one that cannot be worded stays alone, and holds up no other."""
    try:
        if stays := await why_stays(message, now):
            return Kept(of=message, state=stays.state, reason=stays.reason, due_at=stays.due_at)
        return outgoing(message, now)
    except (KeyError, TypeError, ValueError, OverflowError):
        logger.exception("delivery %s cannot be worded", message.id)
        return Kept(of=message, state=DeliveryState.FAILED, reason=DeliveryReason.REJECTED)


def outgoing(message: Claimed, now: datetime) -> Outgoing:
    """Word a claimed message in its customer's language; an offer carries the way out, where one can be shown."""
    event, locale = read_event(message.kind, message.body), message.settings.locale
    title, body = inbox_words.push(event, locale)
    page = survey_links.link_of_message(event, now)
    if page is not None and message.channel is not MessageChannel.PUSH:  # Whoever reads it has the app or has it not.
        body = f"{body}\n{configured().public_url}{page}"
    needs_way_out = message.message_class is MessageClass.PROMOTION and message.channel is not MessageChannel.PUSH
    return Outgoing(
        delivery_id=message.id,
        tag=message.tag,
        notification=encode_id("Notification", message.notification_id),
        kind=message.kind,
        message_class=message.message_class,
        title=title,
        body=body,
        link=event.link(),
        locale=locale,
        expires_at=kept_until(message, now),
        badge=message.badge,
        address=_address(message),
        unsubscribe=configured().public_url + opt_outs.link(message.id, now) if needs_way_out else None,
        is_first_try=message.tries == 1,
    )


def _address(message: Claimed) -> Address:
    secret = message.phone or message.email
    if secret is not None:
        return Address(value=secret.read())
    assert message.address is not None, "a push has an address"
    return Address(
        value=message.address, provider=message.provider, kind=message.address_kind, platform=message.platform
    )


_STATES = {
    Outcome.ACCEPTED: (DeliveryState.ACCEPTED, None),
    Outcome.ADDRESS_GONE: (DeliveryState.FAILED, DeliveryReason.ADDRESS_GONE),
    Outcome.REJECTED: (DeliveryState.FAILED, DeliveryReason.REJECTED),
}


def kept_of(message: Claimed, answer: Result, now: datetime) -> Kept:
    """Say what is kept of a carrier's answer; what it could not take now is tried again while it is worth it."""

    def kept(
        state: DeliveryState,
        reason: DeliveryReason | None,
        *,
        due_at: datetime | None = None,
        is_untried: bool = False,
    ) -> Kept:
        return Kept(
            of=message,
            state=state,
            reason=reason,
            due_at=due_at,
            is_untried=is_untried,
            carrier_reference=answer.reference,
            detail=answer.detail,
        )

    if answer.detail == EXPIRED:
        return kept(DeliveryState.SKIPPED, DeliveryReason.EXPIRED)
    if answer.outcome in _STATES:
        return kept(*_STATES[answer.outcome])
    asked_for = answer.retry_after or timedelta(0)
    if answer.detail == NOT_SENT:
        return kept(DeliveryState.QUEUED, None, due_at=now + max(HANDED_BACK_WAITS, asked_for), is_untried=True)
    is_closed = answer.outcome is Outcome.LANE_CLOSED
    wait = CLOSED_LANE_WAITS if is_closed else wait_before(message.tries, random.random())  # noqa: S311
    due_at = now + max(wait, asked_for)
    if due_at >= message.expires_at:
        return kept(DeliveryState.FAILED, DeliveryReason.TROUBLE)
    return kept(DeliveryState.QUEUED, DeliveryReason.TROUBLE, due_at=due_at)


async def _keep(kept: Sequence[Kept], now: datetime) -> None:
    """Write results and what follows from them, in one transaction; alone, results are one statement."""
    if any(each.state in _AT_AN_END for each in kept):
        async with bare_transaction():
            await _write(kept, now)
    else:
        await _write(kept, now)


async def _write(kept: Sequence[Kept], now: datetime) -> None:
    connection = get_connection("default")
    written = await queue.record(connection, kept, now)
    ours = [each for each in kept if each.of.id in written]  # Another had the rest meanwhile.
    gone = [each.of for each in ours if each.reason is DeliveryReason.ADDRESS_GONE]
    if gone:
        await queue.retire(connection, gone, now)
    falling = [each.of for each in ours if _falls_back(each)]
    if falling:
        await queue.fall_back(connection, falling, now)
    for each in ours:
        if each.reason is DeliveryReason.REJECTED:
            await _bury(each, now)


def _falls_back(kept: Kept) -> bool:
    """Say whether an SMS takes the place of a push that went nowhere."""
    message = kept.of
    return (
        kept.state in _AT_AN_END
        and kept.reason in _UNREACHED
        and message.channel is MessageChannel.PUSH
        and Lane.SMS in configured().lanes
        and is_on(message.settings.choices, message.category, MessageChannel.SMS)
    )


async def _bury(kept: Kept, now: datetime) -> None:
    """Lay a message that is malformed, as its carrier or we ourselves say, with the dead letters."""
    message = kept.of
    logger.error("%s of delivery %s is malformed: %s", message.kind, message.id, kept.detail)
    notification = await Notification.get(id=message.notification_id)
    await DeadLetter.create(
        event_id=notification.event_id,
        delivery_id=message.id,
        kind=message.kind,
        problem=f"{message.channel} says: {kept.detail}" if kept.detail else "it cannot be worded",
        created_at=now,
    )
