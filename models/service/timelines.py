"""What of a customer's rows is told in one order of time, and how each is read. A kind more is an entry more of `KINDS`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.applications.applications import Decision
from models.applications.steps import ApplicationStep
from models.base import Row
from models.documents.requests import Document
from models.loans.collections import Contact, HardshipRequest, PromiseToPay
from models.loans.disbursements import Disbursement
from models.loans.events import LoanEvent
from models.loans.loans import Loan
from models.loans.repayments import Repayment
from models.loyalty.callbacks import Callback
from models.loyalty.milestones import Milestone
from models.loyalty.redemptions import Redemption
from models.loyalty.registrations import Registration
from models.loyalty.tiers import TierMembership
from models.notifications.choices import ConsentEntry
from models.notifications.notifications import Notification
from models.service.cases import Case, CaseEntry
from models.service.conversations import Message
from models.service.survey_responses import SurveyResponse
from models.service.visits import Visit
from rules.applications.kinds import Outcome
from rules.applications.states import ApplicationStatus
from rules.loans.events import LoanEventKind
from rules.loans.hardships import HardshipStatus
from rules.loans.promises import PromiseStatus
from rules.loyalty.callbacks import CallbackStatus
from rules.loyalty.milestones import MilestoneKind
from rules.service.entries import CaseEntryKind
from rules.service.timelines import ConsentWord, TimelineActor, TimelineKind
from rules.service.visits import VisitTopic

CUSTOMER, STAFF, HOUSE = (f"'{actor}'" for actor in TimelineActor)


def by(role: str) -> str:
    """Say who did it by the role that a column keeps."""
    return f"CASE {role} WHEN 'CUSTOMER' THEN {CUSTOMER} WHEN 'SYSTEM' THEN {HOUSE} ELSE {STAFF} END"


def unless_staff(key: str) -> str:
    """Say that staff did it where a key names who, else the customer."""
    return f"CASE WHEN {key} IS NULL THEN {CUSTOMER} ELSE {STAFF} END"


@dataclass(frozen=True)
class Told:
    """How the rows of one kind are read. What is SQL speaks of `it`; no tier but C1 may stand in it."""

    model: type[Row]
    actor: str
    """SQL that gives a `TimelineActor`."""
    at: str = "created_at"
    """The column of when it happened; `(customer_id, at, id)` is an index of the table."""
    detail: str = "NULL"
    """SQL that gives a member of `says`, or what a notification is about."""
    says: type[StrEnum] | None = None
    """What the detail is; its words are the catalogues'."""
    body: str = "NULL"
    """SQL that gives the values of a notification's words."""
    has_amount: bool = False
    """Whether its `amount` and `currency` are told."""
    only: str | None = None
    """SQL that holds for the rows that are told; nearly all, or the page would not be read off its index alone; None: all."""


