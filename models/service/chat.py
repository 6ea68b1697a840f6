"""Conversations with the automated service."""

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Owned
from models.fields import LongTextField, NumberField, reference
from rules.people.access import C1, C2
from rules.people.kinds import Locale
from rules.service.chat import ChatOutcome, ChatSource, ChatStatus
from rules.service.intents import ChatIntent


class ChatSession(Owned):
    """A conversation, until a person takes over."""

    status = fields.CharEnumField(ChatStatus, max_length=11)
    misses = NumberField(tier=C1, default=0)
    """How often in a row nothing was found."""
    case = reference("Case", null=True)
    case_id: int | None
    """The case in which a person answers."""

    class Meta:
        table = "chat_session"
        constraints = (
            CheckConstraint(
                name="chat_session_handed_over", check='("status" = \'HANDED_OVER\') = ("case_id" IS NOT NULL)'
            ),
        )
        indexes = (("customer_id", "id"), ("case_id", "id"), ("created_at", "id"))


class ChatTurn(Owned):
    """What he asked, and what was answered. Rows are never edited."""

    is_append_only = True

    session = reference("ChatSession")
    session_id: int
    locale = fields.CharEnumField(Locale, max_length=5)
    """In which language it was answered."""
    words = LongTextField(tier=C2)
    answer = LongTextField(tier=C2)
    intent: ChatIntent | None = fields.CharEnumField(ChatIntent, max_length=18, null=True)  # type: ignore[assignment]
    outcome = fields.CharEnumField(ChatOutcome, max_length=11)
    source: ChatSource | None = fields.CharEnumField(ChatSource, max_length=12, null=True)  # type: ignore[assignment]
    article_version = reference("ArticleVersion", null=True)
    article_version_id: int | None
    """The text that was offered."""

    class Meta:
        table = "chat_turn"
        constraints = (
            CheckConstraint(
                name="chat_turn_article", check='("article_version_id" IS NOT NULL) = ("outcome" = \'OFFERED\')'
            ),
        )
        indexes = (("session_id", "id"), ("customer_id", "created_at", "id"), ("article_version_id",))
