import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from models import Application, Assessment, Customer, Decision, Offer, OutboxEvent
from resolvers.applications.applications import submit_application
from resolvers.applications.decisions import decide_application, recommend_application
from rules.applications.decisions import AboveLimit, OwnApplication, ReasonContradicts
from rules.applications.kinds import DecisionReason, Outcome, Purpose
from rules.applications.states import ApplicationStatus
from rules.errors import Conflict, NotFound
from rules.money import ZERO, Money
from rules.people.access import Role
from rules.people.staff import SamePerson
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.applications.stories import desk, drafted, submitted

APPROVE = (Outcome.APPROVE, DecisionReason.AFFORDABLE)
DECLINE = (Outcome.DECLINE, DecisionReason.INCOME_TOO_LOW)


@pytest.fixture
async def application(db) -> Application:
    return await submitted(await make.customer())


async def owner(application: Application) -> Customer:
    return await Customer.get(id=application.customer_id)


async def unchanged(application: Application) -> bool:
    kept = await Application.get(id=application.id)
    told = await OutboxEvent.exists(kind="ApplicationDecided")
    written = await Decision.exists() or await Offer.exists() or told
    return (kept.status, kept.version) == (application.status, application.version) and not written


async def test_within_his_limit_an_officer_approves_and_the_offer_stands_for_thirty_days(application):
    officer, viewer = await desk(await owner(application), decision_limit=Decimal("120000.00"))
    decided = await decide_application(viewer, application.id, *APPROVE, version=application.version)
    assert decided.status is ApplicationStatus.OFFERED
    assert decided.version == application.version + 1
    decision = await Decision.get()
    assert (decision.staff_id, decision.decided_by) == (officer.id, officer.name)
    assert (decision.outcome, decision.reason) == APPROVE
    offer = await Offer.get()
    assert (offer.amount, offer.currency, offer.term) == (Decimal(120000), "CNY", 12)
    assert offer.expires_on == viewer.today + timedelta(days=30)
    assert {decision.customer_id, offer.customer_id} == {application.customer_id}
    assert (await OutboxEvent.get(kind="ApplicationDecided")).customer_id == application.customer_id


async def test_a_declined_application_gets_no_offer(application):
    _, viewer = await desk(await owner(application))
    decided = await decide_application(viewer, application.id, *DECLINE, version=application.version)
    assert decided.status is ApplicationStatus.DECLINED
    assert (await Decision.get()).reason is DecisionReason.INCOME_TOO_LOW
    assert not await Offer.exists()
    assert await OutboxEvent.exists(kind="ApplicationDecided")


async def test_less_can_be_offered_than_was_asked_for(application):
    _, viewer = await desk(await owner(application))
    await decide_application(
        viewer, application.id, *APPROVE, version=application.version, amount=Money(Decimal(80000), "CNY")
    )
    assert (await Offer.get()).amount == Decimal(80000)
    assert (await Application.get()).amount == Decimal(120000)


@pytest.mark.parametrize(
    ("amount", "refused"),
    [
        (Decimal("120000.01"), AmountOutOfRange),
        (Decimal(0), AmountOutOfRange),
        (Decimal(-1), AmountOutOfRange),
        (Decimal("80000.001"), AmountNotWholeCents),
        (Decimal("NaN"), AmountNotWholeCents),
    ],
)
async def test_what_cannot_be_offered_is_refused(application, amount, refused):
    _, viewer = await desk(await owner(application))
    with pytest.raises(refused):
        await decide_application(
            viewer, application.id, *APPROVE, version=application.version, amount=Money(amount, "CNY")
        )
    assert await unchanged(application)


@pytest.mark.parametrize("decision", [APPROVE, DECLINE])
@pytest.mark.parametrize(
    ("columns", "limit"),
    [
        ({"decision_limit": Decimal("119999.99")}, Decimal("119999.99")),
        ({"decision_limit": None}, ZERO),
        ({"decision_limit": Decimal(200000), "currency": "USD"}, ZERO),
        ({"role": Role.MANAGER, "decision_limit": Decimal(100)}, Decimal(100)),
    ],
)
async def test_above_his_limit_nobody_decides(application, columns, limit, decision):
    _, viewer = await desk(await owner(application), **columns)
    with pytest.raises(AboveLimit) as refused:
        await decide_application(viewer, application.id, *decision, version=application.version)
    assert (refused.value.limit.amount, refused.value.limit.currency) == (limit, "CNY")
    assert await unchanged(application)


