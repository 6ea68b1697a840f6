"""Links that say what they are for, signed with the keys of our tokens: whoever has one needs nothing else."""

from datetime import datetime
from typing import Any

import jwt

from resolvers import configured
from resolvers.people.tokens import ALGORITHM, TokenInvalid


def sign(audience: str, subject: str, *, issued_at: datetime | None = None, expires_at: datetime | None = None) -> str:
    """Give the last part of a link's path; it is read for this audience only, and for ever where it has no end."""
    settings = configured()
    claims: dict[str, Any] = {"iss": settings.token_issuer, "aud": audience, "sub": subject}
    if issued_at is not None:
        claims["iat"] = int(issued_at.timestamp())
    if expires_at is not None:
        claims["exp"] = int(expires_at.timestamp())
    key_id = settings.token_key_id
    return jwt.encode(claims, settings.token_keys[key_id], ALGORITHM, headers={"kid": key_id})


def read(token: str, audience: str, now: datetime, *, must_end: bool) -> str:
    """Give the subject of a link. Raises `TokenInvalid` for one that is not ours, not for this, or not any more."""
    settings = configured()
    required = ["exp", "sub"] if must_end else ["sub"]
    try:
        key = settings.token_keys.get(str(jwt.get_unverified_header(token).get("kid")))
        if key is None:
            raise TokenInvalid
        claims = jwt.decode(
            token,
            key.public_key(),
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=settings.token_issuer,
            # The library would ask the machine's clock; ours may travel.
            options={"verify_exp": False, "verify_iat": False, "require": required},
        )
        expires_at = int(claims["exp"]) if "exp" in claims else None
    except (jwt.PyJWTError, ValueError, TypeError) as problem:
        raise TokenInvalid from problem
    if expires_at is not None and now.timestamp() >= expires_at:
        raise TokenInvalid
    return str(claims["sub"])
