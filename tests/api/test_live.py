"""Subscriptions over a real WebSocket: who may watch what, for how long, and what becomes of whoever breaks the rules."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
import websockets
from websockets.exceptions import InvalidStatus

import resolvers
from api import trusted
from models import Application, Notification, OutboxEvent, Session
from models.database import transaction
from notifications import live
from resolvers.applications import applications, assignments, steps
from resolvers.people import branches, tokens
from rules.ids import encode_id
from rules.money import Money
from rules.people.access import Role
from tests import make
from tests.configured import PRODUCTION, configure_resolvers
from tests.journeys.conftest import served
from tests.sockets import INBOX, MOVED, connected

WATCH = trusted.printed("customers/watch-inbox")
ENGLISH = {"additional_headers": {"Accept-Language": "en"}}


@pytest.fixture(autouse=True)
def _configured() -> None:
    configure_resolvers()


@pytest.fixture
async def house(db) -> AsyncIterator[object]:
    """The address of a server in development."""
    async with served() as http:
        yield http.base_url


async def token_of(person) -> str:
    viewer = await make.signed_in(person)
    return tokens.issue(viewer.session_id, make.clock.now())[0]


async def tell(customer, kind: str = "NewSignIn") -> str:
    """Put something into a customer's inbox; gives its id."""
    body = json.dumps({"customer_id": customer.id})
    async with make.unit() as unit:
        event = await OutboxEvent.create(kind=kind, body=body, customer_id=customer.id, delivered_at=unit.now)
        row = await Notification.create(customer_id=customer.id, event_id=event.id, kind=kind, body=body)
    live.wake("inbox", [customer.id])
    return encode_id("Notification", row.id)


async def application_of(customer) -> Application:
    product = await make.product()
    asked = Money(make.Decimal("5000.00"), "CNY")
    return await applications.start_application(make.viewer(customer), product_id=product.id, amount=asked, term=12)


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


@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer x.y.z", "Basic YTpi", "forged", "too old"])
async def test_whoever_shows_no_token_of_ours_is_not_let_in(house, sent):
    anna = await make.customer()
    authorization = sent
    if sent == "forged":
        head, body, signature = (await token_of(anna)).split(".")
        authorization = f"Bearer {head}.{body}.{signature[::-1]}"
    elif sent == "too old":
        authorization = f"Bearer {await token_of(anna)}"
        make.clock.moment += timedelta(minutes=11)
    for payload in ({"authorization": authorization}, {"authorization": [authorization]}, {}):
        async with connected(house) as app:
            await app.send(type="connection_init", payload=payload)
            assert await app.closed() == (4403, "Forbidden")


async def test_the_token_may_stand_under_authorization_in_any_case(house):
    async with connected(house) as app:
        assert await app.sign_in(await token_of(await make.customer()), "Authorization") == {"type": "connection_ack"}


async def test_nothing_runs_before_one_has_said_who_one_is(house):
    async with connected(house) as app:
        await app.ask({"query": INBOX, "variables": {"input": {}}})
        assert (await app.closed())[0] == 4401


async def test_a_socket_whose_client_says_nothing_is_closed(db):
    async with served(socket_init_seconds=0.1) as http, connected(http.base_url) as app:
        assert await app.closed() == (4408, "Connection initialisation timeout")


async def test_no_older_protocol_is_spoken(house):
    for protocols in (["graphql-ws"], None):
        async with connected(house, subprotocols=protocols) as app:
            assert await app.closed() == (4406, "Subprotocol not acceptable")


async def test_pages_of_others_may_not_connect(db):
    async with served(allowed_origins="https://app.example.com,http://localhost:3000") as http:
        port = http.base_url.port
        for origin in (None, f"http://127.0.0.1:{port}", "https://app.example.com", "http://localhost:3000"):
            async with connected(http.base_url, origin=origin) as app:
                assert app.connection.response.headers["x-request-id"]
        for origin in ("https://evil.example", "null", "https://app.example.com.evil.example", "http://localhost"):
            with pytest.raises(InvalidStatus, match="403"):
                async with connected(http.base_url, origin=origin):
                    pass


async def test_no_other_address_takes_sockets(house):
    for path in ("", "/healthz", "/graphql/"):
        with pytest.raises(InvalidStatus, match="403"):
            await websockets.connect(f"ws://{house.host}:{house.port}{path}", subprotocols=["graphql-transport-ws"])


# How long


async def test_a_socket_ends_with_its_token(house):
    anna = await make.customer()
    async with connected(house, await token_of(anna)) as app:
        await app.subscribe(INBOX)
        make.clock.moment += timedelta(minutes=10)
        assert await app.closed() == (4403, "Forbidden")


async def test_nothing_is_sent_that_came_after_the_token_ended(house):
    anna = await make.customer()
    async with connected(house, await token_of(anna)) as app:
        await app.subscribe(INBOX)
        make.clock.moment += timedelta(minutes=10)
        await tell(anna)
        with pytest.raises(websockets.ConnectionClosedError, match="4403"):
            await app.received()


