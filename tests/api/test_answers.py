"""The form of an answer: its media type, its status, its headers, and errors that tell no secrets."""

import logging

import pytest

from tests.api.served import SECRET, post

OLD = {"Accept": "application/json"}
NEW = {"Accept": "application/graphql-response+json"}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("", "application/json"),
        ("application/graphql-response+json", "application/graphql-response+json"),
        ("application/graphql-response+json, application/json;q=0.9", "application/graphql-response+json"),
        ("application/json, application/graphql-response+json", "application/graphql-response+json"),
        ("application/graphql-response+json;q=0.5, application/json", "application/json"),
        ("application/graphql-response+json;q=0, */*", "application/json"),
        ("APPLICATION/JSON ; charset=utf-8", "application/json"),
        (BROWSER, "application/json"),
    ],
)
async def test_the_answer_comes_in_the_form_asked_for(accept, answered):
    response = await post({"query": "{ hello }"}, headers={"Accept": accept})
    assert (response.status_code, response.headers["content-type"]) == (200, f"{answered}; charset=utf-8")


@pytest.mark.parametrize("accept", ["text/plain", "application/jsonfoo", "application/json;q=0", "*/*;q=none"])
async def test_who_accepts_no_json_is_told_so(accept):
    response = await post({"query": "{ hello }"}, headers={"Accept": accept})
    assert response.status_code == 406


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ hello", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ('{ total(input: {terms: ["x"]}) }', "GRAPHQL_VALIDATION_FAILED"),
        ("query($i: Sum!) { total(input: $i) }", "BAD_USER_INPUT"),
        ("fragment F on Query { hello }", "BAD_USER_INPUT"),
    ],
)
async def test_a_request_that_cannot_run_has_no_data(query, code):
    for headers, status in ((NEW, 400), (OLD, 200)):
        response = await post({"query": query}, headers=headers)
        assert response.status_code == status
        assert response.json().keys() == {"errors"}
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == [code]


@pytest.mark.parametrize("terms", [["x"], [1.5], [2**31], [True], "x", {"a": 1}, [[1]]])
async def test_a_variable_of_the_wrong_kind_is_the_callers_mistake(terms):
    body = {"query": "query($i: Sum!) { total(input: $i) }", "variables": {"i": {"terms": terms}}}
    response = await post(body, headers=NEW)
    assert response.status_code == 400
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {"BAD_USER_INPUT"}


async def test_who_has_to_sign_in_reads_it_in_his_language():
    for language, word in (("en", "sign in"), ("zh-CN", "登录"), ("fr", "登录")):
        response = await post({"query": "{ me }"}, headers={**NEW, "Accept-Language": language})
        (error,) = response.json()["errors"]
        assert (response.status_code, response.json()["data"]) == (200, None)
        assert error["extensions"] == {"code": "UNAUTHENTICATED"}
        assert word in error["message"].lower()


async def test_a_refused_role_a_wrong_argument_and_a_limit_say_what_they_are():
    response = await post({"query": "{ hello staffOnly page(first: 101) often }"}, headers=NEW)
    assert response.json()["data"] == {"hello": "Hello, world", "staffOnly": None, "page": None, "often": None}
    codes = {error["path"][0]: error["extensions"] for error in response.json()["errors"]}
    assert codes == {
        "staffOnly": {"code": "FORBIDDEN"},
        "page": {"code": "BAD_USER_INPUT", "inputPath": ["first"]},
        "often": {"code": "RATE_LIMITED", "retryAfter": 30},
    }


@pytest.mark.parametrize("field", ["broken", "brokenInside", "tooLarge"])
async def test_our_own_mistake_says_only_by_which_id_it_is_found(field, caplog):
    with caplog.at_level(logging.ERROR):
        response = await post({"query": f"{{ hello {field} }}"}, headers={**NEW, "X-Request-Id": "a-plain-word"})
    (error,) = response.json()["errors"]
    assert (response.status_code, response.json()["data"]) == (200, {"hello": "Hello, world", field: None})
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "a-plain-word"}
    assert error["path"] == [field]
    assert "swordfish" not in response.text
    assert "a-plain-word" in caplog.text
    assert field == "tooLarge" or SECRET in caplog.text


async def test_what_callers_get_wrong_is_not_logged(caplog):
    with caplog.at_level(logging.DEBUG):
        for query in ("{ swordfish", "{ swordfish }", '{ hello(name: "swordfish") page(first: 101) }'):
            await post({"query": query})
    assert "swordfish" not in caplog.text


async def test_a_null_where_none_may_be_is_our_mistake():
    response = await post({"query": "{ missing }"}, headers=NEW)
    assert (response.status_code, response.json()["data"]) == (200, None)
    assert response.json()["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_an_answer_that_cannot_be_written_is_our_mistake():
    response = await post({"query": "{ surrogate }"}, headers=NEW)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (500, "INTERNAL")


async def test_answers_are_not_stored_and_not_guessed_at():
    for body in ({"query": "{ hello }"}, {"query": 5}):
        headers = (await post(body)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "strict-transport-security" not in headers


@pytest.mark.parametrize(
    "sent", ["", "short", "has space in it", "x" * 65, "line\\nbreak-and-more", "名字名字名字名字".encode()]
)
async def test_a_request_without_a_plain_id_gets_one(sent):
    response = await post({"query": "{ hello }"}, headers={"X-Request-Id": sent})
    assert len(response.headers["x-request-id"]) == 32


async def test_a_request_keeps_its_plain_id():
    response = await post({"query": "{ hello }"}, headers={"X-Request-Id": "gateway-0001"})
    assert response.headers["x-request-id"] == "gateway-0001"
