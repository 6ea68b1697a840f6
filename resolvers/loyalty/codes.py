"""Codes that people read aloud or type: drawn by chance, kept encrypted and as a keyed hash."""

import secrets

from rules.loyalty.vouchers import ALPHABET, CODE_LENGTH


def draw() -> str:
    """Draw a code that nobody guesses; that no two are the same, the database holds."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
