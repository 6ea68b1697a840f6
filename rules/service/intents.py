"""What somebody may want who writes to the automated service, and the words that bring a person at once."""

import re
from dataclasses import dataclass
from enum import StrEnum


class ChatIntent(StrEnum):
    """What somebody wants."""

    NEXT_PAYMENT = "NEXT_PAYMENT"
    """To know what is due next, and when."""
    BALANCE = "BALANCE"
    """To know what he still owes."""
    PAYOFF = "PAYOFF"
    """To repay all of it early."""
    PREPAY_PART = "PREPAY_PART"
    """To repay a part of it early."""
    MAKE_PAYMENT = "MAKE_PAYMENT"
    """To pay."""
    AUTOPAY = "AUTOPAY"
    """To have payments debited by themselves, or no more."""
    DUE_DAY = "DUE_DAY"
    """To pay on another day of the month."""
    LATE = "LATE"
    """To know what comes of paying late."""
    LOST_INCOME = "LOST_INCOME"
    """Help, because he cannot pay."""
    RATE = "RATE"
    """To know the interest rate."""
    FEES = "FEES"
    """To know what it costs."""
    APPLY = "APPLY"
    """To borrow."""
    APPLICATION_STATUS = "APPLICATION_STATUS"
    """To know where his application stands."""
    WHY_DECLINED = "WHY_DECLINED"
    """To know why it was declined."""
    DISBURSEMENT = "DISBURSEMENT"
    """To know when the money comes."""
    DOCUMENTS = "DOCUMENTS"
    """To know which papers are needed, or to have one."""
    CHANGE_PHONE = "CHANGE_PHONE"
    """Another phone number."""
    CHANGE_ACCOUNT = "CHANGE_ACCOUNT"
    """Another bank account."""
    SIGN_IN = "SIGN_IN"
    """To get in."""
    POINTS = "POINTS"
    """To know his points."""
    TIER = "TIER"
    """To know his level."""
    REFERRAL = "REFERRAL"
    """To bring a friend."""
    BRANCH_HOURS = "BRANCH_HOURS"
    """To know where a branch is, and when it is open."""
    PRIVACY = "PRIVACY"
    """To know, correct or delete what we hold of him."""
    PERSON = "PERSON"
    """To talk to a person."""
    COMPLAIN = "COMPLAIN"
    """To complain."""
    FRAUD = "FRAUD"
    """To say that somebody deceives him, or acts in his name."""
    DEATH = "DEATH"
    """To say that somebody died."""
    DISTRESS = "DISTRESS"
    """He is in distress."""


HANDED_OVER = (ChatIntent.DISTRESS, ChatIntent.DEATH, ChatIntent.FRAUD, ChatIntent.COMPLAIN, ChatIntent.PERSON)
"""What a person answers, the most urgent first."""


@dataclass(frozen=True)
class Recognised:
    """What somebody seems to want."""

    intent: ChatIntent | None
    """None where it is not sure enough, or nothing that we know."""
    confidence: float
    """From 0 to 1; 1 where a rule says so."""


_SIGNS: dict[ChatIntent, tuple[str, str]] = {
    ChatIntent.DISTRESS: (
        "不想活|活不下去|自杀|自殺|轻生|寻死|跳楼|跳桥|割腕|安眠药自|结束(我的|自己的)?生命|一了百了|想死|去死算了|做傻事|活着没(意思|意义)",
        (
            r"\bsuicid|\bkill(ing)? myself\b|\bend(ing)? (my|it) (own )?(life|all)\b|\b(want|wanna|going) to die\b|\btake my (own )?life\b"
            r"|\b(hurt|harm)(ing)? myself\b|\bself.?harm|\bdon.?t want to (live|be alive)\b|\bbetter off dead\b|\bwish i (was|were) dead\b"
        ),
    ),
    ChatIntent.DEATH: (
        "去世|过世|身故|病逝|逝世|离世|已故|死亡证明|丧事|借款人死",
        (
            r"\bpassed away\b|\bdeceased\b|\bdeath certificate\b"
            r"|\b(husband|wife|mother|father|mom|mum|dad|brother|sister|son|daughter|borrower|customer|parent) (has |have |just )*died\b"
        ),
    ),
    ChatIntent.FRAUD: (
        "诈骗|被骗|受骗|盗刷|冒用|冒充|盗用|骗子打|假冒|身份被",
        r"\bscam|\bfraud|\bphish|\bidentity theft\b|\bstole(n)? my identity\b|\bin my name without\b|\bimpersonat",
    ),
    ChatIntent.COMPLAIN: (
        "投诉|举报|起诉你|骚扰我|消协|银保监|金融监管|12378",
        r"\bcomplain|\bcomplaint|\bombudsman\b|\bregulator\b|\bsue you\b|\bharass",
    ),
    ChatIntent.PERSON: (
        "转人工|人工客服|人工服务|找人工|真人|要人工",
        (
            r"\b(real|human|live) (person|being|agent|human)\b|\b(talk|speak|chat) (to|with) (a |an |some |your )?"
            r"(person|human|somebody|someone|agent|representative|officer|advisor|employee)\b"
        ),
    ),
}
_COMPILED = {intent: re.compile("|".join(signs)) for intent, signs in _SIGNS.items()}


def sign_in(text: str) -> ChatIntent | None:
    """Give what words that must bring a person say, the most urgent first; None where there are none.

    The text is written in one way already: small letters, half width, simplified characters.
    """
    return next((intent for intent in HANDED_OVER if _COMPILED[intent].search(text)), None)
