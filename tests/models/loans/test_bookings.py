"""The SQL of bookings, held against the models: what is renamed or added there fails here, not in production."""

import re
from dataclasses import replace
from typing import Any

import pytest

import models
from models import Loan, Row
from models.database.handwritten import _PLACE, Rows, Statement, _as_one
from models.database.locking import locked
from models.loans import bookings
from models.loans.bookings import KINDS, Sought, locked_loan
from rules.errors import NotFound
from rules.people.access import PartyRole, Role
from tests import make
from tests.configured import configure_resolvers

STATEMENTS = {name: found for name, found in vars(bookings).items() if isinstance(found, Statement)}
TABLES: dict[str, type[Row]] = {
    model._meta.db_table: model
    for model in vars(models).values()
    if isinstance(model, type) and issubclass(model, Row) and not model._meta.abstract
}
LARGEST_CACHED_BYTES = 15 * 1024
"""asyncpg prepares anew, each time, what is larger."""


def columns_of(table: str) -> set[str]:
    return set(TABLES[table]._meta.fields_db_projection.values())


inserts = {name: each for name, each in STATEMENTS.items() if "INSERT INTO" in each.text}


@pytest.mark.parametrize("name", inserts)
async def test_an_insert_names_every_column_of_its_table(db, name):
    table, columns = re.search(r"INSERT INTO (\w+) \(([^)]+)\)", inserts[name].text).groups()
    assert table == inserts[name].name
    assert {column.strip() for column in columns.split(",")} == columns_of(table) - {"id"}


@pytest.mark.parametrize("name", STATEMENTS)
async def test_every_column_that_is_named_with_its_table_is_there(db, name):
    statement = STATEMENTS[name]
    handed_in = {rows.name: {column for column, _ in rows.columns} for rows in statement.rows}
    named = re.findall(r'\b([a-z_]+)\."?([a-z_]+)\b', statement.text)
    for table, column in named:
        there = handed_in[table] if table in handed_in else columns_of(table)
        assert column in there, f"{table}.{column}"


@pytest.mark.parametrize("name", [name for name, each in STATEMENTS.items() if each.text.strip().startswith("UPDATE")])
async def test_every_column_that_is_set_is_there(db, name):
    text = STATEMENTS[name].text
    table = re.search(r"UPDATE (\w+) SET", text)[1]
    settings = re.split(r"\bWHERE\b|\bFROM\b", text.split(" SET", 1)[1])[0]
    columns = set(re.findall(r"(?:^|,)\s*(\w+) = ", settings))
    assert columns
    assert columns <= columns_of(table)


def test_inserts_and_updates_were_met():
    assert len(inserts) == 12
    assert len(STATEMENTS) == 18


def test_every_value_is_used_and_has_a_kind():
    handed_in = {rows.name for rows in vars(bookings).values() if isinstance(rows, Rows)}
    used = {name for each in STATEMENTS.values() for name in _PLACE.findall(each.text)}
    assert used == KINDS.keys(), used ^ KINDS.keys()
    assert handed_in == {rows.name for each in STATEMENTS.values() for rows in each.rows}


def test_the_longest_statement_is_one_that_the_driver_keeps_prepared():
    most = (bookings.INTENT, *bookings.RECEIVED, *bookings.PAID, *bookings.REWARDED, bookings.KEY, bookings.AUDIT)
    text, _ = _as_one(most)
    assert len(text.encode()) < LARGEST_CACHED_BYTES


@pytest.fixture
def resolvers(db) -> None:
    """Loans are made by them."""
    configure_resolvers()


async def _sees(viewer: Any, loan: Loan) -> bool:
    try:
        async with locked_loan(viewer, "look", loan.id, Sought()) as held:
            assert held.loan.id == loan.id
            return True
    except NotFound:
        return False


async def test_who_may_lock_a_loan_is_who_may_see_it(resolvers):
    loan = await make.loan(term=3)
    home, far = await make.branch(), await make.branch()
    people = [make.viewer(await make.customer()), await make.viewer_of(loan.customer_id), make.system()]
    for role in PartyRole:
        if role is not PartyRole.BORROWER:
            people.append(make.viewer(await make.customer()))
            await models.LoanParty.create(
                loan_id=loan.id, customer_id=people[-1].customer_id, role=role, created_at=make.NOON
            )
    own = await make.officer_of(loan.customer_id)
    for role in Role:
        if role not in {Role.CUSTOMER, Role.SYSTEM}:
            people += [replace(own, role=role, branch_ids=ids) for ids in ((), own.branch_ids, (home.id, far.id))]
    seen = [await Loan.visible_to(person).filter(id=loan.id).exists() for person in people]
    assert [await _sees(person, loan) for person in people] == seen
    assert set(seen) == {True, False}


async def test_what_is_loaded_is_what_the_models_say(resolvers):
    loan = await make.loan(term=3)
    await make.repayment(loan)
    officer = await make.officer_of(loan.customer_id)
    async with locked_loan(officer, "look", loan.id, Sought()) as held:
        read = await locked(Loan, officer, loan.id)
        assert dict(held.loan) == dict(read)
        assert held.unit.today == make.TODAY
        accounts = {account.code: account.id for account in await models.Account.filter(currency=loan.currency)}
        assert held.accounts == accounts
        assert held.party_customer_ids == (loan.customer_id,)
        assert held.points_account_id == (await models.PointsAccount.get(customer_id=loan.customer_id)).id
        assert {each.number for each in held.installments} == {2, 3}
        assert (held.rewarded, held.is_key_known, held.known_repayment_id, held.intent_status) == (
            frozenset(),
            False,
            None,
            None,
        )
