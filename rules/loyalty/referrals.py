"""Bringing new customers: codes, who may use one, when both are rewarded, and what a person has to look at first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.people.access import CUSTOMERS, MANAGERS, Role
from rules.products.due_dates import add_months
from rules.states import Move, StateMachine

CODE_LENGTH = 8
CODE_HOLDS = timedelta(days=30)
"""A code that was used counts for so long, if nothing has fixed it by then."""
YEARLY_LIMIT = 10
"""Rewards of one referrer in a calendar year, unless the programme says otherwise."""
DAILY_LIMIT = 5
"""Friends who name one code in 24 hours; from the next one on a person looks, unless the programme says otherwise."""
CLAWBACK_DAYS = 90
"""So long after its pay day a reward under LINKED can be taken back."""
_SYSTEM = frozenset({Role.SYSTEM})


class ReferralPolicy(StrEnum):
    """What both are rewarded for."""

    OPEN = "OPEN"
    """The friend has signed up and said who he is: whatever becomes of any application."""
    LINKED = "LINKED"
    """The friend has paid an installment on time, and consented that the other learns of it."""


class ReferralStatus(StrEnum):
    """Where a referral stands; staff read it, the two customers do not."""

    INVITED = "INVITED"
    """The code was used; what is rewarded has not happened, or has been undone."""
    QUALIFIED = "QUALIFIED"
    """It has happened; both are rewarded on the pay day."""
    IN_REVIEW = "IN_REVIEW"
    """A manager decides whether it is one."""
    REWARDED = "REWARDED"
    """Both have their points; a referrer beyond the yearly limit has none."""
    REJECTED = "REJECTED"
    """It counts no longer, or never did."""
    REVERSED = "REVERSED"
    """What was rewarded was undone, and the points were taken back."""


REFERRAL_MOVES = StateMachine(
    ReferralStatus.INVITED,
    (
        Move(ReferralStatus.INVITED, ReferralStatus.QUALIFIED, CUSTOMERS | _SYSTEM, "qualify"),
        Move(ReferralStatus.INVITED, ReferralStatus.IN_REVIEW, CUSTOMERS, "raise doubts"),
        Move(ReferralStatus.INVITED, ReferralStatus.REJECTED, CUSTOMERS, "be replaced, too late or withdrawn"),
        Move(ReferralStatus.QUALIFIED, ReferralStatus.INVITED, _SYSTEM, "learn that it was undone"),
        Move(ReferralStatus.QUALIFIED, ReferralStatus.IN_REVIEW, _SYSTEM, "raise doubts"),
        Move(ReferralStatus.QUALIFIED, ReferralStatus.REWARDED, _SYSTEM, "reward"),
        Move(ReferralStatus.QUALIFIED, ReferralStatus.REJECTED, CUSTOMERS, "withdraw consent"),
        Move(ReferralStatus.IN_REVIEW, ReferralStatus.QUALIFIED, MANAGERS, "approve under OPEN"),
        Move(ReferralStatus.IN_REVIEW, ReferralStatus.INVITED, MANAGERS, "approve under LINKED"),
        Move(ReferralStatus.IN_REVIEW, ReferralStatus.REJECTED, CUSTOMERS | MANAGERS, "reject or withdraw"),
        Move(ReferralStatus.REWARDED, ReferralStatus.REVERSED, _SYSTEM, "take back"),
    ),
)


class ReferralVerdict(StrEnum):
    """What a manager decides about a referral in review."""

    APPROVE = "APPROVE"
    """It counts, as if nothing spoke against it."""
    REJECT = "REJECT"
    """It does not."""


class ReferralSide(StrEnum):
    """Which of the two."""

    REFERRER = "REFERRER"
    """Whose code it is."""
    FRIEND = "FRIEND"
    """Who used it."""


class ReferralPartStatus(StrEnum):
    """All that the two read of it. It never tells of an application, a decision or an amount."""

    INVITED = "INVITED"
    """The code was used; there are no points for it, or not yet."""
    REWARDED = "REWARDED"
    """There were points for it."""


class RejectedBecause(StrEnum):
    """Why a referral does not count."""

    REPLACED = "REPLACED"
    """The friend used another code later."""
    TOO_LATE = "TOO_LATE"
    """The code was used more than 30 days before it was to count."""
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    """The friend does not want the other to learn anything any more."""
    REVIEW = "REVIEW"
    """A manager decided so."""


class ReferralConcern(StrEnum):
    """Why a person looks at a referral before anybody is rewarded."""

    SAME_DEVICE = "SAME_DEVICE"
    """Both have signed in, or are told things, on one device."""
    SAME_ACCOUNT = "SAME_ACCOUNT"
    """Both have named one bank account."""
    FAMILY = "FAMILY"
    """It is written down that they are family."""
    EMPLOYER = "EMPLOYER"
    """It is written down that one works for the other."""
    SHARED_LOAN = "SHARED_LOAN"
    """Both take part in one loan or application."""
    STAFF = "STAFF"
    """One of them has become a colleague, or a colleague's family."""
    MANY_IN_A_DAY = "MANY_IN_A_DAY"
    """The code was used more often within 24 hours than is usual."""


