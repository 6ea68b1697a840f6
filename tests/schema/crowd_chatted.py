"""What the crowd asked the automated service."""

import models
from resolvers.service import chat
from tests import make


async def chat_about(borrower: models.Customer) -> None:
    """Something of his own, something that nobody wrote about, a text that was offered, and a wish for a person."""
    me = make.viewer(borrower)
    known = await chat.ask_assistant(me, words="我还欠多少钱")
    await chat.ask_assistant(me, words="How do I cook rice?", session_id=known.session_id)
    await chat.ask_assistant(me, words="提前还款是怎么回事呢这篇", session_id=known.session_id)
    await chat.ask_assistant(me, words="转人工", session_id=known.session_id)
