"""Links to files: signed, for one thing, for some minutes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from resolvers import signed_links
from resolvers.people.tokens import TokenInvalid
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
    return f"/files/{signed_links.sign(AUDIENCE, f'{kind.value}:{key}', expires_at=expires_at)}"


def read_link(token: str, now: datetime) -> Link:
    """Give what a link says. Raises `TokenInvalid` for one that is not ours, or not any more."""
    kind, _, number = signed_links.read(token, AUDIENCE, now, must_end=True).partition(":")
    try:
        return Link(LinkKind(kind), int(number))
    except ValueError as problem:
        raise TokenInvalid from problem
