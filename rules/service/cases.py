"""Complaints and requests: what they are about, the states they go through, and who may move them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import CUSTOMERS, IN_CHARGE, MANAGERS, Role
from rules.states import Move, StateMachine

REOPENED_WITHIN = timedelta(days=30)
"""So long after its answer a case is reopened by a word."""
REVIEW_ASKED_WITHIN = timedelta(days=30)
"""So long after its answer a complaint can be brought before the unit above [M]."""
UNHEARD_AFTER = timedelta(days=14)
"""A request that waits for its customer so long is closed; a complaint never is: the law does not wait for him."""
REMINDED_AFTER = (timedelta(days=5), timedelta(days=10))
"""When the customer is reminded that we wait for him."""
WRITTEN_DOWN_WITHIN = timedelta(days=30)
"""So long after it reached us a case is still written down: its clocks run from then."""
MESSAGES_AN_HOUR = 30
"""So many messages one customer writes in all his cases."""
MOST_FILES = 6
"""Files of one message."""
MOST_OPEN = 10
"""Cases of one customer that are open at once."""


class CaseKind(StrEnum):
    """What somebody wants."""

    COMPLAINT = "COMPLAINT"
    """Something went wrong; the law says by when it is answered."""
    REQUEST = "REQUEST"
    """Something is to be done, or explained."""


class CaseCategory(StrEnum):
    """What it is about, as whoever opens it sees it."""

    PAYMENTS = "PAYMENTS"
    """A payment, debit or payout."""
    COSTS = "COSTS"
    """Interest, fees, penalties, or how they were explained."""
    APPLICATION = "APPLICATION"
    """Applying, and what came of it."""
    COLLECTIONS = "COLLECTIONS"
    """How he was called or written to about debts."""
    STAFF = "STAFF"
    """How one of us behaved."""
    PRIVACY = "PRIVACY"
    """What is known of him, and who knows it."""
    ADVERTISING = "ADVERTISING"
    """Offers, and promises that were not kept."""
    APP = "APP"
    """The app, signing in, messages."""
    POINTS = "POINTS"
    """Points, rewards, levels, friends brought."""
    OTHER = "OTHER"
    """Something else."""


class CasePriority(StrEnum):
    """How soon it has to be answered."""

    P1 = "P1"
    """Somebody is being harmed: at once."""
    P2 = "P2"
    """Today."""
    P3 = "P3"
    """As most."""
    P4 = "P4"
    """It can wait."""


class CaseChannel(StrEnum):
    """How it reached us."""

    APP = "APP"
    """The customer wrote it in the app."""
    PHONE = "PHONE"
    """He called."""
    BRANCH = "BRANCH"
    """He came to a branch."""
    LETTER = "LETTER"
    """By letter or e-mail."""
    REGULATOR = "REGULATOR"
    """An authority passed it on."""


class Complainant(StrEnum):
    """Who complains."""

    CUSTOMER = "CUSTOMER"
    """The customer himself."""
    AGENT = "AGENT"
    """Somebody whom he has empowered."""
    HEIR = "HEIR"
    """Somebody who inherits from him."""


class CaseStatus(StrEnum):
    """Where a case stands."""

    ACKNOWLEDGED = "ACKNOWLEDGED"
    """We have it; nobody has begun yet."""
    INVESTIGATING = "INVESTIGATING"
    """Somebody works on it."""
    WAITING_CUSTOMER = "WAITING_CUSTOMER"
    """We asked the customer something."""
    CLOSED = "CLOSED"
    """It is answered."""
    IN_REVIEW = "IN_REVIEW"
    """The unit above looks at the answer."""
    WITHDRAWN = "WITHDRAWN"
    """The customer took it back."""
    MERGED = "MERGED"
    """It goes on in another one, which is about the same."""


class CaseOutcome(StrEnum):
    """What came of it."""

    UPHELD = "UPHELD"
    """He was right, or has what he asked for."""
    PARTLY_UPHELD = "PARTLY_UPHELD"
    """In part."""
    REJECTED = "REJECTED"
    """He was not, or does not; the answer says why."""
    UNHEARD = "UNHEARD"
    """We asked, and heard no more of it."""


OPEN = (CaseStatus.ACKNOWLEDGED, CaseStatus.INVESTIGATING, CaseStatus.WAITING_CUSTOMER)
"""Where somebody has to answer."""
RUNNING = (*OPEN, CaseStatus.IN_REVIEW)
DECISIONS = (CaseOutcome.UPHELD, CaseOutcome.PARTLY_UPHELD, CaseOutcome.REJECTED)
"""What people decide."""
CASE_MOVES = StateMachine(
    CaseStatus.ACKNOWLEDGED,
    (
        Move(CaseStatus.ACKNOWLEDGED, CaseStatus.INVESTIGATING, IN_CHARGE, "begin"),
        Move(CaseStatus.INVESTIGATING, CaseStatus.WAITING_CUSTOMER, IN_CHARGE, "ask"),
        Move(CaseStatus.WAITING_CUSTOMER, CaseStatus.INVESTIGATING, CUSTOMERS | IN_CHARGE, "go on"),
        Move(CaseStatus.WAITING_CUSTOMER, CaseStatus.CLOSED, frozenset({Role.SYSTEM}), "hear no more"),
        Move(CaseStatus.INVESTIGATING, CaseStatus.CLOSED, IN_CHARGE, "decide"),
        Move(CaseStatus.CLOSED, CaseStatus.INVESTIGATING, CUSTOMERS, "reopen"),
        Move(CaseStatus.CLOSED, CaseStatus.IN_REVIEW, CUSTOMERS, "ask for a review"),
        Move(CaseStatus.IN_REVIEW, CaseStatus.CLOSED, MANAGERS, "review"),
        *(Move(status, CaseStatus.WITHDRAWN, CUSTOMERS, "withdraw") for status in (*OPEN, CaseStatus.IN_REVIEW)),
        *(Move(status, CaseStatus.MERGED, IN_CHARGE, "merge") for status in OPEN),
    ),
)

PRIORITIES = {
    CaseCategory.COLLECTIONS: CasePriority.P2,
    CaseCategory.PRIVACY: CasePriority.P2,
    CaseCategory.STAFF: CasePriority.P2,
}
"""With which priority a case begins; the others with P3, requests with P4."""


@dataclass(frozen=True, kw_only=True)
class CaseTerms:
    """What is known of a case when it is opened."""

    kind: CaseKind
    category: CaseCategory
    loan_id: int | None = None
    channel: CaseChannel = CaseChannel.APP
    received_at: datetime | None = None
    """When it reached us; None: now."""
    complainant: Complainant = Complainant.CUSTOMER
    complainant_name: str | None = None
    proof: str | None = None
    regulator_reference: str | None = None


def first_priority(kind: CaseKind, category: CaseCategory) -> CasePriority:
    """Say with which priority a case begins, until somebody in charge looks at it."""
    if kind is CaseKind.REQUEST:
        return CasePriority.P4
    return PRIORITIES.get(category, CasePriority.P3)


@dataclass(eq=False)
class TooManyCases(Refused):
    """You have so many open cases that we should first answer those. Write to us in one of them."""

    code = "TOO_MANY_CASES"
    limit: int
    """How many may be open at once."""


@dataclass(eq=False)
class TooManyMessages(Refused):
    """You have written a lot in the last hour, and we have all of it. Please write again a little later."""

    code = "TOO_MANY_MESSAGES"
    again_at: datetime
    """When the next one is taken."""


@dataclass(eq=False)
class TooLate(Refused):
    """The time for this is over. Open another case: it can name this one."""

    code = "TOO_LATE"
    until: datetime
    """Until when it was possible."""


@dataclass(eq=False)
class Recused(Refused):
    """This case is about you, or about what you did: a colleague answers it."""

    code = "RECUSED"


@dataclass(eq=False)
class NoOfficerOfOnesOwn(Refused):
    """You have no officer of your own. Say in your words whom it is about: a manager keeps it from him."""

    code = "NO_OFFICER_OF_ONES_OWN"
    path = ("isAboutMyOfficer",)


@dataclass(eq=False)
class NobodyLeft(Refused):
    """Then nobody in charge would see this case any more. Let another manager look after the branch first."""

    code = "NOBODY_LEFT"
    path = ("staffId",)


@dataclass(eq=False)
class ReviewedBefore(Refused):
    """The unit above has looked at this answer already. What you can do now stands at the end of the answer."""

    code = "REVIEWED_BEFORE"


@dataclass(eq=False)
class AlreadyExtended(Refused):
    """The law gives no more days for this now: a complex complaint gets thirty, and thirty more once."""

    code = "ALREADY_EXTENDED"


@dataclass(eq=False)
class NotSameCustomer(Refused):
    """Only cases of one customer, two different ones, are about the same."""

    code = "NOT_SAME_CUSTOMER"
    path = ("intoId",)


@dataclass(eq=False)
class ProofMissing(Refused):
    """Whoever complains for somebody else shows that he may: name him, and say which paper you saw."""

    code = "PROOF_MISSING"
    path = ("proof",)


@dataclass(eq=False)
class ReceivedNotThen(Refused):
    """A case reached us now, or within the last thirty days."""

    code = "RECEIVED_NOT_THEN"
    path = ("receivedAt",)


def check_within(until: datetime, now: datetime) -> None:
    """Let something happen until a moment. Raises `TooLate`."""
    if now >= until:
        raise TooLate(until)


def check_terms(terms: CaseTerms, now: datetime) -> None:
    """Have somebody who complains for another named, and what shows that he may. Raises `ProofMissing`, `ReceivedNotThen`."""
    if terms.complainant is not Complainant.CUSTOMER and not (terms.complainant_name and terms.proof):
        raise ProofMissing
    if terms.received_at is not None and not now - WRITTEN_DOWN_WITHIN <= terms.received_at <= now:
        raise ReceivedNotThen


def case_number(id: int, created_at: datetime) -> str:
    """Give the number people read aloud, C-2026-000123: unique by its id; the year is that of opening, in UTC."""
    return f"C-{created_at.year}-{id:06d}"
