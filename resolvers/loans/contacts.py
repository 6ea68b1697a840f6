"""Calling and writing about what is overdue, within the hours and the number of times that are allowed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import (
    Contact,
    ContactPerson,
    Customer,
    HardshipRequest,
    Loan,
    LoanParty,
    PromiseToPay,
    Secret,
    Viewer,
    blind_index,
)
from models.database import Unit, locked, one_at_a_time, open_unit, transaction
from notifications import configured, outbox, words
from notifications.loans.contacts import OverdueNotice
from resolvers import keys
from resolvers.loans.own_affairs import check_not_party
from resolvers.people.customers import lock_customer
from rules.errors import NotFound
from rules.loans.contacts import (
    TRIED_WITHIN_DAYS,
    Acquaintance,
    CallEnded,
    ContactChannel,
    ContactOutcome,
    NothingOverdue,
    check_budget,
    check_hours,
    check_tried,
    check_unanswered,
)
from rules.loans.hardships import WAITING, HelpUnderWay
from rules.loans.numbers import loan_number
from rules.loans.promises import PromiseRuns, PromiseStatus
from rules.loans.states import LoanStatus
from rules.people.names import check_name
from rules.people.phones import parse_phone
from rules.people.reveal import check_reason
from rules.states import NotPossibleNow


async def save_contact_person(viewer: Viewer, *, name: str, phone: str, acquaintance: Acquaintance) -> ContactPerson:
    """Name somebody for the case that the customer cannot be reached. Raises `NameInvalid`, `PhoneInvalid`."""
    name, phone = check_name(name), parse_phone(phone)
    async with transaction(viewer, "save_contact_person") as unit:
        customer = await lock_customer(viewer)
        unit.subject = person = await ContactPerson.create(
            customer_id=customer.id, name=name, phone=Secret(phone), acquaintance=acquaintance
        )
        return person


async def remove_contact_person(viewer: Viewer, *, contact_person_id: int) -> ContactPerson:
    """Take a name back: nobody calls there any more. Raises `NotFound`."""
    async with transaction(viewer, "remove_contact_person"):
        person = await locked(ContactPerson, viewer, contact_person_id, customer_id=viewer.customer_id)
        person.is_active = False
        await person.save(update_fields=["is_active"])
        return person


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

    The borrower, unless another party or a contact person is named. Raises `NotFound`, `OwnAffairs`, `ReasonTooShort`,
    `NothingOverdue`, `NotPossibleNow`, `OutsideLegalHours`, `HelpUnderWay`, `PromiseRuns`, `ContactBudgetSpent`,
    `CallLimitReached`, `BorrowerNotTriedYet`, `KeyReused`.
    """
    assert viewer.is_in_charge, "staff in charge call"
    reason = check_reason(reason)
    number: str | None = None
    async with keys.once(Contact, viewer, "start_call", key, loan_id, party_id, contact_person_id) as kept:
        if kept.is_new:
            unit = open_unit()
            loan = await _lock_overdue(unit, loan_id)
            request = await waiting_request(loan)
            if request is not None and not request.wants_call:
                raise HelpUnderWay
            callee_id, phone = await _callee(loan, party_id, contact_person_id)
            today = check_time(unit)
            if contact_person_id is not None:
                check_tried(await _unanswered_days(loan, today))
            await _check_calls(loan, phone, today, counts=request is None)
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


async def send_overdue_notice(viewer: Viewer, *, loan_id: int) -> Contact:
    """Remind the borrower of what is overdue by a message, which counts like a conversation.

    Raises `NotFound`, `OwnAffairs`, `NothingOverdue`, `NotPossibleNow`, `OutsideLegalHours`, `HelpUnderWay`,
    `PromiseRuns`, `ContactBudgetSpent`.
    """
    async with transaction(viewer, "send_overdue_notice") as unit:
        loan = await _lock_overdue(unit, loan_id)
        if await waiting_request(loan) is not None:
            raise HelpUnderWay
        await _check_calls(loan, None, check_time(unit))
        unit.subject = contact = await write_down_message(unit, loan)
        number = loan_number(loan.id, loan.created_at)
        await outbox.record(OverdueNotice(customer_id=loan.customer_id, loan_id=loan.id, number=number))
        return contact


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


