"""Documents of a loan: asked for, made in the background, and read by a link."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from models import (
    Allocation,
    ApplicationParty,
    Contract,
    Customer,
    Installment,
    Loan,
    Paper,
    ProductVersion,
    Repayment,
    Signature,
    Viewer,
)
from models.database import locked, transaction
from models.viewer import Clock
from notifications import words
from resolvers import configured, keys
from resolvers.documents import storage
from resolvers.documents.links import LinkKind, Opened, opened
from resolvers.documents.uploads import Found
from resolvers.loans import repayments, replays
from resolvers.loans.reversals import reversed_ids
from rules.documents.papers import (
    PAPER_MOVES,
    NotPaidOut,
    NotSettled,
    PaperNotReady,
    PaperStatus,
    PaperType,
    YearNotAllowed,
)
from rules.documents.uploads import FileType
from rules.errors import NotFound
from rules.loans.loan_positions import position_of
from rules.loans.numbers import loan_number
from rules.loans.states import LoanStatus
from rules.money import ZERO, Money
from rules.people.access import IN_CHARGE, Role
from rules.people.kinds import Locale, in_language

logger = logging.getLogger("goodterms.papers")


async def make_paper(
    viewer: Viewer, *, loan_id: int, type: PaperType, key: str, year: int | None = None, locale: Locale | None = None
) -> Paper:
    """Ask for a document of a loan; it is made in a moment, of what is known then.

    Raises `NotFound` (also to a guarantor), `NotPaidOut`, `NotSettled`, `YearNotAllowed`, `KeyReused`.
    """
    async with keys.once(Paper, viewer, "make_paper", key, loan_id, type, year, locale) as kept:
        if kept.is_new:
            loan = await locked(Loan, viewer, loan_id)
            if viewer.role is Role.CUSTOMER:
                await repayments.check_pays(viewer, loan)
            _check(loan, type, year, kept.today)
            kept.keep(
                await Paper.create(
                    loan_id=loan.id,
                    customer_id=loan.customer_id,
                    type=type,
                    year=year if type is PaperType.INTEREST_CERTIFICATE else None,
                    locale=locale or viewer.locale,
                    status=PaperStatus.MAKING,
                )
            )
    return await Paper.visible_to(viewer).get(id=kept.result.id)


def _check(loan: Loan, type: PaperType, year: int | None, today: date) -> None:
    if type is PaperType.CONTRACT:
        return
    if loan.opened_on is None:
        raise NotPaidOut
    if type is PaperType.SETTLEMENT_LETTER and loan.status is not LoanStatus.CLOSED:
        raise NotSettled
    if type is PaperType.INTEREST_CERTIFICATE and (year is None or not loan.opened_on.year <= year <= today.year):
        raise YearNotAllowed(first=loan.opened_on.year, last=today.year)


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
        content = await _written(waiting, viewer)
    except Exception:
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


@dataclass(frozen=True)
class _Told:
    """What every document says."""

    paper: Paper
    loan: Loan
    customer: Customer
    product: str
    today: date

    def say(self, key: str, **values: object) -> str:
        return words.say(key, self.paper.locale, **values)

    def money(self, amount: Decimal) -> str:
        return words.written(Money(amount, self.loan.currency), self.paper.locale)

    def day(self, day: date) -> str:
        return words.written(day, self.paper.locale)

    @property
    def number(self) -> str:
        return loan_number(self.loan.id, self.loan.created_at)

    def facts(self) -> list[tuple[str, str]]:
        """Who, and which loan."""
        facts = [
            (self.say("paper.borrower"), self.customer.name or ""),
            (self.say("paper.identity_number"), self.customer.identity_number_mask or ""),
            (self.say("paper.loan"), self.number),
            (self.say("paper.product"), self.product),
            (self.say("paper.principal"), self.money(self.loan.principal)),
        ]
        if self.loan.opened_on is not None:
            facts.append((self.say("paper.opened_on"), self.day(self.loan.opened_on)))
        return facts


async def _written(paper: Paper, viewer: Viewer) -> bytes:
    loan = await Loan.get(id=paper.loan_id)
    version = await ProductVersion.get(id=loan.product_version_id)
    customer = await Customer.get(id=loan.customer_id)
    product = in_language(version.name_zh, version.name_en, paper.locale)
    told = _Told(paper, loan, customer, product, viewer.today)
    parts = await _PARTS[paper.type](told)
    title = told.say(_TITLES[paper.type], number=told.number, year=str(paper.year))
    made = told.say("paper.made_on", day=viewer.today)
    return await asyncio.to_thread(_laid_out, told, title, made, parts)


@dataclass(frozen=True)
class _Table:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


_Part = str | list[tuple[str, str]] | _Table
"""A paragraph, names with values, or a table."""


def _laid_out(told: _Told, title: str, made: str, parts: Sequence[_Part]) -> bytes:
    from resolvers.documents.pages import Pages  # noqa: PLC0415  A fifth of a second at each start otherwise.

    footer = told.say("paper.page", number=told.number)
    pages = Pages(title, configured().lender_name, footer, told.paper.created_at, told.paper.locale.value)
    for part in parts:
        if isinstance(part, str):
            pages.paragraph(part)
        elif isinstance(part, _Table):
            pages.lines(part.head, part.rows, part.widths)
        else:
            pages.facts(part)
    pages.paragraph(made)
    return bytes(pages.output())


async def _contract(told: _Told) -> list[_Part]:
    contract = await Contract.get(id=told.loan.contract_id)
    signature = await Signature.get(contract_id=contract.id)
    parties = ApplicationParty.filter(application_id=contract.application_id, is_active=True)
    signed = [
        (party.customer.name, party.signed_at, party.text_hash)
        async for party in parties.order_by("id").prefetch_related("customer")
    ]
    signed.append((told.customer.name, signature.signed_at, signature.text_hash))
    return [contract.text, *(told.say("paper.signed", name=name, at=at, hash=hash) for name, at, hash in signed)]


async def _schedule(told: _Told) -> list[_Part]:
    lines = await Installment.filter(loan_id=told.loan.id).order_by("number")
    rows = [
        (
            str(line.number),
            told.day(line.due_on),
            told.money(line.principal),
            told.money(line.interest),
            told.money(line.costs),
            told.money(line.principal + line.interest + line.costs),
            told.money(line.paid_principal + line.paid_interest + line.paid_costs),
        )
        for line in lines
    ]
    names = ("paper.number", "paper.due_on", "paper.of_principal", "paper.of_interest", "paper.of_costs")
    head = [*(told.say(name) for name in names), told.say("paper.total"), told.say("paper.paid")]
    return [told.facts(), _Table(head, rows, (7, 20, 16, 15, 13, 16, 16))]


async def _statement(told: _Told) -> list[_Part]:
    stored = await replays.load(told.loan)
    position = position_of(replays.replayed(stored, told.today), told.today)
    figures = [
        (told.say("paper.as_of"), told.day(told.today)),
        (told.say("paper.outstanding"), told.money(position.outstanding)),
        (told.say("paper.due"), told.money(position.due.total)),
        (told.say("paper.accrued"), told.money(position.accrued_interest)),
        (told.say("paper.payoff"), told.money(position.payoff.total)),
        (told.say("paper.credit"), told.money(position.credit)),
    ]
    gone = await reversed_ids(told.loan.id)
    received = Repayment.filter(loan_id=told.loan.id).order_by("received_at", "id")
    paid = [each async for each in received if each.id not in gone]
    rows = [(str(place), told.day(each.value_on), told.money(each.amount)) for place, each in enumerate(paid, start=1)]
    head = (told.say("paper.number"), told.say("paper.paid_on"), told.say("paper.amount"))
    return [told.facts(), figures, told.say("paper.payments"), _Table(head, rows, (1, 3, 3))]


async def _settlement(told: _Told) -> list[_Part]:
    return [told.facts(), told.say("paper.settled", number=told.number)]


async def _certificate(told: _Told) -> list[_Part]:
    year = told.paper.year
    assert year is not None, "a certificate is for a year"
    paid = Allocation.filter(loan_id=told.loan.id, value_on__gte=date(year, 1, 1), value_on__lte=date(year, 12, 31))
    rows = await paid
    interest = sum((row.interest for row in rows), ZERO)
    penalty = sum((row.penalty for row in rows), ZERO)
    principal = sum((row.principal for row in rows), ZERO)
    figures = [
        (told.say("paper.interest_paid"), told.money(interest)),
        (told.say("paper.penalty_paid"), told.money(penalty)),
        (told.say("paper.principal_paid"), told.money(principal)),
    ]
    return [told.facts(), told.say("paper.certified", year=str(year), number=told.number), figures]


_PARTS = {
    PaperType.CONTRACT: _contract,
    PaperType.SCHEDULE: _schedule,
    PaperType.STATEMENT: _statement,
    PaperType.SETTLEMENT_LETTER: _settlement,
    PaperType.INTEREST_CERTIFICATE: _certificate,
}
_TITLES = {
    PaperType.CONTRACT: "paper.title_contract",
    PaperType.SCHEDULE: "paper.title_schedule",
    PaperType.STATEMENT: "paper.title_statement",
    PaperType.SETTLEMENT_LETTER: "paper.title_settlement",
    PaperType.INTEREST_CERTIFICATE: "paper.title_certificate",
}
