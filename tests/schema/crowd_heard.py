"""What the crowd says of us."""

import models
from models import Viewer
from resolvers.service import feedback
from rules.service.feedback import FeedbackKind, FeedbackTopic
from tests import make


async def hear(borrower: models.Customer, first: Viewer, second: Viewer) -> None:
    """Something that was answered, something about a person, and something anonymous; one notice is public, one waits."""
    me = make.viewer(borrower)
    loan = await models.Loan.filter(customer_id=borrower.id).order_by("id").first()
    assert loan is not None
    said = {"kind": FeedbackKind.IDEA, "words": "Say it earlier.", "is_anonymous": False}
    given = await feedback.give_feedback(me, topic=FeedbackTopic.LOAN, loan_id=loan.id, screen="Loan", **said)
    assert given.feedback is not None
    await feedback.answer_feedback(first, feedback_id=given.feedback.id, answer="We will.")
    await feedback.give_feedback(me, topic=FeedbackTopic.PERSON, **said)
    await feedback.give_feedback(me, topic=FeedbackTopic.OTHER, **said | {"is_anonymous": True})
    words = {"said_zh": "早点说", "said_en": "Earlier", "did_zh": "已提前", "did_en": "Earlier it is"}
    notice = await feedback.propose_notice(first, **words, feedback_ids=[given.feedback.id])
    await feedback.approve_notice(second, notice_id=notice.id)
    await feedback.propose_notice(first, **words)
