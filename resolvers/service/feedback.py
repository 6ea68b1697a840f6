"""Hearing what people say, answering it, and saying in public what was done about it."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from models import Branch, Customer, Feedback, FeedbackNotice, Loan, Viewer
from models.database import Unit, locked, transaction
from models.database.transaction import bare_transaction
from notifications import outbox
from notifications.service.feedback import FeedbackAnswered
from resolvers.people.relationships import check_not_ones_own
from resolvers.products.proposals import DECIDED, decided
from rules.errors import NotFound
from rules.people.access import Role
from rules.products.states import ProposalStatus
from rules.service.feedback import (
    FEEDBACK_MOVES,
    GIVEN_AN_HOUR,
    FeedbackKind,
    FeedbackLimitReached,
    FeedbackStatus,
    FeedbackTopic,
    NobodyToAnswer,
    check_anonymous,
    desk_of,
)
from rules.states import NotPossibleNow

_given = dict[int, deque[datetime]]()
"""When customers said something within the last hour: in the memory of this process, so that nothing keeps who it was."""


@dataclass(frozen=True)
class FeedbackGiven:
    """What was said."""

    feedback: Feedback | None
    """None where it is anonymous: then it cannot be found again by who said it."""


async def give_feedback(
    viewer: Viewer,
    *,
    kind: FeedbackKind,
    topic: FeedbackTopic,
    words: str,
    is_anonymous: bool,
    loan_id: int | None = None,
    screen: str | None = None,
) -> FeedbackGiven:
    """Say something. Raises `NotFound`, `SaysWhoYouAre`, `FeedbackLimitReached`."""
    check_anonymous(is_anonymous=is_anonymous, loan_id=loan_id)
    customer = await Customer.visible_to(viewer).get_or_none(id=viewer.customer_id or 0)
    is_known = loan_id is None or await Loan.visible_to(viewer).filter(id=loan_id).exists()
    if customer is None or not is_known:
        raise NotFound
    _count(customer.id, viewer.now)
    said: dict[str, Any] = {
        "kind": kind,
        "topic": topic,
        "words": words,
        "screen": screen,
        "status": FEEDBACK_MOVES.initial,
    }
    if is_anonymous:
        await _keep_anonymous(viewer, said)
        return FeedbackGiven(None)
    async with transaction(viewer, "give_feedback") as unit:
        unit.subject = feedback = await Feedback.create(
            **said,
            customer_id=customer.id,
            branch_id=customer.branch_id,
            loan_id=loan_id,
            desk=desk_of(topic, is_restricted=customer.is_restricted),
            given_on=unit.today,
        )
        return FeedbackGiven(feedback)


async def _keep_anonymous(viewer: Viewer, said: dict[str, Any]) -> None:
    """Keep what was said, of the day and not of the moment: an audit entry would say that, and soon by whom."""
    branch = await Branch.get(is_default=True)
    async with bare_transaction():
        await Feedback.create(
            **said,
            branch_id=branch.id,
            desk=desk_of(said["topic"], is_restricted=False),
            given_on=viewer.today,
            created_at=datetime.combine(viewer.today, time(), UTC),
        )


def forget_who_spoke() -> None:
    """Let everybody speak as if nobody had within this hour: for whoever begins anew in one process."""
    _given.clear()


def _count(customer_id: int, now: datetime) -> None:
    """Let somebody say so much in an hour. Raises `FeedbackLimitReached`."""
    for other in [other for other, times in _given.items() if times[-1] <= now - timedelta(hours=1)]:
        del _given[other]
    times = _given.setdefault(customer_id, deque())
    while times and times[0] <= now - timedelta(hours=1):
        times.popleft()
    if len(times) >= GIVEN_AN_HOUR:
        raise FeedbackLimitReached
    times.append(now)


async def answer_feedback(viewer: Viewer, *, feedback_id: int, answer: str) -> Feedback:
    """Answer who gave his name; he is told. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`, `NobodyToAnswer`."""
    async with transaction(viewer, "answer_feedback") as unit:
        feedback = await _lock(unit, feedback_id)
        if feedback.customer_id is None:
            raise NobodyToAnswer
        _move(feedback, FeedbackStatus.ANSWERED, viewer.role)
        feedback.answer, feedback.answered_by_id = answer, viewer.staff_id
        await feedback.save(update_fields=["status", "answer", "answered_by_id"])
        await outbox.record(FeedbackAnswered(customer_id=feedback.customer_id, feedback_id=feedback.id))
        return feedback


async def close_feedback(viewer: Viewer, *, feedback_id: int) -> Feedback:
    """Say that it was read. Raises `NotFound`, `OwnAffairs`, `NotPossibleNow`."""
    async with transaction(viewer, "close_feedback") as unit:
        feedback = await _lock(unit, feedback_id)
        _move(feedback, FeedbackStatus.CLOSED, viewer.role)
        await feedback.save(update_fields=["status"])
        return feedback


async def propose_notice(
    viewer: Viewer, *, said_zh: str, said_en: str, did_zh: str, did_en: str, feedback_ids: Sequence[int] | None = None
) -> FeedbackNotice:
    """Propose to say in public what was said, and what was done about it.

    Raises `NotFound`, `NotPossibleNow` for what another notice is about.
    """
    async with transaction(viewer, "propose_feedback_notice") as unit:
        notice = await FeedbackNotice.create(
            said_zh=said_zh,
            said_en=said_en,
            did_zh=did_zh,
            did_en=did_en,
            status=ProposalStatus.PROPOSED,
            proposed_by_id=viewer.staff_id,
        )
        for feedback_id in sorted(set(feedback_ids or ())):
            feedback = await locked(Feedback, viewer, feedback_id)
            if await FeedbackNotice.filter(id=feedback.notice_id or 0).exclude(status=ProposalStatus.DECLINED).exists():
                raise NotPossibleNow(current=feedback.status)
            feedback.notice_id = notice.id
            await feedback.save(update_fields=["notice_id"])
        unit.subject = notice
        return notice


async def approve_notice(viewer: Viewer, *, notice_id: int) -> FeedbackNotice:
    """Let everybody read it. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    return await _decide(viewer, "approve_feedback_notice", notice_id, ProposalStatus.APPROVED)


async def decline_notice(viewer: Viewer, *, notice_id: int) -> FeedbackNotice:
    """Keep it from the public. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    return await _decide(viewer, "decline_feedback_notice", notice_id, ProposalStatus.DECLINED)


async def _decide(viewer: Viewer, operation: str, notice_id: int, status: ProposalStatus) -> FeedbackNotice:
    async with transaction(viewer, operation) as unit:
        notice = await decided(unit, FeedbackNotice, notice_id, status)
        await notice.save(update_fields=DECIDED)
        return notice


async def _lock(unit: Unit, feedback_id: int) -> Feedback:
    feedback = await locked(Feedback, unit.viewer, feedback_id)
    if feedback.customer_id is not None:
        await check_not_ones_own(unit.viewer, feedback.customer_id)
    return feedback


def _move(feedback: Feedback, to: FeedbackStatus, role: Role) -> None:
    FEEDBACK_MOVES.check(feedback.status, to, role)
    feedback.status = to
