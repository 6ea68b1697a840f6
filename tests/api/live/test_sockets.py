"""WebSockets themselves: who may open one, how long it stays, and how much it takes."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
import websockets
from websockets.exceptions import InvalidStatus

import resolvers
from api import trusted
from models import Session
from models.database import transaction
from rules.people.access import Role
from tests import make
from tests.api.live.apps import INBOX, connected, tell, token_of
from tests.journeys.conftest import served

WATCH = trusted.printed("customers/watch-inbox")
ENGLISH = {"additional_headers": {"Accept-Language": "en"}}


# Who may


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


async def test_sessions_that_were_believed_for_long_are_looked_up_all_the_same(house):
    """The answer to "does it go on?" is not the one that requests believe for seconds."""
    resolvers.configure(replace(resolvers.configured(), session_believed_for=timedelta(seconds=10)))
    anna = await make.customer()
    async with connected(house, await token_of(anna)) as app:
        await Session.filter(customer_id=anna.id).update(ended_at=make.clock.now())
        assert await app.closed() == (4403, "Forbidden")