@dataclass(frozen=True)
class ReferralFacts:
    """What is known of the two that may speak against their being strangers to each other's money."""

    shares_device: bool
    shares_account: bool
    is_family: bool
    is_employer: bool
    shares_loan: bool
    is_staff: bool
    friends_in_a_day: int


def concerns_of(facts: ReferralFacts, daily_limit: int) -> tuple[ReferralConcern, ...]:
    """Say what a person should look at; nothing, if there is nothing."""
    found = {
        ReferralConcern.SAME_DEVICE: facts.shares_device,
        ReferralConcern.SAME_ACCOUNT: facts.shares_account,
        ReferralConcern.FAMILY: facts.is_family,
        ReferralConcern.EMPLOYER: facts.is_employer,
        ReferralConcern.SHARED_LOAN: facts.shares_loan,
        ReferralConcern.STAFF: facts.is_staff,
        ReferralConcern.MANY_IN_A_DAY: facts.friends_in_a_day > daily_limit,
    }
    return tuple(concern for concern, is_so in found.items() if is_so)


def concerns(written: str) -> list[ReferralConcern]:
    """Read concerns from their text, with commas between them."""
    return [ReferralConcern(each) for each in written.split(",") if each]


@dataclass(eq=False)
class NoReferralProgramme(Refused):
    """Nobody is rewarded for bringing somebody at present."""

    code = "NO_REFERRAL_PROGRAMME"


@dataclass(eq=False)
class ReferralNotAllowed(Refused):
    """Colleagues and their families take no part in this."""

    code = "REFERRAL_NOT_ALLOWED"


@dataclass(eq=False)
class ReferralCodeInvalid(Refused):
    """There is no such code, or it is not for you. Which of them is not told."""

    code = "REFERRAL_CODE_INVALID"
    path = ("code",)


@dataclass(eq=False)
class ReferralTooLate(Refused):
    """A code is for whoever is new: before he has applied and, where that alone is rewarded, before he says who he is."""

    code = "REFERRAL_TOO_LATE"


@dataclass(eq=False)
class ReferralConsentNeeded(Refused):
    """The other would learn something of you. Show the current words, and send their version along if the answer is yes."""

    code = "REFERRAL_CONSENT_NEEDED"
    path = ("textVersion",)
    current: str
    """The version of the current words."""


@dataclass(eq=False)
class ReferralStartNotAllowed(Refused):
    """A programme begins today or later, after every one that was approved, and does not end before it begins."""

    code = "REFERRAL_START_NOT_ALLOWED"
    earliest: date
    """The first day on which it can begin."""


@dataclass(eq=False)
class ReferralBonusesInvalid(Refused):
    """Each bonus is named once, and can be reached within the yearly limit."""

    code = "REFERRAL_BONUSES_INVALID"
    path = ("bonuses",)


def check_bonuses(after: Sequence[int], yearly_limit: int) -> None:
    """Raise `ReferralBonusesInvalid`."""
    if len(set(after)) < len(after) or any(number > yearly_limit for number in after):
        raise ReferralBonusesInvalid


def check_days(valid_from: date, valid_to: date | None, earliest: date) -> None:
    """Let a programme begin on a day or later. Raises `ReferralStartNotAllowed`."""
    if valid_from < earliest or (valid_to is not None and valid_to < valid_from):
        raise ReferralStartNotAllowed(earliest=earliest)


def check_new(policy: ReferralPolicy, *, is_identified: bool, has_borrowed: bool, is_fixed: bool) -> None:
    """Let only somebody new use a code. Raises `ReferralTooLate`."""
    if has_borrowed or is_fixed or (policy is ReferralPolicy.OPEN and is_identified):
        raise ReferralTooLate


def check_consent(policy: ReferralPolicy, said: str | None, current: Collection[str], shown: str) -> None:
    """Ask for a yes to the current words where the other would learn something. Raises `ReferralConsentNeeded`."""
    if policy is ReferralPolicy.LINKED and said not in current:
        raise ReferralConsentNeeded(current=shown)


def is_in_time(used_at: datetime, now: datetime) -> bool:
    """Say whether a code used then still counts."""
    return now - used_at <= CODE_HOLDS


def pay_day(qualified_on: date) -> date:
    """Give the day of the rewards: the 1st of the month after next, so that it tells nothing of the day it was earned."""
    return add_months(qualified_on.replace(day=1), 2)
