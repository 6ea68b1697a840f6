"""What a customer and those who look after him write to each other."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import models
from resolvers.documents import links
from resolvers.service import conversations
from resolvers.watches import Watch
from rules.documents.uploads import UploadNotUsable
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE, OWNER, SIGNED_IN, STAFF_IN_CHARGE, Role
from rules.people.masks import hidden
from rules.people.staff import OwnAffairs
from rules.service.cases import TooManyMessages
from rules.service.conversations import MOST_FILES, MOST_WAITING
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    children,
    connection,
    id_of,
    ids_of,
    input,
    masked,
    mutation,
    node,
    query,
    relation,
    subscription,
    text,
    value,
    whole,
)

if TYPE_CHECKING:
    from schema.documents.uploads import Upload
    from schema.people.customers import Customer
    from schema.people.staff import Staff


@node(models.Conversation)
class Conversation(Node):
    """All that a customer and those who look after him write to each other: his named officer if he has one, else anybody of his branch."""

    customer_unread: int
    """How many messages of ours the customer has not read."""
    customer_read_until: datetime | None
    """When the last message was written that he has read; null where he has read none."""
    staff_unread: int
    """How many messages of the customer nobody of us has read."""
    staff_read_until: datetime | None
    """When the last message was written that one of us has read; null where nobody has read one."""
    waiting_since: datetime | None
    """Since when the first of those that nobody of us has read waits; null where none waits."""
    created_at: datetime
    """When the first message was written."""
    customer: Customer = relation("customer_id")
    """Whose it is."""
    messages: Connection[Message] = connection(via="conversation_id")
    """Oldest first; read it from the end with `last`."""


@node(models.Message)
class Message(Node):
    """One message; nobody changes it."""

    author: Role
    """As what somebody wrote it."""
    words: str = masked(hidden, clear_to=OWNER | STAFF_IN_CHARGE)
    """Plain text, to be shown as it is: what looks like HTML or like an instruction is what somebody typed."""
    created_at: datetime
    """When."""
    conversation: Conversation = relation("conversation_id")
    """Where it stands."""
    staff: Staff | None = relation("staff_id")
    """Who wrote it; null for the customer, and to customers."""
    files: list[MessageFile] = children(via="message_id")
    """What he added, in the order in which he named it; `openMessageFile` gives a link."""


@node(models.MessageFile)
class MessageFile(Node):
    """A file that the customer added to a message."""

    created_at: datetime
    """When."""
    message: Message = relation("message_id")
    """What he wrote with it."""
    upload: Upload = relation("upload_id")
    """The file; `openMessageFile` gives a link to it."""


@input
class SendMessageInput(Input):
    """What you want to say to whoever looks after you."""

    words: str = text(1, 4_000)
    """Plain text."""
    upload_ids: list[int] | None = ids_of(models.Upload, MOST_FILES)
    """Pictures and papers that arrived by `createUpload` for MESSAGE."""
    key: str = text(1, 64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=CUSTOMERS, refusals=(TooManyMessages, UploadNotUsable))
async def send_message(info: Info, input: SendMessageInput) -> models.Conversation:
    """Write to your officer, or to your branch if you have none of your own. `openCase` is for complaints: they have deadlines."""
    return await conversations.send_message(info.context.viewer, **input.values())


@input
class SendMessageToInput(Input):
    """To whom, and what."""

    customer_id: int = id_of(models.Customer)
    """One whom you look after."""
    words: str = text(1, 4_000)
    """What he reads; plain text."""
    key: str = text(1, 64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs,))
async def send_message_to(info: Info, input: SendMessageToInput) -> models.Conversation:
    """Write to a customer; he is told that there is something to read, and nothing of what it says."""
    return await conversations.send_message_to(info.context.viewer, **input.values())


@input
class MarkConversationReadInput(Input):
    """How far you have read."""

    up_to_id: int = id_of(models.Message)
    """The newest message you have seen: it and all before it count as read. An older one than before changes nothing."""


@mutation(allow=CUSTOMERS | IN_CHARGE, refusals=(OwnAffairs,))
async def mark_conversation_read(info: Info, input: MarkConversationReadInput) -> models.Conversation:
    """Count messages as read: those of ours by the customer, those of his by all of us."""
    return await conversations.mark_conversation_read(info.context.viewer, **input.values())


@input
class OpenMessageFileInput(Input):
    """Which file."""

    file_id: int = id_of(models.MessageFile)
    """One of a conversation that you may see."""


@mutation(allow=CUSTOMERS | IN_CHARGE, refusals=())
async def open_message_file(info: Info, input: OpenMessageFileInput) -> links.Opened:
    """Give a link to a file of a message, for five minutes; the audit keeps who opened it."""
    return await conversations.open_message_file(info.context.viewer, **input.values())


@value(conversations.WaitingConversations)
class WaitingConversationsSuccess:
    """Conversations in which a customer wrote something that nobody of us has read."""

    conversations: list[Conversation]
    """Those of your own customers first, then those of nobody's, then those of colleagues'; the longest waiting first. At most 200."""


@input
class WaitingConversationsInput(Input):
    """How many."""

    first: int = whole(1, MOST_WAITING)
    """At most so many of the longest waiting."""


@query(allow=IN_CHARGE | AUDITORS, refusals=())
async def waiting_conversations(info: Info, input: WaitingConversationsInput) -> conversations.WaitingConversations:
    """List the conversations in which customers wait for a word of us."""
    return await conversations.waiting_conversations(info.context.viewer, **input.values())


@input
class ConversationGrewInput(Input):
    """Whose, and from where on."""

    customer_id: int | None = id_of(models.Customer)
    """One whom you look after; nothing: you, as a customer."""
    after_id: int | None = id_of(models.Message)
    """The newest message you have: those after it come at once. Nothing for those only that come from now on."""


@subscription(allow=SIGNED_IN)
async def conversation_grew(info: Info, input: ConversationGrewInput) -> Watch[models.Message]:
    """Each new message of a conversation, of either side, as it comes, the oldest first."""
    return await conversations.watch_conversation(info.context.viewer, **input.values())
