"""What we keep. Import models from here: `from models import Loan`, or `import models` and `models.Loan`."""

from models.applications.applications import Application, Assessment, Decision, Offer, Quote, Refinancing
from models.applications.contracts import Contract, Signature
from models.applications.corrections import Correction
from models.applications.disclosures import CostDisclosure
from models.applications.parties import ApplicationParty, Invitation
from models.applications.policies import EvaluatedFact, Evaluation, Policy, PolicyRule, PriceBand
from models.applications.steps import ApplicationStep, StaffSkill
from models.background import DayStep, Heartbeat, Lease
from models.base import Internal, LoanOwned, Owned, Public, Row, StaffOnly, Versioned
from models.books.accounting_days import AccountingDay
from models.books.entries import Account, Entry, LedgerAccount, Posting
from models.books.suspense import SuspenseItem
from models.documents.papers import Paper
from models.documents.requests import Document, DocumentRequest
from models.documents.uploads import Upload
from models.idempotency_keys import IdempotencyKey
from models.loans.changes import LoanChange
from models.loans.collections import Contact, ContactPerson, HardshipRequest, PromiseToPay
from models.loans.disbursements import Disbursement
from models.loans.events import LoanEvent
from models.loans.installments import Installment
from models.loans.loan_parties import LoanParty
from models.loans.loans import Loan
from models.loans.prepayments import PrepaymentQuote
from models.loans.repayments import Allocation, Repayment
from models.loans.statements import LoanStatement
from models.loyalty.adjustments import PointsAdjustment
from models.loyalty.callbacks import Callback, NamedOfficer
from models.loyalty.customer_events import CustomerEvent, CustomerEventBranch
from models.loyalty.earning_rules import EarningRule
from models.loyalty.milestones import Milestone
from models.loyalty.partners import Partner, PartnerEvent
from models.loyalty.points import PointLot, PointsAccount, PointsEntry, PointsPosting, Tier
from models.loyalty.rate_discounts import ApplicationDiscount, LoanDiscount, RateDiscount, RateDiscountPolicy
from models.loyalty.redemptions import Redemption, Voucher
from models.loyalty.referrals import (
    Referral,
    ReferralBonus,
    ReferralBonusGiven,
    ReferralCode,
    ReferralPart,
    ReferralProgramme,
)
from models.loyalty.registrations import Registration
from models.loyalty.rewards import Reward
from models.loyalty.tiers import TierLevel, TierLook, TierMembership, TierPlan
from models.notifications.addresses import EmailAddress, PushAddress
from models.notifications.choices import ConsentEntry, NotificationSetting, Preference
from models.notifications.deliveries import DeadLetter, Delivery, LeftOut
from models.notifications.notifications import Notification
from models.notifications.outbox import OutboxEvent
from models.notifications.promotions import Promotion, PromotionAddressee, PromotionTemplate
from models.notifications.reminders import OwnReminder, ReminderDay, ReminderPlan
from models.payments.bank_accounts import BankAccount
from models.payments.payments import PaymentEvent, PaymentIntent, Payout, Receipt
from models.people.audit import AuditEntry
from models.people.branches import Branch, StaffBranch
from models.people.customers import Customer
from models.people.relationships import Relationship
from models.people.restrictions import AccessGrant
from models.people.sessions import AttemptKind, RefreshToken, Session, SignInAttempt, SignInCode
from models.people.staff import Staff
from models.people.totp import StaffTotp
from models.products.markets import MarketChange, MarketChangeDay, ReferenceRate, SpecialDay
from models.products.products import Fee, Product, ProductVersion
from models.secrets import Secret, SecretKeys, blind_index, configure
from models.service.articles import Article, ArticleVersion
from models.service.case_proposals import CaseExtension, CaseRedress
from models.service.cases import Case, CaseClock, CaseEntry, CaseFile, CaseRecusal
from models.service.causes import CaseCause, Cause
from models.service.chat import ChatSession, ChatTurn
from models.service.conversations import Conversation, Message, MessageFile
from models.service.feedback import Feedback, FeedbackNotice
from models.service.improvements import ImprovementAction
from models.service.lessons import LessonChoice, LessonCompletion, LessonPage, LessonQuestion
from models.service.searches import ArticleWords, UnfoundSearch
from models.service.staff_lessons import StaffLesson, StaffLessonCompletion
from models.service.survey_invitations import SurveyGuest, SurveyInvitation
from models.service.survey_responses import SurveyAnswer, SurveyFollowUp, SurveyResponse
from models.service.surveys import Survey, SurveyPage, SurveyQuestion, SurveyVersion
from models.service.visits import Visit
from models.service.votes import ArticleVote
from models.viewer import Clock, Viewer

