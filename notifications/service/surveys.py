"""What those are told who are asked how it was."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from notifications.events import Event, link_to
from rules.notifications.classes import Category, MessageClass


@dataclass(frozen=True, kw_only=True)
class AboutSurvey(Event, is_kind=False):
    """A question that somebody may answer until a time; he chooses by SURVEY whether he is told."""

    invitation_id: int
    ends_at: datetime

    @property
    def category(self) -> Category:
        return Category.SURVEY

    @property
    def tag(self) -> str:
        return f"survey-{self.invitation_id}"

    def link(self) -> str:
        return link_to("surveys", self.invitation_id)

    def good_until(self, zone: ZoneInfo) -> datetime | None:  # noqa: ARG002  A moment is one in every zone.
        return self.ends_at


@dataclass(frozen=True, kw_only=True)
class SurveyAsked(AboutSurvey):
    """Sent some time after what a survey is about, to whoever was drawn for it."""

    message_class = MessageClass.SERVICE


@dataclass(frozen=True, kw_only=True)
class SurveyReminded(AboutSurvey):
    """Sent once more, some days later, to whoever has not answered."""

    message_class = MessageClass.SERVICE
