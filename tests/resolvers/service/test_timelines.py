"""All that happened to a customer, in one order."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

import models
from models import Customer, Staff, Viewer
from models.base import Owned
from models.database.handwritten import Statement, _alone, _for_sqlite
from models.database.statements import counted
from models.service import timeline_reads
from models.service.timelines import KINDS, LEFT_OUT
from resolvers.service import case_assignments, timelines
from rules.errors import NotFound
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE, PartyRole, Role
from rules.people.kinds import Locale
from rules.service.timelines import TimelineActor, TimelineKind
from tests import complaining, make, speaking
from tests.databases import ON_POSTGRES

READERS = sorted(CUSTOMERS | IN_CHARGE | AUDITORS)


def subclasses(of: type) -> set[type]:
    found = {each for each in of.__subclasses__() for each in (each, *subclasses(each))}
    return {each for each in found if each.__module__.startswith("models.")}


async def all_of(viewer: Viewer, first: int = 20, **asked: Any) -> list[Any]:
    """Read a whole timeline page by page."""
    found, after = [], None
    while True:
        page = await timelines.timeline(viewer, first=first, after=after, **asked)
        found += page.entries
        after = page.end
        if not page.has_next_page:
            return found


def test_what_belongs_to_a_customer_is_told_or_left_out_for_a_reason():
    """A new model comes with one entry, there or here."""
    owned = {model.__name__ for model in subclasses(Owned) if not model._meta.abstract}
    told = {each.model.__name__ for each in KINDS.values()}
    left_out = [name for names in LEFT_OUT.values() for name in names]
    assert len(owned) > 60
    assert not told & set(left_out)
    assert len(left_out) == len(set(left_out))
    assert owned == told | set(left_out)
    assert set(KINDS) == set(TimelineKind)
    assert list(TimelineKind) == sorted(TimelineKind)


def test_each_kind_is_read_off_an_index_by_time():
    for told in KINDS.values():
        indexes = {tuple(columns) for columns in told.model._meta.indexes}
        assert ("customer_id", told.at, "id") in indexes, told.model


async def planned(statement: Statement, asked: dict[str, Any]) -> str:
    """Say how PostgreSQL would read tables so large that it never walks them, nor puts their rows in order."""
    text, names = _alone(statement)
    async with in_transaction("default") as connection:
        for way in ("seqscan", "bitmapscan", "sort"):
            await connection.execute_query(f"SET LOCAL enable_{way} = off")
        rows = await connection.execute_query_dict(f"EXPLAIN {text}", [asked[name] for name in names])
    return "\n".join(row["QUERY PLAN"] for row in rows)


@pytest.mark.parametrize("role", READERS)
async def test_the_database_reads_each_kind_in_order_and_no_more_than_a_page(db, role):
    statement = timeline_reads.page_statement(role)
    everything = 2**62 - 1
    asked = {"customer": 1, "me": 1, "staff": 1, "kinds": everything, "place": 9, "key": 9, "most": 21, "at": make.NOON}
    kinds = statement.text.count("UNION ALL") + 1
    assert kinds >= len(KINDS) - 2
    if ON_POSTGRES:
        plan = await planned(statement, asked)
        assert plan.count("Scan Backward using") == kinds, plan
        return
    connection = get_connection("default")
    rows = await connection.execute_query_dict(f"EXPLAIN QUERY PLAN {_for_sqlite(statement)}", asked)
    plans = [row["detail"] for row in rows]
    reads = [plan for plan in plans if plan.startswith(("SEARCH it USING INDEX", "SEARCH it USING COVERING"))]
    assert len(reads) == kinds, [plan for plan in plans if "SEARCH it" in plan and plan not in reads]
    assert all("(customer_id=? AND " in plan and "_at<?)" in plan for plan in reads), reads
    assert sum("TEMP B-TREE" in plan for plan in plans) <= kinds, "only what was read is put in order"
    assert not [plan for plan in plans if plan.startswith("SCAN") and not plan.endswith("_rows")]


async def lived(customer: Customer, officer: Viewer) -> models.Loan:
    """A loan, a payment taken back, a promise, a call, a visit, a case, and words."""
    loan = await make.loan(customer, term=3)
    staff = await Staff.get(id=officer.staff_id)
    for act in (
        lambda: make.promise(loan, amount=Decimal(100)),
        lambda: make.contact(loan, staff, callee_id=customer.id),
        lambda: speaking.visit(officer, customer),
        lambda: complaining.case(customer),
        lambda: speaking.said(customer),
        lambda: speaking.answered(officer, customer),
    ):
        make.clock.moment += timedelta(hours=1)
        await act()
    return loan


async def test_it_is_in_order_newest_first_and_each_reads_his_own_part_of_it(db):
    customer = await make.customer()
    officer = await make.officer_of(customer.id)
    await lived(customer, officer)
    page = await timelines.timeline(officer, customer_id=customer.id, first=100)
    assert [entry.happened_at for entry in page.entries] == sorted(
        (entry.happened_at for entry in page.entries), reverse=True
    )
    assert [(entry.kind.value, entry.actor) for entry in page.entries[:2]] == [
        ("MESSAGE", TimelineActor.STAFF),
        ("MESSAGE", TimelineActor.CUSTOMER),
    ]
    for_staff = {entry.kind for entry in page.entries}
    mine = await timelines.timeline(make.viewer(customer), first=100)
    assert for_staff - {entry.kind for entry in mine.entries} == {TimelineKind.CONTACT, TimelineKind.VISIT}
    assert {TimelineKind.LOAN, TimelineKind.CASE, TimelineKind.PROMISE} <= {entry.kind for entry in mine.entries}
    promise, case = mine.still_open
    assert (promise.kind, promise.due_on is not None, case.kind) == (TimelineKind.PROMISE, True, TimelineKind.CASE)
    assert case.due_at == (await models.Case.get()).due_at
    only = await timelines.timeline(officer, customer_id=customer.id, kinds=[TimelineKind.VISIT, TimelineKind.CASE])
    assert [entry.kind.value for entry in only.entries] == ["CASE", "VISIT"]


async def test_a_page_of_one_after_the_other_gives_the_same_as_one_page(db):
    customer = await make.customer()
    officer = await make.officer_of(customer.id)
    await lived(customer, officer)
    whole = await timelines.timeline(officer, customer_id=customer.id, first=100)
    one_by_one = await all_of(officer, first=1, customer_id=customer.id)
    assert sum(entry.count for entry in whole.entries) == len(one_by_one) > 8
    assert {entry.node_id for entry in whole.entries} <= {entry.node_id for entry in one_by_one}
    assert len({entry.node_id for entry in one_by_one}) == len(one_by_one), "nothing comes twice"
    assert (await timelines.timeline(officer, customer_id=customer.id, first=0)).entries == []


async def test_what_is_known_late_stands_where_it_happened(db):
    customer = await make.customer()
    officer = await make.officer_of(customer.id)
    await speaking.said(customer)
    await speaking.visit(officer, customer, visited_at=make.NOON - timedelta(days=3))
    last = (await timelines.timeline(officer, customer_id=customer.id)).entries[-1]
    assert (last.kind, last.happened_at, last.recorded_at) == (
        TimelineKind.VISIT,
        make.NOON - timedelta(days=3),
        make.NOON,
    )


async def test_repeats_of_one_side_within_ten_minutes_are_told_once(db):
    customer = await make.customer()
    officer = await make.officer_of(customer.id)
    for minutes in (0, 3, 3, 20):
        make.clock.moment = make.NOON + timedelta(minutes=minutes)
        await speaking.said(customer)
    await speaking.answered(officer, customer)
    page = await timelines.timeline(officer, customer_id=customer.id, kinds=[TimelineKind.MESSAGE])
    assert [(entry.actor.value, entry.count) for entry in page.entries] == [
        ("STAFF", 1),
        ("CUSTOMER", 1),
        ("CUSTOMER", 3),
    ]


async def test_nobody_reads_the_timeline_of_who_is_out_of_his_sight(db):
    customer, far = await make.customer(), await make.customer(branch=await make.branch())
    officer = await make.officer_of(customer.id)
    auditor = await make.signed_in(await make.staff(role=Role.AUDITOR))
    await speaking.said(far)
    for viewer, asked in ((officer, far.id), (make.viewer(customer), far.id), (officer, None), (officer, 9999)):
        with pytest.raises(NotFound):
            await timelines.timeline(viewer, customer_id=asked)
    assert (await timelines.timeline(auditor, customer_id=far.id)).entries
    assert (await timelines.timeline(make.viewer(far))).entries
    async with make.unit():
        await Customer.filter(id=customer.id).update(is_restricted=True)
    with pytest.raises(NotFound):
        await timelines.timeline(officer, customer_id=customer.id)


async def test_whom_a_case_is_about_sees_neither_it_nor_its_deadline(db):
    customer = await make.customer()
    officer, boss = await make.officer_of(customer.id), await make.manager_of(customer.id)
    case = await complaining.case(customer)
    assert (await timelines.timeline(officer, customer_id=customer.id)).still_open
    await case_assignments.recuse(boss, case_id=case.id, staff_id=officer.staff_id or 0)
    page = await timelines.timeline(officer, customer_id=customer.id, first=100)
    assert not page.still_open
    assert not {TimelineKind.CASE, TimelineKind.CASE_ENTRY} & {entry.kind for entry in page.entries}
    mine = await timelines.timeline(make.viewer(customer), first=100)
    assert "somebody was recused" not in {entry.summary for entry in mine.entries}
    assert len(mine.still_open) == 1


async def test_who_only_answers_for_a_loan_has_none_of_its_payments_on_his_own(db):
    loan = await make.loan(term=3)
    guarantor = await make.customer()
    await make.party(loan, guarantor, PartyRole.GUARANTOR)
    await make.repayment(loan)
    assert not await all_of(make.viewer(guarantor), kinds=[TimelineKind.REPAYMENT, TimelineKind.LOAN])
    mine = await all_of(await make.viewer_of(loan.customer_id), kinds=[TimelineKind.REPAYMENT, TimelineKind.LOAN])
    assert Counter(entry.kind.value for entry in mine) == {"REPAYMENT": 1, "LOAN": 1}


async def test_a_summary_is_in_the_language_of_who_reads_it_and_names_an_amount_that_is_clear(db):
    loan = await make.loan(term=3)
    await make.promise(loan, amount=Decimal(100))
    me = await make.viewer_of(loan.customer_id)
    said = {}
    for locale in Locale:
        page = await timelines.timeline(me.speaking(locale), kinds=[TimelineKind.PROMISE])
        said[locale] = page.entries[0].summary
    assert said == {Locale.ZH_CN: "还款承诺，金额¥100.00：待履行", Locale.EN: "Promise to pay of CN¥100.00: open"}


async def test_five_thousand_entries_are_read_in_two_statements_a_page_and_to_the_end(db):
    customer = await make.customer()
    officer = await make.officer_of(customer.id)
    message = await speaking.said(customer)
    consent = {"purpose": "MARKETING", "text_version": "1", "locale": "en", "source": "APP", "evidence": ""}
    async with make.unit():
        moments = [make.NOON - timedelta(hours=number + 1) for number in range(2_500)]
        shared = {"customer_id": customer.id}
        await models.Message.bulk_create(
            models.Message(
                conversation_id=message.conversation_id, author=Role.CUSTOMER, words="在吗", created_at=at, **shared
            )
            for at in moments
        )
        await models.ConsentEntry.bulk_create(
            models.ConsentEntry(channel="PUSH", is_given=True, created_at=at, **consent, **shared) for at in moments
        )
    with counted() as statements:
        page = await timelines.timeline(officer, customer_id=customer.id)
    assert len(statements) == 2
    assert (len(page.entries), page.has_next_page) == (20, True)
    entries = await all_of(officer, first=100, customer_id=customer.id)
    assert len(entries) == 5_001
    assert len({entry.node_id for entry in entries}) == 5_001
    last = timeline_reads.Place(moments[-1], TimelineKind.MESSAGE, 2**62)
    with counted() as statements:
        page = await timelines.timeline(officer, customer_id=customer.id, after=last)
    assert len(statements) == 2
    assert ([entry.kind.value for entry in page.entries], page.has_next_page) == (["MESSAGE", "CONSENT"], False)
    early = timeline_reads.Place(datetime(2001, 1, 1, tzinfo=UTC), TimelineKind.MESSAGE, 1)
    assert (await timelines.timeline(officer, customer_id=customer.id, after=early)).end is None
