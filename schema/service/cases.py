"""Complaints and requests, as their customers and those who answer them read them, and opening them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry

import models
from resolvers.service import cases
from rules.documents.uploads import UploadNotUsable
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE, OWNER, STAFF_IN_CHARGE, Role
from rules.people.masks import hidden
from rules.people.staff import OwnAffairs
from rules.service.case_clocks import CaseClockKind
from rules.service.cases import (
    MOST_FILES,
    CaseCategory,
    CaseChannel,
    CaseKind,
    CaseOutcome,
    CasePriority,
    CaseStatus,
    CaseTerms,
    Complainant,
    NoOfficerOfOnesOwn,
    ProofMissing,
    ReceivedNotThen,
    TooManyCases,
    TooManyMessages,
    case_number,
)
from rules.service.entries import Audience, CaseEntryKind
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    children,
    computed,
    connection,
    filter_of,
    id_of,
    ids_of,
    input,
    masked,
    matches,
    mutation,
    node,
    one_of,
    relation,
    root,
    text,
)

if TYPE_CHECKING:
    from schema.documents.uploads import Upload
    from schema.loans.loans import Loan
    from schema.people.customers import Customer
    from schema.people.staff import Staff
    from schema.service.case_causes import CaseCause
    from schema.service.case_deadlines import CaseExtension
    from schema.service.redress import CaseRedress


@node(models.Case)
class Case(Node):
    """Something that a customer complains about, or asks for, from its opening until it is answered."""

    number: str = computed(case_number, "id", "created_at")
    """What people read aloud, such as C-2026-000123."""
    kind: CaseKind
    """What he wants."""
    category: CaseCategory
    """What it is about."""
    status: CaseStatus
    """Where it stands."""
    priority: CasePriority
    """How soon it is answered."""
    channel: CaseChannel
    """How it reached us."""
    received_at: datetime
    """When it reached us: its clocks run from then."""
    complainant: Complainant
    """Who complains."""
    complainant_name: str | None = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """Of whoever acts for the customer; null where he does so himself."""
    proof: str | None = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """Which paper showed that he may; null where the customer complains himself."""
    is_escalated: bool
    """Whether a manager looks after it: a deadline is near, or over, or the customer asked for a review."""
    legal_days: int | None
    """How many days the law gives in all; null for a request."""
    due_at: datetime | None
    """The first of its clocks to run out; null where none runs. Count with `viewer.serverNow`."""
    waiting_since: datetime | None
    """Since when we wait for the customer; null where we do not."""
    outcome: CaseOutcome | None
    """What came of it; null before it is answered."""
    closed_at: datetime | None
    """When it was answered; null before. For thirty days after it can be reopened."""
    is_reviewed: bool
    """Whether the unit above was asked; it is asked once."""
    regulator_reference: str | None
    """What an authority calls it, where it has it, too."""
    created_at: datetime
    """When it was opened."""
    customer: Customer = relation("customer_id")
    """Whose case it is."""
    loan: Loan | None = relation("loan_id")
    """The loan that it is about; null where it is about none."""
    merged_into: Case | None = relation("merged_into_id")
    """The case that it goes on in; null where it goes on by itself."""
    assignee: Staff | None = relation("assignee_id")
    """Who answers it; null where nobody does yet, and to customers."""
    opened_by: Staff | None = relation("opened_by_id")
    """Who wrote it down; null where the customer did, and to customers."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who answered it; null before, and to customers."""
    entries: Connection[CaseEntry] = connection(via="case_id")
    """All that happened, oldest first; to the customer without what colleagues wrote for each other."""
    clocks: list[CaseClock] = children(via="case_id")
    """By when somebody says something, and answers it: what we promised, and what the law says."""
    files: list[CaseFile] = children(via="case_id")
    """What the customer added, oldest first; `openCaseFile` gives a link."""
    redress: list[CaseRedress] = children(via="case_id")
    """What makes up for it; to the customer what was approved."""
    extensions: list[CaseExtension] = children(via="case_id")
    """More time that was asked for; to the customer what was approved."""
    cause: CaseCause | None = relation(via="case_id")
    """Why it had to be opened; null while nobody has named a cause, and to customers."""


@node(models.CaseEntry)
class CaseEntry(Node):
    """One thing that happened to a case."""

    kind: CaseEntryKind
    """What."""
    audience: Audience
    """Who reads it."""
    by: Role
    """As what somebody did it; SYSTEM is the house."""
    words: str | None = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """What was said; plain text, to be shown as it is. Null where nothing was."""
    clock: CaseClockKind | None
    """Which clock it is about, if it is about one."""
    priority: CasePriority | None
    """The priority from then on; null where it stayed."""
    days: int | None
    """How many days the law gives from then on; null where that stayed."""
    outcome: CaseOutcome | None
    """What came of it; null unless it was answered."""
    created_at: datetime
    """When."""
    staff: Staff | None = relation("staff_id")
    """Who did it; null for the customer and the house, and to customers."""
    other: Case | None = relation("other_id")
    """The case that joined, or that it goes on in; else null."""


