"""Conversations: what a customer and those who look after him write to each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from models import Conversation, Customer, Message, MessageFile, NamedOfficer, Viewer
from models.database import Unit, locked, open_unit, transaction
from notifications import live, outbox
from notifications.live import topic
from notifications.service.conversations import MessageReceived
from resolvers import keys
from resolvers.documents import uploads
from resolvers.documents.links import Opened
from resolvers.people.customers import lock_customer
from resolvers.people.relationships import check_not_ones_own
from resolvers.service.hourly import again_at
from resolvers.watches import PAGE, Watch
from rules.documents.uploads import UploadPurpose
from rules.errors import NotFound
from rules.people.access import CUSTOMERS, IN_CHARGE, Role
from rules.service.cases import TooManyMessages
from rules.service.conversations import MESSAGES_AN_HOUR


async def send_message(
    viewer: Viewer, *, words: str, key: str, upload_ids: Sequence[int] | None = None
) -> Conversation:
    """Write to whoever looks after oneself. Raises `NotFound`, `TooManyMessages`, `UploadNotUsable`, `KeyReused`."""
    files = list(dict.fromkeys(upload_ids or ()))
    async with keys.once(Conversation, viewer, "send_message", key, words, files) as kept:
        if kept.is_new:
            unit = open_unit()
            customer = await lock_customer(viewer)
            await _check_writes_little(unit, customer.id)
            conversation, message = await _write(customer, words)
            for upload_id in files:
                upload = await uploads.use(viewer, upload_id, UploadPurpose.MESSAGE)
                await MessageFile.create(customer_id=customer.id, message_id=message.id, upload_id=upload.id)
            kept.keep(conversation)
    return kept.result


async def send_message_to(viewer: Viewer, *, customer_id: int, words: str, key: str) -> Conversation:
    """Write to a customer whom one looks after; he is told that there is something to read.

    Raises `NotFound`, `OwnAffairs`, `KeyReused`.
    """
    async with keys.once(Conversation, viewer, "send_message_to", key, customer_id, words) as kept:
        if kept.is_new:
            customer = await locked(Customer, viewer, customer_id)
            await check_not_ones_own(viewer, customer_id)
            conversation, _ = await _write(customer, words)
            await outbox.record(MessageReceived(customer_id=customer_id, conversation_id=conversation.id))
            kept.keep(conversation)
    return kept.result


async def _check_writes_little(unit: Unit, customer_id: int) -> None:
    own = Message.filter(customer_id=customer_id, author=Role.CUSTOMER)
    if (at := await again_at(own, unit.now, MESSAGES_AN_HOUR)) is not None:
        raise TooManyMessages(again_at=at)


async def _write(customer: Customer, words: str) -> tuple[Conversation, Message]:
    """Add a message to a customer's conversation, whose row is locked: messages are numbered in the order of their commits."""
    unit = open_unit()
    viewer = unit.viewer
    conversation = await Conversation.get_or_none(customer_id=customer.id)
    if conversation is None:
        conversation = await Conversation.create(customer_id=customer.id)
    message = await Message.create(
        customer_id=customer.id,
        conversation_id=conversation.id,
        author=viewer.role,
        staff_id=viewer.staff_id,
        words=words,
    )
    if viewer.role is Role.CUSTOMER:
        conversation.staff_unread += 1
        conversation.waiting_since = conversation.waiting_since or unit.now
    else:
        conversation.customer_unread += 1
    await _keep(conversation)
    unit.subject = message
    return conversation, message


async def _keep(conversation: Conversation) -> None:
    """Save what was read and what waits; whoever watches is told after the unit."""
    sides = (f"{side}_{what}" for side in ("customer", "staff") for what in ("read_number", "read_until", "unread"))
    await conversation.save(update_fields=[*sides, "waiting_since"])
    open_unit().afterwards.append(partial(live.wake, "conversation", [conversation.customer_id]))


async def mark_conversation_read(viewer: Viewer, *, up_to_id: int) -> Conversation:
    """Count a message, and all before it, as read by one's own side; what was read before stays read. Raises `NotFound`."""
    async with transaction(viewer, "mark_conversation_read") as unit:
        message = await Message.visible_to(viewer).get_or_none(id=up_to_id)
        if message is None or viewer.role not in IN_CHARGE | CUSTOMERS:
            raise NotFound
        await locked(Customer, viewer, message.customer_id)
        await check_not_ones_own(viewer, message.customer_id)
        unit.subject = conversation = await Conversation.get(id=message.conversation_id)
        side = "customer" if viewer.role is Role.CUSTOMER else "staff"
        if message.id > getattr(conversation, f"{side}_read_number"):
            setattr(conversation, f"{side}_read_number", message.id)
            setattr(conversation, f"{side}_read_until", message.created_at)
            await _count(conversation, message, side)
            await _keep(conversation)
        return conversation


async def _count(conversation: Conversation, read: Message, side: str) -> None:
    """Count what the other side wrote after a message."""
    later = Message.filter(conversation_id=conversation.id, id__gt=read.id)
    if side == "customer":
        conversation.customer_unread = await later.exclude(author=Role.CUSTOMER).count()
        return
    theirs = later.filter(author=Role.CUSTOMER)
    conversation.staff_unread = await theirs.count()
    first = await theirs.order_by("id").first()
    conversation.waiting_since = None if first is None else first.created_at


async def open_message_file(viewer: Viewer, *, file_id: int) -> Opened:
    """Give a link to a file of a message, for some minutes; the audit keeps who opened it. Raises `NotFound`."""
    return await uploads.open_file(viewer, "open_message_file", MessageFile, file_id)


@dataclass(frozen=True)
class WaitingConversations:
    """The conversations in which a customer wrote something that nobody of us has read, in the order in which to answer."""

    conversations: Sequence[Conversation]


async def waiting_conversations(viewer: Viewer, *, first: int) -> WaitingConversations:
    """Give at most so many of the longest waiting: first those of one's own customers, then those of nobody's, then those of colleagues'; in each
    the longest waiting first. A named officer is asked first, and anybody in charge of the branch where he is not there.
    """
    waiting = Conversation.visible_to(viewer).filter(waiting_since__isnull=False)
    rows = await waiting.order_by("waiting_since", "id").limit(first)
    named = NamedOfficer.filter(customer_id__in=[row.customer_id for row in rows], ended_at=None)
    officers = {row.customer_id: row.staff_id for row in await named}

    def turn(row: Conversation) -> int:
        officer = officers.get(row.customer_id)
        return 1 if officer is None else 0 if officer == viewer.staff_id else 2

    return WaitingConversations(sorted(rows, key=turn))


async def watch_conversation(viewer: Viewer, *, customer_id: int | None, after_id: int | None) -> Watch[Message]:
    """Watch what is written in a conversation: after a message that one has, or from now on. Raises `NotFound`."""
    owner = customer_id or viewer.customer_id
    if owner is None or not await Customer.visible_to(viewer).filter(id=owner).exists():
        raise NotFound
    shown = after_id
    if after_id is not None and not await Message.visible_to(viewer).filter(id=after_id, customer_id=owner).exists():
        raise NotFound

    async def look(viewer: Viewer) -> Sequence[Message]:
        nonlocal shown
        if not await Customer.visible_to(viewer).filter(id=owner).exists():
            raise NotFound
        mine = Message.visible_to(viewer).filter(customer_id=owner)
        if shown is None:
            last = await mine.order_by("-id").first()
            shown = 0 if last is None else last.id
        found = await mine.filter(id__gt=shown).order_by("id").limit(PAGE)
        shown = found[-1].id if found else shown
        return found

    return Watch(topic("conversation", owner), look)
