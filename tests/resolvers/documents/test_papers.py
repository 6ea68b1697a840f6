import asyncio
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

import resolvers
from models import ApplicationParty, AuditEntry, Customer, Installment, Loan, Paper, Repayment, Viewer, Voucher
from notifications import words
from resolvers.documents import contents, papers
from resolvers.documents.links import LinkKind, read_link
from resolvers.documents.papers import make_paper, make_waiting, open_paper
from resolvers.loans import prepayments
from resolvers.loans.reversals import reverse_repayment
from resolvers.loyalty import vouchers
from resolvers.people.tokens import TokenInvalid
from rules.documents.papers import (
    NotPaidOut,
    NotSettled,
    PaperNotReady,
    PaperStatus,
    PapersUnderWay,
    PaperType,
    Year,
    YearNotAllowed,
)
from rules.errors import KeyReused, NotFound
from rules.loans.events import PrepaymentEffect
from rules.people.access import PartyRole, Role
from rules.people.kinds import Locale
from tests import make, rewarding
from tests.resolvers.loans.test_repayments import borrower, loan, officer  # noqa: F401


async def read(viewer: Viewer, paper: Paper) -> tuple[bytes, str]:
    """Have it made, and give its content and the text in it."""
    assert await make_waiting(make.clock) == 1
    link = (await open_paper(viewer, paper_id=paper.id)).url
    key = read_link(link.removeprefix("/files/"), make.clock.now()).key
    content = (await papers.read(key)).content
    pages = PdfReader(io.BytesIO(content)).pages
    return content, "\n".join(page.extract_text() for page in pages)


def asked(loan: Loan, type: PaperType, **changes: object) -> dict[str, object]:  # noqa: F811
    return {"loan_id": loan.id, "type": type, "key": f"paper-{type}"} | changes


@pytest.mark.parametrize(
    ("locale", "title", "amount", "page"),
    [
        (Locale.ZH_CN, "还款计划", "¥1,000.00", "第 1 页，共 1 页"),
        (Locale.EN, "Repayment schedule", "CN¥1,000.00", "page 1 of 1"),
    ],
)
async def test_a_schedule_holds_every_line_in_either_language(loan, borrower, locale, title, amount, page):  # noqa: F811
    paper = await make_paper(borrower, **asked(loan, PaperType.SCHEDULE, locale=locale))
    assert paper.status is PaperStatus.MAKING
    content, text = await read(borrower, paper)
    for part in (title, amount, page, "李小雨"):
        assert part in text, part
    lines = await Installment.filter(loan_id=loan.id)
    for line in lines:
        total = line.principal + line.interest
        assert f"{total:,.2f}" in text
    assert len(lines) == 3
    kept = await Paper.get()
    assert (kept.status, kept.size) == (PaperStatus.READY, len(content))
    assert len(content) < 200_000, "the font is embedded as far as it is used"


@pytest.mark.parametrize("locale", Locale)
async def test_the_contract_is_the_text_that_was_signed(loan, borrower, locale):  # noqa: F811
    contract = await (await Loan.get(id=loan.id)).contract
    paper = await make_paper(borrower, **asked(loan, PaperType.CONTRACT, locale=locale))
    _, text = await read(borrower, paper)
    assert contract.text_hash in text.replace("\n", "")
    for line in contract.text.splitlines():
        assert line[:20].replace(" ", "") in text.replace("\n", "").replace(" ", "")


async def test_the_contract_names_everybody_who_signed(db):
    guarantor = await make.customer(name="王保人")
    guaranteed = await make.loan(guarantor=guarantor)
    me = await make.signed_in(await Customer.get(id=guaranteed.customer_id))
    paper = await make_paper(me, **asked(guaranteed, PaperType.CONTRACT))
    _, text = await read(me, paper)
    party = await ApplicationParty.get(customer_id=guarantor.id)
    for part in (guarantor.name, party.text_hash):
        assert part in text.replace("\n", "")


async def test_a_statement_says_what_is_owed_and_was_paid(loan, borrower):  # noqa: F811
    await make.pass_until(date(2026, 4, 16))
    paid = await make.repayment(loan)
    paper = await make_paper(borrower, **asked(loan, PaperType.STATEMENT, locale=Locale.EN))
    _, text = await read(borrower, paper)
    outstanding = (await Loan.get()).outstanding
    for amount in (paid.amount, outstanding):
        assert f"{amount:,.2f}" in text
    assert "April 16, 2026" in text
    desk = await make.officer_of(loan.customer_id)
    await reverse_repayment(
        desk, repayment_id=paid.id, reversed_on=date(2026, 4, 16), reason="The bank sent it back.", key="bounced"
    )
    paper = await make_paper(borrower, **asked(loan, PaperType.STATEMENT, locale=Locale.EN, key="after"))
    _, text = await read(borrower, paper)
    assert "April 16, 2026" in text
    assert "Sent back to you" not in text
    payments = text.partition("Payments received")[2]
    assert payments
    assert f"{paid.amount:,.2f}" not in payments


