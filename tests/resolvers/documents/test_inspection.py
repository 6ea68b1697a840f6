import io
from pathlib import Path

import pytest
from PIL import Image
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from resolvers.documents import inspection
from resolvers.documents.inspection import inspected, looked_through
from rules.documents.uploads import FileTooLarge, FileType, FileTypeNotAllowed, FileUnreadable, UploadPurpose
from tests.files import bomb, pdf, picture, saved, scans, zip_bomb

PAPER = UploadPurpose.PAPER


def acting(writer: object) -> None:
    """Give the document an action that begins by itself, under names that hide what they say."""
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)


def starting(writer: object) -> None:
    """Start a program when it is opened, the action's name standing elsewhere."""
    name = writer._add_object(NameObject("/Launch"))
    action = DictionaryObject({NameObject("/S"): name, NameObject("/F"): TextStringObject("cmd.exe")})
    writer.root_object[NameObject("/Names")] = writer._add_object(action)


def leading(writer: object) -> None:
    """Lead somewhere by itself."""
    action = DictionaryObject({NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("http://x")})
    writer.root_object[NameObject("/OpenAction")] = action


def named(writer: object) -> None:
    """Use names that only begin like what is not allowed, as printers of phones do."""
    writer.root_object[NameObject("/AAPL:Keywords")] = TextStringObject("x")
    writer.root_object[NameObject("/Font")] = NameObject("/AAAAAB+Helvetica")
    goto = DictionaryObject({NameObject("/S"): NameObject("/GoTo")})
    writer.root_object[NameObject("/OpenAction")] = goto


def disguised(content: bytes) -> bytes:
    changed = content.replace(b"/OpenAction", b"/Open#41ction").replace(b"/JavaScript", b"/Java#53cript")
    changed = changed.replace(b"/JS", b"/J#53")
    assert changed != content
    return changed


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"MZ\x90\0" + b"\0" * 100, FileTypeNotAllowed),
        (zip_bomb(), FileTypeNotAllowed),
        (b"<svg onload='alert(1)'/>", FileTypeNotAllowed),
        (bomb(), FileUnreadable),
        (picture()[:200], FileUnreadable),
        (b"\xff\xd8\xff" + b"MZ" * 50, FileUnreadable),
        (b"%PDF-1.7\n%%EOF", FileUnreadable),
        (pdf(pages=0), FileUnreadable),
        (pdf()[:200], FileUnreadable),
        (pdf(acting), FileUnreadable),
        (pdf(starting), FileUnreadable),
        (pdf(leading), FileUnreadable),
        (pdf(named).replace(b"/S /GoTo", b"/S /GoTo /S /Launch"), FileUnreadable),
        (disguised(pdf(acting)), FileUnreadable),
        (pdf(lambda writer: writer.add_attachment("a.exe", b"MZ")), FileUnreadable),
        (pdf(lambda writer: writer.encrypt("secret")), FileUnreadable),
        (scans(200), FileUnreadable),
    ],
)
def test_what_is_no_picture_or_scan_is_refused(content, refusal):
    """An EXE called .jpg among them: nobody asks what it is called."""
    with pytest.raises(refusal):
        looked_through(PAPER, content)


def test_documents_as_phones_write_them_are_taken_as_they_are():
    for content in (pdf(), pdf(named), pdf(pages=3)):
        assert looked_through(PAPER, content) == (FileType.PDF, content)


def pixels(kept: tuple[FileType, bytes]) -> Image.Image:
    return Image.open(io.BytesIO(kept[1]))


def test_what_is_clear_is_white_and_sixteen_bits_of_grey_stay_grey():
    clear = Image.new("RGBA", (60, 20), (0, 0, 0, 0))
    clear.putpixel((5, 5), (0, 0, 0, 255))
    kept = pixels(looked_through(PAPER, saved(clear)))
    assert (kept.getpixel((0, 0)), kept.getpixel((5, 5))) == ((255, 255, 255), (0, 0, 0))
    grey = Image.new("I;16", (60, 20), 20_000)
    grey.putpixel((5, 5), 60_000)
    kept = pixels(looked_through(PAPER, saved(grey)))
    assert (kept.getpixel((0, 0)), kept.getpixel((5, 5))) == ((78, 78, 78), (234, 234, 234))


def test_a_picture_that_is_large_when_written_plainly_is_kept_with_less_detail_or_not_at_all(monkeypatch):
    content = saved(Image.effect_noise((300, 300), 90).convert("RGB"))
    monkeypatch.setitem(inspection.LARGEST, PAPER, 100_000)
    kind, kept = looked_through(PAPER, content)
    assert (kind, len(kept) <= 100_000) == (FileType.JPEG, True)
    monkeypatch.setitem(inspection.LARGEST, PAPER, 1_000)
    with pytest.raises(FileTooLarge):
        looked_through(PAPER, content)


async def test_it_happens_in_a_program_of_its_own_wherever_ours_was_started(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kind, kept = await inspected(PAPER, picture("PNG"))
    assert (kind, pixels((kind, kept)).size) == (FileType.PNG, (40, 30))
    for content, refusal in ((b"MZ", FileTypeNotAllowed), (bomb(), FileUnreadable)):
        with pytest.raises(refusal):
            await inspected(PAPER, content)


def test_a_picture_that_moves_is_a_picture():
    """Phones append films to pictures, in whose bytes anything may stand."""
    film = b"\xff\xda" * 200
    assert looked_through(PAPER, picture() + film)[0] is FileType.JPEG


async def test_our_own_failure_is_not_told_as_the_files(monkeypatch):
    monkeypatch.setattr(inspection, "_ROOT", Path("/"))
    with pytest.raises(RuntimeError):
        await inspected(PAPER, picture())


async def test_what_takes_too_long_or_too_much_is_refused(monkeypatch):
    """A program that cannot answer stands for a file that makes ours compute for minutes."""
    monkeypatch.setattr(inspection, "SECONDS", 0.05)
    with pytest.raises(FileUnreadable):
        await inspected(PAPER, picture())
    assert inspection._places._value == inspection._AT_ONCE
