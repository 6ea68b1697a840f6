"""Operations and bodies made to exhaust us are refused at once, by the name of the limit they pass."""

import json
import sys
import time
from dataclasses import replace

import pytest
from graphql import get_introspection_query, parse

from api import limits, trusted
from api.errors import render_request_error
from api.graphql import GraphQLEndpoint
from api.limits import OperationCheck
from rules.people.kinds import Locale
from schema.build import schema
from schema.errors import RequestError
from settings import Settings
from tests.api.served import post, serve

NEW = {"Accept": "application/graphql-response+json", "Accept-Language": "en"}
MOST_CALLS = 500_000
"""Of functions, Python's and C's, for one answer: a tenth of a second or two. Seconds would say how busy the machine is."""
HANGS_SECONDS = 10
"""Of this process, for what works inside of one call: it takes milliseconds, or minutes."""


class Work:
    """Counts the calls of functions in its block."""

    def __init__(self) -> None:
        self.calls = 0

    def __enter__(self) -> "Work":
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _count(self, _frame: object, event: str, _argument: object) -> None:
        self.calls += event in {"call", "c_call"}


def doubling(levels: int) -> str:
    """Fragments of which each spreads the next twice: 2^levels fields once expanded."""
    fragments = [f"fragment f{i} on Query {{ ...f{i + 1} ...f{i + 1} }}" for i in range(levels)]
    return "{ ...f0 } " + " ".join(fragments) + f" fragment f{levels} on Query {{ hello }}"


