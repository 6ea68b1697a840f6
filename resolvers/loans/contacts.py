"""Calling and writing about what is overdue, within the hours and the number of times that are allowed."""

from dataclasses import dataclass
from datetime import date, datetime

from models import (
    Contact,
    ContactPerson,
    Customer,
    Loan,
    LoanParty,
    Viewer,
    blind_index,
)
from models.database import Unit, locked, one_at_a_time, open_unit, transaction
from notifications import configured, outbox, words
from notifications.loans.contacts import OverdueNotice
from resolvers import keys
from resolvers.loans import contact_limits
from resolvers.loans.own_affairs import check_not_party
from resolvers.people.customers import with_phone
from resolvers.people.relationships import check_not_ones_own
from rules.errors import NotFound
from rules.loans.contacts import (
    CallEnded,
    ContactChannel,
    ContactOutcome,
    NothingOverdue,
    check_hours,
)
from rules.loans.numbers import loan_number
from rules.loans.states import OWED, LoanStatus
from rules.people.reveal import check_reason
from rules.states import NotPossibleNow


@dataclass(frozen=True)
class Called:
    """A call that may be made now."""

    contact: Contact
    number: str | None
    """In E.164, the first time only."""
    words: str
    """What to begin with, in the language of whoever calls."""


async def start_call(
    viewer: Viewer,
    *,
    loan_id: int,
    reason: str,
    key: str,
    party_id: int | None = None,
    contact_person_id: int | None = None,
) -> Called:
    """Write down that somebody is called about an overdue loan, and give the number, once.

    The borrower, unless another party or a contact person is named. Raises `NotFound` (also for a party whose file the
    viewer does not see), `OwnAffairs`, `ReasonTooShort`, `NothingOverdue`, `NotPossibleNow`, `OutsideLegalHours`,
    `HelpUnderWay`, `PromiseRuns`, `ContactBudgetSpent`, `CallLimitReached`, `NumberLeftAlone`, `BorrowerNotTriedYet`,
    `KeyReused`.
    """
    assert viewer.is_in_charge, "staff in charge call"
    reason = check_reason(reason)
    number: str | None = None
    async with keys.once(Contact, viewer, "start_call", key, loan_id, party_id, contact_person_id) as kept:
        if kept.is_new:
            unit = open_unit()
            loan = await _lock_overdue(unit, loan_id)
            callee_id, phone = await _callee(viewer, loan, party_id, contact_person_id)
            wish = None if callee_id is None else await contact_limits.wish_of(callee_id, loan)
            await contact_limits.check_peace(loan, callee_id, wish)
            today = _check_time(unit)
            if contact_person_id is not None:
                await contact_limits.check_borrower_tried(loan, today)
            if wish is None:
                await contact_limits.check_shared_budget(loan, callee_id, phone, today)
            await contact_limits.check_number(phone, today)
            unit.subject = contact = await Contact.create(
                loan_id=loan.id,
                customer_id=loan.customer_id,
                channel=ContactChannel.CALL,
                staff_id=viewer.staff_id,
                callee_id=callee_id,
                contact_person_id=contact_person_id,
                number_index=blind_index(phone),
                contacted_on=today,
                reason=reason,
            )
            number = phone
            kept.keep(contact)
    return Called(kept.result, number, await _words(viewer, kept.result))


async def end_call(viewer: Viewer, *, contact_id: int, outcome: ContactOutcome, note: str = "") -> Contact:
    """Write down what came of a call of one's own. Raises `NotFound`, `CallEnded`."""
    async with transaction(viewer, "end_call") as unit:
        contact = await locked(Contact, viewer, contact_id, staff_id=viewer.staff_id, channel=ContactChannel.CALL)
        if contact.outcome is not None:
            raise CallEnded
        contact.outcome, contact.note, contact.ended_at = outcome, note, unit.now
        await contact.save(update_fields=["outcome", "note", "ended_at"])
        return contact


async def send_overdue_notice(viewer: Viewer, *, loan_id: int, key: str) -> Contact:
    """Remind the borrower of what is overdue by a message, which counts like a conversation.

    Raises `NotFound`, `OwnAffairs`, `NothingOverdue`, `NotPossibleNow`, `OutsideLegalHours`, `HelpUnderWay`,
    `PromiseRuns`, `ContactBudgetSpent`, `KeyReused`.
    """
    async with keys.once(Contact, viewer, "send_overdue_notice", key, loan_id) as kept:
        if kept.is_new:
            unit = open_unit()
            loan = await _lock_overdue(unit, loan_id)
            await contact_limits.check_peace(loan, loan.customer_id, None)
            await contact_limits.check_shared_budget(loan, loan.customer_id, None, _check_time(unit))
            unit.subject = contact = await write_down_message(unit, loan)
            number = loan_number(loan.id, loan.created_at)
            await outbox.record(OverdueNotice(customer_id=loan.customer_id, loan_id=loan.id, number=number))
            kept.keep(contact)
    return kept.result


async def write_down_message(unit: Unit, loan: Loan) -> Contact:
    """Count a message about what is overdue, which the viewer has the borrower sent, as a conversation with him."""
    return await Contact.create(
        loan_id=loan.id,
        customer_id=loan.customer_id,
        channel=ContactChannel.MESSAGE,
        staff_id=unit.viewer.staff_id,
        callee_id=loan.customer_id,
        contacted_on=_local(unit).date(),
        reason="",
    )


def _check_time(unit: Unit) -> date:
    """Give the calendar day where the lender is, at an hour at which people may be spoken to. Raises `OutsideLegalHours`."""
    local = _local(unit)
    check_hours(local)
    return local.date()


def _local(unit: Unit) -> datetime:
    return unit.now.astimezone(configured().zone)


async def _lock_overdue(unit: Unit, loan_id: int) -> Loan:
    loan = await locked(Loan, unit.viewer, loan_id)
    await check_not_party(unit.viewer, loan)
    if loan.status not in OWED:
        raise NotPossibleNow(current=loan.status)
    if loan.status is LoanStatus.ACTIVE and loan.days_past_due == 0:
        raise NothingOverdue
    # Of all loans of a customer, and of a number that several customers named, one is counted at a time.
    await one_at_a_time("contacts")
    return loan


async def _callee(
    viewer: Viewer, loan: Loan, party_id: int | None, contact_person_id: int | None
) -> tuple[int | None, str]:
    """Give the party who is called, none for a contact person, and the number. Raises `NotFound`, `OwnAffairs`."""
    if contact_person_id is not None:
        person = await ContactPerson.get_or_none(id=contact_person_id, customer_id=loan.customer_id, is_active=True)
        if person is None or party_id is not None:
            raise NotFound
        phone = person.phone.read()
        himself = await with_phone(phone)
        if himself is not None:
            await check_not_ones_own(viewer, himself.id)
        return None, phone
    customer_id = loan.customer_id
    if party_id is not None:
        party = await LoanParty.visible_to(viewer).get_or_none(id=party_id, loan_id=loan.id)
        if party is None:
            raise NotFound
        customer_id = party.customer_id
    return customer_id, (await Customer.get(id=customer_id)).phone.read()


async def _words(viewer: Viewer, contact: Contact) -> str:
    """What to begin with; to a contact person nothing is said of a loan, a debt or a lender."""
    customer = await Customer.get(id=contact.customer_id)
    if contact.contact_person_id is not None:
        return words.say("call.pass_on", viewer.locale, name=customer.name)
    return words.say("call.begin", viewer.locale)
