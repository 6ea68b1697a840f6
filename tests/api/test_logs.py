"""Logs for machines say where, and keep what belongs to people to themselves."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from jobs.logs import JsonLines
from models import BankAccount, Customer
from settings import Settings
from tests.api.served import SECRET, post
from tests.journeys.client import World
from tests.journeys.conftest import world  # noqa: F401  A fixture.
from tests.journeys.test_first_loan import PROFILE
from tests.test_settings import PRODUCTION

NAME, PHONE, IDENTITY, CARD = "甘娜丽", "13877771234", "11010519491231002X", "6222021234567890128"
ADD_ACCOUNT = """mutation Account($input: AddBankAccountInput!) { addBankAccount(input: $input) { __typename
  ... on UserError { code message } } }"""
IDENTIFY = """mutation Identify($input: GiveIdentityInput!) { giveIdentity(input: $input) { __typename
  ... on GiveIdentitySuccess { customer { id } } ... on UserError { code message } } }"""


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that any logger says, at any level, as production writes it."""
    kept = io.StringIO()
    handler, root = logging.StreamHandler(kept), logging.getLogger()
    handler.setFormatter(JsonLines())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield kept
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


async def test_an_error_of_ours_is_found_by_its_request_id_and_quotes_nothing(lines):
    await post({"query": "{ broken }"}, headers={"X-Request-Id": "gateway-0042"})
    (line,) = [json.loads(text) for text in lines.getvalue().splitlines() if "gateway-0042" in text]
    assert (line["level"], line["logger"]) == ("ERROR", "goodterms.api")
    assert line["errors"][0]["kind"] == "RuntimeError"
    assert any("served.py" in place for place in line["errors"][0]["trace"])
    assert SECRET not in lines.getvalue()


def test_the_words_of_a_library_are_not_kept(lines):
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: %s", PHONE)
    assert json.loads(lines.getvalue())["logger"] == "asyncio"
    assert PHONE not in lines.getvalue()


async def test_a_journey_leaves_nothing_of_the_person_in_the_logs(world: World, lines):  # noqa: F811
    customer = await world.sign_in_by_phone(PHONE)
    await customer.send(IDENTIFY, input={"name": NAME, "identityNumber": IDENTITY[:-1] + "1"})
    identified = await customer.ask(IDENTIFY, input={"name": NAME, "identityNumber": IDENTITY})
    await customer.ask(ADD_ACCOUNT, input={"bank": "工商银行", "number": CARD})
    await customer.send(f'{{ nothing(phone: "{PHONE}", name: "{NAME}") }}')
    await customer.http.get("/graphql", params={"query": f'{{ node(id: "{PHONE}") {{ id }} }}', "variables": NAME})
    await world.deliver()
    customer_id = identified["giveIdentity"]["customer"]["id"]

    shown = json.dumps(await customer.ask(PROFILE, id=customer_id), ensure_ascii=False)
    assert all(canary in shown for canary in (NAME, PHONE, IDENTITY, CARD)), "it is there for its owner"
    kept = await Customer.get(name=NAME)
    assert await BankAccount.exists(customer_id=kept.id)
    said = lines.getvalue()
    assert len(said.splitlines()) > 20, "somebody logs something"
    for canary in (NAME, PHONE, IDENTITY, CARD, customer.token):
        assert canary not in said
        assert json.dumps(canary).strip('"') not in said


def test_production_logs_json_and_hides_its_schema_unless_told_otherwise(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    development = Settings(_env_file=None)
    assert (development.logs_json, development.shows_schema) == (False, True)
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    production = Settings(_env_file=None)
    assert (production.logs_json, production.shows_schema) == (True, False)
