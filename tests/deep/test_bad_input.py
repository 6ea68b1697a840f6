import time

import pytest

from tests.api.test_limits import ATTACKS
from tests.deep.houses import client

JSON = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
BODIES = {
    "null": (b"null", JSON, 400),
    "5": (b"5", JSON, 400),
    "6,000 digits": (b"9" * 6_000, JSON, 400),
    "20,000 brackets": (b"[" * 20_000, JSON, 400),
    "a string that never ends": (b'"' + b'\\"' * 130_000, JSON, 400),
    "3 MB": (b'{"query": "{ viewer { role } }"}'.ljust(3_000_000), JSON, 413),
    "a wrong media type": (b'{"query": "{ viewer { role } }"}', {"Content-Type": "text/plain"}, 415),
}


@pytest.mark.usefixtures("house")
async def test_a_process_answers_whatever_is_sent_to_it_and_goes_on(house, counted):
    """How quickly is counted, not required: that depends on what else the machine does."""
    process = await house.start()
    milliseconds: dict[str, float] = {}
    async with client(process) as http:

        async def send(name: str, **request: object) -> int:
            began = time.monotonic()
            answer = await http.post("/graphql", **request)
            milliseconds[name] = (time.monotonic() - began) * 1000
            assert answer.json()["errors"][0]["extensions"]["code"] != "INTERNAL"
            return answer.status_code

        for name, (query, _) in ATTACKS.items():
            assert await send(name, json={"query": query}, headers=JSON) == 400, name
        for name, (content, headers, status) in BODIES.items():
            assert await send(name, content=content, headers=headers) == status, name
        await house.pay(http, house.next_payment())
    assert process.is_alive
    assert "Traceback" not in house.log.read_text()
    slowest = max(milliseconds, key=milliseconds.__getitem__)
    counted(f"{len(milliseconds)} attacks refused; the slowest, {slowest}, in {milliseconds[slowest]:.0f} ms")
