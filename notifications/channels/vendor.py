"""Pushes to phones without Google's services, by an aggregator of the phone makers' own.

The interface is that of JPush's REST API v3, which others took up: https://docs.jiguang.cn/jpush/server/push/rest_api_v3_push
"""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import orjson

from notifications.channels.http_answers import Client, by_failure, by_status
from notifications.channels.interface import EXPIRED, TIMEOUT_SECONDS, Outcome, Outgoing, Result
from notifications.channels.json_answers import mapping, read, text
from notifications.channels.manners import MANNERS
from notifications.channels.texts import fingerprint
from rules.notifications.addresses import Platform
from rules.notifications.classes import MessageClass

LONGEST_LIFE = timedelta(days=10)
"""The longest `time_to_live` there is."""
OFFER, NOTICE = 0, 1
"""How phone makers tell what they let through a few times a day only from what its owner waits for: `classification`."""
CODES = {
    1000: Outcome.TRY_LATER,  # It does not know what went wrong.
    1004: Outcome.LANE_CLOSED,  # Wrong key or secret.
    1008: Outcome.LANE_CLOSED,  # There is no such app.
    1011: Outcome.ADDRESS_GONE,  # Nobody has this id, or has been seen within a year.
    1030: Outcome.TRY_LATER,  # It took too long.
    2002: Outcome.TRY_LATER,  # Too many in a minute.
    2003: Outcome.LANE_CLOSED,  # The app is barred.
    2004: Outcome.LANE_CLOSED,  # Our address is barred.
}
"""What the numbers in its answers mean; the others mean what the status does."""


class VendorSender:
    """Sends to registration ids, and to aliases (addresses without a kind)."""

    def __init__(
        self,
        base_url: str,
        *,
        app_key: str,
        master_secret: str,
        now: Callable[[], datetime],
        connections: int = 50,
        timeout_seconds: float = TIMEOUT_SECONDS,
        ca_file: str | None = None,
    ) -> None:
        self._url = f"{base_url}/v3/push"
        self._now = now
        self._headers = {
            "Authorization": f"Basic {b64encode(f'{app_key}:{master_secret}'.encode()).decode()}",
            "Content-Type": "application/json",
        }
        self._client = Client(connections=connections, timeout_seconds=timeout_seconds, ca_file=ca_file)

    async def send(self, message: Outgoing) -> Result:
        """Send once. A repetition is known to the aggregator by its `cid`, and goes out once."""
        now = self._now()
        if message.expires_at <= now:
            return Result(Outcome.REJECTED, detail=EXPIRED)
        body = orjson.dumps(built(message, now))
        try:
            async with self._client.session.post(
                self._url, data=body, headers=self._headers, allow_redirects=False
            ) as response:
                answer = read(await response.read())
                code = mapping(answer.get("error")).get("code")
                by_itself = by_status(
                    response.status,
                    response.headers,
                    now,
                    reference=text(answer.get("msg_id")),
                    detail=f"VENDOR_{code}" if isinstance(code, int) else "",
                )
        except (aiohttp.ClientError, OSError) as problem:
            return by_failure(problem)
        known = CODES.get(code) if isinstance(code, int) else None
        if known is None:
            return by_itself
        return Result(known, detail=by_itself.detail, retry_after=by_itself.retry_after)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def built(message: Outgoing, now: datetime) -> dict[str, Any]:
    """Give what is posted."""
    manner, address = MANNERS[message.message_class], message.address
    extras = {
        "id": message.tag,
        "notification": message.notification,
        "link": message.link,
    }
    life = min(message.expires_at - now, LONGEST_LIFE)
    notification: dict[str, Any]
    if address.platform is Platform.IOS:
        notification = {
            "alert": {"title": message.title, "body": message.body},
            "sound": "default" if manner.loudness.is_heard else "",
            "thread-id": manner.channel,
            "interruption-level": manner.loudness.interruption,
            "extras": extras,
        }
        if message.badge is not None:
            notification["badge"] = message.badge
    else:
        notification = {
            "title": message.title,
            "alert": message.body,
            "channel_id": manner.channel,
            "extras": extras,
        }
    platform = "ios" if address.platform is Platform.IOS else "android"
    return {
        "cid": fingerprint(message),
        "platform": [platform],
        "audience": {"alias" if address.kind is None else "registration_id": [address.value]},
        "notification": {platform: notification},
        "options": {
            "time_to_live": int(life.total_seconds()),
            "apns_collapse_id": message.tag,
            "classification": OFFER if message.message_class is MessageClass.PROMOTION else NOTICE,
        },
    }
