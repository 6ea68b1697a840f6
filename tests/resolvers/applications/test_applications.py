from decimal import Decimal

import pytest

from models import Application, AuditEntry, CostDisclosure, Customer, OutboxEvent, Quote
from resolvers.applications.applications import start_application, submit_application, withdraw_application
from rules.applications.disclosures import DisclosureNotAcknowledged, IdentityMissing
from rules.applications.kinds import DisclosureStep, Purpose
from rules.applications.states import ApplicationStatus
from rules.errors import Conflict, NotFound
from rules.loans.repayments import CurrencyMismatch
from rules.money import Money
from rules.people.kinds import Locale
from rules.products.quotes import AmountNotWholeCents, AmountOutOfRange, TermOutOfRange
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
