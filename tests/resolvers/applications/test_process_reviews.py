import csv
import io
from datetime import timedelta

import pytest

from models import Branch, Customer
from resolvers.applications.applications import withdraw_application
from resolvers.applications.corrections import return_application
from resolvers.applications.decisions import decide_application
from resolvers.applications.process_reviews import as_csv, process_review
from rules.applications.kinds import DecisionReason, Outcome
from rules.applications.states import ApplicationStatus
from rules.people.access import Role
from tests import make
from tests.resolvers.applications.stories import desk, drafted, submitted

SPAN = {"since": make.TODAY, "until": make.TODAY + timedelta(days=30)}


@pytest.fixture
async def customer(db) -> Customer:
    return await make.customer()


async def test_it_says_where_the_time_went_what_came_of_it_and_why(customer):
    _, officer = await desk(customer)
    manager = await make.manager_of(customer.id)
    first, second = await submitted(customer), await submitted(customer)
    gone = await drafted(customer)
    await withdraw_application(make.viewer(customer), gone.id, gone.version)
    officer.clock.moment += timedelta(hours=2)
    await return_application(officer, application_id=first.id, version=first.version, reason="Which employer?")
    officer.clock.moment += timedelta(days=3)
    await decide_application(officer, second.id, Outcome.DECLINE, DecisionReason.TOO_MUCH_DEBT, second.version)
    review = await process_review(manager, **SPAN)
    rows = [row for row in review.steps if row.status is ApplicationStatus.SUBMITTED]
    assert [(row.entered, row.left) for row in rows] == [(1, 1), (1, 1)]
    assert sorted((row.average_seconds, row.longest_seconds, row.late) for row in rows) == [
        (7200, 7200, 0),
        (266_400, 266_400, 1),
    ]
    (decided,) = review.decisions
    assert (decided.outcome, decided.reason, decided.is_automatic, decided.count) == (
        Outcome.DECLINE,
        DecisionReason.TOO_MUCH_DEBT,
        False,
        1,
    )
    assert (review.returns, review.withdrawals) == (1, 1)
    returned = next(row for row in review.steps if row.status is ApplicationStatus.RETURNED)
    assert (returned.entered, returned.left, returned.average_seconds, returned.longest_seconds) == (1, 0, None, None)
    table = list(csv.DictReader(io.StringIO(review.csv)))
    assert len(table) == len(review.steps)
    assert table[0].keys() >= {"product", "branch", "status", "entered", "late", "average_seconds"}
    (row,) = csv.DictReader(io.StringIO(review.decisions_csv))
    assert (row["outcome"], row["reason"], row["is_automatic"], row["count"]) == (
        "DECLINE",
        "TOO_MUCH_DEBT",
        "False",
        "1",
    )


async def test_applications_of_one_product_are_counted_together(customer):
    application = await submitted(customer)
    version = await application.product_version
    manager = await make.manager_of(customer.id)
    everything = await process_review(manager, **SPAN)
    of_one = await process_review(manager, **SPAN, product_id=version.product_id)
    assert [row.entered for row in of_one.steps] == [1, 1]
    await submitted(customer)
    assert len((await process_review(manager, **SPAN)).steps) == 2 * len(everything.steps)
    assert await process_review(manager, **SPAN, product_id=version.product_id) == of_one


async def test_each_sees_his_branches_and_the_period_alone(customer):
    await submitted(customer)
    manager = await make.manager_of(customer.id)
    elsewhere = await make.signed_in(await make.staff(role=Role.MANAGER, branches=[await make.branch()]))
    auditor = await make.signed_in(await make.staff(role=Role.AUDITOR))
    assert (await process_review(elsewhere, **SPAN)).steps == ()
    assert (await process_review(auditor, **SPAN)).steps == (await process_review(manager, **SPAN)).steps != ()
    own = await Branch.get(id=customer.branch_id)
    other = await Branch.get(id__not=own.id)
    assert (await process_review(manager, **SPAN, branch_id=own.id)).steps != ()
    assert (await process_review(manager, **SPAN, branch_id=other.id)).steps == ()
    before = {"since": make.TODAY - timedelta(days=9), "until": make.TODAY - timedelta(days=1)}
    assert (await process_review(manager, **before)).steps == ()


@pytest.mark.parametrize("code", ["=1+1", "+1", "-1", "@A", "\t1"])
def test_a_table_holds_no_formula(code):
    ((cell,),) = list(csv.reader(io.StringIO(as_csv(["product"], [[code]]))))[1:]
    assert cell == f"'{code}"
    assert as_csv(["a", "b"], [['X,"Y"', None]]) == 'a,b\r\n"X,""Y""",\r\n'
