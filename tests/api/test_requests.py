"""What arrives over HTTP, however crooked, gets a plain answer."""

import json

import httpx
import pytest

from api.app import create_app
from settings import Settings
from tests.api.served import Touched, get, post, serve

NEW = {"Accept": "application/graphql-response+json"}


def code_of(response: httpx.Response) -> str:
    assert "data" not in response.json()
    (error,) = response.json()["errors"]
    return error["extensions"]["code"]


async def test_a_query_is_answered():
    response = await post({"query": "{ hello }"})
    assert (response.status_code, response.json()) == (200, {"data": {"hello": "Hello, world"}})


async def test_variables_and_the_operation_name_are_used():
    query = "query One($name: String!) { hello(name: $name) } query Two { hello }"
    response = await post({"query": query, "variables": {"name": "Li"}, "operationName": "One"})
    assert response.json() == {"data": {"hello": "Hello, Li"}}


async def test_nulls_and_unknown_parameters_do_no_harm():
    body = {"query": "{ hello }", "variables": None, "operationName": None, "extensions": None, "id": 7}
    assert (await post(body)).status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        b"null",
        b"5",
        b'"x"',
        b"9" * 6000,
        b"[" * 20_000,
        b'{"query":' * 20_000,
        b"",
        b"{",
        b"NaN",
        b"\xff",
        b'{"query": "\\ud800"}',
        b"[]",
        b'[{"query": "{ hello }"}]',
        b"{}",
        b'{"query": null}',
        b'{"query": 5}',
        b'{"query": ["{ hello }"]}',
        b'{"query": "{ hello }", "variables": []}',
        b'{"query": "{ hello }", "variables": "x"}',
        b'{"query": "{ hello }", "operationName": 5}',
        b'{"query": "{ hello }", "extensions": 5}',
    ],
    ids=lambda content: content[:30].decode(errors="replace"),
)
async def test_a_body_that_is_no_request_is_answered_with_400(content):
    response = await post(content=content)
    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")


async def test_variables_nested_as_deeply_as_json_allows_are_the_callers_mistake():
    content = b'{"query": "query($i: Sum!) { total(input: $i) }", "variables": {"i": ' + b"[" * 900 + b"]" * 900 + b"}}"
    response = await post(content=content, headers=NEW)
    assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize("query", ["{ total(input: " + "[" * 20_000, "{" * 20_000, "{hello" * 3_000])
async def test_a_document_nested_too_deeply_is_the_callers_mistake(query):
    response = await post({"query": query}, headers=NEW)
    assert response.status_code == 400
    assert code_of(response) in {"OPERATION_TOO_COMPLEX", "GRAPHQL_PARSE_FAILED"}


@pytest.mark.parametrize(
    "content_type",
    [
        "application/jsonfoo",
        "text/application/json",
        "text/plain",
        "application/graphql",
        "multipart/form-data; boundary=application/json",
        "application/json; charset=latin-1",
        "",
    ],
)
async def test_only_json_is_read(content_type):
    response = await post(content=b'{"query": "{ hello }"}', headers={"Content-Type": content_type})
    assert (response.status_code, code_of(response)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;"])
async def test_json_may_be_called_by_its_longer_names(content_type):
    response = await post(content=b'{"query": "{ hello }"}', headers={"Content-Type": content_type})
    assert response.status_code == 200


async def test_a_compressed_body_is_not_read():
    response = await post(content=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert response.status_code == 415


async def test_a_body_over_the_limit_is_answered_with_413():
    query = json.dumps({"query": "{ hello }"}).encode()
    assert (await post(content=query.ljust(2000), max_body_bytes=2000)).status_code == 200
    response = await post(content=query.ljust(2001), max_body_bytes=2000)
    assert (response.status_code, code_of(response)) == (413, "CONTENT_TOO_LARGE")


async def test_a_body_that_does_not_say_its_length_is_limited_too():
    async def drip():
        for _ in range(100):
            yield b" " * 1000

    async with serve(max_body_bytes=2000) as client:
        response = await client.post("/graphql", content=drip(), headers={"Content-Type": "application/json"})
    assert response.status_code == 413


async def test_three_megabytes_are_too_much_by_default():
    response = await post({"query": "{ hello }", "variables": {"x": "x" * 3_000_000}})
    assert response.status_code == 413


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"])
async def test_other_methods_are_told_which_there_are(method):
    async with serve() as client:
        response = await client.request(method, "/graphql")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_a_query_may_come_by_get():
    response = await get({"query": "query A($n: String!) { hello(name: $n) }", "variables": '{"n": "Li"}'})
    assert response.json() == {"data": {"hello": "Hello, Li"}}


async def test_a_body_that_is_cut_off_runs_nothing_and_is_no_error_of_ours(caplog):
    before = Touched.count
    sent = iter([b'{"query": "mutation { touch }"', None])

    async def receive() -> dict[str, object]:
        part = next(sent)
        return {"type": "http.request", "body": part, "more_body": True} if part else {"type": "http.disconnect"}

    said = []

    async def send(message) -> None:
        said.append(message)

    app = create_app(Settings(_env_file=None))
    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers, "state": {}}
    await app(scope, receive, send)
    assert (said[0]["status"], Touched.count, caplog.text) == (400, before, "")


@pytest.mark.parametrize("query", ["mutation { touch }", "query A { hello } mutation B { touch }"])
async def test_a_mutation_by_get_is_refused_and_does_nothing(query):
    before = Touched.count
    response = await get({"query": query, "operationName": "B" if "B" in query else ""})
    assert (response.status_code, response.headers["allow"], Touched.count) == (405, "POST", before)


async def test_a_mutation_by_post_runs():
    before = Touched.count
    assert (await post({"query": "mutation { touch }"})).json() == {"data": {"touch": before + 1}}


@pytest.mark.parametrize(
    "parameters",
    ["", "query=", "query={hello}&variables={", "query={hello}&variables=5", "query={hello}&query={hello}"],
)
async def test_a_get_without_a_clear_query_is_answered_with_400(parameters):
    async with serve() as client:
        response = await client.get(f"/graphql?{parameters}", headers=NEW)
    assert response.status_code == 400


@pytest.mark.parametrize("name", [None, "", "Third"])
async def test_the_operation_to_run_must_be_clear(name):
    before = Touched.count
    body = {"query": "mutation First { touch } mutation Second { touch }", "operationName": name}
    response = await post(body, headers=NEW)
    assert (response.status_code, code_of(response), Touched.count) == (400, "BAD_USER_INPUT", before)
