"""Asking: when it is time, once, and only whom nothing speaks against at that moment."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

import notifications
from models import (
    Application,
    Delivery,
    Loan,
    Notification,
    OutboxEvent,
    PromiseToPay,
    Repayment,
    SurveyInvitation,
    SurveyResponse,
)
from notifications import NotificationSettings
from resolvers.applications import applications, decisions
from resolvers.loans import hardships
from resolvers.people import restrictions
from resolvers.service import survey_links, surveys
from resolvers.service.survey_answers import Given
from resolvers.service.survey_sending import run_surveys
from rules.applications.kinds import DecisionReason, Outcome, Purpose
from rules.ids import encode_id
from rules.loans.hardships import Situation
from rules.money import Money
from rules.notifications.classes import Category, Lane, MessageChannel
from rules.notifications.deliveries import DeliveryReason, DeliveryState
from rules.people.access import Role
from rules.service.survey_invitations import SurveyInvitationStatus, SurveySkip
from rules.service.surveys import SurveyKind, SurveyOccasion
from tests import asking, make
from tests.resolvers.notifications.test_sending import of, phone, sent

CASE = SurveyOccasion.CASE_CLOSED
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def run() -> int:
    count = 0
    while await run_surveys(make.clock):
        count += 1
    return count


async def now_of(invitation: SurveyInvitation) -> SurveyInvitation:
    return await SurveyInvitation.get(id=invitation.id)


async def told(kind: str = "SurveyAsked") -> int:
    return await OutboxEvent.filter(kind=kind).count()


async def test_he_is_asked_once_it_is_time_and_once(db):
    survey = await asking.survey(occasion=CASE)
    drawn = await asking.drawn(survey)
    make.clock.moment += HOUR - timedelta(seconds=1)
    assert await run() == 0
    make.clock.moment += timedelta(seconds=1)
    assert await run() == 1
    asked = await now_of(drawn)
    assert (asked.status, asked.sent_at) == (SurveyInvitationStatus.SENT, make.clock.now())
    assert (asked.ends_at, asked.remind_at) == (make.clock.now() + 14 * DAY, make.clock.now() + 3 * DAY)
    assert await run() == 0
    assert await told() == 1


async def test_several_processes_ask_him_once(db):
    survey = await asking.survey(occasion=CASE)
    for _ in range(3):
        await asking.drawn(survey)
    make.clock.moment += HOUR
    while any(await asyncio.gather(*[run_surveys(make.clock) for _ in range(4)])):
        pass
    assert await told() == 3


async def help_asked(loan: Loan) -> None:
    borrower = await make.viewer_of(loan.customer_id)
    await hardships.ask_for_help(borrower, loan_id=loan.id, situation=Situation.ILLNESS)


async def late(loan: Loan) -> None:
    async with make.unit():
        await Loan.filter(id=loan.id).update(days_past_due=1)


async def restricted(loan: Loan) -> None:
    boss = await make.manager_of(loan.customer_id)
    await restrictions.restrict_file(boss, customer_id=loan.customer_id, reason="He died.")


async def promised(loan: Loan) -> None:
    await make.promise(loan)
    assert await PromiseToPay.exists(status="OPEN")


HOLDS = {
    help_asked: SurveySkip.HELP_ASKED,
    late: SurveySkip.OVERDUE,
    make.written_off: SurveySkip.OVERDUE,
    promised: SurveySkip.OVERDUE,
    restricted: SurveySkip.RESTRICTED,
}


@pytest.mark.parametrize(("happens", "reason"), HOLDS.items(), ids=lambda each: getattr(each, "__name__", each))
async def test_whom_something_speaks_against_by_then_is_let_be_and_told_nothing(db, happens, reason):
    survey, loan = await asking.survey(occasion=CASE), await make.loan()
    customer = await loan.customer
    drawn = await asking.drawn(survey, customer)
    await happens(loan)
    make.clock.moment += HOUR
    assert await run() == 1
    left = await now_of(drawn)
    assert (left.status, left.skipped_because, left.sent_at) == (SurveyInvitationStatus.SKIPPED, reason, None)
    assert await told() == 0
    make.clock.moment += 30 * DAY
    assert await run() == 0


async def test_a_co_borrower_of_what_is_overdue_is_let_be_and_a_guarantor_is_not(db):
    survey, loan = await asking.survey(occasion=CASE), await make.loan()
    people = {role: await make.customer() for role in ("CO_BORROWER", "GUARANTOR")}
    for role, customer in people.items():
        await make.party(loan, customer, role)
    await late(loan)
    found = {role: await asking.asked(survey, customer) for role, customer in people.items()}
    assert found["CO_BORROWER"].skipped_because is SurveySkip.OVERDUE
    assert found["GUARANTOR"].status is SurveyInvitationStatus.SENT


async def test_what_has_ended_or_was_undone_is_not_asked_about(db):
    survey = await asking.survey(occasion=CASE)
    drawn = await asking.drawn(survey)
    await surveys.end_survey(await asking.manager(), survey_id=survey.id)
    settled = await asking.survey(SurveyKind.CSAT, SurveyOccasion.LOAN_SETTLED)
    loan = await make.overpaid(await make.loan())
    await make.deliver()
    undone = await SurveyInvitation.get(survey_id=settled.id)
    await make.reversal(await Repayment.get(loan_id=loan.id))
    assert (await Loan.get(id=loan.id)).status == "ACTIVE"
    make.clock.moment += HOUR
    assert await run() == 2
    assert (await now_of(drawn)).skipped_because is SurveySkip.ENDED
    assert (await now_of(undone)).skipped_because is SurveySkip.UNDONE


async def declined() -> Application:
    customer, product = await make.customer(), await make.product()
    viewer = make.viewer(customer)
    asked = Money(Decimal(6000), "CNY")
    application = await applications.start_application(viewer, product_id=product.id, amount=asked, term=12)
    await make.acknowledge(viewer, application)
    application = await applications.submit_application(
        viewer, application_id=application.id, purpose=Purpose.HOUSEHOLD, version=application.version
    )
    manager = await make.manager_of(customer.id)
    verdict = (Outcome.DECLINE, DecisionReason.INCOME_TOO_LOW, application.version)
    return await decisions.decide_application(manager, application.id, *verdict)


async def test_after_a_decline_how_it_was_is_asked_and_the_relationship_only_after_a_week(db):
    service = await asking.survey(SurveyKind.CES, SurveyOccasion.APPLICATION_DECIDED)
    relationship = await asking.survey(SurveyKind.NPS, CASE, cooldown_days=1)
    application = await declined()
    await make.deliver()
    customer = await application.customer
    make.clock.moment += HOUR
    await run()
    assert (await SurveyInvitation.get(survey_id=service.id)).status is SurveyInvitationStatus.SENT
    make.clock.moment += 6 * DAY
    assert (await asking.asked(relationship, customer)).skipped_because is SurveySkip.DECLINED
    make.clock.moment += DAY
    assert (await asking.asked(relationship, customer, subject_id=2)).status is SurveyInvitationStatus.SENT


async def test_of_two_surveys_at_once_he_is_asked_one_however_many_processes_there_are(db):
    customer = await make.customer()
    for _ in range(2):
        await asking.drawn(await asking.survey(occasion=CASE), customer)
    make.clock.moment += HOUR
    while any(await asyncio.gather(*[run_surveys(make.clock) for _ in range(3)])):
        pass
    assert sorted(await SurveyInvitation.all().values_list("status", flat=True)) == ["SENT", "SKIPPED"]
    assert (await SurveyInvitation.get(status="SKIPPED")).skipped_because is SurveySkip.ASKED_LATELY
    assert await told() == 1


async def test_he_is_asked_again_after_thirty_days_and_four_times_a_year(db):
    survey, customer = await asking.survey(occasion=CASE), await make.customer()
    found = []
    for number in range(1, 7):
        found.append((await asking.asked(survey, customer, subject_id=number)).skipped_because)
        make.clock.moment += 29 * DAY if number == 1 else 30 * DAY
    assert found == [None, SurveySkip.ASKED_LATELY, None, None, None, SurveySkip.ASKED_OFTEN]
    make.clock.moment += 300 * DAY
    assert (await asking.asked(survey, customer, subject_id=9)).status is SurveyInvitationStatus.SENT


async def test_who_was_let_be_is_not_counted_as_asked(db):
    survey, loan = await asking.survey(occasion=CASE), await make.loan()
    await restricted(loan)
    customer = await loan.customer
    await asking.asked(survey, customer)
    boss = await make.manager_of(customer.id)
    await restrictions.lift_restriction(boss, customer_id=customer.id, reason="It was another.")
    assert (await asking.asked(survey, customer, subject_id=2)).status is SurveyInvitationStatus.SENT


async def test_he_is_reminded_once_after_three_days(db):
    asked = await asking.asked(await asking.survey(occasion=CASE))
    make.clock.moment += 3 * DAY - timedelta(seconds=1)
    assert await run() == 0
    make.clock.moment += timedelta(seconds=1)
    assert await run() == 1
    assert await told("SurveyReminded") == 1
    assert (await now_of(asked)).remind_at is None
    make.clock.moment += 3 * DAY
    assert await run() == 0


async def test_who_answered_or_asked_for_help_or_whose_time_is_over_is_not_reminded(db):
    survey, loan = await asking.survey(occasion=CASE), await make.loan()
    await asking.answered(await asking.asked(survey), 5)
    helped = await asking.asked(survey, await loan.customer)
    await help_asked(loan)
    make.clock.moment += 3 * DAY
    assert await run() == 1
    too_late = await asking.asked(survey)
    make.clock.moment += 14 * DAY
    assert await run() == 1
    assert await told("SurveyReminded") == 0
    assert {(await now_of(each)).remind_at for each in (helped, too_late)} == {None}


async def test_without_a_reminder_nobody_is_reminded(db):
    await asking.asked(await asking.survey(occasion=CASE, remind_after_days=None))
    make.clock.moment += 13 * DAY
    assert await run() == 0


@pytest.fixture
def all_lanes(db: str) -> Iterator[None]:
    """All ways are set up."""
    before = notifications.configured()
    notifications.configure(NotificationSettings(lanes=frozenset(Lane)))
    yield
    notifications.configure(before)


@pytest.mark.usefixtures("all_lanes")
async def test_the_message_waits_for_quiet_hours_to_end_and_is_of_its_own_category(db):
    survey, customer = await asking.survey(occasion=CASE), await make.customer()
    await phone(customer)
    make.clock.moment = datetime(2026, 3, 16, 16, tzinfo=UTC)  # Midnight in Shanghai.
    await asking.asked(survey, customer)
    await make.deliver()
    push = await of(customer)
    assert (push.category, push.state, push.reason) == (Category.SURVEY, DeliveryState.QUEUED, DeliveryReason.HOURS)
    assert push.due_at == datetime(2026, 3, 17, 0, tzinfo=UTC)
    assert not await Delivery.filter(channel=MessageChannel.SMS).exists()
    assert await sent() == []
    make.clock.moment = push.due_at
    (message,) = await sent()
    assert (message.title, message.link) == (
        "您觉得怎么样？",
        f"goodterms://surveys/{encode_id('SurveyInvitation', 1)}",
    )
    assert "/surveys/" not in message.body


@pytest.mark.usefixtures("all_lanes")
async def test_who_switched_surveys_off_reads_it_in_the_app_only(db):
    survey, customer = await asking.survey(occasion=CASE), await make.customer()
    await phone(customer)
    await make.preference(customer, Category.SURVEY)
    await asking.asked(survey, customer)
    await make.deliver()
    push = await of(customer)
    assert (push.state, push.reason) == (DeliveryState.SKIPPED, DeliveryReason.SWITCHED_OFF)
    assert (await Notification.get()).kind == "SurveyAsked"


@pytest.mark.usefixtures("all_lanes")
async def test_a_text_carries_the_link_by_which_one_answers_without_the_app(db):
    survey, customer = await asking.survey(occasion=CASE), await make.customer()
    await make.preference(customer, Category.SURVEY, MessageChannel.SMS, is_on=True)
    asked = await asking.asked(survey, customer)
    await make.deliver()
    (message,) = await sent(Lane.SMS)
    words, url = message.body.split("\n")
    assert words == "有一个小问题想听听您的意见，点一下即可回答。"
    base, _, token = url.partition("/surveys/")
    assert base == notifications.configured().public_url
    await survey_links.answer(make.clock, token, Given(score=5))
    assert (await SurveyResponse.get()).invitation_id == asked.id


@pytest.mark.usefixtures("all_lanes")
@pytest.mark.parametrize("happens", [help_asked, restricted], ids=lambda each: each.__name__)
async def test_it_is_looked_at_once_more_when_the_message_leaves(db, happens):
    survey, loan = await asking.survey(occasion=CASE), await make.loan()
    customer, other = await loan.customer, await make.customer()
    for each in (customer, other):
        await phone(each)
        await asking.asked(survey, each)
    await make.deliver()
    await happens(loan)
    await asking.answered(await SurveyInvitation.get(customer_id=other.id), 4)
    await sent()
    asked = Delivery.filter(kind="SurveyAsked", channel=MessageChannel.PUSH)
    found = {row.customer_id: (row.state, row.reason) async for row in asked}
    assert found == {
        customer.id: (DeliveryState.SKIPPED, DeliveryReason.RESTRICTED),
        other.id: (DeliveryState.SKIPPED, DeliveryReason.DONE),
    }


async def test_staff_without_customers_have_nothing_to_do_with_it(db):
    await asking.asked(await asking.survey(occasion=CASE))
    for role in (Role.OFFICER, Role.MARKETER, Role.ADMIN):
        viewer = make.viewer(await make.staff(role=role))
        assert not await SurveyInvitation.visible_to(viewer).exists()
