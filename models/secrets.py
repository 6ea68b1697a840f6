"""Secrets at rest: AES-256-GCM with a rotating key, and the keyed hash that finds one without reading it."""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


@dataclass(frozen=True)
class SecretKeys:
    """The keys of this installation: by id, each 32 bytes; new values are sealed with `current`."""

    by_id: Mapping[str, bytes]
    current: str
    blind_index: bytes

    def __post_init__(self) -> None:
        assert self.current in self.by_id, "the current key must be among the keys"
        assert all(len(key) == 32 for key in (*self.by_id.values(), self.blind_index)), "a key is 32 bytes"


_keys: SecretKeys | None = None


def configure(keys: SecretKeys) -> None:
    """Hand in the keys, once, from a front door."""
    global _keys
    _keys = keys


def _configured() -> SecretKeys:
    assert _keys is not None, "models.configure() has not been called"
    return _keys


class Secret:
    """A text that shows itself only when asked by name: never in a log, a traceback or an f-string."""

    __slots__ = ("_purpose", "_sealed", "_text")

    def __init__(self, text: str) -> None:
        self._text: str | None = text
        self._sealed: str | None = None
        self._purpose = ""

    @classmethod
    def from_sealed(cls, sealed: str, purpose: str) -> Self:
        """Take a stored value as it is; it is decrypted only if somebody reads it."""
        secret = cls.__new__(cls)
        secret._text, secret._sealed, secret._purpose = None, sealed, purpose
        return secret

    def read(self) -> str:
        """Decrypt. Raises `cryptography.exceptions.InvalidTag` if the stored value was tampered with or moved."""
        if self._text is None:
            assert self._sealed is not None
            key_id, _, body = self._sealed.partition(":")
            data = base64.b64decode(body)
            opened = AESGCM(_configured().by_id[key_id]).decrypt(data[:12], data[12:], self._purpose.encode())
            self._text = opened.decode()
        return self._text

    def sealed(self, purpose: str) -> str:
        """Give the stored form, `key-id:base64(nonce + ciphertext)`, bound to the column it is meant for."""
        if self._sealed is None or purpose != self._purpose:
            keys = _configured()
            nonce = os.urandom(12)
            body = nonce + AESGCM(keys.by_id[keys.current]).encrypt(nonce, self.read().encode(), purpose.encode())
            self._sealed, self._purpose = f"{keys.current}:{base64.b64encode(body).decode()}", purpose
        return self._sealed

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


def blind_index(text: str) -> str:
    """Hash a normalised text with the index key: 64 hexadecimal digits, the same for the same text."""
    return hmac.new(_configured().blind_index, text.encode(), hashlib.sha256).hexdigest()


def sealed_bytes(content: bytes, purpose: str) -> bytes:
    """Give the stored form of a file: the id of the key, a line break, nonce and ciphertext; bound to its purpose."""
    keys = _configured()
    nonce = os.urandom(12)
    body = AESGCM(keys.by_id[keys.current]).encrypt(nonce, content, f"file:{purpose}".encode())
    return keys.current.encode() + b"\n" + nonce + body


def opened_bytes(sealed: bytes, purpose: str) -> bytes:
    """Give the content of a file. Raises `cryptography.exceptions.InvalidTag` if it was tampered with or moved."""
    key_id, _, body = sealed.partition(b"\n")
    return AESGCM(_configured().by_id[key_id.decode()]).decrypt(body[:12], body[12:], f"file:{purpose}".encode())
