"""Workers that are killed while they choose, tell and send very many reminders, and a Firebase that is away for a while."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from typing import Any

import orjson
import pytest

import models
from jobs.lanes import WINDOW
from jobs.scheduler import LEASE
from models import (
    Application,
    Contract,
    Customer,
    Delivery,
    Installment,
    Lease,
    Loan,
    Notification,
    OutboxEvent,
    PushAddress,
    Secret,
    Session,
)
from models.clock import SystemClock
from notifications.channels.window import MOST_UNRECORDED
from rules.notifications.addresses import AddressKind, Platform, PushProvider
from rules.notifications.classes import Lane, MessageChannel
from rules.notifications.deliveries import DeliveryState
from tests import make
from tests.configured import configure_resolvers
from tests.conftest import KEYS
from tests.databases import ON_POSTGRES
from tests.deep.houses import DICE, House, opened
from tests.programs import Program
from tests.redis_servers import RedisServer
from tests.standins import certificates
from tests.standins.fcm import Fcm, serving

PEOPLE = 10_000 if ON_POSTGRES else 2_000
FEW = 2_000
KILLS = 12
EARLY_KILLS = 3
"""So many meet the first that is done: choosing, mostly."""
LEASE_SECONDS = 30
"""The shortest that can be set."""
LATENCY_SECONDS = 0.03
"""How long Firebase takes: so there is always something on its way."""
LAST_SECONDS = 0.15
"""So much later than where its life was to end at the most is a worker killed: in the middle of what it does next."""
SETTLING_SECONDS = 0.3
"""What a killed process had handed over is done by then."""
AWAY_SECONDS = 8.0
FIRST = 1_000_000
"""The first of the crowd's ids."""
MOST_TRIES_AWAY = 8
"""While Firebase is away, a worker asks after 1, 2, 4 … seconds whether it is back."""


@dataclass
class Morning:
    """A house with people whose installment is due today, and a Firebase of its own."""

    house: House
    fcm: Fcm
    settings: dict[str, str]
    people: int
    unrecorded: Counter[str] = field(default_factory=Counter)
    """How often each address had been answered, and nobody knew, when a worker was killed."""
    met: Counter[str] = field(default_factory=Counter)
    """What the kills met."""
    _seen: Counter[str] = field(default_factory=Counter)

    def start(self) -> Program:
        environment = self.house.environment(self.house.url) | self.settings
        return self.house.launcher.start("jobs", "worker", environment=environment, out=self.house.log)

    def taken(self) -> Counter[str]:
        """How often Firebase took a message to each address."""
        return Counter({address: times for (address, _), times in self.fcm.ids.items()})

    async def done(self) -> tuple[int, int, int]:
        """Give how many were chosen, told, and sent."""
        return await OutboxEvent.all().count(), await Notification.all().count(), self.fcm.ids.total()

    async def after_a_kill(self) -> None:
        """Keep which messages Firebase took and the rows know nothing of; let another lead at once, to spare the time."""
        await asyncio.sleep(SETTLING_SECONDS)
        await Lease.filter(name=LEASE).delete()
        chosen, told, _ = await self.done()
        self.met["choosing" if chosen < self.people else "telling" if told < self.people else "sending"] += 1
        taken = self.taken()
        waiting = Delivery.filter(state=DeliveryState.QUEUED, channel=MessageChannel.PUSH)
        known = dict(await PushAddress.all().values_list("id", "value"))
        queued = {known[id] for id in await waiting.values_list("address_id", flat=True)}
        lost = {address for address, times in taken.items() if times > self._seen[address] and address in queued}
        assert len(lost) <= MOST_UNRECORDED + WINDOW[Lane.FCM]
        self.unrecorded.update(lost)
        self._seen = taken

    async def all_settled(self, seconds: float) -> None:
        async with asyncio.timeout(seconds):
            while await self.unsettled():
                await asyncio.sleep(0.3)

    async def unsettled(self) -> bool:
        if await Notification.all().count() < self.people:
            return True
        return await Delivery.filter(state=DeliveryState.QUEUED).exists()


