"""The SQL of bookings, held against the models: what is renamed or added there fails here, not in production."""

import re
from dataclasses import replace
from typing import Any

import pytest

import models
from models import Loan, Row
from models.database.handwritten import _PLACE, Rows, Statement, _as_one
from models.database.locking import locked
from models.loans import bookings, replays
from models.loans.bookings import KINDS, Sought, locked_loan
from models.loyalty import moves
from resolvers.loans.projections import Rebooked
from resolvers.loyalty.moves import Moves
from rules.errors import NotFound
from rules.money import from_cents
from rules.people.access import PartyRole, Role
from tests import make
from tests.configured import configure_resolvers

STATEMENTS = {
    f"{room.__name__.rpartition('.')[2]}.{name}": found
    for room in (bookings, replays, moves)
    for name, found in vars(room).items()
    if isinstance(found, Statement)
}
DERIVED = {
    "balance": {"code", "cents"},
    "sums": {"customer_id", "spendable", "pending"},
    "capped": {"act", "points"},
    "other": {"customer_id", "state"},
}
"""Tables that a statement makes for itself."""
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
    assert inserts[name].name in {table, "rate_change"}
    assert {column.strip() for column in columns.split(",")} == columns_of(table) - {"id"}


@pytest.mark.parametrize("name", STATEMENTS)
async def test_every_column_that_is_named_with_its_table_is_there(db, name):
    statement = STATEMENTS[name]
    handed_in = DERIVED | {rows.name: {column for column, _ in rows.columns} for rows in statement.rows}
    named = re.findall(r'\b([a-z_]+)\."?([a-z_]+)\b', statement.text)
    for table, column in named:
        there = handed_in.get(table) or columns_of(statement.name if table == "excluded" else table)
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
    assert len(inserts) == 16
    assert len(STATEMENTS) == 37


def test_every_value_is_used_and_has_a_kind():
    handed_in = {
        rows.name for room in (bookings, replays, moves) for rows in vars(room).values() if isinstance(rows, Rows)
    }
    used = {name for each in STATEMENTS.values() for name in _PLACE.findall(each.text)}
    kinds = KINDS.keys() | {name for each in STATEMENTS.values() for name in each.kinds}
    assert used == kinds, used ^ kinds
    assert handed_in == {rows.name for each in STATEMENTS.values() for rows in each.rows}


def test_the_longest_statement_is_one_that_the_driver_keeps_prepared():
    points = Moves([{}], [{}], [{}], {1: {}})
    row = {name: [{}] for name in vars(Rebooked()) if name != "points"}
    rebooked = Rebooked(**row, points=points)
    most = (bookings.INTENT, bookings.RECEIPT, bookings.REPAYMENT, bookings.EVENT, *rebooked.statements())
    text, _ = _as_one((*most, replays.OUTBOX, bookings.KEY, bookings.AUDIT))
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
        stored = held.stored
        assert stored.accounts == accounts
        assert held.party_customer_ids == (loan.customer_id,)
        version = await models.ProductVersion.get(id=loan.product_version_id)
        assert dict(stored.version) == dict(version)
        assert [fee.rate for fee in stored.fees] == [fee.rate for fee in await models.Fee.filter()]
        assert from_cents(stored.borrowed) == loan.principal
        (event,) = await models.LoanEvent.filter(loan_id=loan.id)
        assert [(each["id"], each["kind"], from_cents(each["amount"])) for each in stored.events] == [
            (event.id, event.kind, event.amount)
        ]
        rows = await models.Installment.filter(loan_id=loan.id)
        assert {number: (row[3], from_cents(row[4])) for number, row in stored.installments.items()} == {
            each.number: (each.due_on.isoformat(), each.principal) for each in rows
        }
        assert sum(stored.balances.values()) == 0
        assert (held.is_key_known, held.known_repayment_id, held.intent_status) == (False, None, None)
