"""Asking the automated service: answered from the customer's own data, offered a published text, or handed to a person."""

from typing import Any
from uuid import uuid4

from insights.service.recognition import recognise
from models import Case, ChatSession, ChatTurn, Customer, Viewer
from models.database import Unit, locked, open_unit
from notifications.words import say
from resolvers import configured, keys
from resolvers.people.customers import lock_customer
from resolvers.service import cases, searches
from resolvers.service.case_log import keep, log
from resolvers.service.chat_answers import answer
from resolvers.service.hourly import again_at
from resolvers.service.searches import Found
from rules.people.kinds import in_language
from rules.service.cases import RUNNING, CaseTerms, case_number
from rules.service.chat import (
    AFTER_MISSES,
    GOOD_SEARCH,
    HAND_OVERS,
    MISSES,
    NEVER_REFUSED,
    TURNS_AN_HOUR,
    ChatOutcome,
    ChatSource,
    ChatStatus,
    TooManyQuestions,
    transcript,
)
from rules.service.entries import CaseEntryKind
from rules.service.intents import ChatIntent


async def ask_assistant(
    viewer: Viewer, *, words: str, session_id: int | None = None, key: str | None = None
) -> ChatTurn:
    """Answer a question; what a person has to answer becomes a case, with the whole conversation in it.

    A conversation that was handed over is over: what is written then begins another. Raises `NotFound`,
    `TooManyQuestions`, `TooManyCases`, `TooManyMessages`, `KeyReused`.
    """
    intent = recognise(words).intent
    found = await _search(viewer, words) if intent is None else None
    async with keys.once(ChatTurn, viewer, "ask_assistant", key or uuid4().hex, words, session_id) as kept:
        if kept.is_new:
            customer = await lock_customer(viewer)
            await _check_asks_little(viewer, intent)
            session = await _session(viewer, customer, session_id)
            kept.keep(await _turn(open_unit(), session, words, intent, found))
    return kept.result


async def _check_asks_little(viewer: Viewer, intent: ChatIntent | None) -> None:
    """Let somebody ask so much in an hour, ten times as much where he needs help at once. Raises `TooManyQuestions`."""
    most = 10 * TURNS_AN_HOUR if intent in NEVER_REFUSED else TURNS_AN_HOUR
    own = ChatTurn.filter(customer_id=viewer.customer_id)
    if (at := await again_at(own, viewer.now, most)) is not None:
        raise TooManyQuestions(again_at=at)


async def _search(viewer: Viewer, words: str) -> Found | None:
    """Find a text that may be offered; None where the search says too little."""
    search = await searches.search_articles(viewer, text=words)
    return search.found[0] if search.found and len(search.words) >= GOOD_SEARCH else None


async def _session(viewer: Viewer, customer: Customer, session_id: int | None) -> ChatSession:
    """Give the conversation that goes on, locked, or a new one. Raises `NotFound`."""
    session = None if session_id is None else await locked(ChatSession, viewer, session_id)
    if session is None or session.status is ChatStatus.HANDED_OVER:
        session = await ChatSession.create(customer_id=customer.id, status=ChatStatus.OPEN)
    return session


async def _turn(
    unit: Unit, session: ChatSession, words: str, intent: ChatIntent | None, found: Found | None
) -> ChatTurn:
    """Answer in a conversation that is locked."""
    locale = unit.viewer.locale
    if intent in HAND_OVERS:
        return await _hand_over(unit, session, words, intent)
    if intent is not None:
        text, source = await answer(unit.viewer, intent)
        await _count(session, 0)
        return await _keep(unit, session, words, text, ChatOutcome.ANSWERED, intent=intent, source=source)
    if found is not None:
        title = in_language(found.version.title_zh, found.version.title_en, locale)
        text = say("chat.perhaps", locale, title=title)
        await _count(session, 0)
        said = {"source": ChatSource.ARTICLE, "article_version_id": found.version.id}
        return await _keep(unit, session, words, text, ChatOutcome.OFFERED, **said)
    if session.misses + 1 >= MISSES:
        return await _hand_over(unit, session, words, None)
    await _count(session, session.misses + 1)
    return await _keep(unit, session, words, say("chat.missed", locale), ChatOutcome.MISSED)


async def _count(session: ChatSession, misses: int) -> None:
    if session.misses != misses:
        session.misses = misses
        await session.save(update_fields=["misses"])


async def _keep(unit: Unit, session: ChatSession, words: str, text: str, outcome: ChatOutcome, **said: Any) -> ChatTurn:
    unit.subject = turn = await ChatTurn.create(
        customer_id=session.customer_id,
        session_id=session.id,
        locale=unit.viewer.locale,
        words=words,
        answer=text,
        outcome=outcome,
        **said,
    )
    return turn


async def _hand_over(unit: Unit, session: ChatSession, words: str, intent: ChatIntent | None) -> ChatTurn:
    """Make a case of the conversation, or go on in the one that runs for the same, and say its number."""
    turns = await ChatTurn.filter(session_id=session.id).order_by("id")
    whole = transcript([(turn.words, turn.answer) for turn in turns], words)
    case = await _running(session.customer_id, intent)
    if case is None:
        case = await _open(unit, session.customer_id, whole, intent)
    else:
        await log(case, CaseEntryKind.WRITTEN, whole)
        await keep(case)
    session.status, session.case_id = ChatStatus.HANDED_OVER, case.id
    await session.save(update_fields=["status", "case_id"])
    text = _told(unit.viewer, intent, case_number(case.id, case.created_at))
    return await _keep(unit, session, words, text, ChatOutcome.HANDED_OVER, intent=intent)


async def _running(customer_id: int, intent: ChatIntent | None) -> Case | None:
    """Give the case that runs for the same already; a complaint is always one of its own, for its clock."""
    if intent is ChatIntent.COMPLAIN:
        return None
    same = ChatTurn.filter(customer_id=customer_id, outcome=ChatOutcome.HANDED_OVER)
    same = same.filter(intent__isnull=True) if intent is None else same.filter(intent=intent)
    last = await same.order_by("-id").first().select_related("session")
    return None if last is None else await Case.get_or_none(id=last.session.case_id, status__in=list(RUNNING))


async def _open(unit: Unit, customer_id: int, words: str, intent: ChatIntent | None) -> Case:
    """Open a case. Raises `TooManyCases`, `TooManyMessages`, but for what is never refused."""
    becomes = AFTER_MISSES if intent is None else HAND_OVERS[intent]
    if intent not in NEVER_REFUSED:
        await cases.check_may_open(unit, customer_id)
    terms = CaseTerms(kind=becomes.kind, category=becomes.category)
    return await cases.open_within(unit, customer_id, terms, words=words, priority=becomes.priority)


def _told(viewer: Viewer, intent: ChatIntent | None, number: str) -> str:
    match intent:
        case ChatIntent.DISTRESS:
            return say("chat.distress", viewer.locale, number=number, helpline=configured().helpline)
        case ChatIntent.DEATH:
            return say("chat.death", viewer.locale, number=number)
        case ChatIntent.FRAUD:
            return say("chat.fraud", viewer.locale, number=number)
        case ChatIntent.COMPLAIN:
            return say("chat.complaint", viewer.locale, number=number)
    return say("chat.person", viewer.locale, number=number)
