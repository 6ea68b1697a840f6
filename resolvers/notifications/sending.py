"""Sending what is queued: each message is looked at once more before it leaves, and what became of it is kept."""

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from tortoise.connection import get_connection

from models import Clock, DeadLetter, Delivery, Loan, Notification, Secret
from models.database.transaction import bare_transaction
from models.notifications import queue
from models.notifications.recipients import Settings
from notifications import configured, inbox_words
from notifications.channels.interface import EXPIRED, NOT_SENT, Address, Outcome, Outgoing, Result
from notifications.events import read_event
from resolvers.loans.contact_limits import check_peace
from resolvers.notifications import opt_outs
from rules.errors import Refused
from rules.ids import encode_id
from rules.notifications.addresses import SILENT_AFTER, AddressKind, Platform, PushProvider
from rules.notifications.classes import PROMOTIONAL, Category, Lane, MessageChannel, MessageClass
from rules.notifications.consents import holds
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from rules.notifications.hours import is_open, next_closed, next_open
from rules.notifications.preferences import is_on
from rules.notifications.retries import wait_before

CLOSED_LANE_WAITS = timedelta(minutes=10)
"""How long messages wait where a carrier does not let us in: somebody has to see to it."""

logger = logging.getLogger("goodterms.sending")


@dataclass(frozen=True)
class Verdict:
    """Whether a message may leave now."""

    state: DeliveryState
    """QUEUED: it may, or waits until `due_at`."""
    reason: DeliveryReason | None = None
    due_at: datetime | None = None

    @property
    def is_go(self) -> bool:
        return self.state is DeliveryState.QUEUED and self.due_at is None


GO = Verdict(DeliveryState.QUEUED)


def _skip(reason: DeliveryReason) -> Verdict:
    return Verdict(DeliveryState.SKIPPED, reason)


_Kept = tuple[dict[str, Any], dict[str, Any]]
"""A claimed row, and what is written of it."""
_AT_AN_END = frozenset({DeliveryState.FAILED, DeliveryState.SKIPPED})


@dataclass
class Post:
    """One lane's post in this process: claims, checks, words, and keeps what became of it."""

    lane: Lane
    clock: Clock
    _claimed: dict[int, dict[str, Any]] = field(default_factory=dict)
    """What is on its way, by delivery."""

    async def claim(self, most: int) -> list[Outgoing]:
        """Claim up to so many; gives those that may leave now, the others are put back or skipped."""
        going: list[Outgoing] = []
        while not going:
            now, lease = self.clock.now(), configured().lease
            rows = await queue.claim(get_connection("default"), self.lane, most, now, now - SILENT_AFTER, lease)
            if not rows:
                break
            staying: list[_Kept] = []
            for row in rows:
                message, verdict = await self._looked_at(row, now)
                if message is None:
                    staying.append((row, _written(row, verdict, now)))
                else:
                    going.append(message)
                    self._claimed[row["id"]] = row
            if staying:
                await self._keep(staying, now)
        return going

    async def _looked_at(self, row: dict[str, Any], now: datetime) -> tuple[Outgoing | None, Verdict]:
        """Word a message that may leave now; one that cannot be worded stays alone, and holds up no other."""
        try:
            row["settings"] = Settings.read(row, configured().zone)
            verdict = await self._verdict(row, now)
            return (outgoing(row, now) if verdict.is_go else None), verdict
        except (KeyError, TypeError, ValueError, OverflowError):
            logger.exception("delivery %s cannot be worded", row["id"])
            return None, Verdict(DeliveryState.FAILED, DeliveryReason.REJECTED)

    async def _verdict(self, row: dict[str, Any], now: datetime) -> Verdict:
        verdict = judge(row, row["settings"], now)
        if verdict.is_go and row["message_class"] == MessageClass.OVERDUE and row["about_due_on"] is not None:
            return await _left_in_peace(row) or verdict
        return verdict

    async def record(self, results: Sequence[tuple[Outgoing, Result]]) -> None:
        """Keep what became of messages; where that fails, it can be done again."""
        now = self.clock.now()
        claimed = [(self._claimed[message.delivery_id], result) for message, result in results]
        await self._keep([(row, result_of(row, result, now)) for row, result in claimed], now)
        for row, _ in claimed:
            self._claimed.pop(row["id"], None)

    async def _keep(self, kept: list[_Kept], now: datetime) -> None:
        """Write results and what follows from them, in one transaction; alone, results are one statement."""
        if any(written["state"] in _AT_AN_END for _, written in kept):
            async with bare_transaction():
                await self._write(kept, now)
        else:
            await self._write(kept, now)

    async def _write(self, kept: list[_Kept], now: datetime) -> None:
        connection = get_connection("default")
        known = await queue.record(connection, [written for _, written in kept])
        kept = [(row, written) for row, written in kept if row["id"] in known]  # Another had the rest meanwhile.
        gone = [row for row, written in kept if written["reason"] is DeliveryReason.ADDRESS_GONE and row["address_id"]]
        if gone:
            retired = [{"id": row["address_id"], "seen_at": _text(row["seen_at"])} for row in gone]
            await queue.retire(connection, retired, now)
        falling = [row["id"] for row, written in kept if _falls_back(row, written)]
        if falling:
            await queue.fall_back(connection, falling, now)
        for row, written in kept:
            if written["reason"] is DeliveryReason.REJECTED:
                await _bury(row, written["detail"], now)


