"""Documents of a loan: asked for, made in the background, and read by a link."""

import logging
from datetime import date
from hashlib import sha256
from typing import Any

from models import Loan, Paper, Viewer
from models.database import locked, transaction
from models.viewer import Clock
from resolvers import configured, keys
from resolvers.documents import contents, storage
from resolvers.documents.links import LinkKind, Opened, opened
from resolvers.documents.uploads import Found
from resolvers.loans import repayments
from rules.documents.papers import (
    MOST_MAKING,
    PAPER_MOVES,
    NotPaidOut,
    NotSettled,
    PaperNotReady,
    PaperStatus,
    PapersUnderWay,
    PaperType,
    Year,
    YearNotAllowed,
)
from rules.documents.uploads import FileType
from rules.errors import NotFound, Refused
from rules.loans.states import LoanStatus
from rules.people.access import IN_CHARGE, Role
from rules.people.kinds import Locale

logger = logging.getLogger("goodterms.papers")


async def make_paper(
    viewer: Viewer, *, loan_id: int, type: PaperType, key: str, year: int | None = None, locale: Locale | None = None
) -> Paper:
    """Ask for a document of a loan; it is made in a moment, of what is known then.

    The same that is being made already is not made twice. Raises `NotFound` (also to a guarantor), `NotPaidOut`,
    `NotSettled`, `YearNotAllowed`, `PapersUnderWay`, `KeyReused`.
    """
    async with keys.once(Paper, viewer, "make_paper", key, loan_id, type, year, locale) as kept:
        if kept.is_new:
            loan = await locked(Loan, viewer, loan_id)
            if viewer.role is Role.CUSTOMER:
                await repayments.check_pays(viewer, loan)
            _check(loan, type, year, kept.today)
            wish: dict[str, Any] = {
                "type": type,
                "year": year if type is PaperType.INTEREST_CERTIFICATE else None,
                "locale": locale or viewer.locale,
                "status": PaperStatus.MAKING,
            }
            making = Paper.filter(customer_id=loan.customer_id, status=PaperStatus.MAKING)
            same = await Paper.filter(loan_id=loan.id, **wish).first()
            if same is None and await making.count() >= MOST_MAKING:
                raise PapersUnderWay(maximum=MOST_MAKING)
            kept.keep(same or await Paper.create(loan_id=loan.id, customer_id=loan.customer_id, **wish))
    return await Paper.visible_to(viewer).get(id=kept.result.id)


def _check(loan: Loan, type: PaperType, year: int | None, today: date) -> None:
    if type is PaperType.CONTRACT:
        return
    if loan.opened_on is None:
        raise NotPaidOut
    if type is PaperType.SETTLEMENT_LETTER and loan.status is not LoanStatus.CLOSED:
        raise NotSettled
    if type is PaperType.INTEREST_CERTIFICATE and (year is None or not loan.opened_on.year <= year <= today.year):
        raise YearNotAllowed(first=Year(loan.opened_on.year), last=Year(today.year))


async def open_paper(viewer: Viewer, *, paper_id: int) -> Opened:
    """Give a link to a document, for some minutes; the audit keeps who opened it. Raises `NotFound`, `PaperNotReady`."""
    async with transaction(viewer, "open_paper") as unit:
        paper = await Paper.visible_to(viewer).get_or_none(id=paper_id)
        if paper is None or viewer.role not in IN_CHARGE | {Role.CUSTOMER}:
            raise NotFound
        if paper.status is not PaperStatus.READY:
            raise PaperNotReady
        unit.subject = paper
        return opened(LinkKind.PAPER, paper.id, unit.now)


async def read(paper_id: int) -> Found:
    """Give the content of a document. Raises `NotFound`."""
    paper = await Paper.get_or_none(id=paper_id, status=PaperStatus.READY)
    if paper is None or paper.file_key is None:
        raise NotFound
    content = await storage.read(configured().files, paper.file_key)
    return Found(f"{paper.type.value.lower()}-{paper.id}.pdf", FileType.PDF, content)


async def make_waiting(clock: Clock) -> int:
    """Make the next document that was asked for; gives 1, or 0 where none waits."""
    viewer = Viewer.house(clock)
    waiting = await Paper.filter(status=PaperStatus.MAKING).order_by("id").first()
    if waiting is None:
        return 0
    try:
        _check(await Loan.get(id=waiting.loan_id), waiting.type, waiting.year, viewer.today)
        content = await contents.written(waiting, viewer.today)
    except Exception as problem:
        if not isinstance(problem, Refused):  # As where a payment bounced since a settlement letter was asked for.
            logger.exception("document %d could not be made", waiting.id)
        async with transaction(viewer, "make_paper"):
            await _finish(viewer, waiting.id, PaperStatus.FAILED)
        return 1
    made = {"size": len(content), "sha256": sha256(content).hexdigest()}
    async with (
        storage.keeping(configured().files, content, Paper, waiting.id) as name,
        transaction(viewer, "make_paper"),
    ):
        await _finish(viewer, waiting.id, PaperStatus.READY, file_key=name, **made)
    return 1


async def _finish(viewer: Viewer, paper_id: int, to: PaperStatus, **made: object) -> None:
    """Say what came of a document; where another process was faster, its document stays."""
    paper = await locked(Paper, viewer, paper_id)
    if paper.status is PaperStatus.MAKING:
        PAPER_MOVES.check(paper.status, to, viewer.role)
        paper.update_from_dict({"status": to} | made)
        await paper.save(update_fields=["status", *made])
