import pytest

from models import Application, AuditEntry, Correction, CostDisclosure, OutboxEvent
from resolvers.applications.applications import submit_application, withdraw_application
from resolvers.applications.corrections import return_application
from resolvers.applications.disclosures import acknowledge_disclosure
from resolvers.applications.drafts import save_application
from rules.applications.decisions import OwnApplication
from rules.applications.disclosures import DisclosureNotAcknowledged
from rules.applications.kinds import Purpose
from rules.applications.states import ApplicationStatus
from rules.errors import Conflict, NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.money import Money
from rules.people.access import Role
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange, TermOutOfRange
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.applications import stories

REASON = "请说明装修的用途，并把金额控制在十万元以内。"


async def returned(customer) -> Application:
    application = await stories.submitted(customer)
    _, officer = await stories.desk(customer)
    return await return_application(officer, application_id=application.id, reason=REASON, version=application.version)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
async def test_an_application_is_sent_back_with_a_reason_the_customer_reads(db, role):
    customer = await make.customer()
    application = await stories.submitted(customer)
    staff, viewer = await stories.desk(customer, role)
    sent_back = await return_application(
        viewer, application_id=application.id, reason=REASON, version=application.version
    )
    assert (sent_back.status, sent_back.version) == (ApplicationStatus.RETURNED, application.version + 1)
    correction = await Correction.visible_to(make.viewer(customer)).get()
    assert (correction.reason, correction.asked_by) == (REASON, staff.name)
    assert await OutboxEvent.filter(kind="ApplicationReturned", customer_id=customer.id).count() == 1
    assert (await AuditEntry.get(operation="return_application")).subject == f"Application:{application.id}"


async def test_what_is_corrected_is_disclosed_anew_and_submitted_again(db):
    customer = await make.customer()
    me, application = make.viewer(customer), await returned(customer)
    shown = await CostDisclosure.get()
    corrected = await save_application(
        me, application_id=application.id, amount=stories.yuan("90000.00"), term=24, version=application.version
    )
    assert (corrected.amount, corrected.term, corrected.status) == (90_000, 24, ApplicationStatus.RETURNED)
    kept, anew = await CostDisclosure.all().order_by("id")
    assert (kept.text_hash, kept.acknowledged_at, kept.is_current) == (shown.text_hash, shown.acknowledged_at, False)
    assert (anew.amount, anew.acknowledged_at) == (90_000, None)
    assert anew.text_hash != shown.text_hash
    before = await make.everything()
    with pytest.raises(DisclosureNotAcknowledged):
        await submit_application(me, application.id, Purpose.MEDICAL, corrected.version)
    assert await make.everything() == before
    await acknowledge_disclosure(me, anew.id)
    again = await submit_application(me, application.id, Purpose.MEDICAL, corrected.version)
    assert (again.status, again.purpose) == (ApplicationStatus.SUBMITTED, Purpose.MEDICAL)


async def test_what_costs_the_same_needs_no_second_acknowledgement(db):
    customer = await make.customer()
    me, application = make.viewer(customer), await returned(customer)
    same = Money(application.amount, application.currency)
    corrected = await save_application(
        me, application_id=application.id, amount=same, term=application.term, version=application.version
    )
    assert (await CostDisclosure.get()).acknowledged_at is not None
    again = await submit_application(me, application.id, Purpose.MEDICAL, corrected.version)
    assert again.status is ApplicationStatus.SUBMITTED


async def test_it_can_be_submitted_again_as_it_is_or_taken_back(db):
    customer = await make.customer()
    me, application = make.viewer(customer), await returned(customer)
    again = await submit_application(me, application.id, Purpose.MEDICAL, application.version)
    _, officer = await stories.desk(customer)
    twice = await return_application(officer, application_id=again.id, reason=REASON, version=again.version)
    assert await Correction.all().count() == 2
    assert (await withdraw_application(me, twice.id, twice.version)).status is ApplicationStatus.WITHDRAWN


@pytest.mark.parametrize(
    ("amount", "term", "refusal"),
    [
        (stories.yuan("999.99"), 12, AmountOutOfRange),
        (stories.yuan("200000.01"), 12, AmountOutOfRange),
        (stories.yuan("1000.001"), 12, AmountNotWholeCents),
        (stories.yuan("1000.00"), 37, TermOutOfRange),
        (Money(stories.yuan("1000.00").amount, "EUR"), 12, CurrencyMismatch),
    ],
)
async def test_a_correction_stays_within_the_product(db, amount, term, refusal):
    customer = await make.customer()
    application = await returned(customer)
    before = await make.everything()
    with pytest.raises(refusal):
        await save_application(
            make.viewer(customer), application_id=application.id, amount=amount, term=term, version=application.version
        )
    assert await make.everything() == before


async def test_only_what_was_sent_back_is_corrected_and_by_its_customer(db):
    customer = await make.customer()
    application = await stories.submitted(customer)
    wish = {"application_id": application.id, "amount": stories.yuan("90000.00"), "term": 12}
    with pytest.raises(NotPossibleNow):
        await save_application(make.viewer(customer), **wish, version=application.version)
    _, officer = await stories.desk(customer)
    application = await return_application(
        officer, application_id=application.id, reason=REASON, version=application.version
    )
    stranger = await make.customer()
    before = await make.everything()
    with pytest.raises(NotFound):
        await save_application(make.viewer(stranger), **wish, version=application.version)
    with pytest.raises(Conflict):
        await save_application(make.viewer(customer), **wish, version=application.version - 1)
    assert await make.everything() == before


async def test_what_is_not_handed_in_or_is_decided_is_not_sent_back(db):
    customer = await make.customer()
    draft = await stories.drafted(customer)
    offer = await stories.offered(customer)
    offered = await Application.get(id=offer.application_id)
    _, officer = await stories.desk(customer)
    before = await make.everything()
    for application in (draft, offered):
        with pytest.raises(NotPossibleNow):
            await return_application(officer, application_id=application.id, reason=REASON, version=application.version)
    assert await make.everything() == before


async def test_nobody_sends_back_his_own_or_what_he_saw_otherwise(db):
    customer = await make.customer()
    application = await stories.submitted(customer)
    _, own = await stories.desk(customer, customer_id=customer.id)
    _, officer = await stories.desk(customer)
    before = await make.everything()
    with pytest.raises(OwnApplication):
        await return_application(own, application_id=application.id, reason=REASON, version=application.version)
    with pytest.raises(Conflict):
        await return_application(officer, application_id=application.id, reason=REASON, version=1)
    assert await make.everything() == before
