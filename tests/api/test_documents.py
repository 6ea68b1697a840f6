"""Trusted documents: named by their hash, kept by who may keep them, and all that is answered in production."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import OperationType, parse, specified_rules
from strawberry.schema.schema import validate_document

from api import documents, limits, trusted
from api.__main__ import main
from api.app import create_app
from api.manifests import ManifestBroken, own_documents, read_manifests
from api.operations import plans
from resolvers.people import tokens
from rules.people.access import ALL_STAFF, Role
from schema.build import schema
from settings import Settings, settings
from tests import make
from tests.api.served import NOON, Touched, get, post, serve
from tests.configured import PRODUCTION, configure_resolvers

NEW = {"Accept": "application/graphql-response+json", "Accept-Language": "en"}
HELLO = "query Hello { hello }"
NAMED = "query Named($name: String!) { hello(name: $name) }"
THING = "query Thing($id: ID!, $after: String) { thing(id: $id, after: $after) }"
MISUSED = "query Misused($after: String!) { hello(name: $after) thing(id: 1, after: $after) }"
TOUCH = "mutation Touch { touch }"
BROKEN = "query Broken { hello broken }"
TWO = "query First { hello } mutation Second { touch }"
DOCUMENTS = (HELLO, NAMED, THING, MISUSED, TOUCH, BROKEN, TWO)


@pytest.fixture
def manifest(tmp_path) -> Path:
    return written(tmp_path / "app.json", {trusted.hash_of(text): text for text in DOCUMENTS})


def written(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def code_of(response: httpx.Response) -> str:
    assert "data" not in response.json()
    (error,) = response.json()["errors"]
    return error["extensions"]["code"]


def named(text: str) -> dict[str, Any]:
    return {"documentId": f"sha256:{trusted.hash_of(text)}"}


def persisted(text: str, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": trusted.hash_of(text)}}, **more}


# How a document is asked for


@pytest.mark.parametrize(
    "body",
    [
        named(HELLO),
        {"documentId": trusted.hash_of(HELLO)},
        named(HELLO) | {"query": None},
        persisted(HELLO),
        persisted(HELLO, query=HELLO),
        persisted(HELLO, query=None, operationName="Hello"),
        {"query": HELLO},
    ],
)
async def test_a_document_is_named_by_its_hash_or_sent_whole(manifest, body):
    answer = await post(body, trusted_documents=manifest, ad_hoc_documents="nobody")
    assert answer.json() == {"data": {"hello": "Hello, world"}}


async def test_variables_and_the_operations_name_go_with_the_hash(manifest):
    body = named(NAMED) | {"variables": {"name": "Li"}, "operationName": "Named"}
    assert (await post(body, trusted_documents=manifest)).json() == {"data": {"hello": "Hello, Li"}}
    answer = await post(named(TWO), headers=NEW, trusted_documents=manifest)
    assert (answer.status_code, code_of(answer)) == (400, "BAD_USER_INPUT")


@pytest.mark.parametrize(("language", "words"), [("en", "update the app"), ("zh-CN", "更新应用")])
@pytest.mark.parametrize(
    "body",
    [
        named("{ hello }"),
        persisted("{ hello }"),
        {"documentId": ""},
        {"documentId": "x" * 100_000},
        {"documentId": "md5:" + trusted.hash_of(HELLO)},
        {"documentId": trusted.hash_of(HELLO).upper()},
    ],
    ids=lambda body: str(body)[:40],
)
async def test_a_hash_that_nobody_registered_is_answered_in_the_persons_language(manifest, body, language, words):
    for accept, status in ((NEW["Accept"], 400), ("application/json", 200)):
        headers = {"Accept": accept, "Accept-Language": language}
        answer = await post(body, headers=headers, trusted_documents=manifest)
        assert (answer.status_code, code_of(answer)) == (status, "PERSISTED_QUERY_NOT_FOUND")
        assert words in answer.json()["errors"][0]["message"]


async def test_a_document_is_never_registered_by_asking(manifest):
    body = persisted("{ hello }", query="{ hello }")
    assert (await post(body, trusted_documents=manifest)).json() == {"data": {"hello": "Hello, world"}}
    async with serve(trusted_documents=manifest, ad_hoc_documents="nobody") as client:
        assert (await client.post("/graphql", json=body)).status_code == 403
        assert code_of(await client.post("/graphql", json=persisted("{ hello }"))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (persisted(HELLO, query="{ hello }"), "PERSISTED_QUERY_HASH_MISMATCH"),
        (persisted("{ hello }", query=HELLO), "PERSISTED_QUERY_HASH_MISMATCH"),
        (named(HELLO) | {"query": HELLO}, "BAD_USER_INPUT"),
        (named(HELLO) | {"query": ""}, "BAD_USER_INPUT"),
        (named(HELLO) | persisted(HELLO), "BAD_USER_INPUT"),
        ({"documentId": 5}, "BAD_USER_INPUT"),
        ({"documentId": [trusted.hash_of(HELLO)]}, "BAD_USER_INPUT"),
        ({"documentId": None}, "BAD_USER_INPUT"),
        ({"documentId": {}, "query": HELLO}, "BAD_USER_INPUT"),
        (named(HELLO) | {"query": 5}, "BAD_USER_INPUT"),
        ({"extensions": {"persistedQuery": "x"}}, "BAD_USER_INPUT"),
        ({"extensions": {"persistedQuery": {"sha256Hash": trusted.hash_of(HELLO)}}}, "BAD_USER_INPUT"),
        ({"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "x"}}}, "BAD_USER_INPUT"),
        ({"extensions": {"persistedQuery": {"version": True, "sha256Hash": "x"}}}, "BAD_USER_INPUT"),
        ({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 5}}}, "BAD_USER_INPUT"),
        ({"extensions": {"persistedQuery": {"version": 1}}, "query": HELLO}, "BAD_USER_INPUT"),
        ({"extensions": {}}, "BAD_USER_INPUT"),
    ],
    ids=str,
)
async def test_a_document_that_is_not_clearly_named_is_refused(manifest, body, code):
    answer = await post(body, trusted_documents=manifest)
    assert (answer.status_code, code_of(answer)) == (400, code)
    assert answer.headers["cache-control"] == "no-store"


# Answers that may be kept


def in_address(text: str, **variables: Any) -> dict[str, str]:
    return named(text) | ({"variables": json.dumps(variables)} if variables else {})


@pytest.mark.parametrize(
    "parameters",
    [
        in_address(HELLO),
        in_address(THING, id="TG9hbjox", after="x"),
        {"query": HELLO},
        {"extensions": json.dumps(persisted(HELLO)["extensions"])},
    ],
    ids=["no variables", "ids and cursors", "as a text", "as Apollo does"],
)
async def test_what_a_trusted_document_reads_by_get_is_kept_by_the_app_alone(manifest, parameters):
    answer = await get(parameters, headers=NEW, trusted_documents=manifest)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")
    assert answer.headers["vary"] == "Accept, Accept-Language, Authorization"
    tag = answer.headers["etag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = await get(parameters, headers=NEW | {"If-None-Match": known}, trusted_documents=manifest)
        assert (again.status_code, again.content) == (304, b"")
        assert [again.headers[name] for name in ("etag", "cache-control", "vary")] == [
            answer.headers[name] for name in ("etag", "cache-control", "vary")
        ]
        assert "content-type" not in again.headers
    for other in ('"x"', tag.strip('"'), f"{tag[:-2]}", ""):
        again = await get(parameters, headers=NEW | {"If-None-Match": other}, trusted_documents=manifest)
        assert (again.status_code, again.json()) == (200, answer.json())


async def test_a_tag_is_of_one_answer_in_one_form(manifest):
    answers = [
        await get(in_address(THING, id=number), headers={"Accept": accept}, trusted_documents=manifest)
        for number in "12"
        for accept in ("application/json", "application/graphql-response+json")
    ]
    assert len({answer.headers["etag"] for answer in answers}) == 4


@pytest.mark.parametrize("text", [NAMED, MISUSED])
async def test_what_people_type_does_not_stand_in_an_address(manifest, text):
    for parameters in (in_address(text, name="Li", after="Li"), {"query": text, "variables": '{"name": "Li"}'}):
        answer = await get(parameters, trusted_documents=manifest)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert (code_of(answer), answer.headers["cache-control"]) == ("METHOD_NOT_ALLOWED", "no-store")


@pytest.mark.parametrize("parameters", [in_address(TOUCH), in_address(TWO) | {"operationName": "Second"}])
async def test_a_trusted_mutation_by_get_is_refused_and_does_nothing(manifest, parameters):
    before = Touched.count
    answer = await get(parameters, trusted_documents=manifest)
    assert (answer.status_code, answer.headers["allow"], Touched.count) == (405, "POST", before)


async def test_the_reading_operation_of_a_document_that_also_writes_may_come_by_get(manifest):
    answer = await get(in_address(TWO) | {"operationName": "First"}, trusted_documents=manifest)
    assert (answer.status_code, "etag" in answer.headers) == (200, True)


async def test_nothing_else_is_kept(manifest):
    answers = [
        await post(named(HELLO), headers={"If-None-Match": "*"}, trusted_documents=manifest),
        await get({"query": "{ hello }"}, headers={"If-None-Match": "*"}, trusted_documents=manifest),
        await get(in_address(BROKEN), headers={"If-None-Match": "*"}, trusted_documents=manifest),
        await get(in_address(THING), headers={"If-None-Match": "*"}, trusted_documents=manifest),
        await get(in_address("{ hello }"), headers={"If-None-Match": "*"}, trusted_documents=manifest),
    ]
    for answer in answers:
        assert (answer.status_code, answer.headers["cache-control"], "etag" in answer.headers) == (
            200,
            "no-store",
            False,
        )


# Documents that are not trusted


@pytest.mark.parametrize(("language", "words"), [("en", "update the app"), ("zh-CN", "更新应用")])
async def test_production_answers_no_other_document(manifest, language, words):
    headers = {"Accept-Language": language}
    for sent in (
        post({"query": "{ hello }"}, headers=headers, **PRODUCTION),
        get({"query": "{"}, headers, **PRODUCTION),
    ):
        answer = await sent
        assert (answer.status_code, code_of(answer)) == (403, "OPERATION_NOT_TRUSTED")
        assert words in answer.json()["errors"][0]["message"]
    known = await post(named(HELLO), trusted_documents=manifest, **PRODUCTION)
    assert known.json() == {"data": {"hello": "Hello, world"}}


async def headers_of(role: Role) -> dict[str, str]:
    if role is Role.VISITOR:
        return NEW
    person = await (make.customer() if role is Role.CUSTOMER else make.staff(role=role))
    viewer = await make.signed_in(person)
    return NEW | {"Authorization": f"Bearer {tokens.issue(viewer.session_id, NOON)[0]}"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
async def test_where_the_setting_says_so_staff_may_ask_anything_within_the_limits(db, role):
    configure_resolvers()
    open_to_staff = PRODUCTION | {"ad_hoc_documents": "staff"}
    headers = await headers_of(role)
    answer = await post({"query": "{ role }"}, headers=headers, **open_to_staff)
    if role not in ALL_STAFF:
        assert (answer.status_code, code_of(answer)) == (403, "OPERATION_NOT_TRUSTED")
        return
    assert answer.json() == {"data": {"role": role.value}}
    too_much = {"query": "{" + " ".join(f"a{number}: role" for number in range(51)) + "}"}
    assert code_of(await post(too_much, headers=headers, **open_to_staff)) == "OPERATION_TOO_COMPLEX"
    by_get = await get({"query": "{ role }"}, headers=headers, **open_to_staff)
    assert (by_get.status_code, by_get.headers["allow"]) == (405, "POST")


# Manifests


BAD_MANIFESTS = {
    "missing": (None, "No such file"),
    "no JSON": ("{", "no JSON"),
    "a list": ([HELLO], "one JSON object"),
    "no texts": ({trusted.hash_of(HELLO): {"body": HELLO}}, "one JSON object"),
    "another hash": ({trusted.hash_of("{ hello }"): HELLO}, "is not the SHA-256 of Hello "),
    "another algorithm": ({"d6eb32b1e7bd8a3f4f3a5e1b1d7bd1d5b1cf3b38": HELLO}, "hashAlgorithm 'sha256'"),
    "nameless": ({"x": "{ hello }"}, "x is not the SHA-256 of a document without a name"),
    "no document": ({trusted.hash_of("{ hello"): "{ hello"}, "is no document: Syntax Error"),
    "nested": ({trusted.hash_of("{a" * 5000): "{a" * 5000}, "is no document"),
}


@pytest.mark.parametrize("kind", BAD_MANIFESTS)
def test_the_app_does_not_start_with_a_manifest_that_is_broken(tmp_path, monkeypatch, kind):
    content, said = BAD_MANIFESTS[kind]
    path = tmp_path / "app.json" if content is None else written(tmp_path / "app.json", content)
    with pytest.raises(ManifestBroken, match=r"app\.json: ") as broken:
        create_app(Settings(_env_file=None, trusted_documents=path))
    assert said in str(broken.value)
    monkeypatch.setenv("TRUSTED_DOCUMENTS", str(path))
    settings.cache_clear()
    with pytest.raises(SystemExit) as ended:
        main()
    settings.cache_clear()
    assert said in str(ended.value)


def test_each_version_of_an_app_has_its_manifest_in_a_folder(tmp_path):
    with pytest.raises(ManifestBroken, match="no manifest"):
        read_manifests(tmp_path)
    for number, text in enumerate((HELLO, NAMED, HELLO)):
        written(tmp_path / f"{number}.json", {f"sha256:{trusted.hash_of(text)}": text})
    assert [document.text for document in read_manifests(tmp_path)] == [HELLO, NAMED, HELLO]


def test_our_own_manifest_is_what_the_files_say():
    assert trusted.MANIFEST.read_bytes() == trusted.written(), "run `python -m api.trusted`"
    assert {document.text for document in own_documents()} == {trusted.printed(name) for name in trusted.names()}


def test_each_file_has_one_operation_of_its_own_name():
    for name in trusted.names():
        (operation,) = parse(trusted.document(name)).definitions
        assert "".join(part.title() for part in name.split("/")[1].split("-")) == operation.name.value
        assert trusted.document(name).startswith("# "), name


async def test_every_own_document_is_valid_and_together_they_reach_every_root_field(db):
    graphql_schema, reached = schema()._schema, set()
    for document in own_documents():
        node = parse(document.text)
        assert validate_document(graphql_schema, node, specified_rules) == [], document.text
        reached |= {field.name.value for field in node.definitions[0].selection_set.selections}
    roots = {name for kind in OperationType for name in graphql_schema.get_root_type(kind).fields}
    assert sorted(roots - reached) == [], "production could not ask for these: write documents for them"


def test_what_reads_by_ids_and_cursors_is_known():
    readable = {name for document in own_documents() for name in document.readable}
    assert {"Home", "Schedule", "OfficerList", "Export", "Products", "Inbox"} <= readable
    assert readable & {"Quote", "FindCustomers", "Repay", "SignInWithCode"} == set()


# What is done once, and what is kept


async def test_a_trusted_document_is_parsed_checked_and_measured_once_however_often_it_is_asked(manifest, monkeypatch):
    calls = []

    def counted(module: Any, name: str) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given, **more: calls.append(name) or real(*given, **more))

    counted(limits, "parse")
    counted(plans, "check_document")
    counted(documents, "hash_of")
    async with serve(trusted_documents=manifest) as client:
        body = named(THING) | {"variables": {"id": "1"}}
        await client.post("/graphql", json=body)
        first = sorted(calls)
        for number in range(20):
            answer = await client.post("/graphql", json=body | {"variables": {"id": str(number), "version": number}})
            assert answer.json() == {"data": {"thing": f"{number} after None"}}
    assert first == sorted(calls)
    assert first.count("parse") == 1


async def test_ten_thousand_unknown_hashes_leave_nothing_behind(manifest):
    endpoint = documents.Documents(read_manifests(manifest), Settings(_env_file=None).answers_ad_hoc)
    before = len(endpoint._by_hash), len(endpoint._by_text)
    asked = documents.GraphQLRequest("", "x", None, None, is_read_only=False)
    for number in range(10_000):
        object.__setattr__(asked, "document_id", f"{number:064x}")
        with pytest.raises(documents.UnknownDocument):
            endpoint.find(asked)
    assert (len(endpoint._by_hash), len(endpoint._by_text)) == before
