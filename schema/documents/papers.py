"""Documents that we make of a loan."""

from __future__ import annotations

from datetime import datetime

import models
from resolvers.documents import links, papers
from rules.documents.papers import (
    NotPaidOut,
    NotSettled,
    PaperNotReady,
    PaperStatus,
    PapersUnderWay,
    PaperType,
    YearNotAllowed,
)
from rules.people.access import CUSTOMERS, IN_CHARGE
from rules.people.kinds import Locale
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, mutation, node, token, whole


@node(models.Paper)
class Paper(Node):
    """A document of a loan, as PDF; read it by `openPaper`."""

    type: PaperType
    """Which document."""
    year: int | None
    """Of a certificate of interest; null for all others."""
    locale: Locale
    """The language it is written in."""
    status: PaperStatus
    """Where it stands; it is ready after a moment."""
    size: int | None
    """In bytes; null until it is ready."""
    sha256: str | None
    """Of its content, hexadecimal; null until it is ready."""
    created_at: datetime
    """When it was asked for."""


@input
class MakePaperInput(Input):
    """Which document, of which loan."""

    loan_id: int = id_of(models.Loan)
    """A loan that you may see."""
    type: PaperType
    """Which document."""
    year: int | None = whole(1900, 9999)
    """For a certificate of interest: the year."""
    locale: Locale | None
    """The language; nothing: that in which you are spoken to."""
    key: str = token(64)
    """Chosen before the first try; the same again gives the same document."""


@mutation(allow=CUSTOMERS | IN_CHARGE, refusals=(NotPaidOut, NotSettled, YearNotAllowed, PapersUnderWay))
async def make_paper(info: Info, input: MakePaperInput) -> models.Paper:
    """Ask for a document of a loan; it is made in a moment, of what is known then."""
    return await papers.make_paper(info.context.viewer, **input.values())


@input
class OpenPaperInput(Input):
    """Which document."""

    paper_id: int = id_of(models.Paper)
    """One that is ready."""


@mutation(allow=CUSTOMERS | IN_CHARGE, refusals=(PaperNotReady,))
async def open_paper(info: Info, input: OpenPaperInput) -> links.Opened:
    """Give a link to a document, for five minutes; the audit keeps who opened it."""
    return await papers.open_paper(info.context.viewer, **input.values())
