"""Speaking with people about what is overdue."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import models
from resolvers.loans import contacts
from rules.loans.contacts import (
    BorrowerNotTriedYet,
    CallEnded,
    CallLimitReached,
    ContactBudgetSpent,
    ContactChannel,
    ContactOutcome,
    NothingOverdue,
    NumberLeftAlone,
    OutsideLegalHours,
)
from rules.loans.hardships import HelpUnderWay
from rules.loans.promises import PromiseRuns
from rules.people.access import IN_CHARGE, STAFF_IN_CHARGE
from rules.people.masks import hidden
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, masked, mutation, node, relation, text, token, value

if TYPE_CHECKING:
    from schema.loans.contact_persons import ContactPerson
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.Contact)
class Contact(Node):
    """A call or a message about what is overdue; customers see none of what is written here."""

    channel: ContactChannel
    """By phone or by message."""
    contacted_on: date
    """The calendar day where the lender is."""
    created_at: datetime
    """When it began."""
    reason: str
    """Why he was called; empty for a message."""
    outcome: ContactOutcome | None
    """What came of the call; null until it is ended, and for a message."""
    note: str = masked(hidden, clear_to=STAFF_IN_CHARGE)
    """What was said; may be empty."""
    ended_at: datetime | None
    """When what came of it was written down."""
    callee: Customer | None = relation("callee_id")
    """The party that was spoken to; null for a contact person."""
    contact_person: ContactPerson | None = relation("contact_person_id")
    """The contact person that was called; null for a party."""
    staff: Staff | None = relation("staff_id")
    """Who called or wrote."""


@value(contacts.Called)
class StartCallSuccess:
    """A call that may be made now."""

    contact: Contact
    """What was written down of it; end it by `endCall`."""
    number: str | None
    """In E.164, the first time only: null where the same key is sent again."""
    words: str
    """What to begin with. A contact person is told nothing but that a call back is asked for."""


@input
class StartCallInput(Input):
    """Whom you call, about what."""

    loan_id: int = id_of(models.Loan)
    """A loan of which something is overdue."""
    reason: str = text(1, 500)
    """Why, for whoever audits it; at least 8 characters."""
    party_id: int | None = id_of(models.LoanParty)
    """Another party of the loan; nothing for the borrower."""
    contact_person_id: int | None = id_of(models.ContactPerson)
    """Somebody whom the borrower named, once he could not be reached himself."""
    key: str = token(64)
    """Chosen before the first try; the same again writes down no second call."""


@mutation(
    allow=IN_CHARGE,
    refusals=(
        OwnAffairs,
        ReasonTooShort,
        NothingOverdue,
        NotPossibleNow,
        OutsideLegalHours,
        HelpUnderWay,
        PromiseRuns,
        ContactBudgetSpent,
        CallLimitReached,
        NumberLeftAlone,
        BorrowerNotTriedYet,
    ),
)
async def start_call(info: Info, input: StartCallInput) -> contacts.Called:
    """Begin a call about an overdue loan: checks hours and limits, writes it down, and gives the number once."""
    return await contacts.start_call(info.context.viewer, **input.values())


@input
class EndCallInput(Input):
    """Which call, and what came of it."""

    contact_id: int = id_of(models.Contact)
    """A call that you began."""
    outcome: ContactOutcome
    """What came of it."""
    note: str | None = text(1, 500)
    """What was said, for colleagues."""


@mutation(allow=IN_CHARGE, refusals=(CallEnded,))
async def end_call(info: Info, input: EndCallInput) -> models.Contact:
    """Write down what came of a call of yours; until then it counts as unanswered and as spoken."""
    said = input.values()
    return await contacts.end_call(info.context.viewer, **{**said, "note": said.get("note") or ""})


@input
class SendOverdueNoticeInput(Input):
    """About which loan."""

    loan_id: int = id_of(models.Loan)
    """A loan of which something is overdue."""
    key: str = token(64)
    """Chosen before the first try; the same again sends no second message."""


@mutation(
    allow=IN_CHARGE,
    refusals=(
        OwnAffairs,
        NothingOverdue,
        NotPossibleNow,
        OutsideLegalHours,
        HelpUnderWay,
        PromiseRuns,
        ContactBudgetSpent,
    ),
)
async def send_overdue_notice(info: Info, input: SendOverdueNoticeInput) -> models.Contact:
    """Remind the borrower by a message that something is overdue; it counts like a conversation."""
    return await contacts.send_overdue_notice(info.context.viewer, **input.values())