@pytest.fixture
async def morning(
    request: pytest.FixtureRequest, own_url: str, tmp_path: Any, redis_server: RedisServer
) -> AsyncIterator[Morning]:
    models.configure(KEYS)
    configure_resolvers()
    zone, people = _zone_of_noon(), getattr(request, "param", PEOPLE)
    async with opened(own_url):
        await furnish(SystemClock(zone), people)
    house = House(own_url, tmp_path, [])
    fcm = Fcm(latency_seconds=LATENCY_SECONDS, keep=2 * people)
    files = certificates.made(tmp_path)
    async with serving(fcm, files) as server, opened(own_url):
        account = tmp_path / "service-account.json"
        account.write_bytes(orjson.dumps(fcm.service_account(server.url)))
        settings = {
            "REDIS_URL": redis_server.url,
            "LENDER_ZONE": zone,
            "FCM_CREDENTIALS": str(account),
            "FCM_URL": server.url,
            "FCM_PER_SECOND": str(PEOPLE),  # The fewer there are, the slower: else one claim had them all.
            "CA_FILE": str(files.ca),
            "DELIVERY_LEASE_SECONDS": str(LEASE_SECONDS),
        }
        try:
            yield Morning(house, fcm, settings, people)
        finally:
            house.close()


def _zone_of_noon() -> str:
    """Give a zone in which it is about noon, whenever the test runs: reminders go by day."""
    ahead = 12 - SystemClock("UTC").now().hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


async def furnish(clock: SystemClock, number: int) -> None:
    """Let everybody owe one installment today: a loan like one that was lent here, and a phone."""
    make.clock.moment, make.clock.business_date = make.NOON, make.TODAY
    await make.travel_to(clock.calendar_day())
    make.clock.moment = clock.now()
    loan = await make.loan()
    await Installment.filter(loan_id=loan.id).update(due_on=clock.calendar_day() + timedelta(days=20))
    await make.deliver()
    for told in (Delivery, Notification, OutboxEvent):
        await told.all().delete()
    contract = await Contract.get(id=loan.contract_id)
    rows = (
        await Customer.get(id=loan.customer_id),
        await Application.get(id=contract.application_id),
        contract,
        await Loan.get(id=loan.id),
        await Installment.filter(loan_id=loan.id).first(),
    )
    for people in _in_parts(range(FIRST, FIRST + number)):
        async with make.unit():
            await _move_in(people, rows, clock)


def _in_parts(numbers: range) -> Iterator[range]:
    return (numbers[first : first + 500] for first in range(0, len(numbers), 500))


async def _move_in(people: range, rows: tuple[Any, ...], clock: SystemClock) -> None:
    now, today = clock.now(), clock.calendar_day()
    phones = {number: f"+86139{number:08d}" for number in people}
    nobody = {"identity_number": None, "birth_on": None, "sex": None}
    await Customer.bulk_create([like(rows[0], n, phone=Secret(phones[n]), **nobody) for n in people])
    await Application.bulk_create([like(rows[1], n, customer_id=n) for n in people])
    await Contract.bulk_create([like(rows[2], n, customer_id=n, application_id=n) for n in people])
    await Loan.bulk_create([like(rows[3], n, customer_id=n, contract_id=n) for n in people])
    await Installment.bulk_create([like(rows[4], n, customer_id=n, loan_id=n, due_on=today) for n in people])
    until = now + timedelta(days=1)
    await Session.bulk_create([Session(id=n, created_at=now, customer_id=n, expires_at=until) for n in people])
    await PushAddress.bulk_create([_phone(n, now) for n in people])


def like(row: Any, number: int, **changed: Any) -> Any:
    """A row like another."""
    columns = {name: getattr(row, name) for name in type(row)._meta.fields_db_projection}
    return type(row)(**{**columns, "id": number, **changed})


def _phone(number: int, now: Any) -> PushAddress:
    return PushAddress(
        id=number,
        created_at=now,
        customer_id=number,
        session_id=number,
        provider=PushProvider.FCM,
        kind=AddressKind.TOKEN,
        platform=Platform.ANDROID,
        value=f"token-{number}",
        value_hash=hashlib.sha256(str(number).encode()).hexdigest(),
        seen_at=now,
    )


