"""Papers that are asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.documents import links, requests
from rules.documents.requests import PaperKind, RequestStatus
from rules.documents.uploads import UploadNotUsable
from rules.people.access import CUSTOMERS, IN_CHARGE
from rules.states import NotPossibleNow
from schema.applications.assignments import WORKING_REFUSALS
from schema.context import Info
from schema.declarations import (
    Input,
    Node,
    children,
    id_of,
    input,
    mutation,
    node,
    relation,
    text,
    value,
    whole,
)

if TYPE_CHECKING:
    from schema.documents.uploads import Upload
    from schema.people.staff import Staff


@node(models.DocumentRequest)
class DocumentRequest(Node):
    """A paper that somebody in charge asks for."""

    kind: PaperKind
    """Which one."""
    reason: str
    """What it is needed for."""
    status: RequestStatus
    """Where it stands: OPEN ones are missing."""
    created_at: datetime
    """When it was asked for."""
    documents: list[Document] = children(via="request_id")
    """What was handed in, oldest first."""
    staff: Staff | None = relation("staff_id")
    """Who asks."""


@node(models.Document)
class Document(Node):
    """A paper that was handed in; read it by `openDocument`."""

    created_at: datetime
    """When it was handed in."""
    refused_because: str | None
    """What is wrong with it; null unless it was refused."""
    upload: Upload = relation("upload_id")
    """The file."""
    reviewed_by: Staff | None = relation("reviewed_by_id")
    """Who looked at it; null before."""


@input
class RequestDocumentsInput(Input):
    """Which papers, and what for."""

    application_id: int = id_of(models.Application)
    """One that waits, is in review, or was sent back."""
    kinds: list[PaperKind]
    """Each once; what is asked for already is not asked for twice."""
    reason: str = text(1, 500)
    """What they are needed for; the customer reads it."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(allow=IN_CHARGE, refusals=WORKING_REFUSALS)
async def request_documents(info: Info, input: RequestDocumentsInput) -> models.Application:
    """Ask for papers. The customer can hand them in at once; send the application back where more has to change."""
    return await requests.request_documents(info.context.viewer, **input.values())


@input
class CancelDocumentRequestInput(Input):
    """Which request."""

    request_id: int = id_of(models.DocumentRequest)
    """One that is open."""


@mutation(allow=IN_CHARGE, refusals=WORKING_REFUSALS)
async def cancel_document_request(info: Info, input: CancelDocumentRequestInput) -> models.DocumentRequest:
    """Do without a paper."""
    return await requests.cancel_document_request(info.context.viewer, **input.values())


@input
class HandInDocumentInput(Input):
    """Which paper, and which file."""

    request_id: int = id_of(models.DocumentRequest)
    """One of yours that is open."""
    upload_id: int = id_of(models.Upload)
    """A file of yours that arrived, and that nothing was done with."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, UploadNotUsable))
async def hand_in_document(info: Info, input: HandInDocumentInput) -> models.DocumentRequest:
    """Hand a paper in that was asked for."""
    return await requests.hand_in_document(info.context.viewer, **input.values())


@input
class ReviewDocumentInput(Input):
    """Which paper, and what is wrong with it, if anything is."""

    document_id: int = id_of(models.Document)
    """One that nobody has looked at."""
    refused_because: str | None = text(1, 500)
    """What is wrong with it, in words for the customer; nothing: it is accepted."""


@mutation(allow=IN_CHARGE, refusals=WORKING_REFUSALS)
async def review_document(info: Info, input: ReviewDocumentInput) -> models.DocumentRequest:
    """Accept a paper, or ask for it again."""
    return await requests.review_document(info.context.viewer, **input.values())


@value(links.Opened)
class OpenedFile:
    """A link to a file."""

    url: str
    """A path on this server, to be read by GET."""
    expires_at: datetime
    """Until when, some minutes from now."""


@input
class OpenDocumentInput(Input):
    """Which paper."""

    document_id: int = id_of(models.Document)
    """One that you may see."""


@mutation(allow=CUSTOMERS | IN_CHARGE)
async def open_document(info: Info, input: OpenDocumentInput) -> links.Opened:
    """Give a link to a paper, for five minutes; the audit keeps who opened it."""
    return await requests.open_document(info.context.viewer, **input.values())
