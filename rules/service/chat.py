"""The automated service: when it answers, when a person does, and what it may say to do next. It changes nothing itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.service.cases import CaseCategory, CaseKind, CasePriority
from rules.service.intents import ChatIntent

TURNS_AN_HOUR = 60
"""So often one customer asks in an hour."""
MISSES = 2
"""So many in a row bring a person."""
LONGEST_TRANSCRIPT = 4_000
"""So many characters of a conversation go into its case, the last ones: as many as a customer writes in one."""
RECONTACT_WITHIN = timedelta(days=7)
"""Who asks again so soon was not helped."""
GOOD_SEARCH = 2
"""A text is offered for so many words at least: one word alone says too little."""
NEVER_REFUSED = frozenset({ChatIntent.DISTRESS, ChatIntent.FRAUD, ChatIntent.DEATH})
"""What is never refused for the number of open cases."""


class ChatStatus(StrEnum):
    """Who answers."""

    OPEN = "OPEN"
    """The automated service."""
    HANDED_OVER = "HANDED_OVER"
    """A person, in a case."""


class ChatOutcome(StrEnum):
    """What came of one question."""

    ANSWERED = "ANSWERED"
    """From the customer's own data, or by saying where in the app he does it."""
    OFFERED = "OFFERED"
    """A published text was offered: perhaps this."""
    MISSED = "MISSED"
    """Nothing sure enough was found."""
    HANDED_OVER = "HANDED_OVER"
    """A person answers."""


class ChatSource(StrEnum):
    """Where an answer comes from."""

    LOANS = "LOANS"
    """His loans."""
    APPLICATIONS = "APPLICATIONS"
    """His applications, and what was decided on them."""
    POINTS = "POINTS"
    """His points and his level."""
    ARTICLE = "ARTICLE"
    """A published text."""
    APP = "APP"
    """What the app can do."""


class ChatAction(StrEnum):
    """Something that he can do in the app, himself."""

    REPAY = "REPAY"
    """Pay, or repay early."""
    SHOW_SCHEDULE = "SHOW_SCHEDULE"
    """See what is due when."""
    ASK_FOR_HELP = "ASK_FOR_HELP"
    """Say that he cannot pay as agreed."""
    APPLY = "APPLY"
    """Apply for a loan, or go on with an application."""
    SHOW_APPLICATION = "SHOW_APPLICATION"
    """See where his application stands."""
    ASK_FOR_PERSON = "ASK_FOR_PERSON"
    """Have a person decide anew."""
    PAPERS = "PAPERS"
    """Read or download his papers."""
    CHANGE_ACCOUNT = "CHANGE_ACCOUNT"
    """Use another bank account."""
    CHANGE_PHONE = "CHANGE_PHONE"
    """Use another phone number."""
    SHOW_POINTS = "SHOW_POINTS"
    """See points, rewards and his level."""
    INVITE_FRIEND = "INVITE_FRIEND"
    """Bring a friend."""
    CHOOSE_CONSENTS = "CHOOSE_CONSENTS"
    """Choose what he is told, and what he consents to."""
    BOOK_CALLBACK = "BOOK_CALLBACK"
    """Have himself called."""
    OPEN_CASE = "OPEN_CASE"
    """Complain, or ask for something."""
    SHOW_CASE = "SHOW_CASE"
    """Read and write in his case."""


