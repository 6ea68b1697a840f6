"""What Firebase Cloud Messaging takes as a message, and says where it does not.

https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages
"""

import re
from collections.abc import Iterator

import orjson

LARGEST_BYTES = 4_096
LONGEST_LIFE_SECONDS = 4 * 7 * 86_400
TARGETS = ("token", "fid", "topic", "condition")
FIELDS = {*TARGETS, "name", "data", "notification", "android", "apns", "webpush", "fcm_options"}
ANDROID = {"collapse_key", "priority", "ttl", "restricted_package_name", "data", "notification", "fcm_options"}
ANDROID_NOTIFICATION = {
    *("title", "body", "icon", "color", "sound", "tag", "click_action", "channel_id", "image", "ticker", "sticky"),
    *("visibility", "notification_priority", "notification_count"),
}
APNS = {"headers", "payload", "fcm_options", "live_activity_token"}
WEBPUSH = {"headers", "data", "notification", "fcm_options"}
RESERVED = re.compile(r"from|message_type|collapse_key|(google|gcm)\..*")
DURATION = re.compile(r"(\d+)(\.\d{1,9})?s")
LABEL = re.compile(r"[a-zA-Z0-9\-_.~%]{1,50}")
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")


def problem(body: bytes) -> tuple[str, str] | None:
    """Give the first field that is wrong, and what is wrong with it; None if all is well."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", "Invalid JSON payload received."
    if not isinstance(asked, dict) or not isinstance(asked.get("message"), dict):
        return "message", "Message is missing."
    if unknown := set(asked) - {"message", "validate_only"}:
        return unknown.pop(), "Unknown name."
    return next(_problems(asked["message"]), None)


def address_of(message: dict) -> str:
    return next(message[target] for target in TARGETS if target in message)


def _problems(message: dict) -> Iterator[tuple[str, str]]:
    yield from _unknown("message", message, FIELDS)
    targets = [message[target] for target in TARGETS if target in message]
    if len(targets) != 1 or not isinstance(targets[0], str) or not targets[0]:
        yield "message", "Recipient of the message is not set, or there are several."
    payload = {name: value for name, value in message.items() if name not in TARGETS}
    if len(orjson.dumps(payload)) > LARGEST_BYTES:
        yield "message", "Message is too big"
    for name, value in message.get("data", {}).items():
        if not isinstance(value, str):
            yield f"message.data[{name}]", "Invalid value, a string is expected."
        if RESERVED.fullmatch(name):
            yield "message.data", f"Invalid data payload key: {name}"
    yield from _unknown("message.notification", message.get("notification", {}), {"title", "body", "image"})
    label = message.get("fcm_options", {}).get("analytics_label", "none")
    if not LABEL.fullmatch(label):
        yield "message.fcm_options.analytics_label", "Invalid label."
    yield from _android(message.get("android", {}))
    yield from _apns(message.get("apns", {}))
    yield from _webpush(message.get("webpush", {}))


def _android(android: dict) -> Iterator[tuple[str, str]]:
    yield from _unknown("message.android", android, ANDROID)
    if str(android.get("priority", "high")).upper() not in {"HIGH", "NORMAL"}:
        yield "message.android.priority", "Invalid value."
    ttl = DURATION.fullmatch(str(android.get("ttl", "0s")))
    if ttl is None or int(ttl[1]) > LONGEST_LIFE_SECONDS:
        yield "message.android.ttl", "Invalid duration."
    notification = android.get("notification", {})
    yield from _unknown("message.android.notification", notification, ANDROID_NOTIFICATION)
    if notification.get("visibility", "PRIVATE") not in {"PRIVATE", "PUBLIC", "SECRET"}:
        yield "message.android.notification.visibility", "Invalid value."


def _apns(apns: dict) -> Iterator[tuple[str, str]]:
    yield from _unknown("message.apns", apns, APNS)
    headers = apns.get("headers", {})
    if not all(isinstance(value, str) for value in headers.values()):
        yield "message.apns.headers", "Invalid value, strings are expected."
    if len(headers.get("apns-collapse-id", "").encode()) > 64:
        yield "message.apns.headers.apns-collapse-id", "Too long."
    if headers.get("apns-priority", "10") not in {"10", "5", "1"}:
        yield "message.apns.headers.apns-priority", "Invalid value."
    if not headers.get("apns-expiration", "0").isdecimal():
        yield "message.apns.headers.apns-expiration", "Invalid value."
    if "payload" in apns and not isinstance(apns["payload"].get("aps"), dict):
        yield "message.apns.payload", "There is no aps."


def _webpush(webpush: dict) -> Iterator[tuple[str, str]]:
    yield from _unknown("message.webpush", webpush, WEBPUSH)
    headers = webpush.get("headers", {})
    if not headers.get("TTL", "0").isdecimal():
        yield "message.webpush.headers.TTL", "Invalid value."
    if headers.get("Urgency", "high") not in {"very-low", "low", "normal", "high"}:
        yield "message.webpush.headers.Urgency", "Invalid value."
    if not TOPIC.fullmatch(headers.get("Topic", "none")):
        yield "message.webpush.headers.Topic", "Invalid value."
    if not webpush.get("fcm_options", {}).get("link", "https://").startswith("https://"):
        yield "message.webpush.fcm_options.link", "Only https links are taken."


def _unknown(where: str, value: object, known: set[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield where, "Invalid value, an object is expected."
        return
    for name in set(value) - known:
        yield f"{where}.{name}", "Unknown name."
