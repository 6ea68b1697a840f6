"""Reading global ids."""

import base64
import binascii

from rules.ids import encode_id
from schema.errors import BadInput

LARGEST_KEY = 2**63 - 1


def decode_id(text: str) -> tuple[str, int]:
    """Give the type's name and the row's key. Raises `BadInput` for anything `encode_id` cannot have given."""
    try:
        type_name, _, key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii").partition(":")
        number = int(key) if key.isdecimal() and len(key) < 20 else 0
    except (binascii.Error, ValueError):
        raise BadInput("input.malformed_id") from None
    if not 0 < number <= LARGEST_KEY or encode_id(type_name, number) != text:
        raise BadInput("input.malformed_id")
    return type_name, number


def key_of(text: str, type_name: str) -> int:
    """Give the key in an id that must be of one type. Raises `BadInput`."""
    found, key = decode_id(text)
    if found != type_name:
        raise BadInput("input.wrong_kind_of_id")
    return key
