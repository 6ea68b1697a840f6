"""Files as phones send them, and as people who mean harm do."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

from PIL import Image
from pypdf import PdfWriter

_PLACE = {1: "N", 2: (31.0, 14.0, 0.0), 3: "E", 4: (121.0, 28.0, 0.0)}


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30)) -> bytes:
    """A picture that says where it was taken, and by which device."""
    exif = Image.Exif()
    exif[0x010F] = "A PHONE"
    exif.get_ifd(0x8825).update(_PLACE)
    written = io.BytesIO()
    Image.new("RGB", size, "orange").save(written, kind, exif=exif)
    return written.getvalue()


def saved(picture: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    """A picture as a file."""
    written = io.BytesIO()
    picture.save(written, kind, **how)
    return written.getvalue()


def pdf(change: Callable[[PdfWriter], object] | None = None, *, pages: int = 1) -> bytes:
    """A PDF of empty pages, with something done to it."""
    writer, written = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(72, 72)
    if change is not None:
        change(writer)
    writer.write(written)
    return written.getvalue()


def bomb() -> bytes:
    """A PNG of some hundred bytes that claims 60,000 by 60,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def zip_bomb() -> bytes:
    """A small archive that is large inside."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("payslip.jpg", b"\0" * 5_000_000)
    return written.getvalue()


def scans(count: int, *, size: int = 64) -> bytes:
    """A progressive JPEG whose last scan is written so many times: each costs as much as the whole picture."""
    plain = saved(Image.new("L", (size, size), 128), "JPEG", progressive=True)
    last = plain.rindex(b"\xff\xda")
    return plain[:last] + plain[last:-2] * count + b"\xff\xd9"
