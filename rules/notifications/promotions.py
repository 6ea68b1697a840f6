"""Promotions: by whom they are made, decided and sent, and to whom."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.errors import Refused
from rules.notifications.caps import Caps, Told
from rules.notifications.classes import MessageChannel
from rules.notifications.deliveries import DeliveryReason
from rules.people.access import MANAGERS, MARKETERS, Role
from rules.states import Move, StateMachine

_HOUSE = frozenset({Role.SYSTEM})
MOST_ON_LIST = 1_000
"""So many people can be named one by one."""
LONGEST = timedelta(days=31)
"""From its beginning to its end, and from its proposal to its beginning."""


class PromotionStatus(StrEnum):
    """Where a promotion stands."""

    PROPOSED = "PROPOSED"
    """Waiting for a manager's decision."""
    APPROVED = "APPROVED"
    """It is sent once its time has come."""
    DECLINED = "DECLINED"
    """Decided against; nobody is told."""
    CANCELLED = "CANCELLED"
    """Stopped; who has been told stays told."""
    SENT = "SENT"
    """Everybody was told, or left out for a reason."""


PROMOTION_MOVES = StateMachine(
    PromotionStatus.PROPOSED,
    (
        Move(PromotionStatus.PROPOSED, PromotionStatus.APPROVED, MANAGERS, "approve"),
        Move(PromotionStatus.PROPOSED, PromotionStatus.DECLINED, MANAGERS, "decline"),
        Move(PromotionStatus.PROPOSED, PromotionStatus.CANCELLED, MANAGERS | MARKETERS, "cancel"),
        Move(PromotionStatus.APPROVED, PromotionStatus.CANCELLED, MANAGERS | MARKETERS, "cancel"),
        Move(PromotionStatus.APPROVED, PromotionStatus.SENT, _HOUSE, "send"),
    ),
)


class AudienceKind(StrEnum):
    """Who is meant."""

    TIER = "TIER"
    """Customers of a tier."""
    BRANCH = "BRANCH"
    """Customers of a branch."""
    LIST = "LIST"
    """Customers named one by one."""


@dataclass(eq=False)
class AudienceTooSmall(Refused):
    """So short a list would say something about single people. Name more of them."""

    code = "AUDIENCE_TOO_SMALL"
    path = ("customerIds",)
    fewest: int
    """How many people a list has to mean."""


@dataclass(eq=False)
class AudienceUnclear(Refused):
    """A promotion is for a tier, a branch or a list: name one of them."""

    code = "AUDIENCE_UNCLEAR"


@dataclass(eq=False)
class PromotionTimesWrong(Refused):
    """A promotion begins within a month from now, and ends within a month after that. Put the times right."""

    code = "PROMOTION_TIMES_WRONG"
    path = ("endsAt",)


@dataclass(eq=False)
class TemplateNameTaken(Refused):
    """Another template has this name."""

    code = "TEMPLATE_NAME_TAKEN"
    path = ("name",)


@dataclass(eq=False)
class TemplateInUse(Refused):
    """A promotion with these words was approved, and is not sent yet: cancel it first, or make another template."""

    code = "TEMPLATE_IN_USE"


@dataclass(eq=False)
class TemplateChanged(Refused):
    """The words are not those that were proposed. Decline it; it can be proposed again with the new words."""

    code = "TEMPLATE_CHANGED"


@dataclass(eq=False)
class WordsNotForLockScreen(Refused):
    """Anybody reads a lock screen: a push names no loan, no debt and no amount, and has no blanks to fill in."""

    code = "WORDS_NOT_FOR_LOCK_SCREEN"
    field: str
    """The field with such words, such as pushTitleZh."""


_UNTOLD = re.compile(
    r"loan|debt|borrow|overdue|repay|credit|\bowe|past due|arrears|该还|該還|贷|貸|借款|还款|還款|债|債|欠|逾期|额度|[{}]|\d{4,}"
    r"|\d[\d.,\s]*(?:元|块|角|分钱|万|yuan|rmb|cny|usd|eur|hkd|dollar|euro)|(?:yuan|rmb|cny|usd|eur|hkd)\s*\d"
    r"|[零一二两三四五六七八九十百千万亿]+\s*(?:元|块钱)"
)


def check_lock_screen(words: Mapping[str, str]) -> None:
    """Look at the words of a push, by the names of their fields. Raises `WordsNotForLockScreen`."""
    for field, text in words.items():
        shown = "".join(character for character in text if unicodedata.category(character) != "Cf")
        plain = unicodedata.normalize("NFKC", shown).casefold()
        if _UNTOLD.search(plain) or any(unicodedata.category(character) == "Sc" for character in plain):
            raise WordsNotForLockScreen(field)


def check_times(now: datetime, sends_at: datetime, ends_at: datetime) -> None:
    """Let a promotion begin soon, and not last for ever. Raises `PromotionTimesWrong`."""
    if not (now < sends_at < ends_at and sends_at <= now + LONGEST and ends_at <= sends_at + LONGEST):
        raise PromotionTimesWrong


@dataclass(frozen=True)
class Standing:
    """What decides whether somebody of the audience is told."""

    consented: frozenset[MessageChannel]
    """The ways on which his consent holds."""
    wanted: frozenset[MessageChannel]
    """The ways that he has not switched off for such messages."""
    told: Told
    is_restricted: bool
    """Whether something of his is overdue or written off, or he asked for help and waits for the answer."""


def why_left_out(standing: Standing, caps: Caps) -> DeliveryReason | None:
    """Say why somebody is not told; None where he is."""
    if not standing.consented:
        return DeliveryReason.NO_CONSENT
    if not standing.consented & standing.wanted:
        return DeliveryReason.SWITCHED_OFF
    if not caps.allow_another(standing.told):
        return DeliveryReason.CAP
    return DeliveryReason.RESTRICTED if standing.is_restricted else None
