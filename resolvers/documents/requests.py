"""Asking for papers, handing them in, and looking at them."""

from collections.abc import Sequence

from models import Application, Document, DocumentRequest, Viewer
from models.database import locked, transaction
from notifications import outbox
from notifications.documents.requests import PapersAsked
from resolvers.applications.assignments import working_on
from resolvers.applications.steps import keep, lock_version
from resolvers.documents import uploads
from resolvers.documents.links import Opened
from rules.applications.numbers import application_number
from rules.applications.states import FILLED_IN, WORKED_ON
from rules.documents.requests import REQUEST_MOVES, PaperKind, RequestStatus
from rules.documents.uploads import UploadPurpose
from rules.errors import NotFound
from rules.people.access import Role
from rules.states import NotPossibleNow


async def request_documents(
    viewer: Viewer, *, application_id: int, kinds: Sequence[PaperKind], reason: str, version: int
) -> Application:
    """Ask for papers; the customer is told. One that is asked for already is not asked for twice, nor told again.

    Raises `NotFound`, `Conflict`, `NotPossibleNow`, `WithColleague`, `OwnApplication`, `SkillMissing`.
    """
    async with transaction(viewer, "request_documents"):
        application = await lock_version(viewer, application_id, version)
        await working_on(viewer, application)
        if application.status not in WORKED_ON:
            raise NotPossibleNow(current=application.status)
        waiting = DocumentRequest.filter(application_id=application.id, status=RequestStatus.OPEN)
        asked = {row.kind async for row in waiting}
        missing = [kind for kind in dict.fromkeys(kinds) if kind not in asked or kind is PaperKind.OTHER]
        if not missing:
            return application
        for kind in missing:
            await DocumentRequest.create(
                customer_id=application.customer_id,
                application_id=application.id,
                kind=kind,
                reason=reason,
                staff_id=viewer.staff_id,
                status=RequestStatus.OPEN,
            )
        await keep(application)
        number = application_number(application.id, application.created_at)
        await outbox.record(
            PapersAsked(customer_id=application.customer_id, application_id=application.id, number=number)
        )
        return application


async def cancel_document_request(viewer: Viewer, *, request_id: int) -> DocumentRequest:
    """Do without a paper. Raises `NotFound`, `NotPossibleNow`, `WithColleague`, `OwnApplication`, `SkillMissing`."""
    async with transaction(viewer, "cancel_document_request") as unit:
        application, request = await _lock(viewer, request_id)
        await working_on(viewer, application)
        _check_not_over(application)
        unit.subject = request
        await _move(request, RequestStatus.CANCELLED, viewer.role)
        return request


async def hand_in_document(viewer: Viewer, *, request_id: int, upload_id: int) -> DocumentRequest:
    """Hand a paper in that was asked for. Raises `NotFound`, `NotPossibleNow`, `UploadNotUsable`."""
    async with transaction(viewer, "hand_in_document") as unit:
        application, request = await _lock(viewer, request_id)
        if application.customer_id != viewer.customer_id:
            raise NotFound
        _check_not_over(application)
        unit.subject = request
        await _move(request, RequestStatus.HANDED_IN, viewer.role)
        upload = await uploads.use(viewer, upload_id, UploadPurpose.PAPER)
        await Document.create(customer_id=application.customer_id, request_id=request.id, upload_id=upload.id)
        return request


async def review_document(viewer: Viewer, *, document_id: int, refused_because: str | None = None) -> DocumentRequest:
    """Accept a paper, or refuse it with what is wrong: it is then asked for again.

    Raises `NotFound`, `NotPossibleNow`, `WithColleague`, `OwnApplication`, `SkillMissing`.
    """
    async with transaction(viewer, "review_document") as unit:
        named = await Document.visible_to(viewer).get_or_none(id=document_id)
        if named is None:
            raise NotFound
        application, request = await _lock(viewer, named.request_id)
        await working_on(viewer, application)
        _check_not_over(application)
        document = await locked(Document, viewer, document_id)
        unit.subject = document
        if document.reviewed_by_id is not None:
            raise NotPossibleNow(current=request.status)
        document.reviewed_by_id, document.refused_because = viewer.staff_id, refused_because
        await document.save(update_fields=["reviewed_by_id", "refused_because"])
        await _move(request, RequestStatus.ACCEPTED if refused_because is None else RequestStatus.OPEN, viewer.role)
        if refused_because is not None:
            number = application_number(application.id, application.created_at)
            await outbox.record(
                PapersAsked(customer_id=application.customer_id, application_id=application.id, number=number)
            )
        return request


async def open_document(viewer: Viewer, *, document_id: int) -> Opened:
    """Give a link to a paper, for some minutes; the audit keeps who opened it. Raises `NotFound`."""
    return await uploads.open_file(viewer, "open_document", Document, document_id)


def _check_not_over(application: Application) -> None:
    """Let papers of an application move that is filled in or worked on. Raises `NotPossibleNow`."""
    if application.status not in FILLED_IN + WORKED_ON:
        raise NotPossibleNow(current=application.status)


async def _lock(viewer: Viewer, request_id: int) -> tuple[Application, DocumentRequest]:
    """Lock a request after its application. Raises `NotFound`."""
    named = await DocumentRequest.visible_to(viewer).get_or_none(id=request_id)
    if named is None:
        raise NotFound
    application = await locked(Application, viewer, named.application_id)
    return application, await locked(DocumentRequest, viewer, request_id)


async def _move(request: DocumentRequest, to: RequestStatus, role: Role) -> None:
    REQUEST_MOVES.check(request.status, to, role)
    request.status = to
    await request.save(update_fields=["status"])
