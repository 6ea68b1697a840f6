"""An aggregator of the phone makers' push services, as JPush's REST API v3 is one."""

import base64
import secrets

import orjson

from tests.standins.faults import Fault, Faults
from tests.standins.http import Answer, Request, answer

ERRORS = {
    "UNKNOWN_ID": (400, 1011),
    "BAD_PARAMETER": (400, 1003),
    "TOO_MANY": (429, 2002),
    "INTERNAL": (500, 1000),
    "BARRED": (403, 2003),
}
"""Each answer's status, and its code. Other faults: BAD_GATEWAY, CUT_BEFORE, CUT_AFTER (it was taken)."""


class Aggregator:
    """One app of it, and what was pushed; a `cid` that it knows is answered as before, and pushed once."""

    def __init__(self, app_key: str = "app", master_secret: str = "secret") -> None:
        self.faults = Faults()
        self.pushed: list[dict] = []
        self.requests = 0
        self._by_cid: dict[str, str] = {}
        self._allowed = "Basic " + base64.b64encode(f"{app_key}:{master_secret}".encode()).decode()

    def __call__(self, request: Request) -> Answer:
        self.requests += 1
        if request.headers.get("authorization") != self._allowed:
            return _error(401, 1004)
        if (request.method, request.path) != ("POST", "/v3/push"):
            return answer(404)
        push = request.json()
        if (code := _problem(push)) is not None:
            return _error(400, code)
        (addresses,) = push["audience"].values()
        fault = self.faults.next(addresses[0])
        if fault is not None and fault.name != "CUT_AFTER":
            return _failed(fault)
        taken = self._take(push)
        return taken if fault is None else _failed(fault)

    def _take(self, push: dict) -> Answer:
        if push["cid"] not in self._by_cid:
            self._by_cid[push["cid"]] = secrets.token_hex(8)
            self.pushed.append(push)
        return answer(sendno="0", msg_id=self._by_cid[push["cid"]])


def _problem(push: dict) -> int | None:
    """Give the code of what is wrong with a push."""
    if set(push) != {"cid", "platform", "audience", "notification", "options"}:
        return 1002
    audience, notification = push["audience"], push["notification"]
    is_well_formed = (
        len(audience) == 1
        and set(audience) <= {"alias", "registration_id"}
        and push["platform"] == list(notification)
        and 0 <= push["options"]["time_to_live"] <= 864_000
        and 0 < len(push["cid"]) <= 64
    )
    if not is_well_formed:
        return 1003
    return 1005 if len(orjson.dumps(push)) > 4_000 else None


def _failed(fault: Fault) -> Answer:
    if fault.name in {"CUT_BEFORE", "CUT_AFTER"}:
        return Answer(is_cut=True)
    if fault.name == "BAD_GATEWAY":
        return Answer(502, b"<html>Bad Gateway</html>")
    return _error(*ERRORS[fault.name], fault.retry_after)


def _error(status: int, code: int, retry_after: str | None = None) -> Answer:
    headers = (("retry-after", retry_after),) if retry_after is not None else ()
    return Answer(status, orjson.dumps({"error": {"code": code, "message": "No."}}), headers)
