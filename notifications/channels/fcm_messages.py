"""A message as Firebase Cloud Messaging takes it, built and encoded by Google's own library.

https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
"""

import re
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
from firebase_admin import messaging

from notifications.channels.interface import Outgoing
from notifications.channels.manners import MANNERS, Manner
from rules.notifications.addresses import AddressKind, Platform

LARGEST_BYTES = 4_096
"""More than that is refused. Counted here with everything but the address, which is never less than what Google counts."""
LONGEST_LIFE = timedelta(weeks=4)
"""The longest `ttl` there is."""
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
"""RFC 8030, 5.4."""


class TooLarge(ValueError):
    """It is longer than a push may be."""


def encoded(message: Outgoing, now: datetime, *, is_dry_run: bool = False) -> bytes:
    """Give the body of the request that sends a message.

    Raises TooLarge, and ValueError for what the library itself finds wrong.
    """
    text = str(built(message, now))
    if len(text) > LARGEST_BYTES:  # ASCII with escapes: it is only ever shorter.
        fields = orjson.loads(text)
        size = len(orjson.dumps({name: value for name, value in fields.items() if name not in {"token", "fid"}}))
        if size > LARGEST_BYTES:
            raise TooLarge(f"{size} bytes")
    end = ',"validate_only":true}' if is_dry_run else "}"
    return f'{{"message":{text}{end}'.encode()


def built(message: Outgoing, now: datetime) -> Any:
    """Give the `messaging.Message`, with what is meant for the address's platform; for all of them if it is not known."""
    manner, address = MANNERS[message.message_class], message.address
    life = min(message.expires_at - now, LONGEST_LIFE)

    def is_for(platform: Platform) -> bool:
        return address.platform in {None, platform}

    made = messaging.Message(
        data={
            "id": message.tag,
            "notification": message.notification,
            "link": message.link,
        },
        notification=messaging.Notification(title=message.title, body=message.body),
        android=_android(message, manner, life) if is_for(Platform.ANDROID) else None,
        apns=_apns(message, manner, now + life) if is_for(Platform.IOS) else None,
        webpush=_webpush(message, manner, life) if is_for(Platform.WEB) else None,
        fcm_options=messaging.FCMOptions(analytics_label=manner.channel),
    )
    if address.kind is AddressKind.FID:
        made.fid = address.value
    else:
        made.token = address.value  # As an argument it warns of its age with every message.
    return made


def _android(message: Outgoing, manner: Manner, life: timedelta) -> Any:
    return messaging.AndroidConfig(
        priority=manner.loudness.priority,
        ttl=timedelta(seconds=int(life.total_seconds())),
        collapse_key=message.tag,
        notification=messaging.AndroidNotification(
            channel_id=manner.channel,
            tag=message.tag,
            sound="default" if manner.loudness.is_heard else None,
            visibility="private",
        ),
    )


def _apns(message: Outgoing, manner: Manner, until: datetime) -> Any:
    return messaging.APNSConfig(
        headers={
            "apns-priority": manner.loudness.apns_priority,
            "apns-expiration": str(int(until.timestamp())),
            "apns-collapse-id": message.tag,
        },
        payload=messaging.APNSPayload(
            messaging.Aps(
                badge=message.badge,
                sound="default" if manner.loudness.is_heard else None,
                thread_id=manner.channel,
                category=manner.channel,
                # The library has no fields for these two.
                custom_data={"interruption-level": manner.loudness.interruption, "relevance-score": manner.relevance},
            )
        ),
    )


def _webpush(message: Outgoing, manner: Manner, life: timedelta) -> Any:
    is_page = message.link.startswith("https://")  # Nothing else is taken as a link.
    return messaging.WebpushConfig(
        headers={
            "TTL": str(int(life.total_seconds())),
            "Urgency": manner.loudness.urgency,
            "Topic": _topic(message.tag),
        },
        notification=messaging.WebpushNotification(tag=message.tag, language=message.locale),
        fcm_options=messaging.WebpushFCMOptions(link=message.link) if is_page else None,
    )


def _topic(tag: str) -> str:
    """Give a topic that stands for the tag: itself where it may be one, else a digest of it."""
    if _TOPIC.fullmatch(tag):
        return tag
    return urlsafe_b64encode(sha256(tag.encode()).digest()[:24]).decode()