_ACTIONS: dict[ChatIntent, tuple[ChatAction, ...]] = {
    ChatIntent.NEXT_PAYMENT: (ChatAction.REPAY, ChatAction.SHOW_SCHEDULE),
    ChatIntent.BALANCE: (ChatAction.SHOW_SCHEDULE, ChatAction.REPAY),
    ChatIntent.PAYOFF: (ChatAction.REPAY,),
    ChatIntent.PREPAY_PART: (ChatAction.REPAY,),
    ChatIntent.MAKE_PAYMENT: (ChatAction.REPAY,),
    ChatIntent.AUTOPAY: (ChatAction.CHANGE_ACCOUNT, ChatAction.BOOK_CALLBACK),
    ChatIntent.DUE_DAY: (ChatAction.OPEN_CASE,),
    ChatIntent.LATE: (ChatAction.REPAY, ChatAction.ASK_FOR_HELP),
    ChatIntent.LOST_INCOME: (ChatAction.ASK_FOR_HELP, ChatAction.BOOK_CALLBACK),
    ChatIntent.RATE: (ChatAction.PAPERS,),
    ChatIntent.FEES: (ChatAction.PAPERS,),
    ChatIntent.APPLY: (ChatAction.APPLY,),
    ChatIntent.APPLICATION_STATUS: (ChatAction.SHOW_APPLICATION,),
    ChatIntent.WHY_DECLINED: (ChatAction.ASK_FOR_PERSON, ChatAction.SHOW_APPLICATION),
    ChatIntent.DISBURSEMENT: (ChatAction.SHOW_SCHEDULE,),
    ChatIntent.DOCUMENTS: (ChatAction.PAPERS, ChatAction.SHOW_APPLICATION),
    ChatIntent.CHANGE_PHONE: (ChatAction.CHANGE_PHONE,),
    ChatIntent.CHANGE_ACCOUNT: (ChatAction.CHANGE_ACCOUNT,),
    ChatIntent.SIGN_IN: (ChatAction.BOOK_CALLBACK,),
    ChatIntent.POINTS: (ChatAction.SHOW_POINTS,),
    ChatIntent.TIER: (ChatAction.SHOW_POINTS,),
    ChatIntent.REFERRAL: (ChatAction.INVITE_FRIEND,),
    ChatIntent.BRANCH_HOURS: (ChatAction.BOOK_CALLBACK,),
    ChatIntent.PRIVACY: (ChatAction.CHOOSE_CONSENTS, ChatAction.OPEN_CASE),
}


def actions_after(outcome: ChatOutcome, intent: ChatIntent | None) -> list[ChatAction]:
    """Name what he can do next, the likeliest first."""
    if outcome is ChatOutcome.HANDED_OVER:
        return [ChatAction.SHOW_CASE, ChatAction.BOOK_CALLBACK]
    if intent in _ACTIONS and outcome is not ChatOutcome.MISSED:
        return list(_ACTIONS[intent])
    return [ChatAction.BOOK_CALLBACK, ChatAction.OPEN_CASE]


@dataclass(frozen=True)
class HandOver:
    """Which case a conversation becomes."""

    kind: CaseKind
    category: CaseCategory
    priority: CasePriority | None = None
    """None: as cases of this kind begin."""


HAND_OVERS: dict[ChatIntent, HandOver] = {
    ChatIntent.DISTRESS: HandOver(CaseKind.REQUEST, CaseCategory.OTHER, CasePriority.P1),
    ChatIntent.FRAUD: HandOver(CaseKind.REQUEST, CaseCategory.OTHER, CasePriority.P1),
    ChatIntent.DEATH: HandOver(CaseKind.REQUEST, CaseCategory.OTHER, CasePriority.P2),
    ChatIntent.COMPLAIN: HandOver(CaseKind.COMPLAINT, CaseCategory.OTHER),
    ChatIntent.PERSON: HandOver(CaseKind.REQUEST, CaseCategory.OTHER),
}
"""What a person answers at once."""
AFTER_MISSES = HandOver(CaseKind.REQUEST, CaseCategory.OTHER)


def transcript(turns: list[tuple[str, str]], last: str) -> str:
    """Give a conversation as the words of a case: what he wrote, what was answered, and what he wrote last."""
    lines = [f"> {words}\n{answer}" for words, answer in turns]
    return "\n".join([*lines, f"> {last}"])[-LONGEST_TRANSCRIPT:].strip()


@dataclass(eq=False)
class TooManyQuestions(Refused):
    """You have asked a lot within the last hour. Please ask again a little later, or book a call."""

    code = "TOO_MANY_QUESTIONS"
    again_at: datetime
    """When the next question is taken."""
