"""E-mail addresses, as people write them and as we keep them, and the code that confirms one."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from rules.errors import Refused

CODE_LIFETIME = timedelta(minutes=10)
"""Longer than a text message's: mail takes its time."""
CODE_TRIES = 5
LONGEST_ADDRESS = 254
"""RFC 5321, 4.5.3.1.3: a path has 256 octets, its brackets among them."""
_LONGEST_LOCAL = 64
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
"""A dot-atom of RFC 5322, 3.2.3: quoted ones exist, and nobody has one."""
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_TOP = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9]", re.ASCII)


@dataclass(eq=False)
class EmailInvalid(Refused):
    """Not an e-mail address such as name@example.com. Check it."""

    code = "EMAIL_INVALID"
    path = ("address",)


@dataclass(eq=False)
class EmailCodeWrong(Refused):
    """The code is wrong, expired or used up. Give the address again for another."""

    code = "EMAIL_CODE_WRONG"
    path = ("code",)


def parse_email(text: str) -> str:
    """Give an address as we keep it, its domain in small letters. Full-width signs are read as plain ones.

    Raises `EmailInvalid`.
    """
    written = unicodedata.normalize("NFKC", text).strip()
    local, _, domain = written.rpartition("@")
    domain = domain.lower()
    *labels, top = domain.split(".")
    is_plausible = (
        len(written) <= LONGEST_ADDRESS
        and len(local) <= _LONGEST_LOCAL
        and _LOCAL.fullmatch(local)
        and labels
        and all(_LABEL.fullmatch(label) for label in labels)
        and _TOP.fullmatch(top)
    )
    if not is_plausible:
        raise EmailInvalid
    return f"{local}@{domain}"
