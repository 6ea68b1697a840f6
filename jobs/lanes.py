"""The lanes that messages leave the house on, as this process has them: each with its sender, its pace and its pauses."""

# ruff: noqa: PLC0415  A carrier's library takes a second to read: only by who sends through it.

import asyncio
import logging
import secrets
from contextlib import suppress
from urllib.parse import unquote, urlsplit

from models.clock import SystemClock
from models.viewer import Clock
from notifications import words
from notifications.channels import lanes
from notifications.channels.interface import Address, Outcome, Outgoing, Sender
from notifications.channels.pace import RateLimiter, ramp_to
from notifications.channels.window import send_all
from notifications.events import HOME
from resolvers.notifications.sending import Post
from rules.notifications.classes import Lane, MessageClass
from rules.people.kinds import Locale
from rules.people.sign_in import CODE_LIFETIME
from settings import Settings

PER_SECOND = {Lane.VENDOR: 500, Lane.SMS: 50, Lane.EMAIL: 20}
"""How many messages a second each worker sends at the most; of pushes by Firebase, the settings say."""
WINDOW = {Lane.FCM: 200, Lane.VENDOR: 50, Lane.SMS: 20, Lane.EMAIL: 4}
"""How many are on their way at once."""

LONGEST_SECONDS = 300.0
"""How long one sending goes on while there is more to send; the next begins at once."""
_CODE_WORDS = {
    Lane.SMS: ("code.title", "code.body"),
    Lane.EMAIL: ("code.email_title", "code.email_body"),
}

logger = logging.getLogger("goodterms.lanes")

_settings: Settings | None = None
_lanes: dict[Lane, lanes.Lane] = {}


def configure(settings: Settings) -> None:
    """Hand in the settings; a lane is made when its first message goes, so who never sends reads no carrier's library."""
    global _settings
    _settings = settings


async def close() -> None:
    """Close the connections."""
    while _lanes:
        _, lane = _lanes.popitem()
        await lane.sender.aclose()


async def send(lane: Lane, clock: Clock, stop: asyncio.Event) -> int:
    """Send what is due on a lane, until nothing is or told to stop; gives how many were taken."""
    if _settings is None or lane not in _settings.lanes:
        return 0
    post, until = Post(lane, clock), asyncio.Event()
    ending = asyncio.create_task(_ends(until, stop))
    try:
        outcomes = await send_all(_lane(lane, _settings, clock), claim=post.claim, record=post.record, stop=until)
    finally:
        ending.cancel()
    return outcomes[Outcome.ACCEPTED]


async def _ends(until: asyncio.Event, stop: asyncio.Event) -> None:
    """End a sending when told to stop, or after a while: a task that never ends is taken for one that hangs."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), LONGEST_SECONDS)
    until.set()


async def send_code(lane: Lane, to: str, code: str, locale: Locale) -> None:
    """Send a code at once, by the process that was asked for it: nobody waits in a queue to sign in.

    What the carrier does is logged, and no more: who asks learns nothing of it.
    """
    assert _settings is not None, "lanes.configure() has not been called"
    clock = SystemClock(_settings.lender_zone)
    title, body = _CODE_WORDS[lane]
    message = Outgoing(
        delivery_id=0,
        tag=f"code-{secrets.token_hex(8)}",
        notification="",
        kind="Code",
        message_class=MessageClass.SECURITY,
        title=words.say(title, locale),
        body=words.say(body, locale, code=code),
        link=HOME,
        locale=locale,
        expires_at=clock.now() + CODE_LIFETIME,
        badge=None,
        address=Address(value=to),
    )
    result = await _lane(lane, _settings, clock).sender.send(message)
    if result.outcome is not Outcome.ACCEPTED:
        logger.error("A code did not go out by %s: %s", lane, result.detail)


def _lane(lane: Lane, settings: Settings, clock: Clock) -> lanes.Lane:
    if lane not in _lanes:
        per_second = settings.fcm_per_second if lane is Lane.FCM else PER_SECOND[lane]
        pace = RateLimiter(ramp_to(per_second))
        _lanes[lane] = lanes.Lane(lane.value, _sender(lane, settings, clock), pace, window=WINDOW[lane])
    return _lanes[lane]


def _sender(lane: Lane, settings: Settings, clock: Clock) -> Sender:
    ca_file = None if settings.ca_file is None else str(settings.ca_file)
    match lane:
        case Lane.FCM:
            from firebase_admin.credentials import Certificate

            from notifications.channels.fcm import FcmSender

            return FcmSender(
                Certificate(str(settings.fcm_credentials)),
                now=clock.now,
                base_url=settings.fcm_url,
                is_dry_run=settings.fcm_dry_run,
                connections=WINDOW[lane],
                ca_file=ca_file,
            )
        case Lane.VENDOR:
            from notifications.channels.vendor import VendorSender

            return VendorSender(
                settings.vendor_push_url,
                app_key=settings.vendor_push_key,
                master_secret=settings.vendor_push_secret.get_secret_value(),
                now=clock.now,
                connections=WINDOW[lane],
                ca_file=ca_file,
            )
        case Lane.SMS:
            from notifications.channels.sms import sms_sender

            return sms_sender(
                settings.sms_url, token=settings.sms_token.get_secret_value(), now=clock.now, ca_file=ca_file
            )
        case Lane.EMAIL:
            return _email_sender(settings, clock, ca_file)


def _email_sender(settings: Settings, clock: Clock, ca_file: str | None) -> Sender:
    from notifications.channels.email import EmailSender

    url = urlsplit(settings.smtp_url)
    is_tls = url.scheme == "smtps"
    return EmailSender(
        host=url.hostname or "",
        port=url.port or (465 if is_tls else 25),
        sender=settings.email_from,
        now=clock.now,
        username=None if url.username is None else unquote(url.username),
        password=None if url.password is None else unquote(url.password),
        use_tls=is_tls,
        connections=WINDOW[Lane.EMAIL],
        ca_file=ca_file,
    )
