"""A model says what it is, or its import fails; and who sees which row follows from it."""

import ast
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tortoise import Tortoise

import models
from models import (
    Allocation,
    Assessment,
    AuditEntry,
    Branch,
    Customer,
    IdempotencyKey,
    Installment,
    Loan,
    LoanParty,
    Owned,
    PaymentIntent,
    Public,
    Receipt,
    RefreshToken,
    Repayment,
    Row,
    Session,
    Staff,
    StaffOnly,
)
from models.database import transaction
from models.fields import DateField, EncryptedField, MoneyField, NumberField, TextField
from rules.people.access import ALL_STAFF, AUDITORS, PartyRole, Role
from tests import make
from tests.configured import configure_resolvers

FOLDER = Path(models.__file__).parent


def test_every_model_of_the_source_is_known_under_its_own_name():
    """Of two models of one name, the later would silently take the place of the earlier."""
    written = Counter()
    for path in FOLDER.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(
                isinstance(inner, ast.ClassDef)
                and inner.name == "Meta"
                and "table" in {name.id for line in inner.body if isinstance(line, ast.Assign) for name in line.targets}
                for inner in node.body
            ):
                written[node.name] += 1
    assert max(written.values()) == 1
    known = {name for name, model in vars(models).items() if is_stored(model)}
    assert known == set(written)
    assert len(known) > 40


def is_stored(model) -> bool:
    return isinstance(model, type) and issubclass(model, Row) and not model._meta.abstract


async def test_every_model_has_a_table_of_its_own(db):
    registered = Tortoise.apps["models"]
    assert set(registered) == {name for name, model in vars(models).items() if is_stored(model)}
    tables = Counter(model._meta.db_table for model in registered.values())
    assert max(tables.values()) == 1


async def test_every_foreign_key_belongs_to_its_own_model_and_restricts(db):
    seen = 0
    for model in Tortoise.apps["models"].values():
        for name in model._meta.fk_fields | model._meta.o2o_fields:
            field = model._meta.fields_map[name]
            assert field.model is model
            assert field.on_delete == "RESTRICT"
            seen += 1
        assert all(field.model is model for field in model._meta.fields_map.values())
    assert seen > 50


def test_a_model_that_does_not_say_who_sees_it_fails_at_import():
    with pytest.raises(AssertionError, match="Orphan does not say"):

        class Orphan(Row):
            name = TextField(10)

            class Meta:
                table = "orphan"


@pytest.mark.parametrize(
    "field", [TextField(10), NumberField(), MoneyField(), EncryptedField(), DateField(tier=None)], ids=type
)
def test_a_column_of_a_customers_row_without_a_tier_fails_at_import(field):
    with pytest.raises(TypeError, match="value must name its tier"):
        type("Careless", (Owned,), {"value": field, "Meta": type("Meta", (), {"table": "careless"})})


def test_rows_of_the_house_need_no_tiers():
    class Careful(StaffOnly):
        name = TextField(10)

        class Meta:
            table = "careful"

    assert Careful._meta.fields_map["name"].tier is None


def test_amounts_cannot_be_negative_unless_they_say_so():
    class Balance(Public):
        amount = MoneyField()
        change = MoneyField(may_be_negative=True)

        class Meta:
            table = "balance"

    assert [constraint.name for constraint in Balance._meta.constraints] == ["balance_amount_not_negative"]


@pytest.fixture
async def town(db):
    """Two branches with an officer each; a customer of each branch with a loan; the second guarantees the first's."""
    configure_resolvers()
    branches = [await make.branch(), await make.branch()]
    officers = [
        await make.with_branches(make.viewer(await make.staff(role=Role.OFFICER, branches=[each]))) for each in branches
    ]
    customers = [await make.customer(branch=each) for each in branches]
    loans = [await make.loan(customer) for customer in customers]
    for loan in loans:
        await make.repayment(loan)
    await make.party(loans[0], customers[1], PartyRole.GUARANTOR)
    return officers, customers, loans


async def ids(model, viewer) -> list[int]:
    return sorted([row.id for row in await model.visible_to(viewer)])


async def test_a_customer_sees_his_own_rows(town):
    _, customers, loans = town
    for customer, loan in zip(customers, loans, strict=True):
        viewer = make.viewer(customer)
        assert await ids(Customer, viewer) == [customer.id]
        assert loan.id in await ids(Loan, viewer)
        for model in (Receipt, Repayment, Allocation, PaymentIntent):
            assert {row.customer_id for row in await model.visible_to(viewer)} == {customer.id}, model


