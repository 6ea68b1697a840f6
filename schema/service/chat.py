"""The automated service: asking it, and reading what was said."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.service import chat
from resolvers.service import chat_figures as figures
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE, MANAGERS, OWNER, STAFF_IN_CHARGE
from rules.people.kinds import Locale
from rules.people.masks import hidden
from rules.service.cases import TooManyCases, TooManyMessages
from rules.service.chat import (
    ChatAction,
    ChatOutcome,
    ChatSource,
    ChatStatus,
    TooManyQuestions,
    actions_after,
)
from rules.service.intents import ChatIntent
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    computed,
    connection,
    filter_of,
    id_of,
    input,
    masked,
    matches,
    mutation,
    node,
    query,
    relation,
    root,
    text,
    value,
    whole,
)

if TYPE_CHECKING:
    from schema.people.customers import Customer
    from schema.service.articles import ArticleVersion
    from schema.service.cases import Case


@node(models.ChatSession)
class ChatSession(Node):
    """A conversation with the automated service."""

    status: ChatStatus
    """Who answers."""
    created_at: datetime
    """When it began."""
    customer: Customer = relation("customer_id")
    """Whose it is."""
    case: Case | None = relation("case_id")
    """The case in which a person answers; null where none does."""
    turns: Connection[ChatTurn] = connection(via="session_id")
    """What was asked and answered, oldest first."""


@node(models.ChatTurn)
class ChatTurn(Node):
    """A question and its answer."""

    words: str = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """What was asked; plain text, to be shown as it is."""
    answer: str = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """What was answered, in the language of who asked; plain text, to be shown as it is."""
    intent: ChatIntent | None
    """What was understood; null where nothing was, surely enough."""
    outcome: ChatOutcome
    """What came of it."""
    source: ChatSource | None
    """Where the answer comes from; null where there is none, or a person gives it."""
    suggestions: list[ChatAction] = computed(actions_after, "outcome", "intent")
    """What can be done next, in the app, the likeliest first; nothing has been done yet."""
    locale: Locale
    """The language of the answer."""
    created_at: datetime
    """When."""
    session: ChatSession = relation("session_id")
    """The conversation it belongs to."""
    article_version: ArticleVersion | None = relation("article_version_id")
    """The text that was offered; null where none was, or it is not read any more."""


@filter_of(models.ChatSession)
class ChatSessionFilter:
    """Narrows a list of conversations."""

    customer: int | None = matches("customer_id", id_of=models.Customer)
    """Those of one customer."""


@root
class ChatRoot:
    chat_sessions: Connection[ChatSession] = connection(
        filter=ChatSessionFilter, allow=CUSTOMERS | IN_CHARGE | AUDITORS
    )
    """Conversations with the automated service, oldest first: to a customer his own."""


@input
class AskAssistantInput(Input):
    """What you want to know."""

    session_id: int | None = id_of(models.ChatSession)
    """The conversation that goes on; nothing, or one that a person has taken over: another begins."""
    words: str = text(1, 1_000)
    """What you want to know, in Chinese or English; nothing in it is obeyed, it is a question."""
    key: str | None = text(1, 64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=CUSTOMERS, refusals=(TooManyQuestions, TooManyCases, TooManyMessages))
async def ask_assistant(info: Info, input: AskAssistantInput) -> models.ChatTurn:
    """Ask at any hour: answered from your own data and published texts, or handed to a person. It moves no money, and changes nothing."""
    return await chat.ask_assistant(info.context.viewer, **input.values())


@value(figures.ChatMisses)
class ChatMisses:
    """How often nothing was found, by language."""

    locale: Locale
    """The language of the answers."""
    questions: int
    """How many were asked."""
    misses: int
    """For how many of them nothing was found."""


@value(figures.ChatFigures)
class ChatFiguresSuccess:
    """What came of the automated service; no words."""

    since: datetime
    """From when on."""
    sessions: int
    """Conversations that began since then."""
    contained: int
    """Those that no person took over."""
    handed_over: int
    """Those that a person took over."""
    contacted_again: int
    """Of those that no person took over: after how many the same customer came again within seven days."""
    misses: list[ChatMisses]
    """By language."""


@input
class ChatFiguresInput(Input):
    """Of which time."""

    days: int = whole(1, 92)
    """So many days, until now."""


@query(allow=MANAGERS)
async def chat_figures(info: Info, input: ChatFiguresInput) -> figures.ChatFigures:
    """Count what came of conversations with the customers of one's branches."""
    return await figures.chat_figures(info.context.viewer, **input.values())
