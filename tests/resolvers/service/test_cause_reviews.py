"""Why customers complained: counted by cause, product, branch and month, and who complained of the same again."""

import csv
from datetime import date, timedelta
from decimal import Decimal

from models import CaseCause
from models.database.statements import counted
from resolvers.service import cause_reviews
from rules.people.access import Role
from rules.service.cases import CaseKind, CaseOutcome
from tests import complaining, improving, make

YEAR = {"since": make.TODAY - timedelta(days=365), "until": make.TODAY}


async def auditor():
    return await make.signed_in(await make.staff(role=Role.AUDITOR))


async def test_the_few_causes_that_make_most_come_first(db):
    often, seldom = await improving.cause(code="OFTEN"), await improving.cause(code="SELDOM")
    for outcome in (CaseOutcome.UPHELD, CaseOutcome.PARTLY_UPHELD, CaseOutcome.REJECTED):
        await improving.case_of(often, outcome=outcome)
    await improving.case_of(seldom)
    await improving.case_of(seldom, kind=CaseKind.REQUEST)
    await complaining.decided(await complaining.case(), CaseOutcome.REJECTED)
    review = await cause_reviews.complaint_causes(await auditor(), **YEAR)
    lines = [(line.cause, line.count, line.share, line.cumulative_share, line.upheld) for line in review.causes]
    assert lines == [("OFTEN", 3, Decimal(75), Decimal(75), 2), ("SELDOM", 1, Decimal(25), Decimal(100), 1)]
    assert (review.count, review.repeats, review.repeat_rate) == (4, 0, 0)


async def test_the_same_customer_and_cause_within_ninety_days_is_a_repeat(db):
    cause, other = await improving.cause(code="A"), await improving.cause(code="B")
    customer = await make.customer()
    for days_ago in (200, 110, 19, 19):
        await improving.case_of(cause, customer, days_ago)
    await improving.case_of(other, customer, 18)
    await improving.case_of(cause, None, 18)
    review = await cause_reviews.complaint_causes(await auditor(), **YEAR)
    by_cause = {line.cause: (line.count, line.repeats, line.repeat_rate) for line in review.causes}
    # 110 is 90 after 200; 19 is 91 after 110, so the first of that day is none; the second one is, of the first.
    assert by_cause == {"A": (5, 2, Decimal(40)), "B": (1, 0, Decimal(0))}
    assert (review.repeats, review.repeat_rate) == (2, Decimal("33.33"))
    late = await cause_reviews.complaint_causes(
        await auditor(), since=make.TODAY - timedelta(days=110), until=make.TODAY - timedelta(days=110)
    )
    assert (late.count, late.repeats) == (1, 1), "what it repeats may be before the period"


async def test_it_is_divided_by_product_branch_and_month_and_narrowed(db):
    cause = await improving.cause(code="A")
    east, west = await make.branch(), await make.branch()
    loan = await make.loan()
    here = await make.customer(branch=east)
    await improving.case_of(cause, await loan.customer, loan_id=loan.id)
    await improving.case_of(cause, here, days_ago=20)
    await improving.case_of(cause, await make.customer(branch=west), days_ago=20)
    review = await cause_reviews.complaint_causes(await auditor(), **YEAR)
    version = await (await loan.product_version).product
    cells = [(cell.product, cell.branch, cell.month, cell.count) for cell in review.cells]
    home = await (await loan.customer).branch
    expected = [(None, east.code, 2), (None, west.code, 2), (version.code, home.code, 3)]
    assert cells == [(product, branch, date(2026, month, 1), 1) for product, branch, month in expected]
    of_product = await cause_reviews.complaint_causes(await auditor(), **YEAR, product_id=version.id)
    of_branch = await cause_reviews.complaint_causes(await auditor(), **YEAR, branch_id=west.id)
    assert ([cell.product for cell in of_product.cells], [cell.branch for cell in of_branch.cells]) == (
        [version.code],
        [west.code],
    )
    rows = list(csv.reader(review.cells_csv.splitlines()))
    assert rows[0] == ["cause", "product", "branch", "month", "count", "upheld", "repeats"]
    assert rows[1] == ["A", "", east.code, "2026-02-01", "1", "1", "0"]
    assert next(csv.reader(review.csv.splitlines()))[:3] == ["cause", "group", "name_zh"]


async def test_a_manager_counts_his_branches_and_what_is_not_about_him(db):
    cause = await improving.cause()
    east, west = await make.branch(), await make.branch()
    own = await improving.case_of(cause, await make.customer(branch=east))
    await improving.case_of(cause, await make.customer(branch=west))
    manager = await make.signed_in(await make.staff(role=Role.MANAGER, branches=[east]))
    assert (await cause_reviews.complaint_causes(manager, **YEAR)).count == 1
    async with make.unit():
        from models import CaseRecusal

        await CaseRecusal.create(case_id=own.id, staff_id=manager.staff_id)
    assert (await cause_reviews.complaint_causes(manager, **YEAR)).count == 0


async def test_it_takes_as_many_statements_for_many_as_for_none(db):
    viewer = await auditor()
    for _ in range(2):
        with counted() as statements:
            await cause_reviews.complaint_causes(viewer, **YEAR)
        assert len(statements) == 4, statements
        cause = await improving.cause()
        for days_ago in range(4):
            await improving.case_of(cause, days_ago=days_ago)
    assert await CaseCause.all().count() == 8


async def test_nothing_is_no_rate(db):
    review = await cause_reviews.complaint_causes(await auditor(), **YEAR)
    assert (review.causes, review.cells, review.count, review.repeat_rate) == ((), (), 0, None)
