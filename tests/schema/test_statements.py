"""What a page of loans costs: statements, counted, not seconds."""

from models.database.statements import counted
from rules.people.access import Role
from schema.build import schema
from schema.context import Context
from tests import make

OFFICER_LIST = """
query OfficerList { loans(first: 50) { nodes { id number status outstanding { amount }
  customer { displayName phone } product { name } nextInstallment { dueOn total { amount } }
  repayments(last: 3) { nodes { amount { amount } channel receivedAt } } }
  pageInfo { endCursor hasNextPage } } }
"""


async def test_fifty_loans_with_what_belongs_to_them_take_six_statements(db):
    branch = await make.branch()
    officer = await make.staff(role=Role.OFFICER, branches=[branch])
    for number in range(5):
        loan = await make.loan(customer=await make.customer(branch=branch))
        for _ in range(number):
            await make.repayment(loan)
    viewer = await make.with_branches(make.viewer(officer))
    schema()
    with counted() as statements:
        answer = await schema().execute(OFFICER_LIST, context_value=Context(viewer))
    assert not answer.errors, answer.errors
    nodes = answer.data["loans"]["nodes"]
    assert [len(node["repayments"]["nodes"]) for node in nodes] == [0, 1, 2, 3, 3]
    assert all(node["customer"] and node["product"] and node["nextInstallment"] for node in nodes)
    times = [payment["receivedAt"] for payment in nodes[-1]["repayments"]["nodes"]]
    assert times == sorted(times)
    assert 4 <= len(statements) <= 6, statements


async def test_the_number_of_statements_does_not_grow_with_the_loans(db):
    branch = await make.branch()
    officer = await make.staff(role=Role.OFFICER, branches=[branch])
    viewer = await make.with_branches(make.viewer(officer))
    counts = []
    for _ in range(2):
        await make.loan(customer=await make.customer(branch=branch))
        schema()
        with counted() as statements:
            await schema().execute(OFFICER_LIST, context_value=Context(viewer))
        counts.append(len(statements))
    assert counts[0] == counts[1]