@pytest.mark.parametrize("where", ["here", "in another process"])
async def test_a_socket_ends_with_its_session(db, where):
    anna = await make.customer()
    async with served() as http:
        token = await token_of(anna)
        async with connected(http.base_url, token) as app, connected(http.base_url, await token_of(anna)) as other:
            await app.subscribe(INBOX)
            if where == "here":
                document = "mutation { endSession(input: {isEverywhere: false}) { __typename } }"
                headers = {"Authorization": f"Bearer {token}"}
                answer = await http.post("/graphql", json={"query": document}, headers=headers)
                assert answer.json()["data"]["endSession"]["__typename"] == "EndSessionSuccess"
            else:
                session = await Session.filter(customer_id=anna.id).order_by("id").first()
                await Session.filter(id=session.id).update(ended_at=make.clock.now())
            assert await app.closed() == (4403, "Forbidden")
            assert await other.is_quiet(), "only that session has ended"


async def test_staff_who_may_not_sign_in_any_more_are_hung_up_on(house):
    officer = await make.staff(role=Role.OFFICER)
    async with connected(house, await token_of(officer)) as app:
        officer.is_active = False
        async with make.unit():
            await officer.save(update_fields=["is_active"])
        assert await app.closed() == (4403, "Forbidden")


async def test_sockets_stay_while_the_database_is_away(house, caplog, monkeypatch):
    anna = await make.customer()
    async with connected(house, await token_of(anna)) as app:
        async with transaction(make.system(), "hide"):
            await make.connections.get("default").execute_script('ALTER TABLE "session" RENAME TO "hidden"')
        async with asyncio.timeout(10):
            while "the database cannot be used" not in caplog.text:
                await asyncio.sleep(0.02)
        await make.connections.get("default").execute_script('ALTER TABLE "hidden" RENAME TO "session"')
        assert await app.is_quiet()
        assert caplog.text.count("cannot be used") == 1


# How much


async def test_one_socket_has_so_many_subscriptions_and_no_more(db):
    anna = await make.customer(locale="en")
    async with served(max_subscriptions=2) as http, connected(http.base_url, await token_of(anna)) as app:
        await app.subscribe(INBOX, "1")
        await app.subscribe(INBOX, "2")
        await app.ask({"query": INBOX, "variables": {"input": {}}}, "3")
        error = await app.refused()
        assert error["extensions"]["code"] == "TOO_MANY_SUBSCRIPTIONS"
        assert "2" in error["message"]
        await app.send(type="complete", id="1")
        await app.is_quiet()
        await app.subscribe(INBOX, "3")


async def test_one_name_is_not_given_to_two_subscriptions(house):
    async with connected(house, await token_of(await make.customer())) as app:
        await app.subscribe(INBOX, "1")
        await app.ask({"query": INBOX, "variables": {"input": {}}}, "1")
        assert (await app.closed())[0] == 4409


async def test_one_session_has_so_many_sockets_and_no_more(db):
    anna = await make.customer()
    token = await token_of(anna)
    async with served(max_sockets=2) as http, AsyncExitStack() as opened:
        first, _ = [await opened.enter_async_context(connected(http.base_url, token)) for _ in range(2)]
        async with connected(http.base_url) as third:
            await third.send(type="connection_init", payload={"authorization": f"Bearer {token}"})
            assert (await third.closed())[0] == 1013
        async with connected(http.base_url, await token_of(anna)):
            pass
        assert (await http.get("/healthz")).json()["sockets"] == 2
        await first.connection.close()
        async with asyncio.timeout(10):
            while (await http.get("/healthz")).json()["sockets"] == 2:
                await asyncio.sleep(0.01)
        async with connected(http.base_url, token) as fourth:
            assert await fourth.is_quiet()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("x" * 300_000, 1009),
        ("贷" * 100_000, 1009),
        ("{", 4400),
        ("[" * 5_000, 4400),
        ("1" * 5_000, 4400),
        ("5", 4400),
        ("null", 4400),
        ("[]", 4400),
        ("{}", 4400),
        ('{"type": 5}', 4400),
        ('{"type": {}}', 4400),
        ('{"type": "nonsense"}', 4400),
        ('{"type": "connection_init"}', 4429),
        ('{"type": "subscribe"}', 4400),
        ('{"type": "subscribe", "id": []}', 4400),
        ('{"type": "subscribe", "id": "1"}', 4400),
        ('{"type": "subscribe", "id": "1", "payload": "x"}', 4400),
        ('{"type": "complete", "id": {}}', 4400),
        (b'{"type": "ping"}', 4400),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_message_that_is_none_closes_the_socket_and_is_no_fault_of_ours(house, caplog, sent, code):
    async with connected(house, await token_of(await make.customer())) as app:
        await app.connection.send(sent)
        assert (await app.closed())[0] == code
    assert caplog.text == ""


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


async def test_sessions_that_were_believed_for_long_are_looked_up_all_the_same(house):
    """The answer to "does it go on?" is not the one that requests believe for seconds."""
    resolvers.configure(replace(resolvers.configured(), session_believed_for=timedelta(seconds=10)))
    anna = await make.customer()
    async with connected(house, await token_of(anna)) as app:
        await Session.filter(customer_id=anna.id).update(ended_at=make.clock.now())
        assert await app.closed() == (4403, "Forbidden")
