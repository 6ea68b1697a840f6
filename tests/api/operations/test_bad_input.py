"""What cannot be answered: the same words with plans and without, no plan kept of it, and no alarm unless it is our fault."""

import json
from typing import Any

import httpx
import pytest

import models
from api.operations import Plans
from models.scopes import NOTHING
from resolvers.people import tokens
from rules.ids import encode_id
from rules.people.access import Role
from schema.build import schema
from tests import make
from tests.api.operations.authors import Asked
from tests.api.operations.oracle import Oracle
from tests.api.served import serve
from tests.configured import configure_resolvers
from tests.schema.test_operations import HOME

LIST = "query($first: Int, $after: String) { viewer { customer { loans(first: $first, after: $after) { nodes { id } } } } }"
NODE = "query($id: ID!) { node(id: $id) { id } }"
LANGUAGE = "mutation($input: ChooseLanguageInput!) { chooseLanguage(input: $input) { __typename } }"


class NoPlans(Plans):
    """Everything is left to the stock executor."""

    async def answer(self, *_: object) -> None:
        return None


class Door:
    """The front door, for one customer: with plans, and without."""

    def __init__(self, token: str, patch: pytest.MonkeyPatch) -> None:
        self.headers = {"Authorization": f"Bearer {token}", "X-Request-Id": "always-the-same"}
        self.patch = patch
        self.plans = Plans()

    async def ask(self, plans: Plans, content: bytes | None, params: dict[str, str] | None) -> httpx.Response:
        self.patch.setattr("api.graphql.Plans", lambda: plans)
        async with serve(schema(), make.clock) as client:
            if params is not None:
                return await client.get("/graphql", params=params, headers=self.headers)
            headers = {**self.headers, "Content-Type": "application/json"}
            return await client.post("/graphql", content=content, headers=headers)

    async def answer(self, body: object = None, *, params: dict[str, str] | None = None) -> httpx.Response:
        """Send it to both; their answers must be one."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        with_plans = await self.ask(self.plans, content, params)
        without = await self.ask(NoPlans(), content, params)
        assert (with_plans.status_code, with_plans.content) == (without.status_code, without.content)
        return with_plans


@pytest.fixture
async def customer(db) -> models.Customer:
    configure_resolvers()
    schema()
    return await make.customer()


@pytest.fixture
async def door(customer, monkeypatch) -> Door:
    viewer = await make.signed_in(customer)
    return Door(tokens.issue(viewer.session_id, make.NOON)[0], monkeypatch)


def query(text: str, **variables: Any) -> dict[str, Any]:
    return {"query": text, "variables": variables}


def code(response: httpx.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


ALIASES = " ".join(f"a{number}: role" for number in range(10_000))
NESTED = (
    "{ viewer { customer { loans { nodes { " + "customer { loans { nodes { " * 66 + "id" + " } } }" * 66 + " } } } } }"
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (query(f"{{ viewer {{ {ALIASES} }} }}"), "OPERATION_TOO_COMPLEX"),
        (query(NESTED), "OPERATION_TOO_COMPLEX"),
        (query("{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }"), "GRAPHQL_VALIDATION_FAILED"),
        (query("{ viewer { nothing } }"), "GRAPHQL_VALIDATION_FAILED"),
        (query("{ viewer { role "), "GRAPHQL_PARSE_FAILED"),
        (query("{ viewer { customer { loans(first: NaN) { nodes { id } } } } }"), "GRAPHQL_VALIDATION_FAILED"),
        (query("{ viewer { customer { loans(first: 2147483648) { nodes { id } } } } }"), "GRAPHQL_VALIDATION_FAILED"),
        (query('{ viewer { customer { loans(first: "5") { nodes { id } } } } }'), "GRAPHQL_VALIDATION_FAILED"),
        (query('{ viewer { customer { loans(after: 5) { nodes { id } } } } }'), "GRAPHQL_VALIDATION_FAILED"),
        (query('{ node(id: "\\ud800") { id } }'), "GRAPHQL_PARSE_FAILED"),
        (query("query A { viewer { role } } query B { viewer { role } }"), "BAD_USER_INPUT"),
        (query("{ viewer { customer { loans { edges } } } }"), "GRAPHQL_VALIDATION_FAILED"),
        (query("query($x: Nothing) { viewer { role @skip(if: $x) } }"), "GRAPHQL_VALIDATION_FAILED"),
    ],
    ids=lambda value: None if isinstance(value, str) else value["query"][:30],
)  # fmt: skip
async def test_a_document_that_is_none_is_not_remembered(door, caplog, body, expected):
    response = await door.answer(body)
    assert code(response) == expected
    assert door.plans.sizes() == (0, 0)
    assert not caplog.records


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"query": "{ viewer { role } }", "variables": {"a": "' + b"x" * 2_000_000 + b'"}}', 413),
        (b'{"query": "{ viewer { role } # ' + b"x" * 2_000_000 + b'"}', 413),
        (b'{"query": "{ viewer { role } }", "variables": {"a": NaN}}', 400),
        (b'{"query": "{ viewer { role } }", "variables": {"a": "\\ud800"}}', 400),
        (b'{"query": "{ viewer { a\\ud800: role } }"}', 400),
    ],
    ids=["long variable", "long document", "NaN", "surrogate", "surrogate in the document"],
)
async def test_a_body_that_is_none_is_refused_before_any_plan(door, caplog, body, status):
    assert (await door.answer(body)).status_code == status
    assert door.plans.sizes() == (0, 0)
    assert not caplog.records


async def test_a_mutation_by_get_does_nothing(door):
    response = await door.answer(params={"query": "mutation { chooseLanguage(input: {locale: EN}) { __typename } }"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert door.plans.sizes() == (0, 0)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (query(LIST, first="5"), "BAD_USER_INPUT"),
        (query(LIST, first=5.5), "BAD_USER_INPUT"),
        (query(LIST, first=True), "BAD_USER_INPUT"),
        (query(LIST, first=2**31), "BAD_USER_INPUT"),
        (query(LIST, after=2**31), "BAD_USER_INPUT"),
        (query(LIST, first=-1), "BAD_USER_INPUT"),
        (query(LIST, first=101), "BAD_USER_INPUT"),
        (query(LIST, after=5), "BAD_USER_INPUT"),
        (query(LIST, after=""), "BAD_USER_INPUT"),
        (query(LIST, after="\0"), "BAD_USER_INPUT"),
        (query(LIST, after=["x"]), "BAD_USER_INPUT"),
        (query(NODE), "BAD_USER_INPUT"),
        (query(NODE, id=None), "BAD_USER_INPUT"),
        (query(NODE, id=7), "BAD_USER_INPUT"),
        (query(NODE, id=7.5), "BAD_USER_INPUT"),
        (query(NODE, id=True), "BAD_USER_INPUT"),
        (query(NODE, id=""), "BAD_USER_INPUT"),
        (query(NODE, id="💥"), "BAD_USER_INPUT"),
        (query(NODE, id=encode_id("Viewer", 1)), "BAD_USER_INPUT"),
        (query('{ node(id: "") { id } }'), "BAD_USER_INPUT"),
        (query('query($id: ID = "TG9hbjox") { node(id: $id) { id } }', id=None), "BAD_USER_INPUT"),
        (query("query($is: Boolean = true) { viewer { role @skip(if: $is) } }", **{"is": None}), "BAD_USER_INPUT"),
        (query("query($is: Boolean!) { viewer { role @skip(if: $is) } }", **{"is": "true"}), "BAD_USER_INPUT"),
        (query(LANGUAGE, input={"locale": "FR"}), "BAD_USER_INPUT"),
        (query(LANGUAGE, input={"locale": "EN", "more": 1}), "BAD_USER_INPUT"),
        (query("{ loans { nodes { id } } }"), "FORBIDDEN"),
        (query("{ viewer { role } staff { nodes { id } } }"), "FORBIDDEN"),
    ],
    ids=lambda value: None if isinstance(value, str) else json.dumps(value["variables"])[:30],
)
async def test_a_value_that_is_none_makes_no_plan_and_no_alarm(door, caplog, body, expected):
    response = await door.answer(body)
    assert code(response) == expected
    assert door.plans.counts["failed"] == door.plans.counts["answered"] == 0
    known = [plan for each in door.plans._documents.values() for plan in each.plans.values()]
    assert all(isinstance(plan, str) for plan in known), "a plan was kept"
    assert not caplog.records


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (query(LIST, first=None), {"viewer": {"customer": {"loans": {"nodes": []}}}}),
        (query(LIST, first=5.0), {"viewer": {"customer": {"loans": {"nodes": []}}}}),
        (query(LIST, first=1, unknown={"a": [1]}), {"viewer": {"customer": {"loans": {"nodes": []}}}}),
        (query("{ viewer { role @include(if: false) } }"), {"viewer": {}}),
        (query("{ ... on Query @skip(if: true) { viewer { role } } }"), {}),
        (query('{ node(id: "TG9hbjo5OTk5") { id } }'), {"node": None}),
    ],
    ids=["null", "a whole float", "unknown variable", "nothing left", "no root left", "nobody"],
)
async def test_what_is_odd_but_allowed_is_answered_by_a_plan(door, body, expected):
    assert (await door.answer(body)).json() == {"data": expected}
    assert door.plans.counts["answered"] == 1


async def test_an_input_that_is_null_is_refused_before_anything_is_done(door, caplog):
    before = await make.everything()
    response = await door.answer(query(LANGUAGE.replace("!)", " = {locale: EN})"), input=None))
    assert code(response) == "BAD_USER_INPUT"
    assert {**await make.everything(), "session": []} == {**before, "session": []}
    assert not caplog.records


async def test_an_id_may_be_sent_as_a_number(door, customer):
    """7 is "7", which is no id of ours: said by the resolver, not by the type."""
    (error,) = (await door.answer(query(NODE, id=7))).json()["errors"]
    assert error["path"] == ["node"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "inputPath": ["id"]}


async def test_the_schema_is_shown_by_the_stock_executor_without_alarm(door, caplog):
    response = await door.answer(
        query('{ __schema { queryType { name } } __type(name: "Loan") { kind } viewer { role } }')
    )
    assert response.json()["data"]["__type"] == {"kind": "OBJECT"}
    assert door.plans.counts["declined: introspection"] == 1
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_number_too_large_for_an_int_is_our_fault_and_said_as_the_stock_executor_says_it(
    door, customer, caplog
):
    points = (await models.PointsAccount.get(customer_id=customer.id)).id
    for balance, fits in ((2**31 - 1, True), (2**31, False), (2**53 + 1, False)):
        async with make.unit():
            await models.PointsAccount.filter(id=points).update(balance=balance)
        answer = (await door.answer(query(HOME))).json()
        shown = answer["data"]["viewer"]["customer"]["points"]
        assert (shown and shown["balance"]) == (balance if fits else None)
        if not fits:
            assert answer["errors"][0]["path"] == ["viewer", "customer", "points", "balance"]
            assert code_of(answer) == "INTERNAL"
    assert door.plans.counts["failed"] == 2
    assert "Unexpected error at viewer.customer.points.balance" in caplog.text


def code_of(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def test_a_row_that_must_be_there_and_is_not_makes_null_as_far_up_as_the_stock_executor_says(door, monkeypatch):
    monkeypatch.setattr(models.Tier, "scope", classmethod(lambda cls, role: NOTHING))
    answer = (await door.answer(query(HOME))).json()
    assert answer["data"]["viewer"]["customer"]["points"] is None
    assert answer["errors"][0]["path"] == ["viewer", "customer", "points", "tier"]
    assert code_of(answer) == "INTERNAL"
    monkeypatch.setattr(models.Branch, "scope", classmethod(lambda cls, role: NOTHING))
    answer = (await door.answer(query("{ viewer { role customer { id branch { id } } } }"))).json()
    assert answer["data"] == {"viewer": {"role": "CUSTOMER", "customer": None}}
    assert answer["errors"][0]["path"] == ["viewer", "customer", "branch"]


LISTS = f"{{ customers {{ nodes {{ {'loans(first: 1) { nodes { customer { ' * 6} id {'} } }' * 6} }} }} }}"
PRODUCT_DEEP = "product { currentVersion { " * 17 + "id" + " } }" * 17
APPLICATION = """id number status version term purpose submittedAt createdAt amount { amount } quote { id term
  annualRate annualCost amount { amount } installment { amount } totalInterest { amount } totalFees { amount } }
  decision { id outcome reason decidedBy createdAt staff { id login name role isActive decisionLimit { amount } } }
  offer { id amount { amount } term annualRate expiresOn acceptedAt } branch { id code name isDefault }
  productVersion { id number name method annualRate minAmount { amount } maxAmount { amount } minTerm maxTerm validFrom }
  contract { id locale text textHash createdAt signature { id textHash signedAt } loan { id number status isOpen rate term
    method openedOn createdAt principal { amount } outstanding { amount } disbursement { id valueOn amount { amount }
    fees { amount } } nextInstallment { id number dueOn paidOn status daysUntilDue principal { amount }
    interest { amount } total { amount } paid { amount } } product { id number name method minTerm maxTerm validFrom
      annualRate minAmount { amount } maxAmount { amount } } customer { id displayName phone identityNumber sex locale
      version createdAt points { id balance tier { id code name rank } } branch { id code name isDefault } } } }
  customer { id displayName phone identityNumber sex locale version createdAt points { id balance tier { id code name } }
    branch { id code name } }"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{{ products {{ currentVersion {{ {PRODUCT_DEEP} a: {PRODUCT_DEEP} }} }} }}", "many relations"),
        (f"{{ applications {{ nodes {{ {APPLICATION} }} }} }}", None),
        (
            f"{{ customers {{ nodes {{ applications {{ nodes {{ {APPLICATION} }} }} }} }} }}",
            "a wide list within a list",
        ),
        (LISTS, "lists nested deeply"),
    ],
)
async def test_what_no_database_takes_in_one_statement_is_declined_once(house, text, reason):
    """SQLite joins 64 tables, and its parser nests so deep; PostgreSQL gives a function 100 values."""
    oracle = Oracle([house.viewer(Role.MANAGER)])
    await oracle.compare(Asked(text))
    await oracle.compare(Asked(text))
    assert oracle.plans.counts["failed"] == 0
    declined = oracle.plans.counts[f"declined: {reason}"]
    assert (declined, oracle.counts["answered"]) == ((2, 0) if reason else (0, 2)), oracle.plans.counts
    assert oracle.plans.counts["compiled"] == 1
