"""Characters that no text from outside may contain."""

import re
import unicodedata

_FORBIDDEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # Controls, except tab and line feed.
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # What turns the direction: text that reads otherwise than it is.
    "\ud800-\udfff"  # Halves of characters.
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200c\u2060-\u2064\u2800\u3164\ufeff\uffa0\ufff9-\ufffb"  # Nothing to see.
    "]"
)


def find_forbidden(text: str) -> str | None:
    """Give the first control, direction, half or unassigned character; None if the text is clean.

    Tab and line feed are clean.
    """
    if found := _FORBIDDEN.search(text):
        first, searched = found[0], text[: found.start()]
    else:
        first, searched = None, text
    if searched.isascii():
        return first
    return next((character for character in searched if _is_unassigned(character)), first)


def is_ideograph_to_come(character: str) -> bool:
    """Say whether the place is kept for ideographs (planes 2 and 3), assigned yet or not."""
    return 0x20000 <= ord(character) <= 0x3FFFD and ord(character) & 0xFFFF <= 0xFFFD


def _is_unassigned(character: str) -> bool:
    # Phones learn new ideographs and pictographs years before Python's table does.
    is_pictograph_to_come = "\U0001f000" <= character <= "\U0001faff"
    if is_pictograph_to_come or is_ideograph_to_come(character):
        return False
    return unicodedata.category(character) == "Cn"
