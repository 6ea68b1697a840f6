"""What each document of a loan says."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models import (
    Allocation,
    ApplicationParty,
    Contract,
    Customer,
    Installment,
    Loan,
    LoanEvent,
    Paper,
    ProductVersion,
    Repayment,
    Signature,
)
from notifications import words
from resolvers import configured
from resolvers.loans import replays
from resolvers.loans.reversals import reversed_repayments
from rules.documents.papers import PaperType
from rules.loans.events import LoanEventKind
from rules.loans.loan_positions import position_of
from rules.loans.numbers import loan_number
from rules.money import ZERO, Money
from rules.payments.states import BORNE_BY_US
from rules.people.kinds import in_language


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


async def written(paper: Paper, today: date) -> bytes:
    """Give a document, laid out, of what is known on a day."""
    loan = await Loan.get(id=paper.loan_id)
    version = await ProductVersion.get(id=loan.product_version_id)
    customer = await Customer.get(id=loan.customer_id)
    product = in_language(version.name_zh, version.name_en, paper.locale)
    told = _Told(paper, loan, customer, product, today)
    parts = await _PARTS[paper.type](told)
    title = told.say(_TITLES[paper.type], number=told.number, year=str(paper.year))
    made = told.say("paper.made_on", day=today)
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
    gone = await reversed_repayments(told.loan.id)
    received = Repayment.filter(loan_id=told.loan.id).order_by("received_at", "id")
    paid = [(each.value_on, each.amount) async for each in received if each.id not in gone]
    refunds = LoanEvent.filter(loan_id=told.loan.id, kind=LoanEventKind.REFUND).order_by("value_on", "id")
    sent_back = [(each.value_on, each.amount or ZERO) async for each in refunds]
    parts: list[_Part] = [told.facts(), figures, told.say("paper.payments"), _moved(told, paid)]
    return [*parts, told.say("paper.refunds"), _moved(told, sent_back)] if sent_back else parts


def _moved(told: _Told, amounts: Sequence[tuple[date, Decimal]]) -> _Table:
    rows = [(str(place), told.day(on), told.money(amount)) for place, (on, amount) in enumerate(amounts, start=1)]
    return _Table((told.say("paper.number"), told.say("paper.paid_on"), told.say("paper.amount")), rows, (1, 3, 3))


async def _settlement(told: _Told) -> list[_Part]:
    return [told.facts(), told.say("paper.settled", number=told.number)]


async def _certificate(told: _Told) -> list[_Part]:
    year = told.paper.year
    assert year is not None, "a certificate is for a year"
    paid = Allocation.filter(loan_id=told.loan.id, value_on__gte=date(year, 1, 1), value_on__lte=date(year, 12, 31))
    by_us = {each.id async for each in Repayment.filter(loan_id=told.loan.id, channel__in=list(BORNE_BY_US))}
    rows = [each async for each in paid if each.repayment_id not in by_us]
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
