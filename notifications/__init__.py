"""What we tell people: events, their words in each language, the outbox, and the channels out of it.

Every event is imported here: an inbox must know all of them.
"""

from notifications.applications.applications import ApplicationDecided, ApplicationSubmitted
from notifications.applications.corrections import ApplicationReturned
from notifications.applications.parties import PartyInvited, PartySigned
from notifications.configuration import NotificationSettings, configure, configured
from notifications.documents.requests import PapersAsked
from notifications.loans.agreements import LoanChanged, LoanChangeOffered
from notifications.loans.cancellations import LoanCancelled
from notifications.loans.contacts import OverdueNotice
from notifications.loans.disbursements import LoanPaidOut, LoanPayoutFailed, TranchePaidOut, TranchePayoutFailed
from notifications.loans.hardships import HelpAsked, HelpAskedAgain, HelpDeclined
from notifications.loans.prepayments import LoanWithdrawn
from notifications.loans.promises import PromiseTakenBack, PromiseWrittenDown
from notifications.loans.refunds import CreditLeft, RefundFailed, RefundPaidOut
from notifications.loans.repayments import LoanRepaid, RepaymentFailed, RepaymentReceived
from notifications.loans.reversals import RepaymentReversed
from notifications.loans.write_offs import LoanWrittenOff
from notifications.loyalty.callbacks import CallbackBooked, CallbackMissed, NamedOfficerAssigned
from notifications.loyalty.customer_events import CustomerEventCancelled, CustomerEventSoon, SeatOffered
from notifications.loyalty.milestones import AnniversaryReached, FirstYearKept, PayoffReached
from notifications.loyalty.points import PointsAdjusted, PointsEarned, PointsExpiring
from notifications.loyalty.redemptions import RewardCancelled, RewardReady, RewardRedeemed
from notifications.loyalty.referrals import FriendWelcomed, ReferralRewarded, ReferralTakenBack
from notifications.loyalty.tiers import TierChanged, TierEnding, TierReached
from notifications.loyalty.vouchers import VoucherExpiring, VoucherUsed
from notifications.notifications.previews import PreviewSent
from notifications.notifications.promotions import PromotionSent
from notifications.notifications.reminders import (
    InstallmentDueSoon,
    InstallmentDueToday,
    InstallmentOverdue,
    OwnReminderCame,
)
from notifications.people.sign_in import NewSignIn
from notifications.service.cases import (
    CaseAnswered,
    CaseAsked,
    CaseDelayed,
    CaseMerged,
    CaseOpened,
    CaseRedressed,
    CaseReopened,
    CaseReplied,
    CaseTakesLonger,
    CaseUnheard,
    CaseWaits,
    FeeGivenBack,
)
from notifications.service.conversations import MessageReceived
from notifications.service.feedback import FeedbackAnswered
from notifications.service.surveys import SurveyAsked, SurveyReminded

__all__ = [
    "AnniversaryReached",
    "ApplicationDecided",
    "ApplicationReturned",
    "ApplicationSubmitted",
    "CallbackBooked",
    "CallbackMissed",
    "CaseAnswered",
    "CaseAsked",
    "CaseDelayed",
    "CaseMerged",
    "CaseOpened",
    "CaseRedressed",
    "CaseReopened",
    "CaseReplied",
    "CaseTakesLonger",
    "CaseUnheard",
    "CaseWaits",
    "CreditLeft",
    "CustomerEventCancelled",
    "CustomerEventSoon",
    "FeeGivenBack",
    "FeedbackAnswered",
    "FirstYearKept",
    "FriendWelcomed",
    "HelpAsked",
    "HelpAskedAgain",
    "HelpDeclined",
    "InstallmentDueSoon",
    "InstallmentDueToday",
    "InstallmentOverdue",
    "LoanCancelled",
    "LoanChangeOffered",
    "LoanChanged",
    "LoanPaidOut",
    "LoanPayoutFailed",
    "LoanRepaid",
    "LoanWithdrawn",
    "LoanWrittenOff",
    "MessageReceived",
    "NamedOfficerAssigned",
    "NewSignIn",
    "NotificationSettings",
    "OverdueNotice",
    "OwnReminderCame",
    "PapersAsked",
    "PartyInvited",
    "PartySigned",
    "PayoffReached",
    "PointsAdjusted",
    "PointsEarned",
    "PointsExpiring",
    "PreviewSent",
    "PromiseTakenBack",
    "PromiseWrittenDown",
    "PromotionSent",
    "ReferralRewarded",
    "ReferralTakenBack",
    "RefundFailed",
    "RefundPaidOut",
    "RepaymentFailed",
    "RepaymentReceived",
    "RepaymentReversed",
    "RewardCancelled",
    "RewardReady",
    "RewardRedeemed",
    "SeatOffered",
    "SurveyAsked",
    "SurveyReminded",
    "TierChanged",
    "TierEnding",
    "TierReached",
    "TranchePaidOut",
    "TranchePayoutFailed",
    "VoucherExpiring",
    "VoucherUsed",
    "configure",
    "configured",
]
