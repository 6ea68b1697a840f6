"""Access tokens: short-lived, signed, and worth nothing without their session."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import jwt

from resolvers import ResolverSettings, configured

ALGORITHM = "EdDSA"
"""The only one; what a token says about its own algorithm is never asked."""


class TokenInvalid(Exception):
    """The token is not one of ours, or not any more. Says no more: its reader is whoever sent it."""


def issue(session_id: int, now: datetime) -> tuple[str, datetime]:
    """Sign an access token for a session; gives it and when it ends."""
    settings = configured()
    expires_at = now.replace(microsecond=0) + settings.token_lifetime
    claims = {
        "iss": settings.token_issuer,
        "aud": settings.token_audience,
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "sid": str(session_id),
    }
    key_id = settings.token_key_id
    return jwt.encode(claims, settings.token_keys[key_id], ALGORITHM, headers={"kid": key_id}), expires_at


@dataclass(frozen=True)
class _Verified:
    """What a token said, once its signature was found good under these settings."""

    settings: ResolverSettings
    session_id: int
    expires_at: int


_verified: OrderedDict[bytes, _Verified] = OrderedDict()
"""By digest, the oldest first: the signature of a token in use is computed once, not at every request.

Only that is remembered. Whether the session goes on is asked of its row each time, so that its end is known at once
in every process.
"""
MOST_REMEMBERED = 10_000


def verify(token: str, now: datetime) -> int:
    """Give the id of the session a token was issued for. Raises `TokenInvalid`."""
    known = _known(token)
    if known.expires_at <= now.timestamp():
        forget(token)
        raise TokenInvalid
    return known.session_id


def end_of(token: str) -> datetime:
    """Say when a token ends, or ended. Raises `TokenInvalid` for one that is not ours."""
    return datetime.fromtimestamp(_known(token).expires_at, UTC)


def _known(token: str) -> _Verified:
    digest = _digest(token)
    known = _verified.get(digest)
    if known is None or known.settings is not configured():
        known = _verified[digest] = _checked(token)
        while len(_verified) > MOST_REMEMBERED:
            _verified.popitem(last=False)
    return known


def forget(token: str) -> None:
    """Drop what is remembered of a token: its session has ended."""
    _verified.pop(_digest(token), None)


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="surrogatepass")).digest()


def _checked(token: str) -> _Verified:
    """Check everything but the time, which goes on while a token is remembered."""
    settings = configured()
    try:
        key = settings.token_keys.get(str(jwt.get_unverified_header(token).get("kid")))
        if key is None:
            raise TokenInvalid
        claims = jwt.decode(
            token,
            key.public_key(),
            algorithms=[ALGORITHM],
            audience=settings.token_audience,
            issuer=settings.token_issuer,
            # The library would ask the machine's clock; ours may travel.
            options={"require": ["iss", "aud", "iat", "exp", "sid"], "verify_exp": False, "verify_iat": False},
        )
        return _Verified(settings, int(claims["sid"]), _expiry(claims))
    except (jwt.PyJWTError, ValueError, TypeError) as problem:
        raise TokenInvalid from problem


def _expiry(claims: dict[str, Any]) -> int:
    """Read the end. A token from the future is one that was issued before the clock went back: it may stay."""
    if not isinstance(claims["exp"], int):
        raise TokenInvalid
    return claims["exp"]
