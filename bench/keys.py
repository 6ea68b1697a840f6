"""The bench's own keys, always the same, so that a kept data set stays readable. They guard nothing."""

import base64
import json
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAME = "bench"


def _bytes(purpose: str) -> bytes:
    return sha256(f"goodterms bench {purpose}".encode()).digest()


def _text(purpose: str) -> str:
    return base64.b64encode(_bytes(purpose)).decode()


PUBLIC_KEY = Ed25519PrivateKey.from_private_bytes(_bytes("token")).public_key()


def environment() -> dict[str, str]:
    """Give the settings that hand the keys to the product."""
    return {
        "TOKEN_KEYS": json.dumps({NAME: _text("token")}),
        "TOKEN_KEY_ID": NAME,
        "TOKEN_LIFETIME_SECONDS": "3600",
        "ENCRYPTION_KEYS": json.dumps({NAME: _text("encryption")}),
        "ENCRYPTION_KEY_ID": NAME,
        "BLIND_INDEX_KEY": _text("blind index"),
    }
