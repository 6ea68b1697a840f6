"""Looking through a file before it is kept: what it is, whether it can be read, and what else is in it."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from rules.documents.uploads import MOST_PIXELS, FileType, FileUnreadable, UploadPurpose, check_type

_ACTIVE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/OpenAction", b"/AA")
"""What a scan has no need of: a document that does something."""
_QUALITY = 90


def inspected(purpose: UploadPurpose, content: bytes) -> tuple[FileType, bytes]:
    """Give what a file is, and what is kept of it: of a picture its pixels alone, no place, time or device.

    Takes up to a second of a large picture: call it in a thread. Raises `FileTypeNotAllowed`, `FileUnreadable`.
    """
    found = check_type(purpose, content)
    if found is FileType.PDF:
        _check_document(content)
        return found, content
    return found, _pixels_alone(found, content)


def _check_document(content: bytes) -> None:
    """Raise `FileUnreadable` for a document that is cut off, or does something by itself."""
    if b"%%EOF" not in content[-2048:] or any(name in content for name in _ACTIVE):
        raise FileUnreadable


def _pixels_alone(found: FileType, content: bytes) -> bytes:
    name = "JPEG" if found is FileType.JPEG else "PNG"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=[name])  # Reads the head alone.
            if picture.width * picture.height > MOST_PIXELS:
                raise FileUnreadable
            picture.load()
            turned = ImageOps.exif_transpose(picture)
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
    ) as problem:
        raise FileUnreadable from problem
    plain = turned.convert("RGB")
    plain.info.clear()
    written = io.BytesIO()
    plain.save(written, name, **({"quality": _QUALITY} if name == "JPEG" else {"optimize": False}))
    return written.getvalue()
