"""The data set is whole: on a small one every balance and every owner is right, and it is the same each time."""

from datetime import date
from pathlib import Path

import orjson

from api.documents import Documents, find_operation
from api.manifests import own_documents
from api.requests import GraphQLRequest
from bench.asking import READS, REPAY, Asking
from bench.data.databases import fill_postgres, fill_sqlite, version_of
from bench.data.tables import TABLES
from bench.data.town import SLOTS, Town, group
from jobs.verify import verify
from models import AccountingDay, Installment, Loan, Notification, Repayment, Tier
from settings import AdHocDocuments
from tests import make
from tests.configured import configure_resolvers
from tests.databases import ON_POSTGRES

TOWN = Town(100, date(2026, 3, 1))


async def filled(url):
    await AccountingDay.all().delete()
    await Tier.all().delete()
    if ON_POSTGRES:
        await fill_postgres(url, TOWN, lambda _: None)
    else:
        fill_sqlite(Path(url.removeprefix("sqlite://").partition("?")[0]), TOWN, lambda _: None)


async def test_everything_adds_up(db):
    await filled(db)
    assert await verify() == []
    assert await Loan.all().count() == 200
    assert await Repayment.all().count() == 600
    assert await Notification.all().count() == 500
    assert await Notification.filter(is_read=False).count() == 200
    assert sorted({loan.term for loan in await Loan.all()}) == [12, 360]
    assert await Installment.filter(is_open=True).order_by("due_on").first() is not None


async def test_new_rows_follow_those_that_are_there(db):
    await filled(db)
    customer = await make.customer()
    assert customer.id == TOWN.customers + 1


def test_the_data_set_is_the_same_each_time_but_for_what_is_sealed():
    sealed = {"customer", "bank_account"}
    for table in TABLES:
        if table.name not in sealed:
            assert list(table.rows(TOWN)) == list(table.rows(TOWN)), table.name
    assert version_of(TOWN) == version_of(Town(100, date(2026, 3, 1))) != version_of(Town(101, date(2026, 3, 1)))


def test_each_server_pays_on_loans_of_its_own_that_are_equal_to_the_others():
    slots = [TOWN.payable(slot) for slot in range(SLOTS)]
    assert len({loan for loans in slots for loan in loans}) == sum(map(len, slots))
    for loans in zip(*slots, strict=True):
        assert len({group(loan) for loan in loans}) == 1
        assert {TOWN.term(loan) for loan in loans} == {12}


def test_half_a_year_of_loans_has_the_terms_it_should():
    town = Town(20_000, date(2026, 3, 1))
    terms = [town.term(loan) for loan in range(1, town.loans + 1)]
    assert (len(terms), terms.count(36), terms.count(360)) == (40_000, 392, 8)


def test_production_answers_every_request_although_it_knows_no_other_documents():
    configure_resolvers()
    asking = Asking(TOWN, make.NOON, make.TODAY)
    documents = Documents(own_documents(), AdHocDocuments.NOBODY)
    requests = [asking.reads(name)[0] for name in READS if name != "schedule"]
    requests += [next(asking.repayments(0)), next(asking.repayments_in_app(0))]
    bodies = [orjson.loads(request.partition(b"\r\n\r\n")[2]) for request in requests]
    for body in bodies:
        asked = GraphQLRequest(body["query"], None, body["operationName"], body["variables"], is_read_only=False)
        assert find_operation(asked, documents.find(asked))[1].name.value == body["operationName"]
    assert len({body["operationName"] for body in bodies}) == 6


def test_every_request_has_a_token_that_its_people_know():
    configure_resolvers()
    asking = Asking(TOWN, make.NOON, make.TODAY)
    people = asking.people()
    requests = [request for name in READS if name != "schedule" for request in asking.reads(name)]
    requests += list(asking.repayments(0))
    assert REPAY not in READS
    for request in requests:
        token = request.partition(b"Authorization: Bearer ")[2].partition(b"\r\n")[0].decode()
        assert token in people
