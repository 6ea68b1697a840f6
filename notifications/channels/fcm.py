"""Pushes by Firebase Cloud Messaging.

Google's library builds and encodes the message and holds the credential; the requests go over connections of our own, which
costs several times less than its `send_each_async` and waits for no slowest one: decision 31.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import aiohttp
from google.auth.exceptions import GoogleAuthError

from notifications.channels import access_tokens, fcm_answers
from notifications.channels.access_tokens import AccessTokens
from notifications.channels.fcm_messages import TooLarge, encoded
from notifications.channels.http_answers import Client, by_failure
from notifications.channels.interface import EXPIRED, TIMEOUT_SECONDS, Outcome, Outgoing, Result

BASE_URL = "https://fcm.googleapis.com"


class FcmSender:
    """Sends to tokens and installation ids of one Firebase project, from one event loop."""

    def __init__(
        self,
        credential: Any,
        *,
        now: Callable[[], datetime],
        base_url: str = BASE_URL,
        is_dry_run: bool = False,
        connections: int = 300,
        timeout_seconds: float = TIMEOUT_SECONDS,
        ca_file: str | None = None,
    ) -> None:
        """Take a `firebase_admin.credentials.Certificate`.

        With `is_dry_run`, Google checks every message and delivers none. `connections` are kept open: as many as are in
        flight at once. `ca_file` names whom to trust in place of the machine's own.
        """
        self._now = now
        self._is_dry_run = is_dry_run
        self._url = f"{base_url}/v1/projects/{credential.project_id}/messages:send"
        self._tokens = AccessTokens(credential, ca_file)
        self._client = Client(connections=connections, timeout_seconds=timeout_seconds, ca_file=ca_file)

    async def send(self, message: Outgoing) -> Result:
        """Send once, or once more if the access token was refused."""
        now = self._now()
        if message.expires_at <= now:
            return Result(Outcome.REJECTED, detail=EXPIRED)
        try:
            body = encoded(message, now, is_dry_run=self._is_dry_run)
        except TooLarge:
            return Result(Outcome.REJECTED, detail="TOO_LARGE")
        except ValueError:
            return Result(Outcome.REJECTED, detail="MALFORMED")
        try:
            status, headers, answer = await self._post(body)
        except GoogleAuthError as problem:
            return access_tokens.judged(problem)
        except (aiohttp.ClientError, OSError) as problem:
            return by_failure(problem)
        return fcm_answers.judged(status, headers, answer, now)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()
        await self._tokens.aclose()

    async def _post(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        token = await self._tokens.current()
        status, headers, answer = await self._post_with(token, body)
        if fcm_answers.is_token_refused(status, answer):
            token = await self._tokens.instead_of(token)
            status, headers, answer = await self._post_with(token, body)
        return status, headers, answer

    async def _post_with(self, token: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "X-GOOG-API-FORMAT-VERSION": "2",  # Errors come with their details.
        }
        async with self._client.session.post(self._url, data=body, headers=headers, allow_redirects=False) as response:
            return response.status, response.headers, await response.read()
