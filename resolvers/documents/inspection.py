"""Looking through a file before it is kept: what it is, whether it can be read, and what else is in it.

It happens in a program of its own (`python -m resolvers.documents.inspection PURPOSE`, which reads the file and writes what
is kept), with little time and memory: a small file can ask for minutes and gigabytes.
"""

import asyncio
import io
import logging
import resource
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from rules.documents.uploads import (
    LARGEST,
    MOST_PIXELS,
    FileTooLarge,
    FileType,
    FileUnreadable,
    UploadPurpose,
    check_type,
)
from rules.errors import Refused

SECONDS = 10
"""Of computing; as much again for the whole."""
MEMORY = 1_500_000_000
"""In bytes: a picture of 40 million pixels takes some hundred million while it is read."""
MOST_SCANS = 100
"""Of a JPEG: cameras write one, and progressive ones about ten; each costs as much as the whole picture."""
MOST_OBJECTS = 100_000
"""Of a PDF."""
_AT_ONCE = 2
_ROOT = Path(__file__).parents[2]
_ACTIVE_KEYS = frozenset({"/JS", "/AA", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA"})
_ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Rendition", "/Movie"}
)
"""What a scan has no need of: a document that does something, or carries something else."""
_QUALITIES = (90, 80, 70)
_TOO_LARGE, _REFUSED = 10, 11
"""With these codes the program ends where a picture becomes too large, and where it takes a file for unreadable."""

_places = asyncio.Semaphore(_AT_ONCE)


async def inspected(purpose: UploadPurpose, content: bytes) -> tuple[FileType, bytes]:
    """Give what a file is, and what is kept of it: of a picture its pixels alone, no place, time or device.

    Raises `FileTypeNotAllowed`, `FileUnreadable`, `FileTooLarge`.
    """
    check_type(purpose, content)
    async with _places:
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "resolvers.documents.inspection", purpose.value),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # It would tell what is in people's files.
            cwd=_ROOT,
            env={},  # It reads what strangers send: of our keys it knows nothing.
        )
        try:
            async with asyncio.timeout(2 * SECONDS):
                kept, _ = await program.communicate(content)
        except TimeoutError:
            raise FileUnreadable from None
        finally:
            if program.returncode is None:
                program.kill()
                await program.wait()
    if program.returncode == _TOO_LARGE:
        raise FileTooLarge(maximum=LARGEST[purpose])
    if program.returncode == _REFUSED or (program.returncode or 0) < 0:  # Killed where it took too much.
        raise FileUnreadable
    if program.returncode:
        raise RuntimeError(f"the program that looks through files ended with code {program.returncode}")
    kind, _, rest = kept.partition(b"\n")
    return FileType(kind.decode()), rest


def looked_through(purpose: UploadPurpose, content: bytes) -> tuple[FileType, bytes]:
    """Do what `inspected` does, here and now."""
    found = check_type(purpose, content)
    try:
        if found is FileType.PDF:
            _check_document(content)
            return found, content
        return _pixels_alone(found, content, LARGEST[purpose])
    except Refused:
        raise
    except Exception as problem:  # Whatever libraries say of what is damaged, or made to break them.
        raise FileUnreadable from problem


def _check_document(content: bytes) -> None:
    """Raise `FileUnreadable` for a document without pages, locked, or that does something by itself."""
    said = _Warnings()
    logging.getLogger("pypdf").addHandler(said)
    document = PdfReader(io.BytesIO(content), strict=False)
    if document.is_encrypted or not document.pages:
        raise FileUnreadable
    for part in _parts(document.trailer):
        if _ACTIVE_KEYS & part.keys() or _named(part.get("/S")) in _ACTIONS:
            raise FileUnreadable
        opening = _resolved(part.get("/OpenAction"))
        if isinstance(opening, DictionaryObject) and _named(opening.get("/S")) != "/GoTo":
            raise FileUnreadable
    if any("Multiple definitions" in each for each in said.texts):  # Others may read the second one.
        raise FileUnreadable


class _Warnings(logging.Handler):
    """Keeps what the reader says of a document."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def _resolved(found: Any) -> Any:
    return found.get_object() if isinstance(found, IndirectObject) else found


def _named(found: Any) -> str:
    return str(_resolved(found))


def _parts(trailer: Any) -> Iterator[DictionaryObject]:
    """Give every dictionary that a reader can come to."""
    waiting, seen = [trailer], set[int]()
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if found.idnum in seen:
                continue
            seen.add(found.idnum)
            if len(seen) > MOST_OBJECTS:
                raise FileUnreadable
            found = found.get_object()
        if isinstance(found, DictionaryObject):
            yield found
            waiting.extend(dict.values(found))
        elif isinstance(found, ArrayObject):
            waiting.extend(list.__iter__(found))


def _pixels_alone(found: FileType, content: bytes, largest: int) -> tuple[FileType, bytes]:
    if found is FileType.JPEG and _scans(content) > MOST_SCANS:
        raise FileUnreadable
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        picture = Image.open(io.BytesIO(content), formats=[found.name])  # Reads the head alone.
        if picture.width * picture.height > MOST_PIXELS:
            raise FileUnreadable
        picture.load()
        plain = _on_white(ImageOps.exif_transpose(picture))
    plain.info.clear()
    tries: list[tuple[FileType, dict[str, Any]]] = [(FileType.JPEG, {"quality": each}) for each in _QUALITIES]
    for kind, how in [(FileType.PNG, {"compress_level": 1}), *tries] if found is FileType.PNG else tries:
        written = io.BytesIO()
        plain.save(written, kind.name, **how)
        if written.tell() <= largest:
            return kind, written.getvalue()
    raise FileTooLarge(maximum=largest)


def _scans(jpeg: bytes) -> int:
    """Count the scans of a JPEG, to its end: phones append films to pictures."""
    at, count = 2, 0
    while (at := jpeg.find(b"\xff", at)) >= 0 and at + 4 <= len(jpeg):
        marker = jpeg[at + 1]
        if marker == 0xD9:
            break
        if marker in {0xFF, 0x00} or 0xD0 <= marker <= 0xD8:  # Filling, data, or a marker without length.
            at += 1 if marker == 0xFF else 2
            continue
        count += marker == 0xDA
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return count


def _on_white(picture: Image.Image) -> Image.Image:
    """Give it in colours of eight bits, as it looks on paper."""
    if picture.mode.startswith("I"):  # Grey of sixteen bits.
        return picture.point(lambda grey: grey / 256).convert("L").convert("RGB")
    if "A" in picture.getbands() or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return picture.convert("RGB")


def main(purpose: str) -> int:
    """Read a file from the standard input, and write what it is and what is kept; ends with a code where it refuses."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        kind, kept = looked_through(UploadPurpose(purpose), sys.stdin.buffer.read())
    except FileTooLarge:
        return _TOO_LARGE
    except Refused:
        return _REFUSED
    sys.stdout.buffer.write(kind.value.encode() + b"\n" + kept)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
