"""What Firebase Cloud Messaging answers, and what that means.

https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from notifications.channels import json_answers
from notifications.channels.http_answers import by_status, retry_after
from notifications.channels.interface import Outcome, Result
from notifications.channels.json_answers import mapping, mappings, read, text

QUOTA_PAUSE = timedelta(seconds=60)
"""What Google asks for where a 429 does not say itself how long."""
_FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_ADDRESS_FIELDS = frozenset({"message.token", "message.fid"})
_OF_APPLE = frozenset({"THIRD_PARTY_AUTH_ERROR", "APNS_AUTH_ERROR"})
_GONE = frozenset({(404, "UNREGISTERED"), (403, "SENDER_ID_MISMATCH")})


def judged(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Result:
    """Say what became of a message."""
    answer = read(body)
    if status == 200:
        name = text(answer.get("name"))
        if not name:
            return Result(Outcome.TRY_LATER, detail="UNREADABLE")  # Something on the way answered in Google's place.
        return Result(Outcome.ACCEPTED, reference=name)
    error = mapping(answer.get("error"))
    code = _code(error) or json_answers.code(error.get("status")) or f"HTTP_{status}"
    if (status, code) in _GONE or (status == 400 and _is_address_bad(error)):
        return Result(Outcome.ADDRESS_GONE, detail=code)
    if code in _OF_APPLE:
        return Result(Outcome.LANE_CLOSED, detail=code)
    if status == 429:
        return Result(Outcome.TRY_LATER, detail=code, retry_after=retry_after(headers, now) or QUOTA_PAUSE)
    return by_status(status, headers, now, detail=code)


def is_token_refused(status: int, body: bytes) -> bool:
    """Say whether our access token was refused: a 401, unless it is Apple that refuses our key for it."""
    return status == 401 and _code(mapping(read(body).get("error"))) not in _OF_APPLE


def _is_address_bad(error: Mapping[str, Any]) -> bool:
    """Say whether INVALID_ARGUMENT is about the address, and about nothing else.

    Taken for one, a bad message would wipe the addresses of all whom it was sent to: every doubt is the message's.
    """
    if _code(error) != "INVALID_ARGUMENT" or "too " in text(error.get("message")):  # "too big", "too large".
        return False
    violations = [
        violation.get("field")
        for detail in _details(error)
        if detail.get("@type") == _BAD_REQUEST
        for violation in mappings(detail.get("fieldViolations"))
    ]
    return all(field in _ADDRESS_FIELDS for field in violations)


def _code(error: Mapping[str, Any]) -> str:
    """Give FCM's own code, which is more exact than the status; empty if there is none."""
    codes = [
        json_answers.code(detail.get("errorCode")) for detail in _details(error) if detail.get("@type") == _FCM_ERROR
    ]
    return codes[0] if codes else ""


def _details(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return mappings(error.get("details"))
