"""A mail server, by aiosmtpd, in the loop of whoever asks it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult

from tests.standins.certificates import Certificates


@dataclass
class Mail:
    """What was posted, and what is answered to whom."""

    letters: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    replies: dict[str, list[str]] = field(default_factory=dict)
    """By the step (`MAIL`, `DATA`) or the recipient's address: what is said next, in place of yes. CUT ends the connection."""
    port: int = 0

    def _next(self, step: str) -> str | None:
        replies = self.replies.get(step)
        return replies.pop(0) if replies else None

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802  aiosmtpd's name.
        if (reply := self._next("MAIL")) is not None:
            return reply
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if (reply := self._next(address)) is not None:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        reply = self._next("DATA")
        if reply == "CUT":
            server.transport.abort()
            return "250 nobody hears this"
        if reply is not None:
            return reply
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return f"250 2.0.0 OK queued as {len(self.letters)}"


@contextlib.asynccontextmanager
async def serving(mail: Mail, files: Certificates, password: str | None = None) -> AsyncIterator[Mail]:
    """Serve it with STARTTLS, and with signing in, as `push`, where a password is given."""

    def authenticate(server, session, envelope, mechanism, data) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"push", str(password).encode()), handled=False)

    def arrived() -> SMTP:
        mail.connections += 1
        return SMTP(
            mail,
            hostname="localhost",
            tls_context=files.for_server(),
            authenticator=authenticate,
            auth_required=password is not None,
        )

    server = await asyncio.get_running_loop().create_server(arrived, "127.0.0.1", 0)
    mail.port = server.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        server.close()
        await server.wait_closed()