async def test_a_guarantor_sees_status_and_arrears_and_no_payments(town):
    _, customers, loans = town
    guarantor = make.viewer(customers[1])
    assert await ids(Loan, guarantor) == sorted(loan.id for loan in loans)
    assert await Installment.visible_to(guarantor).filter(loan_id=loans[0].id).exists()
    for model in (Receipt, Repayment, Allocation, PaymentIntent):
        assert await model.filter(loan_id=loans[0].id).exists()
        assert not await model.visible_to(guarantor).filter(loan_id=loans[0].id).exists(), model
    assert [party.customer_id for party in await LoanParty.visible_to(guarantor)] == [customers[1].id] * 2


async def test_a_co_borrower_sees_the_payments_too(town):
    _, customers, loans = town
    await make.party(loans[1], customers[0], PartyRole.CO_BORROWER)
    viewer = make.viewer(customers[0])
    for model in (Loan, Installment, Receipt, Repayment, Allocation):
        key = "id" if model is Loan else "loan_id"
        assert await model.visible_to(viewer).filter(**{key: loans[1].id}).exists(), model
    assert await ids(Customer, viewer) == [customers[0].id]


async def test_staff_in_charge_see_the_customers_of_their_branches(town):
    officers, customers, loans = town
    for officer, customer, loan in zip(officers, customers, loans, strict=True):
        assert await ids(Customer, officer) == [customer.id]
        assert await ids(Loan, officer) == [loan.id]
        assert {row.customer_id for row in await Repayment.visible_to(officer)} == {customer.id}
    manager = replace(officers[0], role=Role.MANAGER, branch_ids=officers[0].branch_ids + officers[1].branch_ids)
    assert await ids(Loan, manager) == sorted(loan.id for loan in loans)
    assert await ids(Loan, replace(manager, branch_ids=())) == []


@pytest.mark.parametrize("role", [*sorted(ALL_STAFF), Role.VISITOR, Role.SYSTEM])
async def test_those_without_customers_see_none_and_auditors_all(town, role):
    viewer = replace(make.system(), role=role)
    sees_all = role in AUDITORS | {Role.SYSTEM}
    for model in (Customer, Loan, Installment, Repayment, LoanParty):
        assert await model.all().count() >= 2
        assert await model.visible_to(viewer).count() == (await model.all().count() if sees_all else 0), model


async def test_what_staff_write_for_each_other_no_customer_sees(town):
    officers, customers, _ = town
    staff = await Staff.all().first()
    application = await models.Application.get(customer_id=customers[0].id)
    async with transaction(make.system(), "assess"):
        await Assessment.create(
            customer_id=customers[0].id, application_id=application.id, staff_id=staff.id, outcome="APPROVE", comment=""
        )
    assert await Assessment.visible_to(officers[0]).exists()
    assert not await Assessment.visible_to(officers[1]).exists()
    assert not await Assessment.visible_to(make.viewer(customers[0])).exists()


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.VISITOR, *sorted(ALL_STAFF)])
async def test_rows_of_the_house_are_for_staff_audits_for_auditors_and_keys_for_nobody(town, role):
    viewer = replace(make.system(), role=role, customer_id=1)
    assert await Branch.visible_to(viewer).exists()
    assert await Staff.visible_to(viewer).exists() == (role in ALL_STAFF - {Role.MARKETER})
    assert await AuditEntry.visible_to(viewer).exists() == (role in AUDITORS)
    assert not await RefreshToken.visible_to(viewer).exists()
    assert not await IdempotencyKey.visible_to(viewer).exists()


async def test_a_session_is_seen_by_its_own_person_while_it_lasts(town):
    officers, customers, _ = town
    officer = await make.signed_in(await Staff.get(id=officers[0].staff_id))
    customer = await make.signed_in(customers[0])
    for viewer in (officer, customer):
        assert viewer.session_id in await ids(Session, viewer)
        for other in (officers[1], make.viewer(customers[1]), make.visitor()):
            assert viewer.session_id not in await ids(Session, other)
    await Session.filter(id=officer.session_id).update(ended_at=make.NOON)
    await Session.filter(id=customer.session_id).update(expires_at=make.NOON)
    assert officer.session_id not in await ids(Session, officer)
    assert customer.session_id not in await ids(Session, customer)


async def test_a_read_can_be_prepared_before_its_transaction(db):
    for viewer in (make.system(), make.visitor()):
        prepared = Branch.visible_to(viewer)
        async with transaction(make.system(), "read"):
            assert await prepared == []