_TOLD_TWICE = frozenset({MessageClass.SECURITY, MessageClass.PAYMENT})
"""Whoever took over somebody's access could read these in the app first: the phone is told all the same."""


def judge(row: dict[str, Any], settings: Settings, now: datetime) -> Verdict:
    """Say whether a claimed message may leave now, as far as its row tells."""
    message_class, category = MessageClass(row["message_class"]), Category(row["category"])
    channel = MessageChannel(row["channel"])
    if _moment(row["expires_at"]) <= now:
        return _skip(DeliveryReason.EXPIRED)
    is_known = message_class not in _TOLD_TWICE and row["is_read"]
    if is_known or not row["is_still_due"]:
        return _skip(DeliveryReason.DONE)
    if not is_on(settings.choices, category, channel):
        return _skip(DeliveryReason.SWITCHED_OFF)
    if channel is MessageChannel.PUSH and not row["is_alive"]:
        return _skip(DeliveryReason.ADDRESS_GONE)
    if channel is MessageChannel.EMAIL and row["email"] is None:
        return _skip(DeliveryReason.NO_ADDRESS)
    if category in PROMOTIONAL and not _consents(row["consent"], now):
        return _skip(DeliveryReason.NO_CONSENT)
    if row["is_restricted"] or row["is_cancelled"]:
        return _skip(DeliveryReason.RESTRICTED if row["is_restricted"] else DeliveryReason.DONE)
    if not is_open(message_class, now.astimezone(settings.zone), settings.quiet):
        opens_at = next_open(message_class, now, settings.zone, settings.quiet)
        return Verdict(DeliveryState.QUEUED, DeliveryReason.HOURS, opens_at)
    return GO


def _consents(said: str | None, now: datetime) -> bool:
    if said is None:
        return False
    is_given, said_at = orjson.loads(said)
    return holds(bool(is_given), _moment(said_at), now)


async def _left_in_peace(row: dict[str, Any]) -> Verdict | None:
    """Say so where he promised to pay or asked for help since the message was queued."""
    loans = Loan.filter(customer_id=row["customer_id"], days_past_due__gt=0, is_open=True)
    try:
        for loan in await loans:
            await check_peace(loan, loan.customer_id, None)
    except Refused:
        return _skip(DeliveryReason.PEACE)
    return None


def outgoing(row: dict[str, Any], now: datetime) -> Outgoing:
    """Word a claimed message in its customer's language; an offer carries the way out."""
    event, locale = read_event(row["kind"], row["body"]), row["settings"].locale
    title, body = inbox_words.push(event, locale)
    needs_way_out = row["message_class"] == MessageClass.PROMOTION and row["channel"] != MessageChannel.PUSH
    return Outgoing(
        delivery_id=row["id"],
        tag=row["tag"],
        notification=encode_id("Notification", row["notification_id"]),
        kind=row["kind"],
        message_class=MessageClass(row["message_class"]),
        title=title,
        body=body,
        link=event.link(),
        locale=locale,
        expires_at=_kept_until(row, now),
        badge=row["badge"],
        address=_address(row),
        unsubscribe=configured().public_url + opt_outs.link(row["id"], now) if needs_way_out else None,
        is_first_try=row["tries"] == 1,
    )


