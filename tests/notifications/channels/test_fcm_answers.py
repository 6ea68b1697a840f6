"""What Google's answers mean, as they were seen in the wild."""

from datetime import timedelta

import orjson
import pytest

from notifications.channels.fcm_answers import is_token_refused, judged
from notifications.channels.interface import Outcome
from tests.notifications.channels.messages import NOW

FCM = {"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError"}
BAD = {"@type": "type.googleapis.com/google.rpc.BadRequest"}
BAD_ADDRESS = {**FCM, "errorCode": "INVALID_ARGUMENT"}


def error(status: str, *details: dict, message: str = "No.") -> bytes:
    return orjson.dumps({"error": {"status": status, "message": message, "details": list(details)}})


def fields(*names: str) -> dict:
    return {**BAD, "fieldViolations": [{"field": name, "description": "No."} for name in names]}


@pytest.mark.parametrize(
    ("details", "message", "outcome"),
    [
        ([BAD_ADDRESS], "The registration token is not a valid FCM registration token", Outcome.ADDRESS_GONE),
        ([BAD_ADDRESS, fields("message.token")], "No.", Outcome.ADDRESS_GONE),
        ([fields("message.fid"), BAD_ADDRESS], "No.", Outcome.ADDRESS_GONE),
        ([BAD_ADDRESS, fields("message.data")], "No.", Outcome.REJECTED),
        ([BAD_ADDRESS, fields("message.token", "message.android.ttl")], "No.", Outcome.REJECTED),
        ([BAD_ADDRESS], "Android message is too big", Outcome.REJECTED),
        ([BAD_ADDRESS], "Message is too large. The maximum is 4K (4096 bytes).", Outcome.REJECTED),
        ([fields("message.token")], "No.", Outcome.REJECTED),
        ([fields("message.notification.title")], "No.", Outcome.REJECTED),
        ([], "No.", Outcome.REJECTED),
    ],
)
def test_a_bad_message_never_costs_an_address(details: list[dict], message: str, outcome: Outcome):
    assert judged(400, {}, error("INVALID_ARGUMENT", *details, message=message), NOW).outcome is outcome


@pytest.mark.parametrize(
    ("status", "body", "outcome", "detail"),
    [
        (404, error("NOT_FOUND"), Outcome.LANE_CLOSED, "NOT_FOUND"),
        (404, b"<html>", Outcome.LANE_CLOSED, "HTTP_404"),
        (403, error("PERMISSION_DENIED", {**FCM, "errorCode": "SENDER_ID_MISMATCH"}), Outcome.ADDRESS_GONE, "SENDER_ID_MISMATCH"),
        (400, error("NOT_FOUND", {**FCM, "errorCode": "UNREGISTERED"}), Outcome.REJECTED, "UNREGISTERED"),
        (401, error("UNAUTHENTICATED", {**FCM, "errorCode": "APNS_AUTH_ERROR"}), Outcome.LANE_CLOSED, "APNS_AUTH_ERROR"),
        (408, b"", Outcome.TRY_LATER, "HTTP_408"),
        (413, b"", Outcome.REJECTED, "HTTP_413"),
        (504, b"<html>", Outcome.TRY_LATER, "HTTP_504"),
        (302, b"", Outcome.LANE_CLOSED, "HTTP_302"),
        (200, b"<html>Please sign in to this network", Outcome.TRY_LATER, "UNREADABLE"),
        (200, b"[]", Outcome.TRY_LATER, "UNREADABLE"),
        (200, b'{"name": 7}', Outcome.TRY_LATER, "UNREADABLE"),
        (500, b'{"error": "INTERNAL"}', Outcome.TRY_LATER, "HTTP_500"),
        (500, b'{"error": {"status": 7, "details": {"a": 1}}}', Outcome.TRY_LATER, "HTTP_500"),
        (400, b'{"error": {"status": "Token abc of +8613800000001 is bad", "details": [7]}}', Outcome.REJECTED, "HTTP_400"),
    ],
)  # fmt: skip
def test_an_answer_that_is_odd_has_a_meaning_too(status: int, body: bytes, outcome: Outcome, detail: str):
    result = judged(status, {}, body, NOW)
    assert (result.outcome, result.detail) == (outcome, detail)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("0", timedelta(0)),
        ("90", timedelta(seconds=90)),
        ("999999999999", timedelta(hours=1)),
        ("Mon, 16 Mar 2026 04:05:00 GMT", timedelta(minutes=5)),
        ("Mon, 16 Mar 2026 03:05:00 GMT", timedelta(0)),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
    ],
)
def test_a_wait_is_read_or_left_alone(header: str, wait: timedelta | None):
    assert judged(503, {"Retry-After": header}, b"", NOW).retry_after == wait
    assert judged(429, {"Retry-After": header}, b"", NOW).retry_after == (wait or timedelta(minutes=1))


def test_only_our_own_token_is_worth_another():
    assert is_token_refused(401, error("UNAUTHENTICATED"))
    assert is_token_refused(401, b"")
    assert not is_token_refused(401, error("UNAUTHENTICATED", {**FCM, "errorCode": "THIRD_PARTY_AUTH_ERROR"}))
    assert not is_token_refused(403, error("PERMISSION_DENIED"))
