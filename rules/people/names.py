"""Names of people, in any script."""

import re
import unicodedata
from dataclasses import dataclass

from rules.errors import Refused
from rules.text import find_forbidden, is_ideograph_to_come

_DOTS = re.compile("[•‧・･]")
"""What keyboards offer for the middle dot of names such as 阿卜杜·热合曼."""
_SPACES = re.compile(r"[\u0020\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_PUNCTUATION = frozenset("·'’.,- ")
_NUMERAL_IN_NAMES = "〇"


@dataclass(eq=False)
class NameInvalid(Refused):
    """A name is made of letters, in any script: no digits, emoji or invisible characters."""

    code = "NAME_INVALID"
    path = ("name",)


def check_name(text: str) -> str:
    """Give the name without spaces around it, composed (NFC), its middle dots all `·`. Raises `NameInvalid`."""
    name = _SPACES.sub(" ", _DOTS.sub("·", unicodedata.normalize("NFC", text))).strip(" ")
    if (
        not name
        or find_forbidden(name)
        or not _is_letter(name[0])
        or not all(_may_follow(character) for character in name)
    ):
        raise NameInvalid
    return name


def _is_letter(character: str) -> bool:
    is_known = unicodedata.category(character).startswith("L")
    return is_known or character == _NUMERAL_IN_NAMES or is_ideograph_to_come(character)


def _may_follow(character: str) -> bool:
    is_emoji_style = "\ufe00" <= character <= "\ufe0f"
    is_mark = unicodedata.category(character) in ("Mn", "Mc") and not is_emoji_style
    return _is_letter(character) or character in _PUNCTUATION or is_mark
