"""Phone numbers, as people write them and as we keep them."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

from rules.errors import Refused

_WRITTEN = re.compile(r"\+?[0-9 ().-]+")
"""One number and nothing else: the library alone would drop an extension and turn letters into digits."""


@dataclass(eq=False)
class PhoneInvalid(Refused):
    """Not a phone number. Outside mainland China it starts with + and the country's code."""

    code = "PHONE_INVALID"
    path = ("phone",)


def parse_phone(text: str) -> str:
    """Give the E.164 form, +8613812345678, of a number as people write it; without a + it is one of mainland China.

    Full-width digits are read as digits. Raises `PhoneInvalid`.
    """
    written = unicodedata.normalize("NFKC", text).strip()
    if not _WRITTEN.fullmatch(written):
        raise PhoneInvalid
    try:
        number = phonenumbers.parse(written, "CN")
    except phonenumbers.NumberParseException:
        raise PhoneInvalid from None
    if not phonenumbers.is_valid_number(number):
        raise PhoneInvalid
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
