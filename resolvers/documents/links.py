"""Links to files: signed, for one thing, for some minutes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import jwt

from resolvers import configured
from resolvers.people.tokens import ALGORITHM, TokenInvalid
from rules.documents.uploads import DOWNLOAD_TIME

AUDIENCE = "goodterms-files"


class LinkKind(StrEnum):
    """What a link is for."""

    PUT = "put"
    """To put the file of an upload there."""
    UPLOAD = "upload"
    """To read the file of an upload."""
    PAPER = "paper"
    """To read a document of ours."""


@dataclass(frozen=True)
class Link:
    """What a link says."""

    kind: LinkKind
    key: int
    """The row's."""


@dataclass(frozen=True)
class Opened:
    """A link to a file, for some minutes."""

    url: str
    """A path on this server."""
    expires_at: datetime


def opened(kind: LinkKind, key: int, now: datetime) -> Opened:
    """Give a link by which a file can be read; whoever asks for it has written down who did."""
    expires_at = now + DOWNLOAD_TIME
    return Opened(link_to_file(kind, key, expires_at), expires_at)


def link_to_file(kind: LinkKind, key: int, expires_at: datetime) -> str:
    """Sign a link; gives its path."""
    settings = configured()
    claims = {
        "iss": settings.token_issuer,
        "aud": AUDIENCE,
        "exp": int(expires_at.timestamp()),
        "sub": f"{kind.value}:{key}",
    }
    key_id = settings.token_key_id
    token = jwt.encode(claims, settings.token_keys[key_id], ALGORITHM, headers={"kid": key_id})
    return f"/files/{token}"


def read_link(token: str, now: datetime) -> Link:
    """Give what a link says. Raises `TokenInvalid` for one that is not ours, or not any more."""
    settings = configured()
    try:
        key = settings.token_keys.get(str(jwt.get_unverified_header(token).get("kid")))
        if key is None:
            raise TokenInvalid
        claims = jwt.decode(
            token,
            key.public_key(),
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=settings.token_issuer,
            options={"verify_exp": False, "require": ["exp", "sub"]},  # Our clock may travel.
        )
        kind, _, number = str(claims["sub"]).partition(":")
        link = Link(LinkKind(kind), int(number))
        expires_at = int(claims["exp"])
    except (jwt.PyJWTError, ValueError) as problem:
        raise TokenInvalid from problem
    if now.timestamp() >= expires_at:
        raise TokenInvalid
    return link
