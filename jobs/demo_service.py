"""What the demo's people complain about and praise, and how they are asked how it was."""

from collections.abc import Mapping, Sequence

from models import Cause, Viewer
from resolvers.service import case_answers, case_messages, cases, feedback, surveys
from resolvers.service.surveys import WrittenSurvey
from rules.service.cases import CaseCategory, CaseKind, CaseOutcome, CaseTerms
from rules.service.feedback import FeedbackKind, FeedbackTopic
from rules.service.surveys import SurveyKind, SurveyOccasion, SurveyTerms

DAYS_AGO = 12
"""When it happened."""


async def be_heard(staff: Mapping[str, Viewer], customers: Sequence[Viewer]) -> None:
    """A survey for who was answered; a complaint that is, one that waits, and an idea that was taken up."""
    manager, second = staff["manager"], staff["manager2"]
    first, other = customers[:2]
    await _ask_how_it_was(staff["marketer"], manager)
    await _complain(first, other, manager)
    await _have_an_idea(other, manager, second)


async def _ask_how_it_was(marketer: Viewer, manager: Viewer) -> None:
    content = WrittenSurvey(
        title_zh="您对这次处理满意吗？",
        title_en="How satisfied were you with how we dealt with it?",
        terms=SurveyTerms(
            sample_percent=100,
            delay_hours=1,
            cooldown_days=30,
            most_a_year=4,
            remind_after_days=3,
            open_days=14,
        ),
        pages=(),
    )
    asked = await surveys.propose_survey(
        marketer,
        kind=SurveyKind.CSAT,
        occasion=SurveyOccasion.CASE_CLOSED,
        name_zh="投诉处理",
        name_en="Complaints",
        written=content,
    )
    await surveys.approve_survey(manager, version_id=asked.id)


async def _complain(first: Viewer, other: Viewer, manager: Viewer) -> None:
    answered = await cases.open_case(
        first,
        CaseTerms(kind=CaseKind.COMPLAINT, category=CaseCategory.PAYMENTS),
        words="自动扣款那天我已经手动还过一次，怎么又扣了？",
        key="demo",
    )
    answer = "经核实，重复的一笔已于当日退回您的账户，给您添麻烦了。"
    await case_messages.reply_to_case(manager, case_id=answered.id, words="您好，我们正在核对扣款记录。")
    cause = await Cause.get(code="DEBITED_TWICE")
    await case_answers.decide_case(
        manager, case_id=answered.id, outcome=CaseOutcome.UPHELD, answer=answer, cause_id=cause.id
    )
    await cases.open_case(
        other,
        CaseTerms(kind=CaseKind.COMPLAINT, category=CaseCategory.COSTS),
        words="手续费和当初说的不一样。",
        key="demo",
    )


async def _have_an_idea(customer: Viewer, manager: Viewer, second: Viewer) -> None:
    idea = await feedback.give_feedback(
        customer,
        kind=FeedbackKind.IDEA,
        topic=FeedbackTopic.SCREEN,
        words="还款日最好能提前三天提醒。",
        is_anonymous=False,
    )
    assert idea.feedback is not None, "it was given under a name"
    notice = await feedback.propose_notice(
        manager,
        said_zh="希望还款日提前提醒。",
        said_en="Remind us before the due day.",
        did_zh="现在到期前 7 天、3 天和 1 天都会提醒，也可以自己设定。",
        did_en="We now remind you 7, 3 and 1 days before, and you can set days of your own.",
        feedback_ids=[idea.feedback.id],
    )
    await feedback.approve_notice(second, notice_id=notice.id)
