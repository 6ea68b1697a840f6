"""Text messages, through a gateway's HTTP interface, or through any service that Apprise knows."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote, urlsplit

import aiohttp
import orjson
from apprise import Apprise, AppriseResultStatus

from notifications.channels.http_answers import Client, by_failure, by_status
from notifications.channels.interface import EXPIRED, TIMED_OUT, TIMEOUT_SECONDS, Outcome, Outgoing, Result, Sender
from notifications.channels.json_answers import code, read, text
from notifications.channels.texts import one_text

NO_SUCH_NUMBER = "INVALID_RECIPIENT"
"""What the gateway calls a number that nobody can be reached by."""
THREADS = 8
"""How many texts Apprise sends at once."""


def sms_sender(service: str, *, token: str = "", now: Callable[[], datetime], ca_file: str | None = None) -> Sender:
    """Choose by the scheme of a URL: http and https are a gateway's, all others services of Apprise.

    In the URL of a service, `{to}` stands for the number, such as `twilio://SID:TOKEN@+8613800000000/{to}`.
    """
    if urlsplit(service).scheme in {"http", "https"}:
        return SmsGateway(service, token=token, now=now, ca_file=ca_file)
    return AppriseSms(service, now=now)


class SmsGateway:
    """Posts `{"to", "text", "reference"}` as JSON, with a bearer token.

    Of the answer, the status is read, and of its JSON `id` and `error`. The reference is the same in every repetition, so
    that a gateway that knows it sends once.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str,
        now: Callable[[], datetime],
        timeout_seconds: float = TIMEOUT_SECONDS,
        ca_file: str | None = None,
    ) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._now = now
        self._client = Client(connections=20, timeout_seconds=timeout_seconds, ca_file=ca_file)

    async def send(self, message: Outgoing) -> Result:
        """Send once."""
        now = self._now()
        if message.expires_at <= now:
            return Result(Outcome.REJECTED, detail=EXPIRED)
        asked = {"to": message.address.value, "text": one_text(message), "reference": message.reference}
        try:
            async with self._client.session.post(
                self._url, data=orjson.dumps(asked), headers=self._headers, allow_redirects=False
            ) as response:
                answer = read(await response.read())
                error = code(answer.get("error"))
                if error == NO_SUCH_NUMBER or response.status == 410:
                    return Result(Outcome.ADDRESS_GONE, detail=error or "HTTP_410")
                return by_status(response.status, response.headers, now, reference=text(answer.get("id")), detail=error)
        except (aiohttp.ClientError, OSError) as problem:
            return by_failure(problem)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


class AppriseSms:
    """Sends through a service of Apprise, which says whether it worked and not why: what did not is tried later."""

    def __init__(self, service: str, *, now: Callable[[], datetime]) -> None:
        self._service = service
        self._now = now
        self._threads = asyncio.Semaphore(THREADS)
        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # It would write numbers into the log.

    async def send(self, message: Outgoing) -> Result:
        """Send once, in a thread."""
        if message.expires_at <= self._now():
            return Result(Outcome.REJECTED, detail=EXPIRED)
        async with self._threads:
            return await asyncio.to_thread(self._send_blocking, message)

    async def aclose(self) -> None:
        """Nothing is kept open."""

    def _send_blocking(self, message: Outgoing) -> Result:
        service = Apprise()
        if not service.add(self._service.replace("{to}", quote(message.address.value, safe=""))):
            return Result(Outcome.LANE_CLOSED, detail="NO_SUCH_SERVICE")
        sent = service.notify(one_text(message), timeout=TIMEOUT_SECONDS)
        if sent:
            return Result(Outcome.ACCEPTED)
        is_late = sent.status is AppriseResultStatus.TIMEOUT
        return Result(Outcome.TRY_LATER, detail=TIMED_OUT if is_late else "NOT_TAKEN")
