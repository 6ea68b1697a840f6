"""Conversations and visits, as customers and staff write them."""

from hashlib import sha256
from itertools import count
from typing import Any

from models import Conversation, Customer, Message, Upload, Viewer, Visit
from resolvers.documents import uploads
from resolvers.service import conversations, visits
from rules.documents.uploads import UploadPurpose
from rules.service.visits import VisitOutcome, VisitPlace, VisitTopic
from tests import files, make

WORDS = "我下个月想提前还一部分，可以吗？"
_numbers = count(1)


async def said(customer: Customer, words: str = WORDS, **rest: Any) -> Message:
    """A message of a customer's."""
    me, key = make.viewer(customer), f"said-{next(_numbers)}"
    return await _last(await conversations.send_message(me, words=words, key=key, **rest))


async def answered(officer: Viewer, customer: Customer, words: str = "可以，请看还款试算。") -> Message:
    """A message to a customer."""
    sent = {"customer_id": customer.id, "words": words, "key": f"answered-{next(_numbers)}"}
    return await _last(await conversations.send_message_to(officer, **sent))


async def _last(conversation: Conversation) -> Message:
    message = await Message.filter(conversation_id=conversation.id).order_by("-id").first()
    assert message is not None
    return message


async def visit(officer: Viewer, customer: Customer, **said: Any) -> Visit:
    """A visit at a branch."""
    about = {
        "place": VisitPlace.BRANCH,
        "topic": VisitTopic.LOAN,
        "words": "他问提前还款要不要费用。",
        "outcome": VisitOutcome.SETTLED,
        "key": f"visit-{next(_numbers)}",
    }
    return await visits.log_visit(officer, **{"customer_id": customer.id, **about, **said})


async def picture(customer: Customer) -> Upload:
    """A picture that arrived, for a message."""
    content, owner = files.picture(), make.viewer(customer)
    digest = sha256(content).hexdigest()
    place = await uploads.create_upload(owner, purpose=UploadPurpose.MESSAGE, size=len(content), sha256=digest)
    return await uploads.store(make.clock, place.upload.id, content)
