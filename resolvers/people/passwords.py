"""Passwords of staff: hashed slowly, tried a limited number of times."""

import asyncio
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models import AttemptKind, Staff, Viewer
from resolvers import configured
from resolvers.people import attempts
from rules.people.sign_in import SignInFailed


async def prove_password(viewer: Viewer, login: str, password: str) -> Staff:
    """Give the account whose login and password these are.

    Raises `TooManyAttempts`, and `SignInFailed` for every other reason.
    """
    name = login.strip().lower()
    async with attempts.limited(viewer, AttemptKind.PASSWORD_TRY, name):
        staff = await Staff.get_or_none(login=name)
    stored = staff.password_hash if staff is not None else None
    is_right = await asyncio.to_thread(_matches, stored, password)
    if staff is None or not is_right or not staff.is_active:
        raise SignInFailed
    return staff


def hash_password(password: str) -> str:
    """Hash a password with argon2id; takes tens of milliseconds of one core and belongs on a thread."""
    return configured().password_hasher.hash(password)


@cache
def _nobodys_hash(hasher: PasswordHasher) -> str:
    """A hash no password fits, so that an unknown login takes as long as a known one."""
    return hasher.hash(secrets.token_hex())


def _matches(stored: str | None, password: str) -> bool:
    hasher = configured().password_hasher
    try:
        return hasher.verify(stored or _nobodys_hash(hasher), password)
    except (VerificationError, InvalidHashError):
        return False