@node(models.CaseFile)
class CaseFile(Node):
    """A file that the customer added."""

    created_at: datetime
    """When."""
    entry: CaseEntry = relation("entry_id")
    """What he wrote with it."""
    upload: Upload = relation("upload_id")
    """The file; `openCaseFile` gives a link to it."""


@node(models.CaseClock)
class CaseClock(Node):
    """One clock of a case."""

    kind: CaseClockKind
    """What it measures."""
    round: int
    """1; 2 after the case was reopened once."""
    started_at: datetime
    """Since when it runs."""
    due_at: datetime | None
    """Until when; null while it stands still, because we wait for the customer."""
    ended_at: datetime | None
    """When it ended; null while it runs."""
    is_late: bool
    """Whether it had run out before it ended."""
    reached: int
    """The last mark that somebody was told of: 50, 80 or 100 hundredths of its time; 0 before. It is not forgotten."""


@filter_of(models.Case)
class CaseFilter:
    """Narrows a list of cases."""

    status: CaseStatus | None = matches("status")
    """Those that stand here."""
    kind: CaseKind | None = matches("kind")
    """Complaints, or requests."""
    category: CaseCategory | None = matches("category")
    """Those that are about this."""
    is_escalated: bool | None = matches("is_escalated")
    """Those that a manager looks after."""
    assignee: strawberry.ID | None = matches("assignee_id", id_of=models.Staff)
    """Those that this member of staff answers."""


@filter_of(models.Case)
class OwnCaseFilter:
    """Narrows a list of one customer's cases."""

    status: CaseStatus | None = matches("status")
    """Those that stand here."""


@root
class CaseRoot:
    cases: Connection[Case] = connection(filter=CaseFilter, allow=IN_CHARGE | AUDITORS)
    """Complaints and requests of the customers you look after, oldest first, without those that are about you."""


@input
class OpenCaseInput(Input):
    """What is wrong, or to be done."""

    kind: CaseKind
    """What you want."""
    category: CaseCategory
    """What it is about."""
    words: str = text(1, 4_000)
    """What happened, in your words."""
    loan_id: int | None = id_of(models.Loan)
    """The loan that it is about; nothing: about none."""
    upload_ids: list[int] | None = ids_of(models.Upload, MOST_FILES)
    """Pictures and papers that arrived by `createUpload` for CASE."""
    is_about_my_officer: bool | None
    """Whether it is about the officer who is yours: he does not see it then."""
    key: str = text(1, 64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=CUSTOMERS, refusals=(NoOfficerOfOnesOwn, TooManyCases, TooManyMessages, UploadNotUsable))
async def open_case(info: Info, input: OpenCaseInput) -> models.Case:
    """Complain, or ask for something, at any hour: the answer has the number and the timetable."""
    said = input.values()
    terms = CaseTerms(kind=said.pop("kind"), category=said.pop("category"), loan_id=said.pop("loan_id", None))
    is_about_mine = bool(said.pop("is_about_my_officer", None))
    return await cases.open_case(info.context.viewer, terms, is_about_my_officer=is_about_mine, **said)


@input
class OpenCaseForInput(Input):
    """What somebody said who called, came or wrote."""

    customer_id: int = id_of(models.Customer)
    """Whose case it is: one whom you look after."""
    kind: CaseKind
    """What he wants."""
    category: CaseCategory
    """What it is about."""
    channel: CaseChannel = one_of(CaseChannel.PHONE, CaseChannel.BRANCH, CaseChannel.LETTER, CaseChannel.REGULATOR)
    """How it reached us."""
    words: str = text(1, 4_000)
    """What happened, in his words."""
    received_at: datetime | None
    """When it reached us, within the last thirty days; nothing: now. Its clocks run from then."""
    complainant: Complainant
    """Who complains."""
    complainant_name: str | None = text(1, 100)
    """Of whoever acts for the customer."""
    proof: str | None = text(1, 500)
    """Which paper you saw that shows that he may."""
    loan_id: int | None = id_of(models.Loan)
    """The loan that it is about; nothing: about none."""
    about_staff_id: int | None = id_of(models.Staff)
    """The colleague whom it is about, or you: he does not see it any more."""
    regulator_reference: str | None = text(1, 100)
    """What an authority calls it, where one passed it on."""
    key: str = text(1, 64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs, ProofMissing, ReceivedNotThen))
async def open_case_for(info: Info, input: OpenCaseForInput) -> models.Case:
    """Write down what somebody complains about, or asks for. The customer reads every step in the app."""
    said = input.values()
    rest = {name: said.pop(name) for name in ("customer_id", "words", "key", "about_staff_id") if name in said}
    return await cases.open_case_for(info.context.viewer, CaseTerms(**said), **rest)
