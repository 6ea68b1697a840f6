"""What happens in one process is seen in another: two of the API and a worker, joined by a Redis that goes and comes back."""

import asyncio
import signal
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest

from api import trusted
from models import Loan, Notification
from resolvers.applications.applications import start_application
from rules.ids import encode_id
from rules.money import Money
from tests import make
from tests.api.live.apps import INBOX, MOVED, PATIENCE_SECONDS, connected
from tests.deep.houses import House, Payment, client, furnish, headers_of, opened

AWAY = "Redis, for what happens in other processes, cannot be used"


@pytest.fixture
async def house(copied_database, tmp_path, redis_server) -> AsyncIterator[House]:
    """A house with a borrower, and with a Redis of its own."""
    made = await furnish(copied_database, tmp_path, borrowers=1)
    made.redis_url = redis_server.url
    try:
        yield made
    finally:
        made.close()


async def test_what_happens_in_one_process_is_sent_by_another_also_where_redis_was_away(house, redis_server):
    """On purpose in one test: the processes take longer to start than all of it."""
    here, there = await asyncio.gather(house.start(), house.start())
    payment, ids = house.next_payment(), await rows_of(house)
    async with client(here) as http, connected(there.url, payment.borrower.token) as app:
        await app.ask({"query": MOVED, "variables": {"input": {"applicationId": ids["Application"]}}}, "1")
        assert (await app.news())["status"] == "DRAFT"
        await app.ask({"query": INBOX, "variables": {"input": {"afterId": ids["Notification"]}}}, "2")
        assert await app.is_quiet()

        worker = house.start_worker()
        await house.pay(http, payment)
        assert (await app.news())["kind"] == "RepaymentReceived"

        redis_server.kill()
        await said(house, AWAY, 2)
        await save(http, payment, ids["Application"], 1)
        assert await app.is_quiet(), "it is saved, and nobody waits for Redis"
        redis_server.start()
        assert (await app.news())["version"] == 2
        await save(http, payment, ids["Application"], 2)
        assert (await app.news())["version"] == 3

        worker.signal(signal.SIGTERM)
        there.signal(signal.SIGTERM)
        assert (await app.closed())[0] == 1012
        assert await there.ended() in (0, -signal.SIGTERM)
        assert await worker.ended() == 0, house.log.read_text()[-4_000:]
    assert house.log.read_text().count(AWAY) <= 3, "each process says it once"


async def rows_of(house: House) -> dict[str, str]:
    """Have the borrower begin another application; gives its id, and that of the newest notice he has."""
    async with opened(house.url):
        loan = await Loan.get(id=house.borrowers[0].loan_id)
        product, amount = await make.product(), Money(Decimal("1000.00"), "CNY")
        draft = await start_application(await make.viewer_of(loan.customer_id), product.id, amount, 12)
        newest = await Notification.filter(customer_id=loan.customer_id).order_by("-id").first()
        return {"Application": encode_id("Application", draft.id), "Notification": encode_id("Notification", newest.id)}


async def save(http: httpx.AsyncClient, payment: Payment, application_id: str, version: int) -> None:
    """Change the application that is in this version."""
    asked = {"applicationId": application_id, "version": version, "term": 12 + version}
    body = {"query": trusted.document("customers/save-application"), "variables": {"input": asked}}
    answer = (await http.post("/graphql", json=body, headers=headers_of(payment))).json()
    assert answer["data"]["saveApplication"]["application"]["version"] == version + 1, answer


async def said(house: House, words: str, times: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while house.log.read_text().count(words) < times:
            await asyncio.sleep(0.02)
