"""Subscriptions, declared like other root fields: nobody watches what is not his, and each event is read anew."""

import asyncio
from collections import Counter
from contextlib import aclosing

import pytest

import models
from models.database.statements import counted
from models.viewer import Viewer
from notifications import live
from resolvers.applications.applications import withdraw_application
from rules.ids import encode_id
from rules.people.access import Role
from schema.build import schema
from schema.context import Context
from schema.declarations import build_subscriptions, registry
from schema.declarations.registry import subscription
from tests import make
from tests.databases import filled
from tests.resolvers.applications.stories import submitted
from tests.schema.crowd import Crowd, make_crowd
from tests.schema.test_guards import may_see

MOVED = """subscription($input: ApplicationMovedInput!) {
  applicationMoved(input: $input) { id status steps { status } customer { displayName } } }"""
GREW = "subscription($input: InboxGrewInput!) { inboxGrew(input: $input) { id title text link isRead } }"


@pytest.fixture
async def crowd(db) -> Crowd:
    schema()
    return await filled(db, make_crowd)


async def stream(viewer: Viewer, document: str, **input: object):
    return aclosing(await schema().stream(document, variable_values={"input": input}, context_value=Context(viewer)))


async def first(viewer: Viewer, document: str, **input: object):
    """Give the first result, which is there at once."""
    async with await stream(viewer, document, **input) as results, asyncio.timeout(20):
        return await anext(results)


def codes(result) -> list[str]:
    return [error.original_error.code for error in result.errors]


async def test_an_application_is_watched_by_whoever_sees_it_and_by_nobody_else(crowd):
    met = Counter()
    for viewer in [each for each in crowd.viewers if each.role is not Role.VISITOR]:
        for row in await models.Application.all():
            result = await first(viewer, MOVED, applicationId=encode_id("Application", row.id))
            if is_seen := await may_see(crowd, viewer, row):
                assert not result.errors, (viewer.role, result.errors)
                assert result.data["applicationMoved"]["id"] == encode_id("Application", row.id)
            else:
                assert codes(result) == ["NOT_FOUND"], viewer.role
            met[viewer.role, is_seen] += 1
    assert {(role, is_seen) for role in (Role.CUSTOMER, Role.OFFICER) for is_seen in (True, False)} <= set(met)


async def test_an_inbox_is_watched_by_its_customer_and_from_his_own_notices_on(crowd):
    met = Counter()
    for viewer in [each for each in crowd.viewers if each.role is not Role.VISITOR]:
        own = (
            await models.Notification.filter(customer_id=viewer.customer_id).order_by("id")
            if viewer.customer_id
            else []
        )
        for row in await models.Notification.all():
            if own and row == own[-1]:
                continue  # After that there is nothing yet.
            result = await first(viewer, GREW, afterId=encode_id("Notification", row.id))
            if viewer.role is not Role.CUSTOMER:
                assert codes(result) == ["FORBIDDEN"]
            elif row not in own:
                assert codes(result) == ["NOT_FOUND"]
            else:
                following = own[own.index(row) + 1]
                assert result.data["inboxGrew"]["id"] == encode_id("Notification", following.id)
            met[viewer.role, row in own] += 1
    assert {(Role.CUSTOMER, True), (Role.CUSTOMER, False), (Role.OFFICER, False)} <= set(met)


async def test_visitors_watch_nothing(db):
    for document, input in ((GREW, {}), (MOVED, {"applicationId": encode_id("Application", 1)})):
        result = await first(make.visitor(), document, **input)
        assert codes(result) == ["UNAUTHENTICATED"]


async def test_every_subscription_sends_rows_of_a_declared_type_and_takes_one_input(db):
    root = schema()._schema.subscription_type
    assert len(root.fields) == len(registry.subscriptions) >= 2
    for field in root.fields.values():
        assert list(field.args) == ["input"]
        assert registry.types[str(field.type).rstrip("!")].is_node


def test_no_two_subscriptions_have_one_name():
    async def inbox_grew() -> None: ...

    with pytest.raises(AssertionError, match="two subscriptions"):
        subscription(allow=frozenset())(inbox_grew)


async def test_each_event_is_read_anew_and_takes_the_statements_of_one(db):
    customer = await make.customer()
    application = await submitted(customer)
    viewer, number = make.viewer(customer), encode_id("Application", application.id)
    schema()
    async with await stream(viewer, MOVED, applicationId=number) as results:
        with counted() as statements:
            before = (await anext(results)).data["applicationMoved"]
        assert len(statements) == 4, "is it his, the row, its steps, its customer"
        later = asyncio.create_task(anext(results))
        await asyncio.sleep(0.05)
        with counted() as statements:
            live.wake("application", [application.id])
            await asyncio.sleep(0.05)
        assert len(statements) == 1, "nothing has moved: the row is looked at, and that is all"
        assert not later.done()
        await withdraw_application(viewer, application_id=application.id, version=application.version)
        after = (await later).data["applicationMoved"]
    assert [step["status"] for step in before["steps"]] == ["DRAFT", "SUBMITTED"]
    assert [step["status"] for step in after["steps"]] == ["DRAFT", "SUBMITTED", "WITHDRAWN"]
    assert live.hub.count() == 0, "nobody is left waiting"


async def test_what_nobody_was_woken_for_is_seen_all_the_same_if_later(db, monkeypatch):
    monkeypatch.setattr(build_subscriptions, "LOOK_AGAIN_SECONDS", 0.02)
    application = await submitted(customer := await make.customer())
    schema()
    number = encode_id("Application", application.id)
    async with await stream(make.viewer(customer), MOVED, applicationId=number) as results, asyncio.timeout(20):
        assert (await anext(results)).data["applicationMoved"]["status"] == "SUBMITTED"
        await models.Application.filter(id=application.id).update(status="REVIEW", version=application.version + 1)
        assert (await anext(results)).data["applicationMoved"]["status"] == "REVIEW"