async def test_what_an_officer_recommends_a_manager_without_limit_decides(application):
    customer = await owner(application)
    officer, at_first = await desk(customer, decision_limit=None)
    _, then = await desk(customer, Role.MANAGER, decision_limit=None)
    advised = await recommend_application(
        at_first, application.id, Outcome.APPROVE, "Steady income.", version=application.version
    )
    assert advised.status is ApplicationStatus.REVIEW
    assessment = await Assessment.get()
    assert (assessment.staff_id, assessment.outcome, assessment.comment) == (
        officer.id,
        Outcome.APPROVE,
        "Steady income.",
    )
    assert not await OutboxEvent.exists(kind="ApplicationDecided")
    decided = await decide_application(then, application.id, *APPROVE, version=advised.version)
    assert decided.status is ApplicationStatus.OFFERED


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [(Outcome.DECLINE, DecisionReason.AFFORDABLE), (Outcome.APPROVE, DecisionReason.INCOME_TOO_LOW)],
)
async def test_the_reason_speaks_for_what_is_decided(application, outcome, reason):
    _, officer = await desk(await application.customer)
    before = await make.everything()
    with pytest.raises(ReasonContradicts):
        await decide_application(officer, application.id, outcome, reason, application.version)
    assert await make.everything() == before


async def test_a_declined_application_is_not_handed_in_again(application):
    _, officer = await desk(await application.customer)
    verdict = (Outcome.DECLINE, DecisionReason.TOO_MUCH_DEBT)
    declined = await decide_application(officer, application.id, *verdict, application.version)
    me = await make.viewer_of(application.customer_id)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await submit_application(me, application.id, Purpose.OTHER, declined.version)
    assert await make.everything() == before


async def test_who_recommended_does_not_decide(application):
    _, viewer = await desk(await owner(application))
    advised = await recommend_application(
        viewer, application.id, Outcome.APPROVE, "Steady income.", version=application.version
    )
    with pytest.raises(SamePerson):
        await decide_application(viewer, application.id, *APPROVE, version=advised.version)
    assert await unchanged(advised)


async def test_who_recommended_does_not_decide_from_another_account(application):
    person = await make.customer()
    _, one = await desk(await owner(application), customer_id=person.id)
    _, other = await desk(await owner(application), customer_id=person.id)
    advised = await recommend_application(
        one, application.id, Outcome.APPROVE, "Steady income.", version=application.version
    )
    with pytest.raises(SamePerson):
        await decide_application(other, application.id, *APPROVE, version=advised.version)
    assert await unchanged(advised)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
async def test_nobody_recommends_or_decides_his_own_application(application, role):
    _, viewer = await desk(await owner(application), role, customer_id=application.customer_id)
    with pytest.raises(OwnApplication):
        await decide_application(viewer, application.id, *APPROVE, version=application.version)
    with pytest.raises(OwnApplication):
        await recommend_application(viewer, application.id, Outcome.APPROVE, "I am good.", version=application.version)
    assert await unchanged(application)
    assert not await Assessment.exists()


async def test_staff_of_another_branch_do_not_see_it(application):
    staff = await make.staff(role=Role.MANAGER, branches=[await make.branch()], decision_limit=None)
    viewer = await make.with_branches(make.viewer(staff))
    with pytest.raises(NotFound):
        await decide_application(viewer, application.id, *APPROVE, version=application.version)
    with pytest.raises(NotFound):
        await recommend_application(viewer, application.id, Outcome.APPROVE, "Yes.", version=application.version)
    assert await unchanged(application)


async def test_a_stale_version_decides_nothing(application):
    _, viewer = await desk(await owner(application))
    with pytest.raises(Conflict) as refused:
        await decide_application(viewer, application.id, *APPROVE, version=application.version - 1)
    assert refused.value.current_version == application.version
    assert await unchanged(application)


async def test_a_draft_waits_for_its_owner(db):
    customer = await make.customer()
    draft = await drafted(customer)
    _, viewer = await desk(customer)
    with pytest.raises(NotPossibleNow):
        await decide_application(viewer, draft.id, *APPROVE, version=draft.version)
    with pytest.raises(NotPossibleNow):
        await recommend_application(viewer, draft.id, Outcome.APPROVE, "Yes.", version=draft.version)
    assert await unchanged(draft)


async def test_of_several_who_decide_at_once_one_does(application):
    customer = await owner(application)
    viewers = [(await desk(customer))[1] for _ in range(4)]
    results = await asyncio.gather(
        *[decide_application(viewer, application.id, *APPROVE, version=application.version) for viewer in viewers],
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == ["Application", *["Conflict"] * 3]
    assert await Decision.all().count() == 1
    assert await Offer.all().count() == 1


async def test_a_decision_is_made_once(application):
    _, viewer = await desk(await owner(application))
    decided = await decide_application(viewer, application.id, *DECLINE, version=application.version)
    with pytest.raises(NotPossibleNow):
        await decide_application(viewer, application.id, *APPROVE, version=decided.version)
    assert await Decision.all().count() == 1