__all__ = [
    "AccessGrant",
    "Account",
    "AccountingDay",
    "Allocation",
    "Application",
    "ApplicationDiscount",
    "ApplicationParty",
    "ApplicationStep",
    "Article",
    "ArticleVersion",
    "ArticleVote",
    "ArticleWords",
    "Assessment",
    "AttemptKind",
    "AuditEntry",
    "BankAccount",
    "Branch",
    "Callback",
    "Case",
    "CaseCause",
    "CaseClock",
    "CaseEntry",
    "CaseExtension",
    "CaseFile",
    "CaseRecusal",
    "CaseRedress",
    "Cause",
    "ChatSession",
    "ChatTurn",
    "Clock",
    "ConsentEntry",
    "Contact",
    "ContactPerson",
    "Contract",
    "Conversation",
    "Correction",
    "CostDisclosure",
    "Customer",
    "CustomerEvent",
    "CustomerEventBranch",
    "DayStep",
    "DeadLetter",
    "Decision",
    "Delivery",
    "Disbursement",
    "Document",
    "DocumentRequest",
    "EarningRule",
    "EmailAddress",
    "Entry",
    "EvaluatedFact",
    "Evaluation",
    "Fee",
    "Feedback",
    "FeedbackNotice",
    "HardshipRequest",
    "Heartbeat",
    "IdempotencyKey",
    "ImprovementAction",
    "Installment",
    "Internal",
    "Invitation",
    "Lease",
    "LedgerAccount",
    "LeftOut",
    "LessonChoice",
    "LessonCompletion",
    "LessonPage",
    "LessonQuestion",
    "Loan",
    "LoanChange",
    "LoanDiscount",
    "LoanEvent",
    "LoanOwned",
    "LoanParty",
    "LoanStatement",
    "MarketChange",
    "MarketChangeDay",
    "Message",
    "MessageFile",
    "Milestone",
    "NamedOfficer",
    "Notification",
    "NotificationSetting",
    "Offer",
    "OutboxEvent",
    "OwnReminder",
    "Owned",
    "Paper",
    "Partner",
    "PartnerEvent",
    "PaymentEvent",
    "PaymentIntent",
    "Payout",
    "PointLot",
    "PointsAccount",
    "PointsAdjustment",
    "PointsEntry",
    "PointsPosting",
    "Policy",
    "PolicyRule",
    "Posting",
    "Preference",
    "PrepaymentQuote",
    "PriceBand",
    "Product",
    "ProductVersion",
    "PromiseToPay",
    "Promotion",
    "PromotionAddressee",
    "PromotionTemplate",
    "Public",
    "PushAddress",
    "Quote",
    "RateDiscount",
    "RateDiscountPolicy",
    "Receipt",
    "Redemption",
    "ReferenceRate",
    "Referral",
    "ReferralBonus",
    "ReferralBonusGiven",
    "ReferralCode",
    "ReferralPart",
    "ReferralProgramme",
    "Refinancing",
    "RefreshToken",
    "Registration",
    "Relationship",
    "ReminderDay",
    "ReminderPlan",
    "Repayment",
    "Reward",
    "Row",
    "Secret",
    "SecretKeys",
    "Session",
    "SignInAttempt",
    "SignInCode",
    "Signature",
    "SpecialDay",
    "Staff",
    "StaffBranch",
    "StaffLesson",
    "StaffLessonCompletion",
    "StaffOnly",
    "StaffSkill",
    "StaffTotp",
    "Survey",
    "SurveyAnswer",
    "SurveyFollowUp",
    "SurveyGuest",
    "SurveyInvitation",
    "SurveyPage",
    "SurveyQuestion",
    "SurveyResponse",
    "SurveyVersion",
    "SuspenseItem",
    "Tier",
    "TierLevel",
    "TierLook",
    "TierMembership",
    "TierPlan",
    "UnfoundSearch",
    "Upload",
    "Versioned",
    "Viewer",
    "Visit",
    "Voucher",
    "blind_index",
    "configure",
]
