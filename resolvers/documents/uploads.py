"""Uploading files: a place to put one, what arrives there, and reading it again."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from tortoise.expressions import Q

from models import CaseFile, Document, MessageFile, Upload, Viewer
from models.database import locked, transaction
from models.viewer import Clock
from resolvers import configured
from resolvers.documents import storage
from resolvers.documents.inspection import inspected
from resolvers.documents.links import LinkKind, Opened, link_to_file, opened
from resolvers.people.customers import lock_customer
from rules.documents.uploads import (
    MOST_OPEN,
    UNUSED_TIME,
    UPLOAD_TIME,
    FileDiffers,
    FileType,
    TooManyUploads,
    UploadExpired,
    UploadNotUsable,
    UploadPurpose,
    UploadStatus,
    UploadUnderWay,
    check_size,
)
from rules.errors import NotFound
from rules.people.access import CUSTOMERS, IN_CHARGE

_BATCH = 100
_arriving = set[int]()
"""The uploads whose files this process is receiving."""
_looked_through = set[int]()
"""The customers of whom it looks a file through: nobody takes the places of all others."""


@dataclass(frozen=True)
class Place:
    """Where a file is to be put, by one PUT."""

    upload: Upload
    url: str
    """A path on this server."""
    expires_at: datetime


async def create_upload(viewer: Viewer, *, purpose: UploadPurpose, size: int, sha256: str) -> Place:
    """Make a place for a file of so many bytes with this SHA-256. Raises `FileTooLarge`, `TooManyUploads`."""
    check_size(purpose, size)
    async with transaction(viewer, "create_upload") as unit:
        customer = await lock_customer(viewer)
        is_open = Q(status=UploadStatus.OPEN, expires_at__gt=unit.now)
        is_unused = Q(status=UploadStatus.STORED, file_key__isnull=False)
        if await Upload.filter(is_open | is_unused, customer_id=customer.id).count() >= MOST_OPEN:
            raise TooManyUploads(limit=MOST_OPEN)
        unit.subject = upload = await Upload.create(
            customer_id=customer.id,
            purpose=purpose,
            size=size,
            sha256=sha256.lower(),
            status=UploadStatus.OPEN,
            expires_at=unit.now + UPLOAD_TIME,
        )
    return Place(upload, link_to_file(LinkKind.PUT, upload.id, upload.expires_at), upload.expires_at)


@dataclass(frozen=True)
class Announced:
    """What is to come."""

    size: int
    """In bytes."""
    seconds: float
    """How long it may take."""


async def announced(upload_id: int, now: datetime) -> Announced:
    """Say what is to come. Raises `UploadExpired`."""
    upload = await Upload.get_or_none(id=upload_id, status=UploadStatus.OPEN)
    if upload is None or now >= upload.expires_at:
        raise UploadExpired
    return Announced(int(upload.size), (upload.expires_at - now).total_seconds())


def arriving(upload_id: int) -> AbstractContextManager[None]:
    """Receive the file of an upload in the block, one at a time. Raises `UploadUnderWay`."""
    return _one_at_a_time(_arriving, upload_id)


@contextmanager
def _one_at_a_time(of: set[int], id: int) -> Iterator[None]:
    if id in of:
        raise UploadUnderWay
    of.add(id)
    try:
        yield
    finally:
        of.discard(id)


async def store(clock: Clock, upload_id: int, content: bytes) -> Upload:
    """Keep a file that arrived: as announced, of a kind that is allowed, readable, and without malware.

    Raises `UploadExpired`, `FileDiffers`, `FileTypeNotAllowed`, `FileUnreadable`, `FileTooLarge` for a picture that is
    larger once it is written plainly, `UploadUnderWay` while another file of the customer's is looked through,
    `MalwareFound`, `ScanUnavailable`.
    """
    viewer = Viewer.house(clock)  # Whoever has the link.
    upload = await Upload.get_or_none(id=upload_id)
    if upload is None or upload.status is not UploadStatus.OPEN or viewer.now >= upload.expires_at:
        raise UploadExpired
    if len(content) != upload.size or sha256(content).hexdigest() != upload.sha256:
        raise FileDiffers
    settings = configured()
    with _one_at_a_time(_looked_through, upload.customer_id):
        file_type, kept = await inspected(upload.purpose, content)
    if settings.scanner is not None:
        await settings.scanner.check(content)
    async with (
        storage.keeping(settings.files, kept, Upload, upload_id) as name,
        transaction(viewer, "store_upload") as unit,
    ):
        upload = await locked(Upload, viewer, upload_id)
        if upload.status is not UploadStatus.OPEN:
            raise UploadExpired
        upload.status, upload.stored_at = UploadStatus.STORED, unit.now
        upload.file_type, upload.file_key, upload.size = file_type, name, len(kept)
        await upload.save(update_fields=["status", "stored_at", "file_type", "file_key", "size"])
    return upload


@dataclass(frozen=True)
class Found:
    """A file that is read."""

    name: str
    """As it is shown; Latin letters, digits and signs."""
    file_type: FileType
    content: bytes


async def read(upload_id: int) -> Found:
    """Give the file of an upload. Raises `NotFound`."""
    upload = await Upload.get_or_none(id=upload_id)
    if upload is None or upload.file_key is None or upload.file_type is None:
        raise NotFound
    content = await storage.read(configured().files, upload.file_key)
    ending = upload.file_type.value.rpartition("/")[2]
    return Found(f"paper-{upload.id}.{ending}", upload.file_type, content)


async def use(viewer: Viewer, upload_id: int, purpose: UploadPurpose) -> Upload:
    """Lock a file of the viewer's to do something with it, once.

    Raises `NotFound`, `UploadNotUsable` (also for one that was deleted because nothing was done with it).
    """
    if viewer.customer_id is None:
        raise NotFound
    upload = await locked(Upload, viewer, upload_id, customer_id=viewer.customer_id)
    if upload.status is not UploadStatus.STORED or upload.file_key is None or upload.purpose is not purpose:
        raise UploadNotUsable
    upload.status = UploadStatus.USED
    await upload.save(update_fields=["status"])
    return upload


async def open_file(
    viewer: Viewer, operation: str, model: type[Document | CaseFile | MessageFile], row_id: int
) -> Opened:
    """Give a link to the file that a row leads to, for some minutes, to its owner and those in charge; the audit keeps who opened it.

    Raises `NotFound`.
    """
    async with transaction(viewer, operation) as unit:
        row = await model.visible_to(viewer).get_or_none(id=row_id)
        if row is None or viewer.role not in IN_CHARGE | CUSTOMERS:
            raise NotFound
        unit.subject = row
        return opened(LinkKind.UPLOAD, row.upload_id, unit.now)


async def delete_unused(clock: Clock) -> int:
    """Delete files that nothing was done with for a day, some at a time; gives how many."""
    viewer = Viewer.house(clock)
    old = Upload.filter(status=UploadStatus.STORED, file_key__isnull=False, expires_at__lt=viewer.now - UNUSED_TIME)
    count = 0
    for found in await old.order_by("id").limit(_BATCH):
        async with transaction(viewer, "delete_upload"):
            upload = await locked(Upload, viewer, found.id)
            if upload.status is not UploadStatus.STORED or upload.file_key is None:
                continue
            name, upload.file_key = upload.file_key, None
            await upload.save(update_fields=["file_key"])
        await configured().files.delete(name)
        count += 1
    return count
