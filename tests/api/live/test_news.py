"""Subscriptions over a real WebSocket: what comes, to whom, and which documents run."""

import pytest

from api import trusted
from models import Application
from models.database import transaction
from notifications import live
from resolvers.applications import applications, assignments, steps
from resolvers.people import branches
from rules.ids import encode_id
from rules.people.access import Role
from tests import make
from tests.api.live.apps import INBOX, MOVED, application_of, connected, tell, token_of
from tests.configured import PRODUCTION
from tests.journeys.conftest import served

WATCH = trusted.printed("customers/watch-inbox")
ENGLISH = {"additional_headers": {"Accept-Language": "en"}}


# What comes


async def test_a_notification_is_sent_as_it_comes_to_its_customer_alone(house):
    anna, bert = await make.customer(), await make.customer()
    await tell(anna)
    async with connected(house, await token_of(anna)) as hers, connected(house, await token_of(bert)) as his:
        await hers.subscribe(INBOX)
        await his.subscribe(INBOX)
        first, second = await tell(anna), await tell(anna)
        assert [(await hers.news())["id"] for _ in range(2)] == [first, second]
        assert await his.is_quiet()
        assert await hers.is_quiet()
        await hers.send(type="complete", id="1")
        await hers.is_quiet()
        await tell(anna)
        assert await hers.is_quiet(), "she does not watch any more"


async def test_what_came_while_nobody_watched_comes_at_once_after_the_newest_that_one_has(house):
    anna = await make.customer()
    told = [await tell(anna) for _ in range(70)]
    async with connected(house, await token_of(anna)) as app:
        await app.subscribe(INBOX, afterId=told[4])
        assert [(await app.news())["id"] for _ in range(65)] == told[5:]
        await app.subscribe(INBOX, "2", afterId=told[-1])
        assert await app.is_quiet()


async def test_a_notification_that_is_not_ones_own_is_no_place_to_begin(house):
    anna, bert = await make.customer(), await make.customer()
    async with connected(house, await token_of(anna)) as app:
        await app.ask({"query": INBOX, "variables": {"input": {"afterId": await tell(bert)}}})
        assert (await app.refused())["extensions"]["code"] == "NOT_FOUND"


async def test_an_application_is_sent_as_it_is_and_whenever_it_has_moved(house):
    anna = await make.customer()
    application = await application_of(anna)
    number = encode_id("Application", application.id)
    async with connected(house, await token_of(anna)) as app:
        await app.subscribe(MOVED, applicationId=number)
        assert await app.news() == {"id": number, "status": "DRAFT", "version": 1, "assignee": None}
        live.wake("application", [application.id])
        assert await app.is_quiet(), "nothing has moved"
        await applications.withdraw_application(make.viewer(anna), application_id=application.id, version=1)
        assert await app.news() == {"id": number, "status": "WITHDRAWN", "version": 2, "assignee": None}


async def test_of_many_changes_in_a_moment_the_last_is_sent(house):
    anna = await make.customer()
    application = await application_of(anna)
    async with connected(house, await token_of(anna)) as app:
        await app.subscribe(MOVED, applicationId=encode_id("Application", application.id))
        await app.news()
        async with transaction(make.system(), "edit") as unit:
            for version in range(2, 200):
                application.version = version
                await application.save(update_fields=["version"])
                unit.afterwards.append(lambda: live.wake("application", [application.id]))
        assert (await app.news())["version"] == 199
        assert await app.is_quiet()


async def test_who_works_on_an_application_is_told_to_colleagues_and_not_to_its_customer(house):
    contract = await make.contract(anna := await make.customer())
    application = await Application.get(id=contract.application_id)
    async with transaction(make.system(), "again"):
        application.status = "REVIEW"
        await application.save(update_fields=["status"])
    officer = await make.officer_of(anna.id)
    colleague = await make.staff(role=Role.OFFICER, branches=[await make.Branch.get(is_default=True)])
    number = encode_id("Application", application.id)
    async with connected(house, await token_of(anna)) as hers, connected(house, await token_of(colleague)) as desk:
        for app in (hers, desk):
            await app.subscribe(MOVED, applicationId=number)
            assert (await app.news())["assignee"] is None
        await assignments.take_application(officer, application_id=application.id, version=application.version)
        taken = await desk.news()
        assert taken["assignee"] is not None
        assert (await hers.news())["version"] == taken["version"]
        async with transaction(make.system(), "free"):
            await steps.free(Application.filter(id=application.id))
        assert (await desk.news())["assignee"] is None
        assert await hers.is_quiet()


# Who may


async def test_somebody_elses_application_is_not_there(house):
    application = await application_of(await make.customer())
    async with connected(house, await token_of(await make.customer()), **ENGLISH) as app:
        await app.ask(
            {"query": MOVED, "variables": {"input": {"applicationId": encode_id("Application", application.id)}}}
        )
        error = await app.refused()
        assert (error["extensions"]["code"], error["path"]) == ("NOT_FOUND", ["applicationMoved"])
        assert "find" in error["message"]
    assert live.hub.count() == 0


