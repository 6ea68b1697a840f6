"""What partners tell us, over HTTP: signed words are done once, all others change nothing."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

import httpx
import pytest

from jobs.verify import verify
from models import Customer, Entry, OutboxEvent, Partner, PartnerEvent, Redemption
from resolvers.loyalty import partners
from resolvers.loyalty.partners import PartnerMade
from rules.loyalty.partners import PartnerResult, signature_of
from rules.loyalty.redemptions import CancelReason, RedemptionStatus
from rules.people.access import Role
from tests import make, rewarding
from tests.journeys.client import World

_numbers = count(1)


@dataclass
class Shop:
    """A partner's server."""

    http: httpx.AsyncClient
    made: PartnerMade
    headers: dict[str, str] = field(default_factory=dict)

    async def says(
        self, code: str, outcome: str = "CONFIRMED", *, id: str | None = None, late: int = 0, secret: str | None = None
    ) -> httpx.Response:
        body = json.dumps({"id": id or f"event-{next(_numbers)}", "code": code, "outcome": outcome}).encode()
        return await self.sends(body, late=late, secret=secret)

    async def sends(self, body: bytes, *, late: int = 0, secret: str | None = None) -> httpx.Response:
        timestamp = str(int(make.clock.now().timestamp()) - late)
        signed = {
            "Goodterms-Timestamp": timestamp,
            "Goodterms-Signature": signature_of(secret or self.made.secret, timestamp, body),
        }
        return await self.http.post(self.address, content=body, headers=signed | self.headers)

    @property
    def address(self) -> str:
        return f"/webhooks/partners/{make.global_id('Partner', self.made.partner.id)}"


@pytest.fixture
async def shop(world: World) -> Shop:
    return Shop(world.http, await rewarding.partner())


@pytest.fixture
async def order(shop: Shop) -> Redemption:
    reward = await rewarding.gift(shop.made, stock=1)
    return await rewarding.redemption(reward, make.viewer(await rewarding.rich(500)))


async def standing(order: Redemption) -> tuple[RedemptionStatus, CancelReason | None, bool, int]:
    now = await Redemption.get(id=order.id)
    return now.status, now.cancel_reason, now.is_flagged, await make.points_of(order.customer_id)


async def told(order: Redemption) -> list[str]:
    return [event.kind for event in await OutboxEvent.filter(customer_id=order.customer_id).order_by("id")]


async def test_a_confirmed_order_is_fulfilled_once_however_often_it_is_said(shop, order):
    code = order.code.read()
    for _ in range(2):
        answer = await shop.says(code, id="one")
        assert (answer.status_code, answer.json()) == (200, {"result": "FULFILLED"})
    again = await shop.says(code.lower(), id="two")  # Another desk: it is told that somebody has it already.
    assert (again.status_code, again.json()) == (409, {"result": "REPEATED"})
    assert await standing(order) == (RedemptionStatus.FULFILLED, None, False, 200)
    assert await PartnerEvent.all().count() == 2
    assert await Entry.filter(source=f"Redemption:{order.id}").count() == 1
    assert await told(order) == ["RewardRedeemed", "RewardReady"]
    assert await verify() == []


async def test_said_ten_times_at_once_it_is_done_once(shop, order):
    code = order.code.read()
    answers = await asyncio.gather(*[shop.says(code, id=f"event-{number % 3}") for number in range(10)])
    results = Counter((answer.status_code, answer.json()["result"]) for answer in answers)
    assert set(results) == {(200, "FULFILLED"), (409, "REPEATED")}
    assert results[200, "FULFILLED"] in {3, 4}, "the one word that did it, however often it came"
    assert await PartnerEvent.all().count() == 3
    assert await Entry.filter(source=f"Redemption:{order.id}").count() == 1
    assert await told(order) == ["RewardRedeemed", "RewardReady"]


async def test_a_refused_order_gives_the_points_back(shop, order):
    for _ in range(2):
        answer = await shop.says(order.code.read(), "REFUSED", id="no")
        assert (answer.status_code, answer.json()) == (200, {"result": "CANCELLED"})
    assert await standing(order) == (RedemptionStatus.CANCELLED, CancelReason.REFUSED, False, 500)
    assert await told(order) == ["RewardRedeemed", "RewardCancelled"]
    assert await verify() == []


async def test_a_confirmation_after_the_cancellation_is_kept_and_flagged(shop, order):
    await rewarding.cancelled(make.viewer(await Customer.get(id=order.customer_id)), order)
    for _ in range(2):
        answer = await shop.says(order.code.read(), id="late")
        assert (answer.status_code, answer.json()) == (409, {"result": "CONTRADICTED"})
    assert await standing(order) == (RedemptionStatus.CANCELLED, CancelReason.CUSTOMER, True, 500)
    event = await PartnerEvent.get()
    assert (event.redemption_id, event.result) == (order.id, PartnerResult.CONTRADICTED)
    assert not await Entry.filter(source=f"Redemption:{order.id}").exists()
    assert await verify() == []