async def test_a_statement_says_what_was_sent_back(loan, borrower):  # noqa: F811
    refund = await make.refund(await make.overpaid(loan))
    paper = await make_paper(borrower, **asked(loan, PaperType.STATEMENT, locale=Locale.EN))
    _, text = await read(borrower, paper)
    assert f"{refund.amount:,.2f}" in text.partition("Sent back to you")[2]


async def test_a_certificate_sums_the_interest_of_a_year(loan, borrower):  # noqa: F811
    await make.pass_until(date(2026, 4, 16))
    await make.repayment(loan)
    first = await Installment.get(loan_id=loan.id, number=1)
    paper = await make_paper(borrower, **asked(loan, PaperType.INTEREST_CERTIFICATE, year=2026, locale=Locale.EN))
    _, text = await read(borrower, paper)
    assert "Certificate of interest paid in 2026" in text
    assert f"{first.interest:,.2f}" in text
    assert first.interest > Decimal(0)
    before = await make.everything()
    for year in (2025, 2027, None):
        with pytest.raises(YearNotAllowed):
            await make_paper(borrower, **asked(loan, PaperType.INTEREST_CERTIFICATE, year=year, key="other"))
    assert await make.everything() == before


async def test_a_certificate_leaves_out_what_a_voucher_paid(loan, borrower):  # noqa: F811
    await rewarding.give(loan.customer_id, 300)
    redemption = await rewarding.redemption(await rewarding.reward(), borrower)
    voucher = await Voucher.get(redemption_id=redemption.id)
    await vouchers.use(borrower, voucher_id=voucher.id, loan_id=loan.id, key="use")
    await make.repayment(loan)
    first = await Installment.get(loan_id=loan.id, number=1)
    assert first.paid_interest == first.interest > 0
    paper = await make_paper(borrower, **asked(loan, PaperType.INTEREST_CERTIFICATE, year=2026, locale=Locale.EN))
    _, text = await read(borrower, paper)
    assert "CN¥0.00" in text
    assert f"{first.interest:,.2f}" not in text
    assert f"{first.principal:,.2f}" in text


async def test_a_settlement_letter_comes_once_nothing_is_owed(loan, borrower):  # noqa: F811
    before = await make.everything()
    with pytest.raises(NotSettled):
        await make_paper(borrower, **asked(loan, PaperType.SETTLEMENT_LETTER))
    assert await make.everything() == before
    quoted = await prepayments.quote(borrower, loan_id=loan.id, effect=PrepaymentEffect.REDUCE_TERM)
    await prepayments.confirm(borrower, quote_id=quoted.id, key="all")
    paper = await make_paper(borrower, **asked(loan, PaperType.SETTLEMENT_LETTER))
    _, text = await read(borrower, paper)
    assert "结清" in text
    waiting = await make.waiting_loan(await loan.customer)
    with pytest.raises(NotPaidOut):
        await make_paper(borrower, **asked(waiting, PaperType.STATEMENT))


async def test_a_letter_is_not_made_of_a_loan_that_is_owed_again(loan, borrower, caplog):  # noqa: F811
    await make.overpaid(loan)
    paper = await make_paper(borrower, **asked(loan, PaperType.SETTLEMENT_LETTER))
    await make.reversal(await Repayment.get())
    assert await make_waiting(make.clock) == 1
    assert (await Paper.get(id=paper.id)).status is PaperStatus.FAILED
    assert caplog.text == ""


async def test_what_the_font_lacks_of_a_name_is_written_by_its_number(db):
    loan = await make.loan(await make.customer(name="李𠮷"))  # noqa: F811
    me = await make.viewer_of(loan.customer_id)
    paper = await make_paper(me, **asked(loan, PaperType.SCHEDULE))
    _, text = await read(me, paper)
    assert "李[U+20BB7]" in text


async def test_what_is_being_made_is_not_made_twice_and_a_few_at_a_time(loan, borrower):  # noqa: F811
    wanted = [
        asked(loan, type, locale=locale) for locale in Locale for type in (PaperType.CONTRACT, PaperType.SCHEDULE)
    ]
    made = [await make_paper(borrower, **each | {"key": f"{place}"}) for place, each in enumerate(wanted)]
    again = await make_paper(borrower, **wanted[0] | {"key": "another"})
    assert again.id == made[0].id
    await make_paper(borrower, **asked(loan, PaperType.STATEMENT, key="fifth"))
    before = await make.everything()
    with pytest.raises(PapersUnderWay):
        await make_paper(borrower, **asked(loan, PaperType.STATEMENT, locale=Locale.EN, key="sixth"))
    assert await make.everything() == before
    await make_waiting(make.clock)
    await make_paper(borrower, **asked(loan, PaperType.STATEMENT, locale=Locale.EN, key="sixth"))


