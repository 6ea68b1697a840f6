"""The operations that apps live by, as they are written down for them, answer without an error."""

import pytest

from api import trusted
from models import Branch
from models.viewer import Viewer
from rules.ids import encode_id
from rules.people.access import Role
from schema.build import schema
from schema.context import Context
from tests import make

HOME = trusted.document("customers/home")
SCHEDULE = trusted.document("customers/schedule")
OFFICER_LIST = trusted.document("staff/officer-list")
EXPORT = trusted.document("staff/export")
SHORT_EXPORT = EXPORT.replace("($after: String)", "($after: String, $first: Int)").replace("1000", "$first")
"""The same in pages of any length."""


async def read(viewer: Viewer, document: str, **variables: object) -> dict:
    answer = await schema().execute(document, variable_values=variables, context_value=Context(viewer))
    assert not answer.errors, answer.errors
    return answer.data


@pytest.fixture
async def officer(db) -> Viewer:
    schema()
    branch = await make.branch()
    return await make.with_branches(make.viewer(await make.staff(role=Role.OFFICER, branches=[branch])))


async def test_home(db):
    loan = await make.loan(term=3)
    me = (await read(await make.viewer_of(loan.customer_id), HOME))["viewer"]["customer"]
    assert me["displayName"] == "李小雨"
    assert me["points"] == {"balance": 0, "tier": {"name": "普通会员"}}
    (mine,) = me["loans"]["nodes"]
    assert mine["outstanding"] == {"amount": "1000.00", "currency": "CNY"}
    assert mine["nextInstallment"] == {"dueOn": "2026-04-16", "total": {"amount": "335.75"}, "daysUntilDue": 31}


async def test_schedule(db):
    loan = await make.loan(term=3)
    shown = await read(await make.viewer_of(loan.customer_id), SCHEDULE, id=encode_id("Loan", loan.id))
    assert [line["dueOn"] for line in shown["node"]["installments"]] == ["2026-04-16", "2026-05-16", "2026-06-16"]
    assert {line["status"] for line in shown["node"]["installments"]} == {"UPCOMING"}


async def test_officer_list(officer):
    near, far = await Branch.get(id=officer.branch_ids[0]), await make.branch()
    mine = await make.loan(await make.customer(branch=near))
    await make.loan(await make.customer(branch=far))
    for branch, expected in ((near, [encode_id("Loan", mine.id)]), (far, [])):
        shown = await read(officer, OFFICER_LIST, branch=encode_id("Branch", branch.id))
        assert [loan["id"] for loan in shown["loans"]["nodes"]] == expected


async def test_an_export_goes_on_where_its_cursor_points(officer):
    branch = await Branch.get(id=officer.branch_ids[0])
    made = [encode_id("Loan", (await make.loan(await make.customer(branch=branch))).id) for _ in range(3)]
    seen, after, has_next = [], None, True
    while has_next:
        page = (await read(officer, SHORT_EXPORT, first=2, after=after))["loans"]
        seen += [loan["id"] for loan in page["nodes"]]
        after, has_next = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == made
    assert len((await read(officer, EXPORT))["loans"]["nodes"]) == 3


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ("first: 1001", "input.too_many"),
        ("first: -1", "input.too_many"),
        ("first: 1, last: 1", "input.first_and_last"),
        ('first: 1, after: "x"', "input.bad_cursor"),
        ('first: 1, after: "WyJDdXN0b21lci5sb2FucyIsMSwxXQ=="', "input.bad_cursor"),
    ],
)
async def test_a_page_that_cannot_be_is_refused(officer, arguments, key):
    answer = await schema().execute(f"{{ loans({arguments}) {{ nodes {{ id }} }} }}", context_value=Context(officer))
    (error,) = answer.errors
    assert error.original_error.key == key


async def test_backwards_and_forwards_show_the_same_rows(officer):
    branch = await Branch.get(id=officer.branch_ids[0])
    for _ in range(3):
        await make.loan(await make.customer(branch=branch))
    document = "query($a: String, $b: String) { %s { edges { cursor node { number } } pageInfo { %s } } }"
    info = "hasNextPage hasPreviousPage startCursor endCursor"
    whole = (await read(officer, document % ("loans: loans(first: 9, after: $a, before: $b)", info)))["loans"]["edges"]
    last = (await read(officer, document % ("loans(last: 2, after: $a, before: $b)", info)))["loans"]
    assert last["edges"] == whole[1:]
    assert last["pageInfo"]["hasPreviousPage"] is True
    first = await read(
        officer, document % ("loans(last: 2, after: $a, before: $b)", info), b=last["pageInfo"]["startCursor"]
    )
    assert first["loans"]["edges"] == whole[:1]
    assert first["loans"]["pageInfo"]["hasNextPage"] is True


async def test_customers_get_no_more_than_a_hundred_at_once_and_no_staff_list(db):
    loan = await make.loan()
    viewer = await make.viewer_of(loan.customer_id)
    schema()
    for document, code in (
        ("{ viewer { customer { loans(first: 101) { nodes { id } } } } }", "BAD_USER_INPUT"),
        ("{ loans(first: 1) { nodes { id } } }", "FORBIDDEN"),
        ("{ customers(first: 1) { nodes { id } } }", "FORBIDDEN"),
        ("{ staff(first: 1) { nodes { id } } }", "FORBIDDEN"),
        ("{ auditEntries(first: 1) { nodes { id } } }", "FORBIDDEN"),
    ):
        answer = await schema().execute(document, context_value=Context(viewer))
        assert [error.original_error.code for error in answer.errors] == [code]