async def waiting_request(loan: Loan) -> HardshipRequest | None:
    """Give the request for help that is not answered yet."""
    return await HardshipRequest.get_or_none(loan_id=loan.id, status__in=list(WAITING))


def check_time(unit: Unit) -> date:
    """Give the calendar day where the lender is, at an hour at which people may be spoken to. Raises `OutsideLegalHours`."""
    local = _local(unit)
    check_hours(local)
    return local.date()


def _local(unit: Unit) -> datetime:
    return unit.now.astimezone(configured().zone)


async def _lock_overdue(unit: Unit, loan_id: int) -> Loan:
    loan = await locked(Loan, unit.viewer, loan_id)
    await check_not_party(unit.viewer, loan)
    if loan.status not in (LoanStatus.ACTIVE, LoanStatus.WRITTEN_OFF):
        raise NotPossibleNow(current=loan.status)
    if loan.status is LoanStatus.ACTIVE and loan.days_past_due == 0:
        raise NothingOverdue
    # Of all loans of a customer, and of a number that several customers named, one is counted at a time.
    await one_at_a_time("contacts")
    return loan


async def _callee(loan: Loan, party_id: int | None, contact_person_id: int | None) -> tuple[int | None, str]:
    """Give the party who is called, none for a contact person, and the number. Raises `NotFound`."""
    if contact_person_id is not None:
        person = await ContactPerson.get_or_none(id=contact_person_id, customer_id=loan.customer_id, is_active=True)
        if person is None or party_id is not None:
            raise NotFound
        return None, person.phone.read()
    customer_id = loan.customer_id
    if party_id is not None:
        party = await LoanParty.get_or_none(id=party_id, loan_id=loan.id)
        if party is None:
            raise NotFound
        customer_id = party.customer_id
    return customer_id, (await Customer.get(id=customer_id)).phone.read()


async def _check_calls(loan: Loan, phone: str | None, today: date, *, counts: bool = True) -> None:
    """Raise `PromiseRuns`, `ContactBudgetSpent`, `CallLimitReached`; what the customer asked for counts only by number.

    A call that is not ended counts for both: nobody knows yet whether they spoke.
    """
    promise = await PromiseToPay.get_or_none(loan_id=loan.id, status=PromiseStatus.OPEN)
    if promise is not None and counts:
        raise PromiseRuns(until=promise.due_on)
    if counts:
        recent = Contact.filter(customer_id=loan.customer_id, contacted_on__gt=today - timedelta(days=7))
        spoken = [each.contacted_on async for each in recent if each.outcome is None or _is_spoken(each)]
        check_budget(spoken, today)
    if phone is not None:
        called = Contact.filter(number_index=blind_index(phone), contacted_on=today)
        check_unanswered(sum([not _is_spoken(each) async for each in called]))


def _is_spoken(contact: Contact) -> bool:
    """Say whether it is known that they spoke."""
    return contact.channel is ContactChannel.MESSAGE or contact.outcome in (
        ContactOutcome.ANSWERED,
        ContactOutcome.HUNG_UP,
    )


async def _unanswered_days(loan: Loan, today: date) -> list[date]:
    """Give the day of each ended call to the borrower that was not answered, since he last answered one."""
    calls = Contact.filter(
        customer_id=loan.customer_id,
        callee_id=loan.customer_id,
        channel=ContactChannel.CALL,
        contacted_on__gt=today - timedelta(days=TRIED_WITHIN_DAYS),
        outcome__isnull=False,
    )
    days: list[date] = []
    for call in await calls.order_by("-id"):
        if _is_spoken(call):
            break
        days.append(call.contacted_on)
    return days


async def _words(viewer: Viewer, contact: Contact) -> str:
    """What to begin with; to a contact person nothing is said of a loan, a debt or a lender."""
    customer = await Customer.get(id=contact.customer_id)
    if contact.contact_person_id is not None:
        return words.say("call.pass_on", viewer.locale, name=customer.name)
    return words.say("call.begin", viewer.locale)
