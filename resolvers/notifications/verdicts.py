"""Whether a message that is claimed may leave now: what was true when it was queued is asked once more."""

from dataclasses import dataclass
from datetime import datetime

from models import Loan, Registration
from models.notifications.queue import Claimed
from notifications import CustomerEventSoon, SeatOffered
from notifications.events import read_event
from notifications.loyalty.customer_events import AboutCustomerEvent
from notifications.service.surveys import AboutSurvey
from resolvers.loans.contact_limits import peace_of
from resolvers.service import survey_sending
from rules.loyalty.registrations import RegistrationStatus
from rules.notifications.classes import PROMOTIONAL, Category, MessageChannel, MessageClass
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from rules.notifications.hours import is_open, next_closed, next_open
from rules.notifications.preferences import is_on

_TOLD_TWICE = frozenset({MessageClass.SECURITY, MessageClass.PAYMENT})
"""Whoever took over somebody's access could read these in the app first: the phone is told all the same."""
_WHILE = {
    CustomerEventSoon.__name__: RegistrationStatus.REGISTERED,
    SeatOffered.__name__: RegistrationStatus.OFFERED,
}
"""What is told of an event only while one's registration stands so."""


@dataclass(frozen=True)
class Stays:
    """Why a message does not leave now."""

    state: DeliveryState
    """QUEUED where it waits for `due_at`, else SKIPPED."""
    reason: DeliveryReason
    due_at: datetime | None = None


async def why_stays(message: Claimed, now: datetime) -> Stays | None:
    """Say why a claimed message stays; None where it leaves."""
    if reason := _why_skipped(message, now):
        return Stays(DeliveryState.SKIPPED, reason)
    settings = message.settings
    if not is_open(message.message_class, now.astimezone(settings.zone), settings.quiet):
        opens_at = next_open(message.message_class, now, settings.zone, settings.quiet)
        return Stays(DeliveryState.QUEUED, DeliveryReason.HOURS, opens_at)
    if message.message_class is MessageClass.OVERDUE and message.is_reminder and await _is_in_peace(message):
        return Stays(DeliveryState.SKIPPED, DeliveryReason.PEACE)
    if message.kind in _WHILE and not await _still_stands(message):
        return Stays(DeliveryState.SKIPPED, DeliveryReason.DONE)
    if message.category is Category.SURVEY and (stays := await _is_asked_no_more(message, now)):
        return Stays(DeliveryState.SKIPPED, stays)
    return None


def _why_skipped(message: Claimed, now: datetime) -> DeliveryReason | None:
    if message.expires_at <= now:
        return DeliveryReason.EXPIRED
    is_known = message.is_read and message.message_class not in _TOLD_TWICE
    if is_known or not message.is_still_due or message.is_cancelled:
        return DeliveryReason.DONE
    if not is_on(message.settings.choices, message.category, message.channel):
        return DeliveryReason.SWITCHED_OFF
    if message.channel is MessageChannel.PUSH and not message.is_alive:
        return DeliveryReason.ADDRESS_GONE
    if message.channel is MessageChannel.EMAIL and message.email is None:
        return DeliveryReason.NO_ADDRESS
    if message.category in PROMOTIONAL and not message.has_consent:
        return DeliveryReason.NO_CONSENT
    return DeliveryReason.RESTRICTED if message.is_restricted else None


async def _still_stands(message: Claimed) -> bool:
    """Say whether his registration is still what the message speaks of: he may have cancelled it since, or answered."""
    event = read_event(message.kind, message.body)
    assert isinstance(event, AboutCustomerEvent), "it is about an event"
    mine = Registration.filter(event_id=event.customer_event_id, customer_id=message.customer_id)
    return await mine.filter(status=_WHILE[message.kind]).exists()


async def _is_asked_no_more(message: Claimed, now: datetime) -> DeliveryReason | None:
    event = read_event(message.kind, message.body)
    assert isinstance(event, AboutSurvey), "it asks something"
    return await survey_sending.why_stays(event.invitation_id, now)


async def _is_in_peace(message: Claimed) -> bool:
    """Say whether he promised to pay or asked for help since the message was queued."""
    late = Loan.filter(customer_id=message.customer_id, days_past_due__gt=0, is_open=True)
    return any([await peace_of(loan, loan.customer_id, None) async for loan in late])


def kept_until(message: Claimed, now: datetime) -> datetime:
    """Say until when a carrier may keep it for a phone that is off: not into hours at which nobody is disturbed."""
    settings = message.settings
    closes_at = next_closed(message.message_class, now, settings.zone, settings.quiet)
    return message.expires_at if closes_at is None else min(message.expires_at, closes_at)