async def test_what_gets_out_of_sight_ends(house):
    anna = await make.customer()
    application = await application_of(anna)
    near, far = await make.Branch.get(id=anna.branch_id), await make.branch()
    officer = await make.staff(role=Role.OFFICER, branches=[near])
    async with connected(house, await token_of(officer)) as app:
        await app.subscribe(MOVED, applicationId=encode_id("Application", application.id))
        await app.news()
        admin = make.viewer(await make.staff(role=Role.ADMIN))
        await branches.assign_customers(admin, from_branch_id=near.id, to_branch_id=far.id)
        message = await app.received()
        assert message["payload"]["errors"][0]["extensions"]["code"] == "NOT_FOUND"
        assert (await app.received())["type"] == "complete"


async def test_staff_have_no_inbox(house):
    async with connected(house, await token_of(await make.staff(role=Role.MANAGER))) as app:
        await app.ask({"query": INBOX, "variables": {"input": {}}})
        assert (await app.refused())["extensions"]["code"] == "FORBIDDEN"


# What runs


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{ viewer { role } }"}, "OPERATION_NEEDS_HTTP"),
        ({"query": "mutation { readNotifications(input: {upToId: 1}) { __typename } }"}, "OPERATION_NEEDS_HTTP"),
        ({"query": "subscription {"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "subscription { nonsense }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription { a: inboxGrew(input: {}) { id } b: inboxGrew(input: {}) { id } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription { __schema { types { name } } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": INBOX}, "BAD_USER_INPUT"),
        ({"query": INBOX, "variables": {"input": {"afterId": "x"}}}, "BAD_USER_INPUT"),
        ({"query": INBOX, "variables": []}, "BAD_USER_INPUT"),
        ({"query": 5}, "BAD_USER_INPUT"),
        ({}, "BAD_USER_INPUT"),
        ({"documentId": "x"}, "PERSISTED_QUERY_NOT_FOUND"),
        ({"query": "subscription { inboxGrew(input: {}) { " + "id " * 60 + "} }"}, "OPERATION_TOO_COMPLEX"),
    ],
    ids=lambda value: str(value)[:60],
)  # fmt: skip
async def test_what_may_not_run_is_refused_with_its_code_and_the_socket_stays(house, caplog, payload, code):
    async with connected(house, await token_of(await make.customer())) as app:
        await app.ask(payload)
        assert (await app.refused())["extensions"]["code"] == code
        await app.subscribe(INBOX)
        assert await app.is_quiet()
    assert caplog.text == ""


async def test_a_subscription_by_http_is_refused(house):
    async with served() as http:
        for document in (WATCH, "subscription { nonsense }"):
            answer = await http.post("/graphql", json={"query": document})
            (error,) = answer.json()["errors"]
            assert (answer.status_code, error["extensions"]["code"]) == (400, "OPERATION_NEEDS_SOCKET")
        assert (await http.get("/graphql", params={"query": WATCH})).status_code == 405


@pytest.mark.parametrize(
    "named",
    [
        {"documentId": f"sha256:{trusted.hash_of(WATCH)}"},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": trusted.hash_of(WATCH)}}},
        {"query": WATCH},
    ],
    ids=["by its hash", "as Apollo does", "as a text"],
)
async def test_production_runs_the_documents_that_are_trusted(db, named):
    anna = await make.customer(locale="en")
    async with served(**PRODUCTION) as http, connected(http.base_url, await token_of(anna)) as app:
        await app.ask({"query": INBOX, "variables": {"input": {}}}, "0")
        error = await app.refused()
        assert error["extensions"]["code"] == "OPERATION_NOT_TRUSTED"
        assert "update the app" in error["message"]
        told = await tell(anna)
        later = await tell(anna)
        await app.ask({**named, "variables": {"input": {"afterId": told}}})
        assert (await app.news())["id"] == later


async def test_where_the_setting_says_so_staff_may_watch_by_any_document(db):
    anna = await make.customer()
    application = await application_of(anna)
    asked = {"query": MOVED, "variables": {"input": {"applicationId": encode_id("Application", application.id)}}}
    officer = await make.staff(role=Role.AUDITOR)
    async with served(**PRODUCTION, ad_hoc_documents="staff") as http:
        async with connected(http.base_url, await token_of(anna)) as app:
            await app.ask(asked)
            assert (await app.refused())["extensions"]["code"] == "OPERATION_NOT_TRUSTED"
        async with connected(http.base_url, await token_of(officer)) as app:
            await app.ask(asked)
            assert (await app.news())["status"] == "DRAFT"


async def test_our_own_mistake_says_only_by_which_id_it_is_found(house, caplog):
    anna = await make.customer()
    async with connected(house, await token_of(anna), additional_headers={"X-Request-Id": "gateway-0007"}) as app:
        await app.subscribe(INBOX)
        await tell(anna, "LoanRepaid")  # Whose words speak of a loan, of which nothing is said.
        message = await app.received()
        (error,) = message["payload"]["errors"]
        assert (message["type"], error["extensions"]) == ("next", {"code": "INTERNAL", "requestId": "gateway-0007"})
        later = await tell(anna)
        assert (await app.news())["id"] == later, "the next one comes all the same"
    assert "request gateway-0007" in caplog.text
