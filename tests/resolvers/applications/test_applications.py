from datetime import timedelta
from decimal import Decimal

import pytest

from models import Application, AuditEntry, CostDisclosure, Customer, OutboxEvent, Product, Quote
from resolvers.applications.applications import start_application, submit_application, withdraw_application
from resolvers.applications.disclosures import acknowledge_disclosure
from resolvers.products.products import approve_product, propose_product
from rules.applications.disclosures import DisclosureNotAcknowledged, IdentityMissing
from rules.applications.drafts import TermsOver
from rules.applications.kinds import DisclosureStep, Purpose
from rules.applications.states import ApplicationStatus
from rules.errors import Conflict, NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.money import Money
from rules.people.kinds import Locale
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange, CostTooHigh, TermOutOfRange
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.applications.stories import desk, drafted, submitted, yuan


async def test_a_start_stores_draft_quote_and_disclosure(db):
    customer = await make.customer()
    product = await make.product()
    application = await start_application(make.viewer(customer), product.id, yuan("120000.00"), 12)
    kept = await Application.get()
    assert (kept.id, kept.customer_id, kept.status) == (application.id, customer.id, ApplicationStatus.DRAFT)
    assert (kept.amount, kept.currency, kept.term) == (Decimal(120000), "CNY", 12)
    assert (kept.branch_id, kept.purpose, kept.version) == (customer.branch_id, None, 1)
    quote = await Quote.get(application_id=kept.id)
    disclosure = await CostDisclosure.get(application_id=kept.id)
    assert (disclosure.step, disclosure.acknowledged_at) == (DisclosureStep.SUBMIT, None)
    assert (disclosure.amount, disclosure.total_fees) == (quote.amount, quote.total_fees)
    assert disclosure.annual_cost == quote.annual_cost
    assert {row.customer_id for row in (quote, disclosure)} == {customer.id}
    assert len(disclosure.text_hash) == 64
    audit = await AuditEntry.get(operation="start_application")
    assert (audit.subject, audit.customer_number) == (f"Application:{kept.id}", customer.id)


async def test_the_disclosure_speaks_the_viewers_language_and_names_every_cost(db):
    product = await make.product()
    for locale in Locale:
        viewer = make.viewer(await make.customer()).speaking(locale)
        application = await start_application(viewer, product.id, yuan("120000.00"), 12)
        disclosure = await CostDisclosure.get(application_id=application.id)
        assert disclosure.locale is locale
        for figure in (disclosure.amount, disclosure.total_interest, disclosure.total_fees):
            assert f"{figure:,.2f}" in disclosure.text


async def test_a_named_branch_looks_after_the_customer_from_then_on(db):
    customer = await make.customer()
    branch = await make.branch()
    product = await make.product()
    application = await start_application(make.viewer(customer), product.id, yuan("5000.00"), 12, branch_id=branch.id)
    assert application.branch_id == branch.id
    assert (await Customer.get(id=customer.id)).branch_id == branch.id


@pytest.mark.parametrize(
    ("amount", "term", "refused"),
    [
        (yuan("0.00"), 12, AmountOutOfRange),
        (yuan("1" + "0" * 18), 12, AmountOutOfRange),
        (yuan("5000.001"), 12, AmountNotWholeCents),
        (Money(Decimal(5000), "USD"), 12, CurrencyMismatch),
        (yuan("5000.00"), 1000, TermOutOfRange),
    ],
)
async def test_what_the_product_does_not_lend_starts_nothing(db, amount, term, refused):
    customer = await make.customer()
    product = await make.product()
    with pytest.raises(refused):
        await start_application(make.viewer(customer), product.id, amount, term)
    assert not await Application.exists()
    assert not await Quote.exists()
    assert not await AuditEntry.exists(operation="start_application")


async def test_a_branch_that_is_not_there_starts_nothing(db):
    customer = await make.customer()
    product = await make.product()
    with pytest.raises(NotFound):
        await start_application(make.viewer(customer), product.id, yuan("5000.00"), 12, branch_id=999_999)
    assert not await Application.exists()
    assert (await Customer.get(id=customer.id)).branch_id == customer.branch_id


async def test_a_draft_is_submitted_with_its_purpose(db):
    customer = await make.customer()
    draft = await drafted(customer)
    viewer = make.viewer(customer)
    application = await submit_application(viewer, draft.id, Purpose.EDUCATION, version=draft.version)
    kept = await Application.get()
    assert (kept.status, kept.purpose) == (ApplicationStatus.SUBMITTED, Purpose.EDUCATION)
    assert (kept.submitted_at, kept.version) == (viewer.now, draft.version + 1)
    assert application.version == kept.version
    event = await OutboxEvent.get(kind="ApplicationSubmitted")
    assert event.customer_id == customer.id


async def unchanged(application: Application) -> bool:
    kept = await Application.get(id=application.id)
    events = await OutboxEvent.filter(kind__startswith="Application").count()
    return (kept.status, kept.version, kept.purpose, events) == (application.status, application.version, None, 0)


