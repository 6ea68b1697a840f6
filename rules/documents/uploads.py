"""Files that people hand in: which kinds, how large, and the refusals where something is not as it says."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from rules.errors import Refused

UPLOAD_TIME = timedelta(minutes=10)
"""For how long a place to put a file is open."""
DOWNLOAD_TIME = timedelta(minutes=5)
"""For how long a link to a file is good."""
UNUSED_TIME = timedelta(days=1)
"""After that a file that nothing was done with is deleted."""
MOST_OPEN = 20
"""Places and files of one customer that nothing was done with."""
MOST_PIXELS = 40_000_000
"""Of a picture: more than any phone's camera asks for; a small file can claim far more."""
MEGABYTE = 1_000_000


class UploadPurpose(StrEnum):
    """What a file is for."""

    PAPER = "PAPER"
    """A picture or scan of a paper: JPEG, PNG or PDF, at most 10 MB."""
    CASE = "CASE"
    """What shows what a complaint is about: JPEG, PNG or PDF, at most 10 MB."""
    MESSAGE = "MESSAGE"
    """What goes with a message: JPEG, PNG or PDF, at most 10 MB."""


class FileType(StrEnum):
    """What a file is, by its content."""

    JPEG = "image/jpeg"
    """A picture."""
    PNG = "image/png"
    """A picture without loss."""
    PDF = "application/pdf"
    """A document."""


class UploadStatus(StrEnum):
    """Where an upload stands."""

    OPEN = "OPEN"
    """Waiting for its file."""
    STORED = "STORED"
    """The file is there, looked through and encrypted."""
    USED = "USED"
    """Something was done with it; it is not used twice."""


LARGEST = dict.fromkeys(UploadPurpose, 10 * MEGABYTE)
"""In bytes."""
TYPES = dict.fromkeys(UploadPurpose, frozenset(FileType))


@dataclass(eq=False)
class FileTooLarge(Refused):
    """The file is larger than such files may be. Take the picture with less detail, or hand it in page by page."""

    code = "FILE_TOO_LARGE"
    path = ("size",)
    maximum: int
    """In bytes."""


@dataclass(eq=False)
class TooManyUploads(Refused):
    """Too many files wait that nothing was done with. Hand them in first, or come back tomorrow."""

    code = "TOO_MANY_UPLOADS"
    limit: int
    """How many may wait."""


@dataclass(eq=False)
class UploadExpired(Refused):
    """This place for a file is closed: it was used, or its time is over. Ask for another one."""

    code = "UPLOAD_EXPIRED"


@dataclass(eq=False)
class UploadUnderWay(Refused):
    """This file, or another one of yours, is being received. Wait until that has ended, and send it again."""

    code = "UPLOAD_UNDER_WAY"


@dataclass(eq=False)
class FileDiffers(Refused):
    """What arrived is not the file that was announced: its size or its SHA-256 is another. Send it again."""

    code = "FILE_DIFFERS"


@dataclass(eq=False)
class FileTypeNotAllowed(Refused):
    """This is no JPEG, PNG or PDF, whatever its name says. Send a picture or a PDF."""

    code = "FILE_TYPE_NOT_ALLOWED"


@dataclass(eq=False)
class FileUnreadable(Refused):
    """The file is damaged, locked, larger inside than it looks, or does more than show a page. Take a picture instead."""

    code = "FILE_UNREADABLE"


@dataclass(eq=False)
class MalwareFound(Refused):
    """The file holds something harmful and was not kept. Send another one."""

    code = "MALWARE_FOUND"


@dataclass(eq=False)
class ScanUnavailable(Refused):
    """Files cannot be looked through at the moment, so none is taken. Try again in some minutes."""

    code = "SCAN_UNAVAILABLE"


@dataclass(eq=False)
class UploadNotUsable(Refused):
    """No file is there yet, or something was done with it already. Upload the file, then use it once."""

    code = "UPLOAD_NOT_USABLE"
    path = ("uploadId",)


def check_size(purpose: UploadPurpose, size: int) -> None:
    """Raise `FileTooLarge`."""
    if size > LARGEST[purpose]:
        raise FileTooLarge(maximum=LARGEST[purpose])


def sniff(content: bytes) -> FileType | None:
    """Say what a file is by how it begins; None for what we do not take."""
    if content.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileType.PNG
    if content.startswith(b"%PDF-"):
        return FileType.PDF
    return None


def check_type(purpose: UploadPurpose, content: bytes) -> FileType:
    """Give what a file is. Raises `FileTypeNotAllowed`."""
    found = sniff(content)
    if found is None or found not in TYPES[purpose]:
        raise FileTypeNotAllowed
    return found
