"""Google's own library against the stand-in: what it takes from us, and what it does by itself."""

import asyncio
import subprocess
import sys
from pathlib import Path

import firebase_admin
import orjson
import pytest
import requests
from firebase_admin import exceptions, messaging

from notifications.channels.fcm_messages import built, encoded
from settings import ROOT
from tests.notifications.channels.conftest import Google
from tests.notifications.channels.messages import NOW, reminder
from tests.standins.fcm import ERRORS


@pytest.fixture
async def app(google: Google, monkeypatch: pytest.MonkeyPatch):
    """An app of the library that speaks to the stand-in: neither has a setting for it."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(google.files.ca))
    monkeypatch.setenv("SSL_CERT_FILE", str(google.files.ca))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    # It looks its region up at Google's in the background, which nobody answers here.
    monkeypatch.setattr("google.auth._regional_access_boundary_utils.is_regional_access_boundary_lookup_enabled", bool)
    url = f"{google.server.url}/v1/projects/{{0}}/messages:send"
    monkeypatch.setattr(messaging._MessagingService, "FCM_URL", url)
    made = firebase_admin.initialize_app(google.certificate, name="stand-in")
    yield made
    await asyncio.to_thread(firebase_admin.delete_app, made)  # It starts a loop, which it may not inside of one.


async def sent_each(app, *messages: messaging.Message) -> messaging.BatchResponse:
    """Send by the library's asynchronous way, in a loop of its own: it stops the loop that it is in to fetch a token."""

    async def send() -> messaging.BatchResponse:
        response = await messaging.send_each_async(list(messages), app=app)
        await app._services["_messaging"]._async_client.aclose()
        return response

    return await asyncio.to_thread(asyncio.run, send())


async def test_it_sends_what_we_build(google: Google, app):
    name = await asyncio.to_thread(messaging.send, built(reminder(1), NOW), app=app)
    assert name.startswith("projects/goodterms-test/messages/")
    (message,) = google.fcm.messages
    assert message == orjson.loads(encoded(reminder(1), NOW))["message"]


async def test_it_sends_many_over_one_connection_of_http_2(google: Google, app):
    response = await sent_each(app, *[built(reminder(number), NOW) for number in range(50)])
    assert (response.success_count, response.failure_count) == (50, 0)
    assert sorted(message["token"] for message in google.fcm.messages) == sorted(f"token-{n}" for n in range(50))
    assert google.server.connections == 2, "one for the token, one for fifty messages"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("UNREGISTERED", messaging.UnregisteredError),
        ("SENDER_ID_MISMATCH", messaging.SenderIdMismatchError),
        ("THIRD_PARTY_AUTH_ERROR", messaging.ThirdPartyAuthError),
        ("QUOTA_EXCEEDED", messaging.QuotaExceededError),
        ("BAD_ADDRESS", exceptions.InvalidArgumentError),
        ("BAD_PAYLOAD", exceptions.InvalidArgumentError),
        ("BAD_GATEWAY", exceptions.UnknownError),
    ],
)
async def test_it_reads_the_stand_ins_errors_as_googles(google: Google, app, fault: str, error: type):
    assert fault in {*ERRORS, "BAD_PAYLOAD", "BAD_GATEWAY"}
    google.fcm.faults.fail(fault)
    response = await sent_each(app, built(reminder(1), NOW))
    assert type(response.responses[0].exception) is error
    with pytest.raises(error):
        await asyncio.to_thread(messaging.send, built(reminder(1), NOW), app=app)


async def test_it_sends_once_more_what_may_have_been_taken(google: Google, app):
    """Why we do not send by it: we record an unknown end, and a repetition has the same tag."""
    google.fcm.faults.fail("CUT_AFTER", times=1)
    await asyncio.to_thread(messaging.send, built(reminder(1), NOW), app=app)
    assert google.fcm.ids == {("token-1", "reminder:1"): 2}


def test_the_stand_in_runs_as_a_process_of_its_own(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-m", "tests.standins.fcm", "--folder", str(tmp_path), "--seconds", "60"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdout is not None
            told = orjson.loads(process.stdout.readline())
            _visit(told)
        finally:
            process.terminate()
    assert process.returncode == 0


def _visit(told: dict) -> None:
    """Send to it, fail on command, and read what it took."""
    account = orjson.loads(Path(told["service_account"]).read_bytes())
    assert account["token_uri"] == f"{told['url']}/token"
    with requests.Session() as session:
        asked = {"verify": told["ca"], "timeout": 10}
        assert session.post(f"{told['url']}/v1/projects/x/messages:send", data=b"{}", **asked).status_code == 401
        failing = {"name": "UNAVAILABLE", "address": "token-1", "times": 2}
        assert session.post(f"{told['url']}/_fail", json=failing, **asked).status_code == 200
        assert session.get(f"{told['url']}/_accepted", **asked).json() == {
            "requests": 1,
            "UNAUTHENTICATED": 1,
            "distinct": 0,
        }
        assert session.get(f"{told['url']}/_messages", **asked).json() == {"messages": []}
        session.post(f"{told['url']}/_forget", **asked)
        assert session.get(f"{told['url']}/_accepted", **asked).json() == {"distinct": 0}
