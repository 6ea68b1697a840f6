"""What people say of us: under their names, without, and what they read about it."""

from datetime import timedelta

import pytest

from jobs.verify import verify
from models import Feedback, FeedbackNotice, OutboxEvent
from resolvers.service import feedback
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.staff import OwnAffairs, SamePerson
from rules.service.feedback import (
    GIVEN_AN_HOUR,
    FeedbackDesk,
    FeedbackKind,
    FeedbackLimitReached,
    FeedbackStatus,
    FeedbackTopic,
    NobodyToAnswer,
    SaysWhoYouAre,
)
from rules.states import NotPossibleNow
from tests import make

SAID = {
    "kind": FeedbackKind.TROUBLE,
    "topic": FeedbackTopic.SCREEN,
    "words": "<b>还款</b>按钮太小",
    "is_anonymous": False,
}
NOTICE = {"said_zh": "按钮太小", "said_en": "The button is small", "did_zh": "改大了", "did_en": "It is large"}


async def test_what_is_said_under_a_name_is_answered_and_the_customer_is_told(db):
    customer = await make.customer()
    me, officer = make.viewer(customer), await make.officer_of(customer.id)
    given = (await feedback.give_feedback(me, **SAID, screen="Repay")).feedback
    assert (given.status, given.desk, given.words) == (FeedbackStatus.NEW, FeedbackDesk.OFFICERS, "<b>还款</b>按钮太小")
    assert await Feedback.visible_to(officer).filter(id=given.id).exists()
    answered = await feedback.answer_feedback(officer, feedback_id=given.id, answer="谢谢，已改。")
    assert (answered.status, answered.answered_by_id) == (FeedbackStatus.ANSWERED, officer.staff_id)
    assert await OutboxEvent.filter(kind="FeedbackAnswered", customer_id=customer.id).count() == 1
    for again in (
        feedback.answer_feedback(officer, feedback_id=given.id, answer="again"),
        feedback.close_feedback(officer, feedback_id=given.id),
    ):
        with pytest.raises(NotPossibleNow):
            await again
    assert await verify() == []


async def test_of_what_is_said_anonymously_nothing_leads_to_who_said_it(db):
    customer = await make.customer()
    me = make.viewer(customer)
    before = {table: len(rows) for table, rows in (await make.everything()).items()}
    given = await feedback.give_feedback(me, **{**SAID, "is_anonymous": True})
    assert given.feedback is None
    kept = await Feedback.get()
    assert (kept.customer_id, kept.loan_id) == (None, None)
    assert kept.created_at.time().isoformat() == "00:00:00", "not even the moment"
    after = {table: len(rows) for table, rows in (await make.everything()).items()}
    grown = {table for table in after if after[table] != before.get(table, 0)}
    assert grown == {"feedback"}, "no audit, no key, nothing"
    assert not await Feedback.visible_to(me).exists()
    manager = await make.manager_of(customer.id)
    with pytest.raises(NobodyToAnswer):
        await feedback.answer_feedback(manager, feedback_id=kept.id, answer="who are you?")
    assert (await feedback.close_feedback(manager, feedback_id=kept.id)).status is FeedbackStatus.CLOSED


async def test_a_loan_says_who_somebody_is(db):
    loan = await make.loan()
    me = await make.viewer_of(loan.customer_id)
    with pytest.raises(SaysWhoYouAre):
        await feedback.give_feedback(me, **{**SAID, "is_anonymous": True}, loan_id=loan.id)
    stranger = make.viewer(await make.customer())
    with pytest.raises(NotFound):
        await feedback.give_feedback(stranger, **SAID, loan_id=loan.id)
    assert not await Feedback.exists()
    assert (await feedback.give_feedback(me, **SAID, loan_id=loan.id)).feedback.loan_id == loan.id


async def test_what_is_said_of_a_colleague_managers_read(db):
    customer = await make.customer()
    me = make.viewer(customer)
    given = (await feedback.give_feedback(me, **{**SAID, "topic": FeedbackTopic.PERSON})).feedback
    officer, manager = await make.officer_of(customer.id), await make.manager_of(customer.id)
    assert given.desk is FeedbackDesk.MANAGERS
    with pytest.raises(NotFound):
        await feedback.answer_feedback(officer, feedback_id=given.id, answer="no")
    kin = await make.manager_of(customer.id, customer_id=customer.id)
    with pytest.raises(OwnAffairs):
        await feedback.answer_feedback(kin, feedback_id=given.id, answer="no")
    await feedback.answer_feedback(manager, feedback_id=given.id, answer="谢谢")


async def test_a_restricted_file_and_another_branch_keep_what_is_said_from_officers(db):
    customer = await make.customer(is_restricted=True)
    given = (await feedback.give_feedback(make.viewer(customer), **SAID)).feedback
    assert not await Feedback.visible_to(await make.officer_of(customer.id)).exists()
    far = await make.customer(branch=await make.branch())
    assert not await Feedback.visible_to(await make.manager_of(far.id)).filter(id=given.id).exists()
    assert await Feedback.visible_to(await make.manager_of(customer.id)).filter(id=given.id).exists()
    for role in (Role.MARKETER, Role.ADMIN):
        assert not await Feedback.visible_to(await make.signed_in(await make.staff(role=role))).exists()


async def test_ten_an_hour_are_heard_of_one_customer_whether_anonymous_or_not(db):
    customer, other = await make.customer(), await make.customer()
    me = make.viewer(customer)
    for number in range(GIVEN_AN_HOUR):
        await feedback.give_feedback(me, **{**SAID, "is_anonymous": number % 2 == 0})
    with pytest.raises(FeedbackLimitReached):
        await feedback.give_feedback(me, **SAID)
    assert await Feedback.all().count() == GIVEN_AN_HOUR
    await feedback.give_feedback(make.viewer(other), **SAID)
    make.clock.moment += timedelta(hours=1)
    await feedback.give_feedback(me, **SAID)


async def test_you_said_we_did_is_read_by_everybody_once_another_has_approved_it(db):
    customer = await make.customer()
    given = (await feedback.give_feedback(make.viewer(customer), **SAID)).feedback
    one, other = await make.manager_of(customer.id), await make.manager_of(customer.id)
    notice = await feedback.propose_notice(one, **NOTICE, feedback_ids=[given.id, given.id])
    assert not await FeedbackNotice.visible_to(make.visitor()).exists()
    with pytest.raises(SamePerson):
        await feedback.approve_notice(one, notice_id=notice.id)
    await feedback.approve_notice(other, notice_id=notice.id)
    assert await FeedbackNotice.visible_to(make.visitor()).filter(id=notice.id).exists()
    assert (await Feedback.get(id=given.id)).notice_id == notice.id
    declined = await feedback.propose_notice(one, **NOTICE)
    await feedback.decline_notice(other, notice_id=declined.id)
    assert await FeedbackNotice.visible_to(make.viewer(customer)).count() == 1
    with pytest.raises(NotFound):
        await feedback.propose_notice(one, **NOTICE, feedback_ids=[given.id + 1])
    with pytest.raises(NotPossibleNow):
        await feedback.propose_notice(one, **NOTICE, feedback_ids=[given.id])
    assert (await Feedback.get(id=given.id)).notice_id == notice.id
    assert await FeedbackNotice.all().count() == 2
