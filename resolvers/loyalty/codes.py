"""Codes that people read aloud or type, drawn by chance."""

import secrets

from rules.loyalty.codes import ALPHABET


def draw(length: int) -> str:
    """Draw a code that nobody foresees; that no two are the same, the database holds."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
