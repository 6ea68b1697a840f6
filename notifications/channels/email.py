"""E-mails, over SMTP."""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from functools import partial

import aiosmtplib
from aiosmtplib import SMTP

from notifications.channels.http_answers import trust
from notifications.channels.interface import (
    CONNECTION_LOST,
    EXPIRED,
    TIMED_OUT,
    TIMEOUT_SECONDS,
    Outcome,
    Outgoing,
    Result,
)
from notifications.channels.texts import body_of, fingerprint

POLICY = SMTP_POLICY.clone(max_line_length=998)
"""RFC 5322, 2.1.1: as long as a line may be, so that the way out of an offer stays one word."""
KEPT_SECONDS = 30.0
"""How long a connection is kept that nothing goes through."""
NO_SUCH_MAILBOX = re.compile(r"\b5\.1\.(1|2|3|6|10)\b")
"""The codes (RFC 3463) that speak of the address itself. A 550 alone may be anything, and takes no address from anybody."""
LONGEST_REFERENCE = 200


class EmailSender:
    """Sends through one server, over a few connections that are kept open; for one event loop."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        sender: str,
        now: Callable[[], datetime],
        username: str | None = None,
        password: str | None = None,
        use_tls: bool = False,
        start_tls: bool | None = None,
        connections: int = 4,
        timeout_seconds: float = TIMEOUT_SECONDS,
        ca_file: str | None = None,
    ) -> None:
        """`sender` is as in a letter's head, `Goodterms <post@example.com>`.

        `use_tls` is for servers that begin with TLS (port 465); others are asked for it: with None if they offer it,
        with True always.
        """
        self._now = now
        self._sender = sender
        self._domain = parseaddr(sender)[1].partition("@")[2]
        self._made = partial(
            SMTP,
            hostname=host,
            port=port,
            username=username,
            password=password,
            use_tls=use_tls,
            start_tls=start_tls,
            tls_context=trust(ca_file),
            timeout=timeout_seconds,
        )
        self._free = asyncio.Semaphore(connections)
        self._idle: list[tuple[SMTP, float]] = []

    async def send(self, message: Outgoing) -> Result:
        """Send once. A repetition has the same `Message-ID`, by which mailboxes know it."""
        now = self._now()
        if message.expires_at <= now:
            return Result(Outcome.REJECTED, detail=EXPIRED)
        try:
            letter = self._letter(message, now)
        except (ValueError, IndexError, MessageError):  # The library reads an empty address beyond its end.
            return Result(Outcome.REJECTED, detail="MALFORMED")
        async with self._free:
            try:
                return Result(Outcome.ACCEPTED, reference=await self._post(letter))
            except (aiosmtplib.SMTPException, OSError) as problem:
                return judged(problem)

    async def aclose(self) -> None:
        """Close the connections."""
        idle, self._idle = self._idle, []
        for connection, _ in idle:
            connection.close()

    def _letter(self, message: Outgoing, now: datetime) -> EmailMessage:
        """Write it. Raises one of several errors where an address is none, or a head has more than one line."""
        letter = EmailMessage(policy=POLICY)
        letter["From"] = self._sender
        letter["To"] = Mailbox(addr_spec=message.address.value)
        letter["Subject"] = message.title
        letter["Date"] = format_datetime(now)
        letter["Message-ID"] = f"<{fingerprint(message)}@{self._domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        if message.unsubscribe is not None:
            letter["List-Unsubscribe"] = f"<{message.unsubscribe}>"
            letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        letter.set_content(f"{body_of(message)}\n")
        letter["Content-Language"] = message.locale.value  # After the content, which clears it.
        return letter

    async def _post(self, letter: EmailMessage) -> str:
        """Hand it over; gives what the server said to it."""
        connection = await self._connected()
        is_usable = False
        try:
            _, said = await connection.send_message(letter)
            is_usable = True
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused):
            is_usable = connection.is_connected  # It refused one letter, and takes the next.
            raise
        finally:
            if is_usable:
                self._idle.append((connection, time.monotonic()))
            else:
                connection.close()
        return said[:LONGEST_REFERENCE]

    async def _connected(self) -> SMTP:
        """Give a connection that was used a moment ago, or a new one."""
        while self._idle:
            connection, used_at = self._idle.pop()
            if connection.is_connected and time.monotonic() - used_at < KEPT_SECONDS:
                return connection
            connection.close()
        made = self._made()
        await made.connect()
        return made


def judged(problem: aiosmtplib.SMTPException | OSError) -> Result:
    """Say what an error of SMTP means for a letter."""
    match problem:
        case aiosmtplib.SMTPRecipientsRefused():
            refused = problem.recipients[0]
            return _recipient(refused.code, refused.message)
        case aiosmtplib.SMTPResponseException(code=code) if 400 <= code < 500:
            return Result(Outcome.TRY_LATER, detail=f"SMTP_{code}")
        case aiosmtplib.SMTPDataError(code=code):
            return Result(Outcome.REJECTED, detail=f"SMTP_{code}")
        case aiosmtplib.SMTPResponseException(code=code) if code >= 500:
            return Result(Outcome.LANE_CLOSED, detail=f"SMTP_{code}")  # Ourselves, our key, or our sender.
        case aiosmtplib.SMTPNotSupported():
            return Result(Outcome.LANE_CLOSED, detail="SMTP_NOT_SUPPORTED")  # No TLS, or no way to sign in.
        case TimeoutError():
            return Result(Outcome.TRY_LATER, detail=TIMED_OUT)
    return Result(Outcome.TRY_LATER, detail=CONNECTION_LOST)


def _recipient(code: int, said: str) -> Result:
    if code < 500:
        return Result(Outcome.TRY_LATER, detail=f"SMTP_{code}")
    known = NO_SUCH_MAILBOX.search(said)
    if known is not None:
        return Result(Outcome.ADDRESS_GONE, detail=f"SMTP_{known[0]}")
    return Result(Outcome.REJECTED, detail=f"SMTP_{code}")
