"""Pushes: every answer of Firebase Cloud Messaging becomes the right outcome, over TLS and connections that are kept."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from notifications.channels.access_tokens import AccessTokens
from notifications.channels.fcm import FcmSender
from notifications.channels.interface import Outcome, Result
from rules.notifications.addresses import AddressKind, Platform
from tests.notifications.channels.conftest import Google
from tests.notifications.channels.messages import NOW, REMINDER, TOKEN, now, reminder, to


async def test_a_push_is_taken_and_its_reference_kept(google: Google, sender: FcmSender):
    result = await sender.send(REMINDER)
    assert result.outcome is Outcome.ACCEPTED
    assert result.reference.startswith("projects/goodterms-test/messages/")
    (message,) = google.fcm.messages
    assert (message["token"], message["data"]["id"]) == ("token-1", "reminder:7")


async def test_a_push_to_an_installation_id_names_it_as_one(google: Google, sender: FcmSender):
    assert (await sender.send(to(replace(TOKEN, kind=AddressKind.FID)))).outcome is Outcome.ACCEPTED
    (message,) = google.fcm.messages
    assert message["fid"] == "token-1"
    assert "token" not in message


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        ("UNREGISTERED", Result(Outcome.ADDRESS_GONE, detail="UNREGISTERED")),
        ("SENDER_ID_MISMATCH", Result(Outcome.ADDRESS_GONE, detail="SENDER_ID_MISMATCH")),
        ("BAD_ADDRESS", Result(Outcome.ADDRESS_GONE, detail="INVALID_ARGUMENT")),
        ("BAD_PAYLOAD", Result(Outcome.REJECTED, detail="INVALID_ARGUMENT")),
        ("UNAVAILABLE", Result(Outcome.TRY_LATER, detail="UNAVAILABLE")),
        ("INTERNAL", Result(Outcome.TRY_LATER, detail="INTERNAL")),
        ("BAD_GATEWAY", Result(Outcome.TRY_LATER, detail="HTTP_502")),
        ("CUT_BEFORE", Result(Outcome.TRY_LATER, detail="CONNECTION_LOST")),
        ("CUT_AFTER", Result(Outcome.TRY_LATER, detail="CONNECTION_LOST")),
        ("PERMISSION_DENIED", Result(Outcome.LANE_CLOSED, detail="PERMISSION_DENIED")),
        ("THIRD_PARTY_AUTH_ERROR", Result(Outcome.LANE_CLOSED, detail="THIRD_PARTY_AUTH_ERROR")),
    ],
)
async def test_each_answer_has_one_meaning_and_is_asked_for_once(
    google: Google, sender: FcmSender, fault: str, result: Result
):
    google.fcm.faults.fail(fault, "token-1")
    assert await sender.send(REMINDER) == result
    assert google.fcm.counts["requests"] == 1
    assert google.fcm.counts["accepted"] == (fault == "CUT_AFTER")


async def test_a_quota_that_is_used_up_says_for_how_long(google: Google, sender: FcmSender):
    google.fcm.faults.fail("QUOTA_EXCEEDED", times=1, retry_after="17")
    google.fcm.faults.fail("QUOTA_EXCEEDED", times=1)
    google.fcm.faults.fail("UNAVAILABLE", times=1, retry_after="Mon, 16 Mar 2026 04:00:40 GMT")
    waits = [await sender.send(REMINDER) for _ in range(3)]
    assert {result.outcome for result in waits} == {Outcome.TRY_LATER}
    assert [result.retry_after for result in waits] == [timedelta(seconds=wait) for wait in (17, 60, 40)]


async def test_an_answer_that_does_not_come_is_not_waited_for(google: Google):
    google.fcm.faults.fail("SLOW", delay_seconds=5)
    sender = google.sender(timeout_seconds=0.05)
    await sender._tokens.current()
    assert await sender.send(REMINDER) == Result(Outcome.TRY_LATER, detail="TIMED_OUT")
    await sender.aclose()


async def test_nobody_at_the_other_end_is_a_reason_to_try_later(google: Google):
    sender = FcmSender(google.certificate, now=now, base_url="https://127.0.0.1:9", ca_file=str(google.files.ca))
    assert await sender.send(REMINDER) == Result(Outcome.TRY_LATER, detail="CONNECTION_LOST")
    await sender.aclose()


async def test_a_server_whom_we_do_not_trust_is_sent_nothing(google: Google):
    sender = FcmSender(google.certificate, now=now, base_url=google.server.url)
    sender._tokens = AccessTokens(google.certificate, str(google.files.ca))
    assert await sender.send(REMINDER) == Result(Outcome.TRY_LATER, detail="CONNECTION_LOST")
    assert google.fcm.counts["requests"] == 0
    await sender.aclose()


async def test_what_is_too_long_is_refused_before_it_is_sent(google: Google, sender: FcmSender):
    fits, exceeds = (replace(REMINDER, body="长" * length) for length in (1_150, 1_300))
    assert (await sender.send(fits)).outcome is Outcome.ACCEPTED
    assert await sender.send(exceeds) == Result(Outcome.REJECTED, detail="TOO_LARGE")
    assert google.fcm.counts["requests"] == 1


async def test_what_the_library_refuses_is_not_sent(google: Google, sender: FcmSender):
    assert await sender.send(replace(REMINDER, title=5)) == Result(Outcome.REJECTED, detail="MALFORMED")
    assert google.fcm.counts["requests"] == 0


async def test_what_would_come_too_late_is_not_sent(google: Google, sender: FcmSender):
    assert await sender.send(replace(REMINDER, expires_at=NOW)) == Result(Outcome.REJECTED, detail="EXPIRED")
    assert google.fcm.counts["requests"] == 0


async def test_a_rehearsal_is_checked_and_not_delivered(google: Google):
    sender = google.sender(is_dry_run=True)
    google.fcm.faults.fail("UNREGISTERED", "token-2")
    assert (await sender.send(reminder(1))).outcome is Outcome.ACCEPTED
    assert (await sender.send(reminder(2))).outcome is Outcome.ADDRESS_GONE
    assert not google.fcm.messages
    await sender.aclose()


async def test_connections_are_kept_and_tokens_too(google: Google, sender: FcmSender):
    for number in range(20):
        assert (await sender.send(reminder(number))).outcome is Outcome.ACCEPTED
    assert google.server.connections == 2, "one for the token, one for twenty messages"
    assert google.fcm.counts["tokens"] == 1


async def test_many_that_begin_at_once_ask_for_one_token(google: Google, sender: FcmSender):
    results = await asyncio.gather(*[sender.send(reminder(number)) for number in range(10)])
    assert {result.outcome for result in results} == {Outcome.ACCEPTED}
    assert google.fcm.counts["tokens"] == 1


async def test_a_token_that_is_refused_is_replaced_once_for_all(google: Google, sender: FcmSender):
    await sender.send(REMINDER)
    google.fcm.end_tokens()
    results = await asyncio.gather(*[sender.send(reminder(number)) for number in range(10)])
    assert {result.outcome for result in results} == {Outcome.ACCEPTED}
    assert google.fcm.counts["tokens"] == 2
    assert google.fcm.counts["UNAUTHENTICATED"] == 10


async def test_a_second_refusal_closes_the_lane(google: Google, sender: FcmSender):
    google.fcm.faults.fail("UNAUTHENTICATED")
    assert await sender.send(REMINDER) == Result(Outcome.LANE_CLOSED, detail="UNAUTHENTICATED")
    assert (google.fcm.counts["requests"], google.fcm.counts["tokens"]) == (2, 2)


async def test_apples_refusal_costs_neither_a_token_nor_a_second_try(google: Google, sender: FcmSender):
    google.fcm.faults.fail("THIRD_PARTY_AUTH_ERROR", "token-1")
    result = await sender.send(to(replace(TOKEN, platform=Platform.IOS)))
    assert result.outcome is Outcome.LANE_CLOSED
    assert (google.fcm.counts["requests"], google.fcm.counts["tokens"]) == (1, 1)


async def test_a_token_is_renewed_ahead_of_its_end_while_the_old_one_still_works(google: Google, sender: FcmSender):
    google.fcm.token_seconds = 120  # The library calls that stale: it has less than four minutes left.
    await sender.send(REMINDER)
    google.fcm.token_seconds = 3_600
    google.fcm.token_faults.fail("SLOW", times=1, delay_seconds=0.5)
    assert (await sender.send(reminder(1))).outcome is Outcome.ACCEPTED
    assert sender._tokens._fetching is not None, "it is under way, and nobody waits for it"
    await asyncio.gather(*[sender.send(reminder(number)) for number in range(5)])
    await sender._tokens._fetching
    assert (await sender.send(reminder(6))).outcome is Outcome.ACCEPTED
    assert google.fcm.counts["tokens"] == 2


async def test_a_token_that_could_not_be_renewed_ahead_is_used_to_its_end(google: Google, sender: FcmSender, caplog):
    google.fcm.token_seconds = 120
    await sender.send(REMINDER)
    google.fcm.token_faults.fail("REFUSED")
    for number in range(5):
        assert (await sender.send(reminder(number))).outcome is Outcome.ACCEPTED
        if sender._tokens._fetching is not None:
            await asyncio.wait([sender._tokens._fetching])
    assert google.fcm.counts["tokens"] == 2, "and nobody hurries to ask again"
    assert "no access token" in caplog.text


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        ("REFUSED", Result(Outcome.LANE_CLOSED, detail="CREDENTIALS_REFUSED")),
        ("NO_TOKEN", Result(Outcome.LANE_CLOSED, detail="CREDENTIALS_REFUSED")),
    ],
)
async def test_without_a_token_nothing_is_sent(google: Google, sender: FcmSender, fault: str, result: Result):
    google.fcm.token_faults.fail(fault)
    assert await sender.send(REMINDER) == result
    assert google.fcm.counts["requests"] == 0
    google.fcm.token_faults.heal()
    assert (await sender.send(REMINDER)).outcome is Outcome.ACCEPTED


async def test_a_token_endpoint_that_is_away_is_a_reason_to_try_later(google: Google, files):
    account = google.fcm.service_account("https://127.0.0.1:9")
    certificate = type(google.certificate)(account)
    sender = FcmSender(certificate, now=now, base_url=google.server.url, ca_file=str(files.ca))
    assert await sender.send(REMINDER) == Result(Outcome.TRY_LATER, detail="NO_TOKEN")
    await sender.aclose()


async def test_a_stranger_gets_no_token(google: Google):
    account = google.fcm.service_account(google.server.url) | {"client_email": "stranger@example.com"}
    sender = FcmSender(
        type(google.certificate)(account), now=now, base_url=google.server.url, ca_file=str(google.files.ca)
    )
    assert await sender.send(REMINDER) == Result(Outcome.LANE_CLOSED, detail="CREDENTIALS_REFUSED")
    await sender.aclose()


async def test_one_address_in_so_many_is_taken_after_some_tries(google: Google, sender: FcmSender):
    google.fcm.faults.one_in, google.fcm.faults.one_in_times = 1, 2
    outcomes = [(await sender.send(REMINDER)).outcome for _ in range(3)]
    assert outcomes == [Outcome.TRY_LATER, Outcome.TRY_LATER, Outcome.ACCEPTED]


async def test_a_sender_that_was_closed_opens_anew(google: Google, sender: FcmSender):
    await sender.send(REMINDER)
    await sender.aclose()
    assert (await sender.send(REMINDER)).outcome is Outcome.ACCEPTED