ATTACKS = {
    "2^40 fragments": (doubling(40), "50,000 at most"),
    "10,000 aliases": ("{" + " ".join(f"a{i}:hello" for i in range(10_000)) + "}", "4,000 words and signs"),
    "1,000 aliases": ("{" + " ".join(f"a{i}:hello" for i in range(1_000)) + "}", "aliases or repeated fields: 50 "),
    "the same field again": ("{" + "hello " * 3_000 + "}", "aliases or repeated fields: 50 "),
    "the same field in inline fragments": ("{" + "...{hello}" * 900 + "}", "aliases or repeated fields: 50 "),
    "500 levels": ("{a" * 500 + "}" * 500, "nested too deeply: 15 levels"),
    "16 levels": ("{a" * 16 + "}" * 16, "nested too deeply: 15 levels"),
    "500 levels of inline fragments": ("{..." * 500 + "{hello}" + "}" * 500, "nested too deeply"),
    "levels hidden in fragments": (
        "{ ...f0 }" + "".join(f"fragment f{i} on Query {{ a {{ ...f{i + 1} }} }}" for i in range(30)),
        "nested too deeply: 15 levels",
    ),
    "directives": ("{ hello" + " @skip(if: false)" * 51 + "}", "directives: 50 "),
    "fragment definitions": (
        "{ hello }" + "".join(f"fragment f{i} on Query {{ hello }}" for i in range(51)),
        "fragments: 50 ",
    ),
    "operations": ("".join(f"query q{i} {{ hello }}" for i in range(11)), "operations: 10 "),
    "a number of 6,000 digits": ("{ page(first: " + "9" * 6_000 + ") }", "digits: 40 "),
    "a float of 6,000 digits": ("{ page(first: 0." + "9" * 6_000 + ") }", "digits: 40 "),
    "250 kB of words": ("{" + "hello " * 41_000 + "}", "4,000 words and signs"),
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_an_operation_made_to_exhaust_us_is_refused_at_once_by_the_name_of_its_limit(attack):
    query, words = ATTACKS[attack]
    async with serve() as client:
        await client.post("/graphql", json={"query": "{ hello }"})
        with Work() as work:
            response = await client.post("/graphql", json={"query": query}, headers=NEW)
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (400, "OPERATION_TOO_COMPLEX")
    assert words in error["message"]
    assert "data" not in response.json()
    assert 0 < work.calls < MOST_CALLS


async def test_a_limit_is_named_in_chinese_too():
    response = await post({"query": doubling(40)}, headers={**NEW, "Accept-Language": "zh-CN"})
    assert "50,000" in response.json()["errors"][0]["message"]
    assert "数据过多" in response.json()["errors"][0]["message"]


async def test_the_limits_are_settings():
    deep = "{a" * 16 + "}" * 16
    response = await post({"query": deep}, headers=NEW, max_depth=16)
    assert response.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize(
    "query", ["{ ...f } fragment f on Query { ...f }", "{ ...nothing }", "{ nothing { at { all } } }"]
)
async def test_what_is_merely_wrong_is_left_to_validation(query):
    response = await post({"query": query}, headers=NEW)
    assert response.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


LIMITS = GraphQLEndpoint(Settings(_env_file=None)).operations.limits


def problem_of(query: str, variables: dict[str, object] | None = None) -> str | None:
    """Check an operation against our own schema; gives the key of the words, None if it may run."""
    try:
        OperationCheck(LIMITS).check(schema()._schema, query, variables)
    except RequestError as refused:
        return refused.key
    return None


DEEP_PAGES = """{ loans(first: 100) { nodes { customer { loans(last: 100) { nodes {
  repayments(first: 100) { nodes { id } } } } } } } }"""
PAGE = "query($n: Int = 100) { loans(first: $n) { nodes { customer { loans(first: $n) { nodes { number } } } } } }"


@pytest.mark.parametrize(
    ("query", "variables", "problem"),
    [
        ("{ loans(first: 100) { nodes { customer { loans(first: 100) { nodes { id number } } } } } }", None, None),
        (DEEP_PAGES, None, "error.TOO_COSTLY"),
        (PAGE, None, None),
        (PAGE, {"n": 10}, None),
        (PAGE, {"n": 1000}, "error.TOO_COSTLY"),
        (PAGE, {"n": -1000}, None),
        ("{ __schema { types { name } } }", None, None),
        (get_introspection_query(), None, None),
    ],
)
async def test_pages_within_pages_are_multiplied(db, query, variables, problem):
    assert problem_of(query, variables) == problem


async def test_what_resolvers_answer_weighs_more_than_its_answer(db):
    def previews(count: int) -> str:
        return "{" + " ".join(f"a{i}: previewSchedule(input: {{}}) {{ __typename }}" for i in range(count)) + "}"

    assert problem_of(previews(9)) is None
    assert problem_of(previews(10)) == "error.TOO_COSTLY"


@pytest.mark.parametrize(
    ("query", "field", "cost"),
    [
        (DEEP_PAGES, "loans.nodes.customer.loans.nodes.repayments", 100 * (1 + 1 + 100 * (1 + 100 * (1 + 1)))),
        ("{ loans(first: 1000) { nodes { installments { number total { amount } } customer { id } } } }",
         "loans.nodes.installments", 1000 * (1 + 10 * (1 + 2) + (1 + 1))),
        ("{ loans(first: 100) { nodes { id ...f } } } fragment f on Loan { big: repayments(first: 99) { nodes { id } } }",
         "loans.nodes.big", 100 * (1 + 1 + 99 * (1 + 1))),
        ("{ loans(first: 50) { ...f } } fragment f on LoanConnection { nodes { id } pageInfo { endCursor hasNextPage } }",
         "loans", 50 * (1 + 1) + 2),
        ("{ loans(last: 1000) { edges { cursor node { id number } } } branches { id code } }",
         "loans", 1000 * (1 + 1 + 2) + 10 * (1 + 2)),
        ("{ loans { nodes { id } } }", "loans", 20 * (1 + 1)),
        ("{ viewer { role serverNow locale customer { id phone displayName } } branches { id } }",
         "branches", 3 + (1 + 3) + 10 * (1 + 1)),
        ("{ viewer { role serverNow locale customer { id phone displayName } } }", "viewer.customer.id", 3 + (1 + 3)),
    ],
)  # fmt: skip
async def test_the_words_name_the_list_that_costs_most(db, query, field, cost):
    check = OperationCheck(replace(LIMITS, cost=6))
    with pytest.raises(RequestError) as refused:
        check.check(schema()._schema, query, None)
    for locale, limit in ((Locale.EN, "; 6 at most"), (Locale.ZH_CN, "最多 6 个")):
        message = render_request_error(refused.value, locale)["message"]
        assert f" {field}" in message
        assert f" {cost:,} " in message
        assert limit in message


async def test_a_document_is_read_once_for_each_length_of_its_pages_and_for_nothing_else(db, monkeypatch):
    read = []
    monkeypatch.setattr(limits, "parse", lambda text, **more: read.append(text) or parse(text, **more))
    check, page = OperationCheck(LIMITS), PAGE.replace("$n: Int = 100", "$n: Int = 100, $id: Int")
    for number in range(2_000):
        check.check(schema()._schema, "query($id: Int) { hello }", {"id": number})
        check.check(schema()._schema, page, {"id": number, "n": 10, "other": number})
        check.check(schema()._schema, page, {"n": -number})
        with pytest.raises(RequestError):
            check.check(schema()._schema, page, {"n": 1000 + number})
    assert len(read) == 1 + len({"as it is", "10", "none", "the longest"})


async def test_what_is_remembered_of_documents_is_bounded(db):
    check = OperationCheck(LIMITS)
    for number in range(1_000):
        check.check(schema()._schema, f"query q{number} {{ hello }}", None)
    assert check._examined.cache_info().currsize == limits.REMEMBERED


async def test_the_documents_of_our_apps_are_within_the_limits(db):
    assert len(trusted.names()) > 40
    for name in trusted.names():
        assert problem_of(trusted.printed(name)) is None, name


async def test_the_work_grows_with_the_text_and_not_with_what_it_expands_to(db):
    """Twice the fragments, about twice the work, though a million times the expansion."""

    def calls(levels: int) -> int:
        with Work() as work:
            problem_of(doubling(levels))
        return work.calls

    calls(10)
    assert calls(40) < 3 * calls(20)


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize(
    ("content", "limit"),
    [
        (b"[" * 20_000, "32"),
        (b'{"query": "{ hello }", "variables": {"x": ' + b"[" * 31 + b"]" * 31 + b"}}", "32"),
        (b'{"query": "{ hello }", "variables": {"x": ' + b"9" * 6_000 + b"}}", "40"),
        (b'{"query": "{ hello }", "variables": {"x": 0.' + b"1" * 6_000 + b"}}", "40"),
        (b"9" * 6_000, "40"),
    ],
    ids=["20,000 brackets", "33 levels", "6,000 digits", "6,000 decimals", "nothing but digits"],
)
async def test_json_made_to_exhaust_us_is_refused_by_the_name_of_its_limit(content, limit, locale):
    started = time.process_time()
    with Work() as work:
        response = await post(content=content, headers={"Accept-Language": locale.value})
    assert work.calls < MOST_CALLS
    assert time.process_time() - started < HANGS_SECONDS
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) == (400, "BAD_USER_INPUT")
    assert limit in error["message"]


