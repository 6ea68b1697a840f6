import asyncio

import pytest

from models import AccessGrant, AuditEntry, BankAccount, Branch, Customer, Relationship, Staff, Viewer
from resolvers.applications.assignments import take_application
from resolvers.applications.corrections import return_application
from resolvers.applications.decisions import decide_application, recommend_application
from resolvers.loans.contacts import start_call
from resolvers.loans.repayments import record_repayment
from resolvers.loans.write_offs import propose_write_off
from resolvers.people import customers
from resolvers.people.relationships import end_relationship, kin_of, save_relationship
from resolvers.people.restrictions import grant_access, restrict_file
from resolvers.people.reveal import reveal
from resolvers.people.staff import change_role
from rules.applications.decisions import OwnApplication
from rules.applications.kinds import DecisionReason, Outcome
from rules.errors import NotFound
from rules.people.access import Role
from rules.people.customers import SearchLimitReached
from rules.people.relationships import RelatedToHimself, RelationshipKind
from rules.people.staff import NoSuchCustomer, OwnAffairs
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.applications.stories import desk, submitted
from tests.resolvers.loans.test_repayments import cash

FAMILY = RelationshipKind.FAMILY


@pytest.fixture
async def customer(db) -> Customer:
    return await make.customer()


@pytest.fixture
async def boss(customer) -> Viewer:
    return await make.manager_of(customer.id)


async def kinsman(customer: Customer, boss: Viewer, kind: RelationshipKind = FAMILY) -> Viewer:
    """A manager of the branch whose customer row belongs to the customer's family."""
    relative = await make.customer()
    await save_relationship(boss, customer_id=customer.id, customer_phone=relative.phone.read(), kind=kind)
    return (await desk(customer, Role.MANAGER, customer_id=relative.id, decision_limit=None))[1]


async def test_both_belong_to_each_other_once_and_until_it_is_over(customer, boss):
    relative = await make.customer()
    named = {"customer_id": customer.id, "customer_phone": relative.phone.read(), "kind": FAMILY}
    answers = await asyncio.gather(*(save_relationship(boss, **named) for _ in range(3)))
    assert len({answer.id for answer in answers}) == 1
    pairs = await Relationship.all().order_by("customer_id").values_list("customer_id", "relative_id")
    assert pairs == [(customer.id, relative.id), (relative.id, customer.id)]
    await end_relationship(boss, relationship_id=answers[0].id)
    assert await Relationship.filter(is_active=True).count() == 0
    with pytest.raises(NotPossibleNow):
        await end_relationship(boss, relationship_id=answers[0].id)
    await save_relationship(boss, **named)
    assert await Relationship.filter(is_active=True).count() == 2


async def test_what_cannot_be_is_refused(customer, boss):
    elsewhere = await make.signed_in(await make.staff(role=Role.MANAGER, branches=[await make.branch()]))
    other = await make.customer()
    before = await Relationship.all().count()
    for refusal, viewer, phone in (
        (RelatedToHimself, boss, customer.phone.read()),
        (NoSuchCustomer, boss, "+8613900009999"),
        (NoSuchCustomer, boss, "12"),
        (NotFound, elsewhere, other.phone.read()),
    ):
        with pytest.raises(refusal):
            await save_relationship(viewer, customer_id=customer.id, customer_phone=phone, kind=FAMILY)
    assert await Relationship.all().count() == before == 0


async def test_nobody_works_on_his_familys_application(customer, boss):
    himself = await kinsman(customer, boss)
    application = await submitted(customer)
    named = {"application_id": application.id, "version": application.version}
    before = await make.everything()
    for attempt in (
        take_application(himself, **named),
        return_application(himself, reason="Why?", **named),
        recommend_application(himself, application.id, Outcome.APPROVE, "Yes.", application.version),
        decide_application(himself, application.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, application.version),
    ):
        with pytest.raises(OwnApplication):
            await attempt
    assert await make.everything() == before


async def test_nobody_settles_his_familys_loan(customer, boss):
    himself = await kinsman(customer, boss)
    loan = await make.loan(customer)
    account = await BankAccount.get(customer_id=customer.id)
    reason = "He asked at the counter."
    before = await make.everything()
    for attempt in (
        record_repayment(himself, **cash(loan)),
        propose_write_off(himself, loan_id=loan.id, reason="No answer."),
        start_call(himself, loan_id=loan.id, reason=reason, key="call"),
        reveal(himself, BankAccount, account.id, "number", reason),
        reveal(himself, Customer, customer.id, "phone", reason),
    ):
        with pytest.raises(OwnAffairs):
            await attempt
    assert await make.everything() == before