async def test_without_identity_nothing_is_submitted(db):
    customer = await make.customer(name=None, identity_number=None)
    draft = await drafted(customer)
    with pytest.raises(IdentityMissing):
        await submit_application(make.viewer(customer), draft.id, Purpose.EDUCATION, version=draft.version)
    assert await unchanged(draft)


async def test_without_an_acknowledged_disclosure_nothing_is_submitted(db):
    customer = await make.customer()
    draft = await drafted(customer)
    await CostDisclosure.all().update(is_current=False)
    with pytest.raises(DisclosureNotAcknowledged):
        await submit_application(make.viewer(customer), draft.id, Purpose.EDUCATION, version=draft.version)
    assert await unchanged(draft)


async def test_a_stale_version_is_told_the_newer_one(db):
    customer = await make.customer()
    draft = await drafted(customer)
    with pytest.raises(Conflict) as refused:
        await submit_application(make.viewer(customer), draft.id, Purpose.EDUCATION, version=draft.version + 1)
    assert refused.value.current_version == draft.version
    assert await unchanged(draft)


async def test_somebody_elses_application_is_not_there(db):
    draft = await drafted(await make.customer())
    other = make.viewer(await make.customer())
    with pytest.raises(NotFound):
        await submit_application(other, draft.id, Purpose.EDUCATION, version=draft.version)
    with pytest.raises(NotFound):
        await withdraw_application(other, draft.id, version=draft.version)
    assert await unchanged(draft)


async def test_staff_do_not_submit_for_a_customer(db):
    customer = await make.customer()
    draft = await drafted(customer)
    _, officer = await desk(customer)
    with pytest.raises(NotPossibleNow):
        await submit_application(officer, draft.id, Purpose.EDUCATION, version=draft.version)
    assert await unchanged(draft)


async def test_an_application_is_submitted_once(db):
    customer = await make.customer()
    application = await submitted(customer)
    with pytest.raises(NotPossibleNow) as refused:
        await submit_application(make.viewer(customer), application.id, Purpose.TRAVEL, version=application.version)
    assert refused.value.current == "SUBMITTED"
    assert (await Application.get()).purpose is Purpose.EDUCATION


async def test_an_application_can_be_taken_back_once(db):
    customer = await make.customer()
    application = await submitted(customer)
    withdrawn = await withdraw_application(make.viewer(customer), application.id, version=application.version)
    assert withdrawn.status is ApplicationStatus.WITHDRAWN
    with pytest.raises(NotPossibleNow):
        await withdraw_application(make.viewer(customer), application.id, version=withdrawn.version)
    assert (await Application.get()).version == withdrawn.version


async def test_a_rate_that_moved_is_disclosed_before_anything_is_handed_in(db):
    customer = await make.customer()
    await make.reference_rate("LPR5Y", make.TODAY, "0.0350")
    product = await make.product(**make.EVERY_TERM | {"fees": [], "max_annual_cost": Decimal("0.12")})
    me = make.viewer(customer)
    draft = await start_application(me, product.id, yuan("6000.00"), 12)
    await make.acknowledge(me, draft)
    tomorrow = make.TODAY + timedelta(days=1)
    await make.reference_rate("LPR5Y", tomorrow, "0.0600")
    await make.travel_to(tomorrow)
    with pytest.raises(DisclosureNotAcknowledged):
        await submit_application(me, draft.id, Purpose.MEDICAL, draft.version)
    old, new = await CostDisclosure.filter(application_id=draft.id).order_by("id")
    assert (old.is_current, new.is_current, new.acknowledged_at) == (False, True, None)
    assert (old.annual_rate, new.annual_rate) == (Decimal("0.0500"), Decimal("0.0750"))
    await acknowledge_disclosure(me, new.id)
    assert (
        await submit_application(me, draft.id, Purpose.MEDICAL, draft.version)
    ).status is ApplicationStatus.SUBMITTED
    other = await start_application(me, product.id, yuan("6000.00"), 12)
    await make.acknowledge(me, other)
    await make.reference_rate("LPR5Y", tomorrow + timedelta(days=1), "0.2000")
    await make.travel_to(tomorrow + timedelta(days=1))
    before = await make.everything()
    with pytest.raises(CostTooHigh):
        await submit_application(me, other.id, Purpose.MEDICAL, other.version)
    assert await make.everything() == before


async def test_a_draft_keeps_terms_that_are_offered_no_more_for_a_month(db):
    customer = await make.customer()
    in_time, late = await drafted(customer), await drafted(customer)
    first, second = await make.two_managers()
    await make.travel_to(make.TODAY + timedelta(days=1))
    for product in await Product.all():
        proposed = await propose_product(first, **make.terms(product.code, valid_from=make.clock.today()))
        await approve_product(second, version_id=proposed.id)
    await make.travel_to(make.TODAY + timedelta(days=30))
    me = make.viewer(customer)
    submitted = await submit_application(me, in_time.id, Purpose.MEDICAL, in_time.version)
    assert submitted.status is ApplicationStatus.SUBMITTED
    await make.travel_to(make.TODAY + timedelta(days=31))
    before = await make.everything()
    with pytest.raises(TermsOver):
        await submit_application(me, late.id, Purpose.MEDICAL, late.version)
    assert await make.everything() == before
