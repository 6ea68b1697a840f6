"""Access tokens: short-lived, signed, and worth nothing without their session."""

from datetime import datetime
from typing import Any

import jwt

from resolvers import configured

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


def verify(token: str, now: datetime) -> int:
    """Give the id of the session a token was issued for. Raises `TokenInvalid`."""
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
        return _session_id(claims, now)
    except (jwt.PyJWTError, ValueError, TypeError) as problem:
        raise TokenInvalid from problem


def _session_id(claims: dict[str, Any], now: datetime) -> int:
    """Check the times. A token from the future is one that was issued before the clock went back: it may stay."""
    if not isinstance(claims["exp"], int) or claims["exp"] <= now.timestamp():
        raise TokenInvalid
    return int(claims["sid"])