def _kept_until(row: dict[str, Any], now: datetime) -> datetime:
    """Say until when a carrier may keep a message for a phone that is off: not into hours at which nobody is disturbed."""
    settings: Settings = row["settings"]
    closes_at = next_closed(MessageClass(row["message_class"]), now, settings.zone, settings.quiet)
    expires_at = _moment(row["expires_at"])
    return expires_at if closes_at is None else min(expires_at, closes_at)


def _address(row: dict[str, Any]) -> Address:
    match MessageChannel(row["channel"]):
        case MessageChannel.SMS:
            return Address(value=Secret.from_sealed(row["phone"], "customer.phone").read())
        case MessageChannel.EMAIL:
            return Address(value=Secret.from_sealed(row["email"], "email_address.address").read())
        case MessageChannel.PUSH:
            return Address(
                value=row["address"],
                provider=PushProvider(row["provider"]),
                kind=AddressKind(row["address_kind"]),
                platform=Platform(row["platform"]),
            )


_STATES = {
    Outcome.ACCEPTED: (DeliveryState.ACCEPTED, None),
    Outcome.ADDRESS_GONE: (DeliveryState.FAILED, DeliveryReason.ADDRESS_GONE),
    Outcome.REJECTED: (DeliveryState.FAILED, DeliveryReason.REJECTED),
}


def result_of(row: dict[str, Any], result: Result, now: datetime) -> dict[str, Any]:
    """Say what is written of a carrier's answer; what it could not take now is tried again while it is worth it."""
    if result.detail == EXPIRED:
        return _written(row, _skip(DeliveryReason.EXPIRED), now, result)
    if result.outcome in _STATES:
        state, reason = _STATES[result.outcome]
        return _written(row, Verdict(state, reason), now, result)
    if result.detail == NOT_SENT:
        held = now + max(result.retry_after or timedelta(0), timedelta(seconds=1))
        return _written(row, Verdict(DeliveryState.QUEUED, due_at=held), now, result) | {"tries_now": row["tries"] - 1}
    is_closed = result.outcome is Outcome.LANE_CLOSED
    wait = CLOSED_LANE_WAITS if is_closed else wait_before(row["tries"], random.random())  # noqa: S311
    due_at = now + max(wait, result.retry_after or timedelta(0))
    if due_at >= _moment(row["expires_at"]):
        return _written(row, Verdict(DeliveryState.FAILED, DeliveryReason.TROUBLE), now, result)
    return _written(row, Verdict(DeliveryState.QUEUED, DeliveryReason.TROUBLE, due_at), now, result)


def _written(row: dict[str, Any], verdict: Verdict, now: datetime, result: Result | None = None) -> dict[str, Any]:
    return {
        "id": row["id"],
        "tries": row["tries"],
        "tries_now": row["tries"],
        "state": verdict.state,
        "reason": verdict.reason,
        "due_at": _text(verdict.due_at or now),
        "settled_at": None if verdict.state is DeliveryState.QUEUED else _text(now),
        "carrier_reference": "" if result is None else result.reference[:200],
        "detail": "" if result is None else result.detail[:100],
    }


_UNREACHED = frozenset(
    {
        DeliveryReason.ADDRESS_GONE,
        DeliveryReason.SWITCHED_OFF,
        DeliveryReason.TROUBLE,
        DeliveryReason.NO_CONSENT,  # To this way; a text asks for its own.
    }
)


def _falls_back(row: dict[str, Any], written: dict[str, Any]) -> bool:
    """Say whether an SMS takes the place of a push that went nowhere."""
    return (
        written["state"] in _AT_AN_END
        and written["reason"] in _UNREACHED
        and row["channel"] == MessageChannel.PUSH
        and Lane.SMS in configured().lanes
        and is_on(row["settings"].choices, Category(row["category"]), MessageChannel.SMS)
    )


async def _bury(row: dict[str, Any], detail: str, now: datetime) -> None:
    """Lay a message that its carrier calls malformed with the dead letters."""
    logger.error("%s of delivery %s is malformed: %s", row["kind"], row["id"], detail)
    delivery = await Delivery.get(id=row["id"])
    notification = await Notification.get(id=delivery.notification_id)
    await DeadLetter.create(
        event_id=notification.event_id,
        delivery_id=delivery.id,
        kind=delivery.kind,
        problem=f"{delivery.channel} says: {detail}",
        created_at=now,
    )


def _moment(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo("UTC"))


def _text(value: datetime | str) -> str:
    return value if isinstance(value, str) else value.isoformat(" ")
