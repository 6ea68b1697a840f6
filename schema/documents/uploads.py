"""Uploading files."""

from __future__ import annotations

import re
from datetime import datetime

import models
from resolvers.documents import uploads
from rules.documents.uploads import FileTooLarge, FileType, TooManyUploads, UploadPurpose, UploadStatus
from rules.people.access import CUSTOMERS
from schema.context import Info
from schema.declarations import Input, Node, input, mutation, node, text, value, whole
from schema.errors import BadInput

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@node(models.Upload)
class Upload(Node):
    """A place for one file, and the file once it is there."""

    purpose: UploadPurpose
    """What it is for."""
    status: UploadStatus
    """Where it stands."""
    size: int
    """In bytes: as announced, and of what is kept once it is there."""
    file_type: FileType | None
    """What the file is, by its content; null before it is there."""
    created_at: datetime
    """When the place was made."""
    stored_at: datetime | None
    """When the file arrived; null before."""


@value(uploads.Place)
class CreateUploadSuccess:
    """Where the file is to be put."""

    upload: Upload
    """Name its id where the file is used."""
    url: str
    """A path on this server: send the bytes there by one PUT, with no header of your own. 201 if it was taken, else a JSON object with `code` and `message`."""
    expires_at: datetime
    """Until when."""


@input
class CreateUploadInput(Input):
    """Which file is to come."""

    purpose: UploadPurpose
    """What it is for."""
    size: int = whole(1, 2**31 - 1)
    """In bytes; at most 10,000,000 for a paper."""
    sha256: str = text(64, 64)
    """SHA-256 of its bytes, hexadecimal."""


@mutation(allow=CUSTOMERS, refusals=(FileTooLarge, TooManyUploads))
async def create_upload(info: Info, input: CreateUploadInput) -> uploads.Place:
    """Make a place for a file, for ten minutes. Pictures lose where and when they were taken."""
    said = input.values()
    if not _SHA256.fullmatch(said["sha256"]):
        raise BadInput("input.sha256").at("sha256")
    return await uploads.create_upload(info.context.viewer, **said)