KINDS: Final[Mapping[TimelineKind, Told]] = {
    TimelineKind.APPLICATION: Told(ApplicationStep, HOUSE, detail="it.status", says=ApplicationStatus),
    TimelineKind.CALLBACK: Told(Callback, CUSTOMER, detail="it.status", says=CallbackStatus),
    TimelineKind.CASE: Told(Case, unless_staff("it.opened_by_id"), at="received_at"),
    TimelineKind.CASE_ENTRY: Told(
        CaseEntry, by("it.by"), detail="it.kind", says=CaseEntryKind, only="it.kind <> 'OPENED'"
    ),
    TimelineKind.CONSENT: Told(
        ConsentEntry, CUSTOMER, detail="CASE WHEN it.is_given THEN 'GIVEN' ELSE 'WITHDRAWN' END", says=ConsentWord
    ),
    TimelineKind.CONTACT: Told(Contact, STAFF),
    TimelineKind.DECISION: Told(
        Decision, f"CASE WHEN it.staff_id IS NULL THEN {HOUSE} ELSE {STAFF} END", detail="it.outcome", says=Outcome
    ),
    TimelineKind.DOCUMENT: Told(Document, CUSTOMER),
    TimelineKind.HELP: Told(HardshipRequest, CUSTOMER, detail="it.status", says=HardshipStatus),
    TimelineKind.LOAN: Told(Loan, CUSTOMER),
    TimelineKind.LOAN_EVENT: Told(
        LoanEvent,
        HOUSE,
        detail="it.kind",
        says=LoanEventKind,
        only="it.kind NOT IN ('PAYMENT', 'PREPAYMENT', 'REVERSAL')",
    ),
    TimelineKind.MESSAGE: Told(Message, by("it.author")),
    TimelineKind.MILESTONE: Told(Milestone, CUSTOMER, detail="it.kind", says=MilestoneKind),
    TimelineKind.NOTIFICATION: Told(Notification, HOUSE, detail="it.kind", body="it.body"),
    TimelineKind.PAYOUT: Told(Disbursement, HOUSE, has_amount=True),
    TimelineKind.PROMISE: Told(
        PromiseToPay, unless_staff("it.recorded_by_id"), detail="it.status", says=PromiseStatus, has_amount=True
    ),
    TimelineKind.REDEMPTION: Told(Redemption, CUSTOMER),
    TimelineKind.REGISTRATION: Told(Registration, CUSTOMER),
    TimelineKind.REPAYMENT: Told(
        Repayment,
        f"CASE it.channel WHEN 'APP' THEN {CUSTOMER} WHEN 'VOUCHER' THEN {CUSTOMER} WHEN 'NEW_LOAN' THEN {HOUSE}"
        f" ELSE {STAFF} END",
        at="received_at",
        has_amount=True,
    ),
    TimelineKind.REVERSAL: Told(LoanEvent, HOUSE, only="it.kind = 'REVERSAL'"),
    TimelineKind.SURVEY: Told(SurveyResponse, CUSTOMER),
    TimelineKind.TIER: Told(TierMembership, HOUSE),
    TimelineKind.VISIT: Told(Visit, STAFF, at="visited_at", detail="it.topic", says=VisitTopic),
}
"""All kinds, in the order of their names."""

LEFT_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    "its steps, decision, loan or payment are told": (
        *("Application", "Contract", "Offer", "Signature", "Quote", "CostDisclosure", "Correction", "Refinancing"),
        *("DocumentRequest", "Allocation", "Receipt", "PaymentIntent", "Payout", "LoanChange", "PrepaymentQuote"),
        *("CaseClock", "CaseFile", "CaseExtension", "CaseRedress", "Conversation", "MessageFile", "Upload", "Voucher"),
        *("SurveyAnswer", "ApplicationDiscount", "LoanDiscount", "ReferralBonusGiven", "LoanParty", "Paper"),
    ),
    "it is how something stands, not that something happened": (
        *("Customer", "BankAccount", "ContactPerson", "EmailAddress", "PushAddress", "NotificationSetting"),
        *("Preference", "OwnReminder", "Installment", "LoanStatement", "NamedOfficer", "PointsAccount", "PointLot"),
        "ReferralCode",
    ),
    "it has a journal of its own, by day and with its sums": ("PointsEntry", "PointsPosting", "PointsAdjustment"),
    "it would say what somebody else did": (
        *("Invitation", "ApplicationParty", "Referral", "ReferralPart", "Relationship"),
    ),
    "it is work among colleagues, and read where they work": (
        *("Assessment", "Evaluation", "EvaluatedFact", "Delivery", "LeftOut", "RateDiscount", "SurveyFollowUp"),
        *("SurveyInvitation", "CaseCause"),
    ),
    "it is between the customer and a text, or a machine": (
        "ArticleVote",
        "LessonCompletion",
        "ChatSession",
        "ChatTurn",
    ),
}
"""The models of a customer's rows that are not told, by the reason."""
