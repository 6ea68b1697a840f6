"""Codes that people read aloud, copy by hand or type: of vouchers and orders, of registrations, and for friends."""

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0 O, 1 I L, U: none is taken for another, read out or written down."""


def read_code(text: str, length: int) -> str | None:
    """Give a code as it is kept, whatever its case, gaps and hyphens; None for what cannot be one."""
    code = "".join(text.split()).replace("-", "").upper()
    return code if len(code) == length and set(code) <= set(ALPHABET) else None
