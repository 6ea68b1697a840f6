"""The page to try the API on: there in development, whole from local files, its examples true."""

import re

import orjson
from graphql import parse, specified_rules
from strawberry.schema.schema import validate_document

from api.graphiql import HERE
from api.graphiql.tabs import TABS, shown_tabs
from schema.build import schema
from tests.api.served import serve
from tests.configured import PRODUCTION

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


async def test_a_browser_gets_the_page_and_all_its_parts():
    async with serve() as client:
        page = await client.get("/graphql", headers=BROWSER)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(parts) == 7
        for part in parts:
            answer = await client.get(part)
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache"), part


async def test_the_page_may_load_nothing_from_elsewhere():
    async with serve() as client:
        page = await client.get("/graphql", headers=BROWSER)
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for path in [*HERE.glob("page/*"), *HERE.glob("vendor/*.css")]:
        addresses = set(re.findall(r"https?://[^\s\"')]+", path.read_text("utf-8")))
        assert addresses <= {"http://www.w3.org/2000/svg"}, path


async def test_a_part_that_did_not_change_is_not_sent_again():
    async with serve() as client:
        first = await client.get("/graphiql/vendor/react.production.min.js")
        again = await client.get(
            "/graphiql/vendor/react.production.min.js", headers={"If-None-Match": first.headers["etag"]}
        )
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")


async def test_nothing_but_its_own_files_is_served():
    async with serve() as client:
        for path in ("/graphiql/vendor/../__init__.py", "/graphiql/page/%2e%2e/__init__.py", "/graphiql/tabs.py"):
            assert (await client.get(path)).status_code == 404


async def test_production_has_no_page():
    async with serve(**PRODUCTION) as client:
        assert (await client.get("/graphql", headers=BROWSER)).status_code == 400
        assert (await client.get("/graphiql/tabs.json")).status_code == 404
        headers = (await client.get("/healthz")).headers
    assert "max-age" in headers["strict-transport-security"]


async def test_an_address_with_a_query_is_answered_to_a_program():
    async with serve() as client:
        answer = await client.get("/graphql", params={"query": "{ hello }"})
    assert answer.json() == {"data": {"hello": "Hello, world"}}


async def test_the_tabs_hold_the_examples():
    async with serve() as client:
        tabs = (await client.get("/graphiql/tabs.json")).json()
    assert tabs == shown_tabs()
    assert len(tabs) == len(TABS) >= 6
    assert "requestCode" in tabs[0]["query"]


async def test_every_example_is_a_valid_operation_of_the_schema(db):
    graphql_schema = schema()._schema
    for tab in shown_tabs():
        document = parse(tab["query"])
        assert validate_document(graphql_schema, document, specified_rules) == [], tab["query"]
        variables = {
            each.variable.name.value for one in document.definitions for each in one.variable_definitions or ()
        }
        assert orjson.loads(tab["variables"] or "{}").keys() <= variables, tab["query"]
        named = [one.name.value for one in document.definitions]
        assert len(set(named)) == len(named), tab["query"]
