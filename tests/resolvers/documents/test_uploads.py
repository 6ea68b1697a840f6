import asyncio
import io
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.exceptions import InvalidTag
from PIL import Image

import resolvers
from models import Application, AuditEntry, Customer, Document, DocumentRequest, OutboxEvent, Upload, Viewer
from models.database import transaction
from resolvers.applications.applications import submit_application, withdraw_application
from resolvers.applications.assignments import take_application
from resolvers.applications.corrections import return_application
from resolvers.applications.drafts import application_checklist
from resolvers.documents import uploads
from resolvers.documents.links import read_link
from resolvers.documents.malware import ClamAV
from resolvers.documents.requests import (
    cancel_document_request,
    hand_in_document,
    open_document,
    request_documents,
    review_document,
)
from resolvers.documents.uploads import create_upload, delete_unused, store
from rules.applications.decisions import OwnApplication
from rules.applications.drafts import ApplicationPart, PartMissing
from rules.applications.kinds import Purpose
from rules.applications.steps import WithColleague
from rules.documents.requests import PaperKind, RequestStatus
from rules.documents.uploads import (
    FileDiffers,
    FileTooLarge,
    FileType,
    FileTypeNotAllowed,
    MalwareFound,
    ScanUnavailable,
    TooManyUploads,
    UploadExpired,
    UploadNotUsable,
    UploadPurpose,
    UploadStatus,
)
from rules.errors import NotFound
from rules.people.access import Role
from rules.states import NotPossibleNow
from tests import make
from tests.files import pdf, picture
from tests.resolvers.applications.stories import desk, submitted


@pytest.fixture
async def customer(db) -> Customer:
    return await make.customer()


@pytest.fixture
async def me(customer) -> Viewer:
    return make.viewer(customer)


async def place(me: Viewer, content: bytes) -> Upload:
    digest = sha256(content).hexdigest()
    return (await create_upload(me, purpose=UploadPurpose.PAPER, size=len(content), sha256=digest)).upload


async def uploaded(me: Viewer, content: bytes | None = None) -> Upload:
    content = content or picture()
    return await store(make.clock, (await place(me, content)).id, content)


def files() -> set[str]:
    return {file.name for file in resolvers.configured().files.path.rglob("*") if file.is_file()}


@pytest.mark.parametrize(("kind", "file_type"), [("JPEG", FileType.JPEG), ("PNG", FileType.PNG)])
async def test_a_picture_is_kept_encrypted_and_without_where_it_was_taken(me, kind, file_type):
    content = picture(kind)
    assert Image.open(io.BytesIO(content)).getexif().get_ifd(0x8825), "it says where"
    upload = await uploaded(me, content)
    assert (upload.status, upload.file_type) == (UploadStatus.STORED, file_type)
    found = await uploads.read(upload.id)
    kept = Image.open(io.BytesIO(found.content))
    assert (kept.size, kept.format, dict(kept.getexif()), found.file_type) == ((40, 30), kind, {}, file_type)
    assert b"A PHONE" not in found.content
    sealed = await resolvers.configured().files.get(upload.file_key)
    assert b"JFIF" not in sealed
    assert b"PNG" not in sealed
    assert found.content not in sealed


async def test_a_document_is_kept_as_it_is(me):
    content = pdf()
    upload = await uploaded(me, content)
    assert ((await uploads.read(upload.id)).content, upload.file_type) == (content, FileType.PDF)


