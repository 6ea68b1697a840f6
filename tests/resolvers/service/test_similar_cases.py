"""Answered cases that are like one."""

import pytest

from models import CaseRecusal
from models.database.statements import counted
from resolvers.service import similar_cases
from rules.errors import NotFound
from rules.people.access import Role
from rules.service.cases import CaseCategory, CaseKind, CaseOutcome
from tests import complaining, improving, make

TWICE = "扣款扣了两次，请退还。"


async def ids(viewer, case) -> list[int]:
    found = await similar_cases.similar_cases(viewer, case_id=case.id)
    return [each.case.id for each in found.similar]


async def closed(customer, words: str, **said):
    case = await complaining.case(customer, words=words, **said)
    return await complaining.decided(case, CaseOutcome.REJECTED)


async def test_answered_cases_of_the_category_are_ranked_by_the_words_they_share(db):
    customer = await make.customer()
    near = await closed(customer, "上个月扣款扣了两次。")
    far = await closed(customer, "没有收到扣款通知。")
    await closed(customer, "利息太高。")
    await closed(customer, TWICE, category=CaseCategory.COSTS)
    case = await complaining.case(customer, words=TWICE)
    await complaining.case(customer, words=TWICE, kind=CaseKind.REQUEST)
    officer = await make.officer_of(customer.id)
    found = await similar_cases.similar_cases(officer, case_id=case.id)
    assert [(each.case.id, each.shared_words) for each in found.similar] == [(near.id, 5), (far.id, 1)]


async def test_they_are_of_the_same_product_or_cause_where_there_is_one(db):
    loan, cause = await make.loan(), await improving.cause()
    customer = await loan.customer
    same_product = await closed(customer, TWICE, loan_id=loan.id)
    same_cause = await improving.case_of(cause, customer, words=TWICE)
    neither = await closed(customer, TWICE)
    case = await complaining.case(customer, words=TWICE, loan_id=loan.id)
    officer = await make.officer_of(customer.id)
    assert await ids(officer, case) == [same_product.id]
    answered = await improving.case_of(cause, customer, words=TWICE, loan_id=loan.id)
    assert await ids(officer, answered) == [same_cause.id, same_product.id]
    found = await similar_cases.similar_cases(officer, case_id=answered.id)
    assert [each.cause for each in found.similar] == [cause.code, None]
    assert answered.id in await ids(officer, neither)


async def test_nobody_is_shown_what_is_about_him_or_not_his(db):
    customer, officer_row = await make.customer(), await make.staff()
    about_him = await closed(customer, TWICE)
    stranger = await make.customer(branch=await make.branch())
    await closed(stranger, TWICE)
    case = await complaining.case(customer, words=TWICE)
    officer = await make.officer_of(customer.id)
    assert await ids(officer, case) == [about_him.id]
    async with make.unit():
        await CaseRecusal.create(case_id=about_him.id, staff_id=officer.staff_id)
    assert await ids(officer, case) == []
    async with make.unit():
        await CaseRecusal.create(case_id=case.id, staff_id=officer.staff_id)
    for viewer in (officer, await make.signed_in(officer_row)):
        with pytest.raises(NotFound):
            await similar_cases.similar_cases(viewer, case_id=case.id)


async def test_five_at_most_the_latest_first_where_they_are_alike_in_five_statements(db):
    customer = await make.customer()
    made = [await closed(customer, TWICE) for _ in range(7)]
    officer = await make.officer_of(customer.id, role=Role.MANAGER)
    case = await complaining.case(customer, words=TWICE)
    with counted() as statements:
        found = await ids(officer, case)
    assert found == [each.id for each in reversed(made)][:5]
    assert len(statements) == 5, statements
