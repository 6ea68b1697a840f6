from datetime import timedelta

import pytest

from models import AccessGrant, Application, AuditEntry, Customer, Installment, Loan, Staff, Viewer
from resolvers.applications.assignments import take_application
from resolvers.loans.loan_positions import loan_position
from resolvers.loans.repayments import record_repayment
from resolvers.people.customers import find_customers
from resolvers.people.relationships import save_relationship
from resolvers.people.restrictions import end_access, grant_access, lift_restriction, restrict_file
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.relationships import RelationshipKind
from rules.people.restrictions import GrantDateNotAllowed
from rules.people.reveal import ReasonTooShort
from rules.people.staff import OwnAffairs
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.applications.stories import desk, submitted
from tests.resolvers.loans.test_repayments import cash

REASON = "She works at our branch."
LAST = make.TODAY + timedelta(days=7)


@pytest.fixture
async def loan(db) -> Loan:
    return await make.loan()


@pytest.fixture
async def customer(loan) -> Customer:
    return await Customer.get(id=loan.customer_id)


@pytest.fixture
async def boss(customer) -> Viewer:
    return await make.manager_of(customer.id)


async def rows_seen(viewer: Viewer, customer: Customer) -> list[int]:
    """How many rows of a customer somebody sees, of his own, of his loan's, and by the statement that books."""
    counts = [
        await Customer.visible_to(viewer).filter(id=customer.id).count(),
        await Loan.visible_to(viewer).filter(customer_id=customer.id).count(),
        await Installment.visible_to(viewer).filter(customer_id=customer.id).count(),
        len((await find_customers(viewer, customer.phone.read())).customers),
    ]
    loan = await Loan.filter(customer_id=customer.id).first()
    try:
        await loan_position(viewer, loan_id=loan.id)
    except NotFound:
        return [*counts, 0]
    return [*counts, 1]


async def test_officers_do_not_see_a_restricted_file_but_those_who_are_let_in(loan, customer, boss):
    (_, stranger), (friend, named) = [await desk(customer) for _ in range(2)]
    auditor = await make.signed_in(await make.staff(role=Role.AUDITOR))
    borrower = await make.viewer_of(customer.id)
    application = await submitted(customer)
    everything = await rows_seen(stranger, customer)
    assert 0 not in everything
    await restrict_file(boss, customer_id=customer.id, reason=REASON)
    for viewer in (stranger, named):
        assert await rows_seen(viewer, customer) == [0] * 5
    for viewer in (boss, auditor, borrower):
        assert await Loan.visible_to(viewer).filter(id=loan.id).exists()
    before = await make.everything()
    with pytest.raises(NotFound):
        await take_application(stranger, application_id=application.id, version=application.version)
    with pytest.raises(NotFound):
        await record_repayment(stranger, **cash(loan))
    assert await make.everything() == before
    grant = await grant_access(boss, customer_id=customer.id, staff_id=friend.id, last_day=LAST, reason=REASON)
    assert await rows_seen(named, customer) == everything
    assert await rows_seen(stranger, customer) == [0] * 5
    await take_application(named, application_id=application.id, version=application.version)
    await end_access(boss, grant_id=grant.id)
    assert await rows_seen(named, customer) == [0] * 5
    with pytest.raises(NotPossibleNow):
        await end_access(boss, grant_id=grant.id)
    await lift_restriction(boss, customer_id=customer.id, reason=REASON)
    assert await rows_seen(stranger, customer) == everything
    audited = AuditEntry.filter(operation__in=["restrict_file", "lift_restriction"], customer_number=customer.id)
    assert await audited.order_by("id").values_list("reason", flat=True) == [REASON, REASON]
    assert await Application.visible_to(stranger).count() == 2


async def test_a_grant_ends_with_its_last_day(customer, boss):
    officer, named = await desk(customer)
    await restrict_file(boss, customer_id=customer.id, reason=REASON)
    await grant_access(boss, customer_id=customer.id, staff_id=officer.id, last_day=LAST, reason=REASON)
    await grant_access(boss, customer_id=customer.id, staff_id=officer.id, last_day=LAST, reason=REASON)
    assert await AccessGrant.filter(is_active=True).count() == 1
    await make.pass_until(LAST)
    assert await Customer.visible_to(named).exists()
    await make.pass_until(LAST + timedelta(days=1))
    assert not await Customer.visible_to(named).exists()
    assert await AccessGrant.filter(is_active=True).count() == 0


async def test_what_cannot_be_is_refused(customer, boss):
    officer, _ = await desk(customer)
    elsewhere = await make.signed_in(await make.staff(role=Role.MANAGER, branches=[await make.branch()]))
    outsider = await make.staff(branches=[await make.branch()])
    himself = await make.manager_of(customer.id, customer_id=customer.id)
    granting = {"customer_id": customer.id, "staff_id": officer.id, "last_day": LAST, "reason": REASON}
    before = await make.everything()
    for refusal, viewer, reason in (
        (ReasonTooShort, boss, "ok"),
        (NotFound, elsewhere, REASON),
        (OwnAffairs, himself, REASON),
    ):
        with pytest.raises(refusal):
            await restrict_file(viewer, customer_id=customer.id, reason=reason)
    with pytest.raises(NotPossibleNow):
        await lift_restriction(boss, customer_id=customer.id, reason=REASON)
    with pytest.raises(NotPossibleNow):
        await grant_access(boss, **granting)
    assert await make.everything() == before
    await restrict_file(boss, customer_id=customer.id, reason=REASON)
    relative = await make.customer()
    await save_relationship(
        boss, customer_id=customer.id, customer_phone=relative.phone.read(), kind=RelationshipKind.FAMILY
    )
    kinsman, _ = await desk(customer, customer_id=relative.id)
    auditor = await make.staff(role=Role.AUDITOR)
    before = await make.everything()
    for refusal, changes in (
        (GrantDateNotAllowed, {"last_day": make.TODAY - timedelta(days=1)}),
        (GrantDateNotAllowed, {"last_day": make.TODAY + timedelta(days=366)}),
        (NotFound, {"staff_id": outsider.id}),
        (NotFound, {"staff_id": auditor.id}),
        (NotFound, {"staff_id": 999}),
        (OwnAffairs, {"staff_id": kinsman.id}),
    ):
        with pytest.raises(refusal):
            await grant_access(boss, **granting | changes)
    with pytest.raises(NotPossibleNow):
        await restrict_file(boss, customer_id=customer.id, reason=REASON)
    with pytest.raises(OwnAffairs):
        await lift_restriction(himself, customer_id=customer.id, reason=REASON)
    assert await make.everything() == before
    assert await Staff.filter(role=Role.OFFICER).count() == 3