async def test_what_was_tampered_with_is_not_read(me):
    upload = await uploaded(me)
    store = resolvers.configured().files
    sealed = await store.get(upload.file_key)
    await store.put(upload.file_key, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(InvalidTag):
        await uploads.read(upload.id)
    other = await uploaded(me, pdf())
    await store.put(upload.file_key, await store.get(other.file_key))
    with pytest.raises(InvalidTag):
        await uploads.read(upload.id)


async def test_what_is_no_picture_or_scan_is_not_kept(me):
    content = b"MZ\x90\0" + b"\0" * 100
    upload = await place(me, content)
    before, kept = await make.everything(), files()
    with pytest.raises(FileTypeNotAllowed):
        await store(make.clock, upload.id, content)
    assert (await make.everything(), files()) == (before, kept)


async def test_what_is_too_large_is_refused_before_it_is_sent(me):
    before = await make.everything()
    with pytest.raises(FileTooLarge) as refused:
        await create_upload(me, purpose=UploadPurpose.PAPER, size=50_000_000, sha256="0" * 64)
    assert refused.value.maximum == 10_000_000
    assert await make.everything() == before


async def test_only_the_file_that_was_announced_arrives_in_time_and_once(me):
    content = picture()
    upload = await place(me, content)
    before = await make.everything()
    for other in (content + b"\0", content[:-1] + b"\0"):
        with pytest.raises(FileDiffers):
            await store(make.clock, upload.id, other)
    with pytest.raises(UploadExpired):
        await store(make.clock, 999, content)
    make.clock.moment += timedelta(minutes=10)
    with pytest.raises(UploadExpired):
        await store(make.clock, upload.id, content)
    assert await make.everything() == before
    make.clock.moment -= timedelta(minutes=10)
    kept = files()
    answers = await asyncio.gather(*(store(make.clock, upload.id, content) for _ in range(3)), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Upload", "UploadUnderWay", "UploadUnderWay"]
    assert len(files() - kept) == 1


async def test_a_file_stays_if_whoever_sent_it_hangs_up_while_its_row_is_committed(me, monkeypatch):
    @asynccontextmanager
    async def hung_up(*arguments):
        async with transaction(*arguments) as unit:
            yield unit
        raise asyncio.CancelledError

    content = picture()
    upload = await place(me, content)
    monkeypatch.setattr(uploads, "transaction", hung_up)
    with pytest.raises(asyncio.CancelledError):
        await store(make.clock, upload.id, content)
    assert (await Upload.get(id=upload.id)).file_key in files()
    assert (await uploads.read(upload.id)).content


async def test_twenty_files_wait_at_most_and_go_after_a_day(me):
    for _ in range(20):
        await place(me, picture())
    before = await make.everything()
    with pytest.raises(TooManyUploads):
        await place(me, picture())
    assert await make.everything() == before
    make.clock.moment += timedelta(minutes=10)
    assert await Upload.filter(status=UploadStatus.OPEN).count() == 20
    for _ in range(20):  # Places whose time is over hold nobody up.
        await place(me, picture())
    make.clock.moment += timedelta(days=1, seconds=1)
    upload = await uploaded(me)
    assert await delete_unused(make.clock) == 0
    make.clock.moment += timedelta(days=1, minutes=11)
    assert upload.file_key in files()
    assert await delete_unused(make.clock) == 1
    assert upload.file_key not in files()
    assert await delete_unused(make.clock) == 0
    with pytest.raises(NotFound):
        await uploads.read(upload.id)
    async with transaction(me, "use"):
        with pytest.raises(UploadNotUsable):
            await uploads.use(me, upload.id, UploadPurpose.PAPER)


@asynccontextmanager
async def clamd(finds: bytes) -> AsyncIterator[tuple[ClamAV, list[bytes]]]:
    """A daemon on loopback that speaks INSTREAM, and finds this in a file."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", await reader.readexactly(4))[0]:
            content += await reader.readexactly(length)
        seen.append(content)
        writer.write(b"stream: ")
        await writer.drain()
        await asyncio.sleep(0.01)  # Its answer need not come in one piece.
        writer.write(b"Eicar-Signature FOUND\0" if finds in content else b"OK\0")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server:
        yield ClamAV(host, port, timeout_seconds=5), seen


async def test_what_a_scanner_finds_is_not_kept(me):
    bad, good = pdf(lambda writer: writer.add_metadata({"/Title": "EICAR"})), pdf()
    async with clamd(b"EICAR") as (scanner, seen):
        resolvers.configure(replace(resolvers.configured(), scanner=scanner))
        upload = await place(me, bad)
        before, kept = await make.everything(), files()
        with pytest.raises(MalwareFound):
            await store(make.clock, upload.id, bad)
        assert (await make.everything(), files()) == (before, kept)
        await uploaded(me, good)
        assert seen == [bad, good]
    upload = await place(me, good)
    before = await make.everything()
    with pytest.raises(ScanUnavailable):
        await store(make.clock, upload.id, good)
    assert await make.everything() == before


async def asked(customer: Customer, *kinds: PaperKind) -> tuple[Application, Viewer]:
    application = await submitted(customer)
    _, officer = await desk(customer)
    taken = await take_application(officer, application_id=application.id, version=application.version)
    application = await request_documents(
        officer,
        application_id=application.id,
        kinds=kinds or [PaperKind.PAYSLIP],
        reason="To see your income.",
        version=taken.version,
    )
    return application, officer


async def test_a_paper_is_asked_for_handed_in_refused_and_accepted(customer, me):
    application, officer = await asked(customer, PaperKind.PAYSLIP, PaperKind.PAYSLIP)
    assert await OutboxEvent.filter(kind="PapersAsked", customer_id=customer.id).count() == 1
    request = await DocumentRequest.get()
    assert (await application_checklist(me, application_id=application.id)).missing == (ApplicationPart.PAPERS,)
    upload = await uploaded(me)
    handed_in = await hand_in_document(me, request_id=request.id, upload_id=upload.id)
    assert handed_in.status is RequestStatus.HANDED_IN
    assert (await Upload.get()).status is UploadStatus.USED
    document = await Document.get()
    refused = await review_document(officer, document_id=document.id, refused_because="It cannot be read.")
    assert refused.status is RequestStatus.OPEN
    assert await OutboxEvent.filter(kind="PapersAsked").count() == 2
    with pytest.raises(NotPossibleNow):
        await review_document(officer, document_id=document.id)
    again = await uploaded(me, pdf())
    await hand_in_document(me, request_id=request.id, upload_id=again.id)
    second = await Document.get(upload_id=again.id)
    accepted = await review_document(officer, document_id=second.id)
    assert (accepted.status, (await Document.get(id=document.id)).refused_because) == (
        RequestStatus.ACCEPTED,
        "It cannot be read.",
    )
    assert (await application_checklist(me, application_id=application.id)).missing == ()


async def test_what_is_asked_for_already_is_not_told_again_nor_handed_in_for_what_is_withdrawn(customer, me):
    application, officer = await asked(customer)
    before = await make.everything()
    again = await request_documents(
        officer,
        application_id=application.id,
        kinds=[PaperKind.PAYSLIP],
        reason="Once more.",
        version=application.version,
    )
    assert again.version == application.version
    assert {table: rows for table, rows in (await make.everything()).items() if rows != before[table]}.keys() <= {
        "audit_entry"
    }
    upload = await uploaded(me)
    await withdraw_application(me, application.id, application.version)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await hand_in_document(me, request_id=(await DocumentRequest.get()).id, upload_id=upload.id)
    assert await make.everything() == before


async def test_papers_of_what_is_withdrawn_are_left_as_they_are(customer, me):
    application, officer = await asked(customer, PaperKind.PAYSLIP, PaperKind.OTHER)
    first, second = await DocumentRequest.all().order_by("id")
    await hand_in_document(me, request_id=first.id, upload_id=(await uploaded(me)).id)
    await withdraw_application(me, application.id, application.version)
    document = await Document.get()
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await review_document(officer, document_id=document.id, refused_because="Cannot be read.")
    with pytest.raises(NotPossibleNow):
        await cancel_document_request(officer, request_id=second.id)
    assert await make.everything() == before


async def test_what_is_missing_keeps_it_from_being_handed_in_again(customer, me):
    application, officer = await asked(customer)
    sent_back = await return_application(
        officer, application_id=application.id, reason="The payslip, please.", version=application.version
    )
    before = await make.everything()
    with pytest.raises(PartMissing) as refused:
        await submit_application(me, application.id, Purpose.EDUCATION, sent_back.version)
    assert refused.value.part is ApplicationPart.PAPERS
    assert await make.everything() == before
    await cancel_document_request(officer, request_id=(await DocumentRequest.get()).id)
    await submit_application(me, application.id, Purpose.EDUCATION, sent_back.version)


async def test_a_file_is_used_once_and_by_its_owner(customer, me):
    await asked(customer, PaperKind.PAYSLIP, PaperKind.BANK_STATEMENT)
    first, second = await DocumentRequest.all().order_by("id")
    stranger = make.viewer(await make.customer())
    theirs, waiting = await uploaded(stranger), await place(me, picture())
    before = await make.everything()
    for refusal, viewer, upload in (
        (NotFound, me, theirs),
        (UploadNotUsable, me, waiting),
        (NotFound, stranger, theirs),
    ):
        with pytest.raises(refusal):
            await hand_in_document(viewer, request_id=first.id, upload_id=upload.id)
    assert await make.everything() == before
    mine = await uploaded(me)
    answers = await asyncio.gather(
        *(hand_in_document(me, request_id=each.id, upload_id=mine.id) for each in (first, second)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["DocumentRequest", "UploadNotUsable"]


async def test_nobody_asks_for_or_looks_at_papers_who_may_not_work_on_it(customer, me):
    application, officer = await asked(customer)
    himself = (await desk(customer, Role.MANAGER, customer_id=customer.id))[1]
    colleague = (await desk(customer))[1]
    elsewhere = await make.signed_in(await make.staff(branches=[await make.branch()]))
    request = await DocumentRequest.get()
    await hand_in_document(me, request_id=request.id, upload_id=(await uploaded(me)).id)
    document = await Document.get()
    asking = {
        "application_id": application.id,
        "kinds": [PaperKind.OTHER],
        "reason": "Why not.",
        "version": application.version,
    }
    before = await make.everything()
    for refusal, viewer in ((OwnApplication, himself), (WithColleague, colleague), (NotFound, elsewhere)):
        with pytest.raises(refusal):
            await request_documents(viewer, **asking)
        with pytest.raises(refusal):
            await review_document(viewer, document_id=document.id)
    assert await make.everything() == before
    assert officer.staff_id != colleague.staff_id


async def test_a_paper_is_read_by_its_owner_and_whoever_looks_after_him_and_that_is_kept(customer, me):
    _, officer = await asked(customer)
    await hand_in_document(me, request_id=(await DocumentRequest.get()).id, upload_id=(await uploaded(me)).id)
    document = await Document.get()
    auditor = await make.signed_in(await make.staff(role=Role.AUDITOR))
    for viewer in (make.viewer(await make.customer()), auditor):
        with pytest.raises(NotFound):
            await open_document(viewer, document_id=document.id)
    for viewer in (me, officer):
        opened = await open_document(viewer, document_id=document.id)
        assert opened.expires_at == viewer.now + timedelta(minutes=5)
        key = read_link(opened.url.removeprefix("/files/"), viewer.now).key
        assert (await uploads.read(key)).file_type is FileType.JPEG
    audited = AuditEntry.filter(operation="open_document", subject=f"Document:{document.id}").order_by("id")
    assert await audited.values_list("actor", flat=True) == [me.actor, officer.actor]