async def test_a_refusal_after_it_was_handed_out_is_flagged_too(shop, order):
    await shop.says(order.code.read())
    assert (await shop.says(order.code.read(), "REFUSED")).status_code == 409
    assert await standing(order) == (RedemptionStatus.FULFILLED, None, True, 200)


async def test_confirmed_while_the_customer_cancels_it_ends_one_way(shop, order):
    viewer = make.viewer(await Customer.get(id=order.customer_id))
    answer, _ = await asyncio.gather(
        shop.says(order.code.read()), rewarding.cancelled(viewer, order), return_exceptions=True
    )
    status, _, is_flagged, points = await standing(order)
    assert (status, is_flagged, points, answer.status_code) in (
        (RedemptionStatus.FULFILLED, False, 200, 200),
        (RedemptionStatus.CANCELLED, True, 500, 409),
    )
    assert await verify() == []


async def test_what_is_forged_or_late_changes_nothing(shop, order):
    code = order.code.read()
    other = Shop(shop.http, await rewarding.partner())
    nobody = Shop(shop.http, PartnerMade(Partner(id=9_999, created_at=make.NOON), shop.made.secret))
    before = await make.everything()
    answers = [
        await shop.says(code, secret="a guess"),
        await shop.says(code, secret=other.made.secret),
        await shop.says(code, late=301),
        await shop.says(code, late=-301),
        await nobody.says(code),
        await shop.http.post(shop.address, content=b"{}"),
        await shop.http.post("/webhooks/partners/x", content=b"{}"),
        await shop.http.post("/webhooks/partners/%00", content=b"{}"),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "WORD_NOT_BELIEVED")}
    changed = Shop(shop.http, shop.made, {"Goodterms-Timestamp": str(int(make.clock.now().timestamp()) - 1)})
    assert (await changed.says(code)).status_code == 401
    assert await make.everything() == before


async def test_a_word_of_yesterday_is_not_believed_when_it_is_replayed(shop, order):
    body = json.dumps({"id": "one", "code": order.code.read(), "outcome": "REFUSED"}).encode()
    timestamp = str(int(make.clock.now().timestamp()))
    signed = {"Goodterms-Timestamp": timestamp, "Goodterms-Signature": signature_of(shop.made.secret, timestamp, body)}
    await rewarding.pass_hours(1)
    assert (await shop.http.post(shop.address, content=body, headers=signed)).status_code == 401
    assert (await standing(order))[0] is RedemptionStatus.RESERVED


async def test_another_word_under_one_id_is_refused(shop, order):
    code = order.code.read()
    await shop.says(code, id="one")
    answer = await shop.says(code, "REFUSED", id="one")
    assert (answer.status_code, answer.json()["code"]) == (409, "WORD_DIFFERS")
    assert await standing(order) == (RedemptionStatus.FULFILLED, None, False, 200)


async def test_an_order_of_another_partner_is_unknown(shop, order):
    other = Shop(shop.http, await rewarding.partner())
    for code in (order.code.read(), "222222222222"):
        answer = await other.says(code)
        assert (answer.status_code, answer.json()) == (404, {"result": "UNKNOWN"})
    assert (await standing(order))[0] is RedemptionStatus.RESERVED
    assert {event.result for event in await PartnerEvent.all()} == {PartnerResult.UNKNOWN}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 10_000,
        b'{"id": 1, "code": "x", "outcome": "CONFIRMED"}',
        b'{"id": "", "code": "x", "outcome": "CONFIRMED"}',
        b'{"id": "\\u0000", "code": "x", "outcome": "CONFIRMED"}',
        b'{"id": "a", "code": "\\u202e", "outcome": "CONFIRMED"}',
        b'{"id": "a", "code": "x", "outcome": "PERHAPS"}',
        b'{"id": "a", "code": ["x"], "outcome": "CONFIRMED"}',
        b'{"id": "' + b"a" * 65 + b'", "code": "x", "outcome": "CONFIRMED"}',
    ],
    ids=lambda body: body[:50].decode(errors="replace"),
)
async def test_a_signed_body_that_says_nothing_is_answered_with_400(shop, body):
    answer = await shop.sends(body)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_USER_INPUT")
    assert not await PartnerEvent.exists()


async def test_a_body_over_the_limit_is_not_read(shop):
    answer = await shop.sends(b" " * 16_385)
    assert (answer.status_code, answer.json()["code"]) == (413, "CONTENT_TOO_LARGE")
    assert (await shop.http.get(shop.address)).status_code == 405


async def test_with_a_new_secret_the_old_one_is_worth_nothing(shop, order):
    admin = await make.signed_in(await make.staff(role=Role.ADMIN))
    renewed = await partners.renew_partner_secret(admin, partner_id=shop.made.partner.id)
    assert (await shop.says(order.code.read())).status_code == 401
    assert (await shop.says(order.code.read(), secret=renewed.secret)).status_code == 200
