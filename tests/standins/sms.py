"""A gateway for text messages; it also takes what Apprise's `json://` posts, the number at the end of the path."""

import secrets

import orjson

from tests.standins.faults import Faults
from tests.standins.http import Answer, Request, answer

STATUSES = {
    "INVALID_RECIPIENT": 422,
    "BAD_TEXT": 422,
    "GONE": 410,
    "NO_MONEY": 402,
    "TOO_MANY": 429,
    "UNAVAILABLE": 503,
}
"""Other faults: CUT_BEFORE, CUT_AFTER (it was taken), and NOT_JSON, an answer of good will and no JSON."""


class Gateway:
    """What was sent, and to whom."""

    def __init__(self, token: str = "token") -> None:
        self.faults = Faults()
        self.token = token
        self.texts: list[dict] = []

    def __call__(self, request: Request) -> Answer:
        if request.method != "POST":
            return answer(405)
        if request.path.startswith("/apprise/"):
            number = request.path.partition("?")[0].rpartition("/")[2]
            return self._take({"to": number, "text": request.json()["message"], "reference": ""})
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return answer(401, error="UNAUTHORIZED")
        asked = request.json()
        if set(asked) != {"to", "text", "reference"} or not asked["text"]:
            return answer(422, error="BAD_TEXT")
        return self._take(asked)

    def _take(self, asked: dict) -> Answer:
        fault = self.faults.next(asked["to"])
        if fault is None or fault.name in {"CUT_AFTER", "NOT_JSON"}:
            self.texts.append(asked)
        if fault is None:
            return answer(202, id=secrets.token_hex(8))
        if fault.name in {"CUT_BEFORE", "CUT_AFTER"}:
            return Answer(is_cut=True)
        if fault.name == "NOT_JSON":
            return Answer(200, b"OK")
        headers = (("retry-after", fault.retry_after),) if fault.retry_after is not None else ()
        return Answer(STATUSES[fault.name], orjson.dumps({"error": fault.name}), headers)
