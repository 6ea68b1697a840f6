"""Resolvers and settings as tests have them: fresh token keys, the sandbox, and codes that go wherever the test wants them."""

import base64
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import resolvers
from resolvers import ResolverSettings, SendCode, SendEmailCode
from resolvers.documents.storage import Folder
from resolvers.payments.providers.sandbox import Sandbox
from rules.people.kinds import Locale

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
KEY = base64.b64encode(bytes(range(32))).decode()
PRODUCTION: dict[str, Any] = {
    "environment": "production",
    "token_keys": {"t1": KEY},
    "token_key_id": "t1",
    "encryption_keys": {"e1": KEY},
    "encryption_key_id": "e1",
    "blind_index_key": KEY,
    "allow_sqlite": True,
}
"""The settings of a house in production."""


async def send_nowhere(to: str, code: str, locale: Locale) -> None:
    """Drop the code: this test signs nobody in by phone, and confirms no e-mail address."""


def configure_resolvers(send_code: SendCode = send_nowhere, send_email_code: SendEmailCode = send_nowhere) -> None:
    """Configure the resolvers anew."""
    keys = {"now": Ed25519PrivateKey.generate(), "before": Ed25519PrivateKey.generate()}
    settings = ResolverSettings(
        token_keys=keys,
        token_key_id="now",
        token_issuer="goodterms",
        token_audience="goodterms-api",
        send_code=send_code,
        send_email_code=send_email_code,
        payment_provider=Sandbox(),
        files=Folder(Path(tempfile.gettempdir()) / f"goodterms-files-{os.getpid()}"),
        password_hasher=QUICK,
        reading_time=timedelta(0),  # Time stands still in most tests.
    )
    resolvers.configure(settings)