async def test_brackets_and_digits_inside_of_strings_are_text():
    name = "[{" * 100 + "9" * 100 + '\\"[' * 100
    body = {"query": "query($n: String!) { hello(name: $n) }", "variables": {"n": name}}
    response = await post(content=json.dumps(body).encode())
    assert response.json() == {"data": {"hello": f"Hello, {name}"}}


@pytest.mark.parametrize("text", [b'"' + b'\\"' * 130_000, b'"' + b'\\"' * 130_000 + b"\\", b'"' * 260_000])
async def test_a_string_that_never_ends_takes_no_longer_than_another(text):
    started = time.process_time()
    response = await post(content=(b"[" * 40 + text)[:262_144])
    assert response.status_code == 400
    assert time.process_time() - started < HANGS_SECONDS


async def test_too_many_bytes_are_refused_in_the_callers_language():
    content = b'{"query": "{ hello }"}'.ljust(3_000_000)
    for language, word in (("en", "262,144 bytes"), ("zh-CN", "262,144 字节")):
        response = await post(content=content, headers={"Accept-Language": language})
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (413, "CONTENT_TOO_LARGE")
        assert word in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "query", ["{ __schema { types { name } } }", '{ ...f } fragment f on Query { x: __type(name: "Query") { name } }']
)
async def test_the_schema_is_shown_only_where_the_settings_say_so(query):
    hidden = await post({"query": query}, headers=NEW, allow_introspection=False)
    assert (hidden.status_code, hidden.json()["errors"][0]["extensions"]["code"]) == (400, "INTROSPECTION_OFF")
    assert (await post({"query": query}, headers=NEW)).json()["data"]
    names = await post({"query": "{ __typename hello }"}, headers=NEW, allow_introspection=False)
    assert names.json()["data"] == {"__typename": "Query", "hello": "Hello, world"}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ helo }", None),
        ('{ hello(nam: "x") }', None),
        ("query($i: Sum!) { total(input: $i) }", {"i": {"terms": [], "term": 1}}),
        ("{ hello ... on Querry { hello } }", None),
    ],
)
async def test_names_that_were_perhaps_meant_are_told_only_where_the_schema_is_shown(query, variables):
    body = {"query": query, "variables": variables}
    assert "Did you mean" in (await post(body, headers=NEW)).text
    hidden = await post(body, headers=NEW, allow_introspection=False)
    assert "Did you mean" not in hidden.text
    assert hidden.json()["errors"][0]["extensions"]["code"]