def test_years_are_written_as_years():
    refused = YearNotAllowed(first=Year(2025), last=Year(2026))
    assert words.say("refusal.YEAR_NOT_ALLOWED", Locale.EN, **vars(refused)).endswith("from 2025 to 2026.")


async def test_the_same_key_gives_the_same_document_made_once(loan, borrower):  # noqa: F811
    wanted = asked(loan, PaperType.SCHEDULE)
    answers = await asyncio.gather(*(make_paper(borrower, **wanted) for _ in range(3)))
    assert len({answer.id for answer in answers}) == 1
    with pytest.raises(KeyReused):
        await make_paper(borrower, **wanted | {"type": PaperType.STATEMENT})
    assert await Paper.all().count() == 1
    assert sum(await asyncio.gather(make_waiting(make.clock), make_waiting(make.clock))) >= 1
    assert await make_waiting(make.clock) == 0
    kept = await Paper.get()
    assert kept.status is PaperStatus.READY
    files = [file for file in resolvers.configured().files.path.rglob("*") if file.is_file()]
    assert kept.file_key in {file.name for file in files}


async def test_the_same_rows_make_the_same_bytes(loan, borrower):  # noqa: F811
    contents = []
    for key in ("one", "two"):
        paper = await make_paper(borrower, **asked(loan, PaperType.SCHEDULE, key=key))
        contents.append((await read(borrower, paper))[0])
    assert contents[0] == contents[1]


async def test_a_document_is_for_who_pays_and_whoever_looks_after_him(loan, borrower, officer):  # noqa: F811
    friend = await make.customer()
    await make.party(loan, friend, PartyRole.GUARANTOR)
    guarantor, stranger = await make.viewer_of(friend.id), await make.viewer_of((await make.customer()).id)
    before = await make.everything()
    for viewer in (guarantor, stranger):
        with pytest.raises(NotFound):
            await make_paper(viewer, **asked(loan, PaperType.SCHEDULE))
    assert await make.everything() == before
    paper = await make_paper(officer, **asked(loan, PaperType.SCHEDULE))
    with pytest.raises(PaperNotReady):
        await open_paper(borrower, paper_id=paper.id)
    await read(borrower, paper)
    auditor = await make.signed_in(await make.staff(role=Role.AUDITOR))
    for viewer in (guarantor, stranger, auditor):
        with pytest.raises(NotFound):
            await open_paper(viewer, paper_id=paper.id)
    opened = await open_paper(officer, paper_id=paper.id)
    audited = AuditEntry.filter(operation="open_paper", subject=f"Paper:{paper.id}")
    assert await audited.order_by("id").values_list("actor", flat=True) == [borrower.actor, officer.actor]
    token = opened.url.removeprefix("/files/")
    assert read_link(token, officer.now + timedelta(minutes=4)).kind is LinkKind.PAPER
    for late in (token, token[:-2] + "xx", "x.y.z"):
        with pytest.raises(TokenInvalid):
            read_link(late, officer.now + timedelta(minutes=5))


async def test_the_file_goes_where_its_row_cannot_be_kept(loan, borrower, monkeypatch):  # noqa: F811
    paper = await make_paper(borrower, **asked(loan, PaperType.SCHEDULE))
    kept = set(resolvers.configured().files.path.rglob("*"))

    async def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(papers, "_finish", fail)
        with pytest.raises(ConnectionError):
            await make_waiting(make.clock)
    files = {each for each in resolvers.configured().files.path.rglob("*") if each.is_file()}
    assert files <= kept
    assert (await Paper.get(id=paper.id)).status is PaperStatus.MAKING
    await read(borrower, paper)


async def test_what_cannot_be_made_is_said(loan, borrower, monkeypatch, caplog):  # noqa: F811
    monkeypatch.setattr(contents, "_laid_out", lambda *_: 1 / 0)
    paper = await make_paper(borrower, **asked(loan, PaperType.SCHEDULE))
    assert await make_waiting(make.clock) == 1
    assert (await Paper.get(id=paper.id)).status is PaperStatus.FAILED
    assert f"document {paper.id} could not be made" in caplog.text
    with pytest.raises(PaperNotReady):
        await open_paper(borrower, paper_id=paper.id)
