"""Nobody's timeline tells what he may not see: it is read as everybody, of everybody, and compared with the second opinion."""

from collections import Counter
from typing import Any

import pytest

import models
from models.base import LoanOwned
from models.service.timelines import KINDS
from models.viewer import Viewer
from rules.ids import encode_id
from rules.people.access import AUDITORS, CUSTOMERS, IN_CHARGE, Role
from schema.build import schema
from schema.context import Context
from schema.declarations import registry
from schema.declarations.ids import decode_id
from tests import make, speaking
from tests.databases import filled
from tests.schema.crowd import Crowd, make_crowd
from tests.schema.test_guards import may_see

READ = """query($input: TimelineInput!) { timeline(input: $input) { __typename
  ... on TimelineSuccess { stillOpen { kind nodeId summary } entries { kind actor happenedAt recordedAt nodeId summary count }
  endCursor hasNextPage } ... on UserError { code } } }"""
MOST = 100


@pytest.fixture
async def crowd(db) -> Crowd:
    schema()
    return await filled(db, make_crowd)


async def answer(viewer: Viewer, **asked: Any) -> Any:
    return await schema().execute(READ, variable_values={"input": asked}, context_value=Context(viewer))


async def whole(viewer: Viewer, customer_id: int, first: int = MOST) -> dict[str, Any] | None:
    """All of a customer's timeline, one after the other; None where the customer does not exist for the viewer."""
    found, after = {"stillOpen": [], "entries": []}, None
    while True:
        result = await answer(viewer, customerId=encode_id("Customer", customer_id), first=first, after=after)
        assert not result.errors, result.errors
        page = result.data["timeline"]
        if page["__typename"] != "TimelineSuccess":
            assert page["code"] == "NOT_FOUND"
            return None
        found["stillOpen"] = page["stillOpen"]
        found["entries"] += page["entries"]
        after = page["endCursor"]
        if not page["hasNextPage"]:
            return found


async def test_what_a_viewer_may_not_see_is_not_on_it_and_what_he_may_is(crowd):
    rows = {(told.model.__name__, row.pk): row for told in KINDS.values() for row in await told.model.all()}
    customers = await models.Customer.all()
    met, absent, kinds = Counter(), Counter(), Counter()
    for viewer in [each for each in crowd.viewers if each.role in CUSTOMERS | IN_CHARGE | AUDITORS]:
        for customer in customers:
            page = await whole(viewer, customer.id, first=1 if viewer.role is Role.MANAGER else MOST)
            if not await may_see(crowd, viewer, customer):
                assert page is None, (viewer.role, customer.id)
                absent[viewer.role] += 1
                continue
            assert page is not None
            shown = Counter()
            for entry in (*page["entries"], *page["stillOpen"]):
                key = decode_id(entry["nodeId"])
                assert await may_see(crowd, viewer, rows[key]), (viewer.role, key)
                assert rows[key].customer_id == customer.id
                shown[key[0]] += entry.get("count", 0)
                kinds[entry["kind"]] += 1
            for told in KINDS.values():
                seen = [
                    row
                    for row in await told.model.filter(customer_id=customer.id)
                    if await may_see(crowd, viewer, row) and not _is_told_otherwise(row)
                ]
                name = told.model.__name__
                assert shown[name] == len(seen), (viewer.role, customer.id, name)
                met[viewer.role, name, bool(seen)] += 1
    assert set(absent) == {Role.CUSTOMER, Role.OFFICER}, "some role never met a customer out of its sight"
    assert set(kinds) == {kind.value for kind in KINDS} - {"REVERSAL"}, "some kind was never met"
    assert any(issubclass(told.model, LoanOwned) for told in KINDS.values())
    assert met[Role.OFFICER, "Visit", True]
    assert met[Role.CUSTOMER, "Visit", False]


def _is_told_otherwise(row: models.Row) -> bool:
    """Say whether another row of the same moment tells it: a payment, or that a case was opened."""
    if isinstance(row, models.LoanEvent):
        return row.kind.value in ("PAYMENT", "PREPAYMENT")
    return isinstance(row, models.CaseEntry) and row.kind.value == "OPENED"


async def test_no_secret_and_no_masked_word_is_on_it(crowd):
    secrets = {text for texts in (await crowd.secrets()).values() for text in texts}
    words = {row.words for model in (models.Message, models.Visit, models.CaseEntry) for row in await model.all()}
    lines = Counter()
    for viewer in [each for each in crowd.viewers if each.role in CUSTOMERS | IN_CHARGE | AUDITORS]:
        for customer in await models.Customer.all():
            page = await whole(viewer, customer.id)
            for entry in () if page is None else (*page["entries"], *page["stillOpen"]):
                lines[viewer.role] += 1
                assert not any(hidden in entry["summary"] for hidden in (secrets | words) - {None})
    assert min(lines.values()) > 20


async def test_who_has_no_customers_is_refused(db):
    schema()
    for role in (Role.MARKETER, Role.ADMIN):
        result = await answer(await make.signed_in(await make.staff(role=role)))
        assert [error.original_error.code for error in result.errors] == ["FORBIDDEN"]


async def test_a_cursor_that_is_not_ours_and_pages_too_long_are_refused(db):
    schema()
    customer = await make.customer()
    for number in range(3):
        await speaking.said(customer, f"{number}")
    me = make.viewer(customer)
    end = (await answer(me, first=1)).data["timeline"]["endCursor"]
    assert len((await answer(me, first=5, after=end)).data["timeline"]["entries"]) >= 1
    odd = ["", "x", end[:-6], end + "A", "WyJ0aW1lbGluZSIsMSwyLDNd", "WzFd"]
    for asked in (*({"after": each} for each in odd), {"first": 101}, {"first": -1}, {"kinds": []}):
        result = await answer(me, **asked)
        assert [error.original_error.code for error in result.errors] == ["BAD_USER_INPUT"], asked


async def test_every_kind_leads_to_a_type_that_shows_its_rows():
    schema_types = {declared.source: declared.name for declared in registry.types.values() if declared.is_node}
    for told in KINDS.values():
        assert schema_types[told.model] == told.model.__name__
