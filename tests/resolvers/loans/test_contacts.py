import asyncio
from datetime import date, datetime, timedelta

import pytest

from models import AuditEntry, Contact, ContactPerson, Customer, HardshipRequest, Loan, LoanParty, OutboxEvent, Viewer
from resolvers.loans.contact_persons import remove_contact_person, save_contact_person
from resolvers.loans.contacts import end_call, send_overdue_notice, start_call
from resolvers.loans.hardships import ask_for_help
from resolvers.loans.promises import record_promise
from resolvers.loans.repayments import record_repayment
from rules.errors import KeyReused, NotFound
from rules.loans.contacts import (
    Acquaintance,
    BorrowerNotTriedYet,
    CallEnded,
    CallLimitReached,
    ContactBudgetSpent,
    ContactOutcome,
    NothingOverdue,
    OutsideLegalHours,
)
from rules.loans.hardships import HelpUnderWay, Situation
from rules.loans.promises import PromiseRuns
from rules.people.access import PartyRole
from rules.people.kinds import Locale
from rules.people.names import NameInvalid
from rules.people.phones import PhoneInvalid
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs
from tests import make
from tests.resolvers.loans.test_repayments import borrower, cash, loan, officer, yuan  # noqa: F401

REASON = "Installment of April is late."
LATE = date(2026, 4, 20)
OTHER = "+8613911113333"


@pytest.fixture
async def late(loan) -> Loan:  # noqa: F811
    await make.pass_until(LATE)
    return await Loan.get(id=loan.id)


def calling(late: Loan, key: str = "call", **changes: object) -> dict[str, object]:
    return {"loan_id": late.id, "reason": REASON, "key": key} | changes


def at(hour: int, minute: int = 0) -> None:
    """Move the clock to an hour in Shanghai, on the day it shows."""
    local = make.clock.now() + timedelta(hours=8)
    make.clock.moment = datetime(local.year, local.month, local.day, hour, minute, tzinfo=local.tzinfo) - timedelta(
        hours=8
    )


async def no_answer(officer: Viewer, late: Loan, key: str) -> Contact:  # noqa: F811
    called = await start_call(officer, **calling(late, key))
    return await end_call(officer, contact_id=called.contact.id, outcome=ContactOutcome.NO_ANSWER)


async def next_day() -> None:
    await make.pass_until(make.clock.business_date + timedelta(days=1))


async def test_a_call_gives_the_number_once_and_is_written_down(late, officer):  # noqa: F811
    customer = await Customer.get(id=late.customer_id)
    first = await start_call(officer, **calling(late))
    again = await start_call(officer, **calling(late))
    assert (first.number, again.number) == (customer.phone.read(), None)
    assert first.contact.id == again.contact.id
    assert first.words == again.words
    kept = await Contact.get()
    assert (kept.callee_id, kept.staff_id, kept.contacted_on, kept.outcome) == (
        late.customer_id,
        officer.staff_id,
        LATE,
        None,
    )
    entry = await AuditEntry.get(operation="start_call")
    assert (entry.customer_number, entry.subject) == (late.customer_id, f"Contact:{kept.id}")
    with pytest.raises(KeyReused):
        await start_call(officer, **calling(late, contact_person_id=1))
    ended = await end_call(officer, contact_id=kept.id, outcome=ContactOutcome.ANSWERED, note="Pays on Friday.")
    assert (ended.outcome, ended.note, ended.ended_at) == (
        ContactOutcome.ANSWERED,
        "Pays on Friday.",
        officer.now,
    )
    with pytest.raises(CallEnded):
        await end_call(officer, contact_id=kept.id, outcome=ContactOutcome.NO_ANSWER)
    colleague = await make.officer_of(late.customer_id)
    with pytest.raises(NotFound):
        await end_call(colleague, contact_id=kept.id, outcome=ContactOutcome.NO_ANSWER)


@pytest.mark.parametrize(("hour", "minute"), [(22, 0), (22, 1), (0, 0), (7, 59)])
async def test_nobody_is_called_or_written_to_by_night(late, officer, hour, minute):  # noqa: F811
    at(hour, minute)
    before = await make.everything()
    for attempt in (
        start_call(officer, **calling(late)),
        send_overdue_notice(officer, loan_id=late.id, key="notice-1"),
    ):
        with pytest.raises(OutsideLegalHours) as refused:
            await attempt
        assert refused.value.allowed_from.hour == 8
    assert await make.everything() == before
    at(8)
    await start_call(officer, **calling(late))