async def test_nobody_ends_his_own_kinship_and_others_are_no_kin(customer, boss):
    himself = await kinsman(customer, boss)
    row = await Relationship.get(customer_id=customer.id)
    before = await make.everything()
    with pytest.raises(OwnAffairs):
        await end_relationship(himself, relationship_id=row.id)
    assert await make.everything() == before
    colleague = await kinsman(customer, boss, RelationshipKind.EMPLOYER)
    assert await kin_of(await Staff.get(id=colleague.staff_id)) == {
        (await Staff.get(id=colleague.staff_id)).customer_id
    }
    loan = await make.loan(customer)
    await record_repayment(colleague, **cash(loan))


async def test_looking_somebody_up_by_phone_counts_as_a_search_found_or_not(customer, boss, monkeypatch):
    monkeypatch.setattr(customers, "SEARCHES_A_DAY", 3)
    for number in range(2):
        with pytest.raises(NoSuchCustomer):
            await save_relationship(boss, customer_id=customer.id, customer_phone=f"+861390000999{number}", kind=FAMILY)
    with pytest.raises(RelatedToHimself):
        await save_relationship(boss, customer_id=customer.id, customer_phone=customer.phone.read(), kind=FAMILY)
    other = await make.customer()
    before = await make.everything()
    with pytest.raises(SearchLimitReached):
        await save_relationship(boss, customer_id=customer.id, customer_phone=other.phone.read(), kind=FAMILY)
    assert await make.everything() == before
    assert await AuditEntry.filter(operation="find_customers", actor=boss.actor).count() == 3


async def test_nobody_makes_colleagues_his_kin(customer):
    me = await make.manager_of(customer.id, customer_id=customer.id)
    colleague = await make.customer()
    asked = {"customer_id": customer.id, "customer_phone": colleague.phone.read(), "kind": FAMILY}
    with pytest.raises(OwnAffairs):
        await save_relationship(me, **asked)
    with pytest.raises(OwnAffairs):
        await save_relationship(me, customer_id=colleague.id, customer_phone=customer.phone.read(), kind=FAMILY)
    assert await Relationship.all().count() == 0


async def test_both_rows_stand_or_fall_together_whoever_writes_and_ends_at_once(customer, boss):
    relative = await make.customer()
    other = await make.manager_of(customer.id)
    named = {"customer_id": customer.id, "customer_phone": relative.phone.read(), "kind": FAMILY}
    for _ in range(5):
        await save_relationship(boss, **named)
        rows = await Relationship.filter(is_active=True).order_by("id")
        answers = await asyncio.gather(
            end_relationship(boss, relationship_id=rows[0].id),
            end_relationship(other, relationship_id=rows[1].id),
            save_relationship(other, **named),
            return_exceptions=True,
        )
        assert {type(answer) for answer in answers} <= {Relationship, NotPossibleNow}
        assert await Relationship.filter(is_active=True).count() in (0, 2)


async def test_who_becomes_kin_or_another_officer_is_let_in_no_longer(customer, boss):
    relative = await make.customer()
    officer = await make.officer_of(customer.id, customer_id=relative.id)
    other = await make.officer_of(customer.id)
    await restrict_file(boss, customer_id=customer.id, reason="She works at our branch.")
    for viewer in (officer, other):
        await grant_access(
            boss, customer_id=customer.id, staff_id=viewer.staff_id, last_day=make.TODAY, reason="He looks after her."
        )
        assert await Customer.visible_to(viewer).filter(id=customer.id).exists()
    await save_relationship(boss, customer_id=customer.id, customer_phone=relative.phone.read(), kind=FAMILY)
    assert not await Customer.visible_to(officer).filter(id=customer.id).exists()
    branch = await Branch.get(id=customer.branch_id)
    admin = await make.signed_in(await make.staff(role=Role.ADMIN))
    as_before = {"role": Role.OFFICER, "decision_limit": None}
    await change_role(admin, other.staff_id, branches=[branch], **as_before)
    assert await AccessGrant.filter(is_active=True).count() == 1
    await change_role(admin, other.staff_id, branches=[await make.branch()], **as_before)
    assert await AccessGrant.filter(is_active=True).count() == 0


async def test_grants_are_for_the_managers_of_the_customers_branch(customer, boss):
    officer = await make.officer_of(customer.id)
    await restrict_file(boss, customer_id=customer.id, reason="She works at our branch.")
    asked = {"customer_id": customer.id, "staff_id": officer.staff_id, "last_day": make.TODAY}
    grant = await grant_access(boss, **asked, reason="He looks after her.")
    elsewhere = await make.signed_in(await make.staff(role=Role.MANAGER, branches=[await make.branch()]))
    auditor = await make.signed_in(await make.staff(role=Role.AUDITOR))
    for viewer, sees in ((boss, True), (auditor, True), (elsewhere, False), (officer, False)):
        assert await AccessGrant.visible_to(viewer).filter(id=grant.id).exists() is sees
