"""Events of promotions."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType
from zoneinfo import ZoneInfo

from notifications.events import Event, OwnWords
from rules.notifications.classes import Category, MessageClass
from rules.people.kinds import Locale

ChineseWords = NewType("ChineseWords", str)
"""Words of a template's; those of a push were looked at before they were saved, and name nothing and nobody."""
EnglishWords = NewType("EnglishWords", str)
"""The same in English."""


@dataclass(frozen=True, kw_only=True)
class PromotionSent(Event):
    """Sent to those of a promotion's audience who want it. Its words are the template's as they were approved."""

    message_class = MessageClass.PROMOTION
    promotion_id: int
    about: Category
    ends_at: datetime
    title_zh: ChineseWords
    body_zh: ChineseWords
    inbox_zh: ChineseWords
    title_en: EnglishWords
    body_en: EnglishWords
    inbox_en: EnglishWords

    @property
    def category(self) -> Category:
        return self.about

    def good_until(self, zone: ZoneInfo) -> datetime:  # noqa: ARG002  A moment is one in every zone.
        return self.ends_at

    def own_words(self, locale: Locale) -> OwnWords:
        if locale is Locale.ZH_CN:
            return OwnWords(self.title_zh, self.body_zh, self.inbox_zh)
        return OwnWords(self.title_en, self.body_en, self.inbox_en)
