"""What the crowd and those who look after it write to each other, and visits."""

import models
from resolvers.service import conversations
from tests import make, speaking


async def speak(borrower: models.Customer, officer: models.Staff) -> None:
    """A question with a picture, an answer that was read, another question that waits, and a visit."""
    clerk = await make.signed_in(officer)
    picture = await speaking.picture(borrower)
    asked = await speaking.said(borrower, upload_ids=[picture.id])
    await conversations.mark_conversation_read(clerk, up_to_id=asked.id)
    answer = await speaking.answered(clerk, borrower)
    await conversations.mark_conversation_read(make.viewer(borrower), up_to_id=answer.id)
    await speaking.said(borrower, "<b>谢谢</b>")
    await speaking.visit(clerk, borrower)
