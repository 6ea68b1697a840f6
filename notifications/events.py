"""Events: facts that people are told, named in the past tense; their words stand in the catalogues.

An event's name and fields are kept in rows: never rename one; a new field needs a default.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from rules.ids import encode_id
from rules.notifications.classes import Category, MessageClass
from rules.people.kinds import Locale


@dataclass(frozen=True)
class OwnWords:
    """What an event says in one language where its words do not stand in the catalogues."""

    title: str
    body: str
    inbox: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a customer. Subclasses are frozen, keyword-only dataclasses of ids and plain values.

    Words: `event.NAME.title` and `.body` for a push, which a lock screen shows to anybody, so they name nothing and
    nobody; `.inbox` for the inbox, which may name the event's fields.
    """

    message_class: ClassVar[MessageClass]
    kinds: ClassVar[dict[str, type["Event"]]] = {}
    """Every event by its name."""

    customer_id: int
    """Who is told."""

    def __init_subclass__(cls, *, is_kind: bool = True) -> None:
        if not is_kind:  # What some kinds have in common.
            return
        assert "message_class" in cls.__dict__, f"{cls.__name__} needs a message_class"
        assert cls.__name__ not in Event.kinds, f"there are two events called {cls.__name__}"
        Event.kinds[cls.__name__] = cls

    @property
    def kind(self) -> str:
        return type(self).__name__

    @property
    def category(self) -> Category:
        """What the customer can choose about it. A promotion says for itself."""
        return _CATEGORIES[self.message_class]

    @property
    def about_due_on(self) -> date | None:
        """The due day it reminds of: once nothing of that day is open any more, nobody is reminded. None: of none."""
        return None

    @property
    def tag(self) -> str | None:
        """What a phone shows once: a newer message in place of the older. None where each stands by itself."""
        return None

    def good_until(self, zone: ZoneInfo) -> datetime | None:  # noqa: ARG002  Others know.
        """From when on it would only be late, on the clock of whoever is told; None: as its class says."""
        return None

    def falls_back_at(self, zone: ZoneInfo) -> datetime | None:  # noqa: ARG002
        """When it goes by SMS, too, if it was not opened by then; None: never."""
        return None

    def link(self) -> str:
        """Where the app leads when it is tapped; opaque, because push data is readable on the way."""
        return HOME

    def own_words(self, locale: Locale) -> OwnWords | None:  # noqa: ARG002  Others have some.
        """Give the words it brings with it, in place of the catalogue's, safe on a lock screen; None where it brings none."""
        return None

    def to_json(self) -> str:
        """Write the fields down, to be read by `read_event`."""
        return _adapter(self.kind).dump_json(self).decode()


def read_event(kind: str, body: str) -> Event:
    """Read an event from its name and the JSON of its fields.

    Raises KeyError for a name, and ValueError for fields, that this version does not know.
    """
    event: Event = _adapter(kind).validate_json(body)
    return event


@cache
def _adapter(kind: str) -> TypeAdapter[Any]:
    return TypeAdapter(Event.kinds[kind])


_CATEGORIES = {
    MessageClass.SECURITY: Category.SECURITY,
    MessageClass.PAYMENT: Category.ACCOUNT_DUTY,
    MessageClass.OVERDUE: Category.ACCOUNT_DUTY,
    MessageClass.REMINDER: Category.REMINDER,
    MessageClass.SERVICE: Category.SERVICE,
}
HOME = "goodterms://home"
_TYPES = {
    "applications": "Application",
    "callbacks": "Callback",
    "cases": "Case",
    "conversations": "Conversation",
    "events": "CustomerEvent",
    "feedback": "Feedback",
    "invitations": "Invitation",
    "loans": "Loan",
    "redemptions": "Redemption",
    "reminders": "OwnReminder",
    "surveys": "SurveyInvitation",
}


def link_to(area: str, key: int) -> str:
    """Lead to a row by its global id, as the GraphQL API gives it: `goodterms://loans/TG9hbjox`."""
    return f"goodterms://{area}/{encode_id(_TYPES[area], key)}"