async def test_killed_again_and_again_every_reminder_is_sent_and_only_unrecorded_ones_twice(morning, counted):
    for life in range(KILLS):
        left = 3 * morning.people - sum(await morning.done())
        most = 1 if life < EARLY_KILLS else max(1, 2 * left // (KILLS - life))
        await live_and_die(morning, enough=DICE.randint(1, most))
    assert morning.unrecorded, "the kills met nothing on its way"
    worker = morning.start()
    await morning.all_settled(LEASE_SECONDS + 60)
    assert worker.is_alive
    taken = morning.taken()
    assert len(taken) == morning.people, "somebody was not told"
    twice = {address: times - 1 for address, times in taken.items() if times > 1}
    assert twice.items() <= morning.unrecorded.items(), "sent again although it was known to be taken"
    await assert_told_once(morning)
    counted(
        f"{KILLS} kills ({', '.join(f'{number} {what}' for what, number in morning.met.items())}) of {morning.people} reminders:"
        f" none lost, {sum(twice.values())} sent again, all of {sum(morning.unrecorded.values())} unrecorded at a kill"
    )


async def live_and_die(morning: Morning, enough: int) -> None:
    """Start two workers, and kill both at once when so much more is done, or when what the dead had claimed is all that is left."""
    before = sum(await morning.done())
    workers = [morning.start(), morning.start()]
    async with asyncio.timeout(60):
        while sum(await morning.done()) < before + enough and await _is_anything_free(morning.people):
            await asyncio.sleep(0.01)
    await asyncio.sleep(DICE.uniform(0, LAST_SECONDS))
    for worker in workers:
        assert worker.is_alive, morning.house.log.read_text()[-3_000:]
        worker.kill()
    await morning.after_a_kill()


async def _is_anything_free(people: int) -> bool:
    if await Notification.all().count() < people:
        return True
    now = SystemClock("UTC").now().astimezone(UTC)
    return await Delivery.filter(state=DeliveryState.QUEUED, due_at__lte=now).exists()


async def assert_told_once(morning: Morning) -> None:
    """One event, one notification and one push a person; each repetition looks to the phone like the first."""
    assert await OutboxEvent.all().count() == morning.people == await Notification.all().count()
    pushes = Delivery.filter(channel=MessageChannel.PUSH)
    assert await pushes.count() == morning.people == await pushes.filter(state=DeliveryState.ACCEPTED).count()
    assert len(morning.fcm.ids) == morning.people, "a repetition has another id"
    shown: dict[str, set[tuple[str, str]]] = {}
    for message in morning.fcm.messages:
        android = message["android"]
        shown.setdefault(message["token"], set()).add((android["collapse_key"], android["notification"]["tag"]))
    assert {len(tags) for tags in shown.values()} == {1}, "a repetition stands beside the first"
    assert "Traceback" not in morning.house.log.read_text()


@pytest.mark.parametrize("morning", [FEW], indirect=True)
async def test_while_firebase_is_away_few_ask_and_afterwards_everybody_is_told_once(morning, counted):
    worker = morning.start()
    async with asyncio.timeout(60):
        while morning.fcm.ids.total() < morning.people // 10:
            await asyncio.sleep(0.01)
    before = morning.fcm.counts["requests"]
    morning.fcm.faults.fail("UNAVAILABLE")
    await asyncio.sleep(AWAY_SECONDS)
    asked = morning.fcm.counts["requests"] - before
    morning.fcm.faults.heal()
    assert 0 < asked <= WINDOW[Lane.FCM] + MOST_TRIES_AWAY, "a storm"
    await morning.all_settled(120)
    assert worker.is_alive
    assert set(morning.taken().values()) == {1}
    await assert_told_once(morning)
    counted(
        f"away for {AWAY_SECONDS:.0f} s, asked {asked} times; {morning.people} reminders afterwards, each sent once"
    )