async def test_a_seventh_call_that_nobody_answers_is_refused_until_the_next_day(late, officer):  # noqa: F811
    for number in range(6):
        await no_answer(officer, late, f"call-{number}")
    colleague = await make.officer_of(late.customer_id)
    before = await make.everything()
    for viewer in (officer, colleague):
        with pytest.raises(CallLimitReached):
            await start_call(viewer, **calling(late, "seventh"))
    assert await make.everything() == before
    await next_day()
    await start_call(officer, **calling(late, "seventh"))


@pytest.mark.parametrize("number", range(2))
async def test_parallel_calls_do_not_pass_the_limit_together(late, officer, number):  # noqa: F811
    for call in range(5):
        await no_answer(officer, late, f"call-{call}")
    callers = [officer, *[await make.officer_of(late.customer_id) for _ in range(4)]]
    answers = await asyncio.gather(
        *(start_call(each, **calling(late, f"at once {place}")) for place, each in enumerate(callers)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["CallLimitReached"] * 4 + ["Called"]
    assert await Contact.all().count() == 6


async def test_calls_and_messages_share_a_budget(late, officer):  # noqa: F811
    called = await start_call(officer, **calling(late))
    await end_call(officer, contact_id=called.contact.id, outcome=ContactOutcome.HUNG_UP)
    await send_overdue_notice(officer, loan_id=late.id, key="notice-2")
    assert await OutboxEvent.filter(kind="OverdueNotice", customer_id=late.customer_id).count() == 1
    before = await make.everything()
    with pytest.raises(ContactBudgetSpent) as refused:
        await send_overdue_notice(officer, loan_id=late.id, key="notice-3")
    assert refused.value.next_on == LATE + timedelta(days=1)
    with pytest.raises(ContactBudgetSpent):
        await start_call(officer, **calling(late, "second"))
    assert await make.everything() == before


async def test_a_call_that_is_not_ended_counts_for_the_budget(late, officer):  # noqa: F811
    first = await start_call(officer, **calling(late, "first"))
    await start_call(officer, **calling(late, "second"))
    before = await make.everything()
    with pytest.raises(ContactBudgetSpent):
        await start_call(officer, **calling(late, "third"))
    assert await make.everything() == before
    await end_call(officer, contact_id=first.contact.id, outcome=ContactOutcome.NO_ANSWER)
    await start_call(officer, **calling(late, "third"))


async def test_where_nothing_is_overdue_nobody_is_called(loan, officer):  # noqa: F811
    before = await make.everything()
    with pytest.raises(NothingOverdue):
        await start_call(officer, **calling(loan))
    with pytest.raises(NothingOverdue):
        await send_overdue_notice(officer, loan_id=loan.id, key="notice-4")
    with pytest.raises(ReasonTooShort):
        await start_call(officer, **calling(loan, reason="ok"))
    assert await make.everything() == before


async def test_whoever_promised_or_asked_for_help_is_left_in_peace(late, borrower, officer):  # noqa: F811
    await record_promise(borrower, loan_id=late.id, amount=yuan("50.00"), due_on=LATE + timedelta(days=3))
    before = await make.everything()
    with pytest.raises(PromiseRuns) as runs:
        await start_call(officer, **calling(late))
    assert runs.value.until == LATE + timedelta(days=3)
    assert await make.everything() == before
    await ask_for_help(borrower, loan_id=late.id, situation=Situation.ILLNESS)
    before = await make.everything()
    for attempt in (
        start_call(officer, **calling(late)),
        send_overdue_notice(officer, loan_id=late.id, key="notice-5"),
    ):
        with pytest.raises(HelpUnderWay):
            await attempt
    assert await make.everything() == before


async def test_whoever_wants_to_be_called_is_called_by_day(late, borrower, officer):  # noqa: F811
    for number in range(2):
        await send_overdue_notice(officer, loan_id=late.id, key=f"{number}-notice-6")
    await ask_for_help(borrower, loan_id=late.id, situation=Situation.JOB_LOST, wants_call=True)
    at(22, 30)
    with pytest.raises(OutsideLegalHours):
        await start_call(officer, **calling(late))
    at(21)
    called = await start_call(officer, **calling(late))
    assert called.number is not None
    with pytest.raises(HelpUnderWay):
        await send_overdue_notice(officer, loan_id=late.id, key="notice-7")


async def test_others_are_asked_to_pass_a_word_on_only_after_him_and_told_nothing(late, borrower, officer):  # noqa: F811
    person = await save_contact_person(borrower, name="王大山", phone=OTHER, acquaintance=Acquaintance.FAMILY)
    through = {"contact_person_id": person.id}
    before = await make.everything()
    with pytest.raises(BorrowerNotTriedYet) as refused:
        await start_call(officer, **calling(late, **through))
    assert refused.value.missing == 3
    assert await make.everything() == before
    await no_answer(officer, late, "one")
    await no_answer(officer, late, "two")
    with pytest.raises(BorrowerNotTriedYet):
        await start_call(officer, **calling(late, **through))
    await next_day()
    await no_answer(officer, late, "three")
    customer = await Customer.get(id=late.customer_id)
    for locale in Locale:
        called = await start_call(officer.speaking(locale), **calling(late, f"through him {locale.value}", **through))
        assert called.number == OTHER
        assert customer.name in called.words
        for told in ("Goodterms", "L-2026", "1000", "贷款", "逾期", "借款", "loan", "debt", "overdue"):
            assert told not in called.words
        assert called.contact.callee_id is None
        await end_call(officer, contact_id=called.contact.id, outcome=ContactOutcome.NO_ANSWER)
    reached = await start_call(officer, **calling(late, "four"))
    await end_call(officer, contact_id=reached.contact.id, outcome=ContactOutcome.ANSWERED)
    with pytest.raises(BorrowerNotTriedYet):
        await start_call(officer, **calling(late, "again", **through))


async def test_only_whom_he_named_and_still_names(late, borrower, officer):  # noqa: F811
    stranger = await make.signed_in(await make.customer())
    other = await save_contact_person(stranger, name="李四", phone=OTHER, acquaintance=Acquaintance.FRIEND)
    mine = await save_contact_person(borrower, name="王大山", phone=OTHER, acquaintance=Acquaintance.FAMILY)
    with pytest.raises(NotFound):
        await remove_contact_person(stranger, contact_person_id=mine.id)
    await remove_contact_person(borrower, contact_person_id=mine.id)
    before = await make.everything()
    for person_id in (other.id, mine.id, 999):
        with pytest.raises(NotFound):
            await start_call(officer, **calling(late, contact_person_id=person_id))
    for refusal, said in ((PhoneInvalid, {"phone": "12"}), (NameInvalid, {"name": "1"})):
        with pytest.raises(refusal):
            await save_contact_person(
                borrower, **{"name": "王大山", "phone": OTHER, "acquaintance": Acquaintance.FAMILY} | said
            )
    assert await make.everything() == before
    assert not (await ContactPerson.get(id=mine.id)).is_active


async def test_another_party_is_called_under_his_own_number(late, officer):  # noqa: F811
    guarantor = await make.customer()
    party = await make.party(late, guarantor, PartyRole.GUARANTOR)
    called = await start_call(officer, **calling(late, party_id=party.id))
    assert (called.number, called.contact.callee_id) == (guarantor.phone.read(), guarantor.id)
    elsewhere = await LoanParty.filter(loan_id=(await make.loan()).id).first()
    with pytest.raises(NotFound):
        await start_call(officer, **calling(late, "other", party_id=elsewhere.id))


async def test_nobody_calls_about_his_own_debt_nor_one_out_of_sight(late, officer):  # noqa: F811
    himself = await make.officer_of(late.customer_id, customer_id=late.customer_id)
    elsewhere = await make.signed_in(await make.staff(branches=[await make.branch()]))
    before = await make.everything()
    for refusal, viewer in ((OwnAffairs, himself), (NotFound, elsewhere)):
        with pytest.raises(refusal):
            await start_call(viewer, **calling(late))
        with pytest.raises(refusal):
            await send_overdue_notice(viewer, loan_id=late.id, key="notice-8")
    assert await make.everything() == before
    assert await HardshipRequest.all().count() == 0
    await record_repayment(officer, **cash(late, amount=yuan("100.00")))
