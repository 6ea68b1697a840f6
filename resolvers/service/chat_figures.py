"""What came of the automated service: numbers, and no words."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.functions import Count

from models import Case, ChatSession, ChatTurn, Viewer
from rules.people.kinds import Locale
from rules.service.chat import RECONTACT_WITHIN, ChatOutcome, ChatStatus


@dataclass(frozen=True)
class ChatMisses:
    """How often nothing was found for people of a language."""

    locale: Locale
    questions: int
    misses: int


@dataclass(frozen=True)
class ChatFigures:
    """What came of conversations."""

    since: datetime
    sessions: int
    contained: int
    handed_over: int
    contacted_again: int
    misses: tuple[ChatMisses, ...]


async def chat_figures(viewer: Viewer, *, days: int) -> ChatFigures:
    """Count what came of the conversations of the last days that the viewer may see."""
    since = viewer.now - timedelta(days=days)
    rows = ChatSession.visible_to(viewer).filter(created_at__gte=since)
    sessions = await rows.order_by("id").values_list("id", "customer_id", "created_at", "status")
    contained = [row for row in sessions if row[3] is not ChatStatus.HANDED_OVER]
    came = await _contacts(viewer, since)
    again = [row for row in contained if any(row[2] < at <= row[2] + RECONTACT_WITHIN for at in came[row[1]])]
    return ChatFigures(
        since=since,
        sessions=len(sessions),
        contained=len(contained),
        handed_over=len(sessions) - len(contained),
        contacted_again=len(again),
        misses=await _misses(viewer, since),
    )


async def _contacts(viewer: Viewer, since: datetime) -> dict[int, list[datetime]]:
    """Give when each customer began a conversation, or opened a case."""
    came = defaultdict[int, list[datetime]](list)
    for model in (ChatSession, Case):
        found = model.visible_to(viewer).filter(created_at__gte=since)
        for customer_id, created_at in await found.values_list("customer_id", "created_at"):
            came[customer_id].append(created_at)
    return came


async def _misses(viewer: Viewer, since: datetime) -> tuple[ChatMisses, ...]:
    turns = ChatTurn.visible_to(viewer).filter(created_at__gte=since).annotate(times=Count("id"))
    counted = await turns.group_by("locale", "outcome").values_list("locale", "outcome", "times")
    asked, missed = Counter[Locale](), Counter[Locale]()
    for locale, outcome, times in counted:
        asked[Locale(locale)] += int(times)
        missed[Locale(locale)] += int(times) if ChatOutcome(outcome) is ChatOutcome.MISSED else 0
    return tuple(ChatMisses(locale, asked[locale], missed[locale]) for locale in Locale)
