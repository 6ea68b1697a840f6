"""The window: whoever is slow holds nobody up, whoever is away is left alone, and no answer is lost."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from notifications.channels import lanes, window
from notifications.channels.interface import NOT_SENT, Outcome, Outgoing, Result
from notifications.channels.lanes import Lane
from notifications.channels.pace import Ramp, RateLimiter
from notifications.channels.window import send_all
from rules.notifications.addresses import Platform
from tests.notifications.channels.conftest import Google
from tests.notifications.channels.messages import reminder

ACCEPTED = Result(Outcome.ACCEPTED)
LATER = Result(Outcome.TRY_LATER, detail="UNAVAILABLE")
CLOSED = Result(Outcome.LANE_CLOSED, detail="THIRD_PARTY_AUTH_ERROR")
AT_ONCE = Ramp(slowest=1_000_000, fastest=1_000_000)


class Far:
    """A provider far away: answers as it is told, when it is told, and counts."""

    def __init__(self, answer: Callable[[Outgoing], Result] = lambda _: ACCEPTED) -> None:
        self.answer = answer
        self.asked: list[int] = []
        self.held: dict[int, asyncio.Event] = {}
        self.in_flight = self.most_in_flight = 0

    def hold(self, number: int) -> asyncio.Event:
        return self.held.setdefault(number, asyncio.Event())

    async def send(self, message: Outgoing) -> Result:
        self.asked.append(message.delivery_id)
        self.in_flight += 1
        self.most_in_flight = max(self.in_flight, self.most_in_flight)
        try:
            if (held := self.held.get(message.delivery_id)) is not None:
                await held.wait()
            else:
                await asyncio.sleep(0)
            return self.answer(message)
        finally:
            self.in_flight -= 1

    async def aclose(self) -> None:
        """There is nothing to close."""


class House:
    """What is due, and what was recorded; a lane to a provider, and its time."""

    def __init__(self, far, due: Iterable[Outgoing] = (), *, size: int = 10, ramp: Ramp = AT_ONCE) -> None:
        self.far = far
        self.due = deque(due)
        self.limits: list[int] = []
        self.groups: list[list[tuple[Outgoing, Result]]] = []
        self.stop = asyncio.Event()
        self.now = 0.0
        self.chance = 1.0
        self.lane = Lane(
            "far", far, RateLimiter(ramp), window=size, monotonic=lambda: self.now, chance=lambda: self.chance
        )

    async def claim(self, limit: int) -> list[Outgoing]:
        self.limits.append(limit)
        return [self.due.popleft() for _ in range(min(limit, len(self.due)))]

    async def record(self, results: list[tuple[Outgoing, Result]]) -> None:
        self.groups.append(list(results))

    @property
    def recorded(self) -> list[tuple[int, Result]]:
        return [(message.delivery_id, result) for group in self.groups for message, result in group]

    async def send(self) -> Counter[Outcome]:
        async with asyncio.timeout(20):
            return await send_all(self.lane, claim=self.claim, record=self.record, stop=self.stop)


@contextlib.asynccontextmanager
async def sending(house: House):
    """A sending that goes on meanwhile."""
    task = asyncio.create_task(house.send())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


def reminders(count: int, platform: Platform = Platform.ANDROID, start: int = 0) -> list[Outgoing]:
    return [reminder(number, platform=platform) for number in range(start, start + count)]


async def test_all_that_is_due_is_sent_and_recorded_once_and_then_it_ends():
    house = House(Far(), reminders(1_234))
    assert await house.send() == {Outcome.ACCEPTED: 1_234}
    assert sorted(house.far.asked) == list(range(1_234))
    assert sorted(number for number, _ in house.recorded) == list(range(1_234))


async def test_nothing_due_is_soon_done():
    house = House(Far())
    assert await house.send() == {}
    assert house.groups == []


async def test_no_more_are_on_their_way_than_the_window_holds():
    house = House(Far(), reminders(500), size=7)
    await house.send()
    assert house.far.most_in_flight == 7
    assert max(house.limits) == 7 * window.WINDOWS_A_CLAIM


async def test_a_slow_answer_holds_up_nobody():
    house = House(Far(), reminders(300), size=5)
    slow = [house.far.hold(number) for number in (0, 100, 200)]
    async with sending(house) as task:
        await until(lambda: len(house.recorded) == 297)
        assert not task.done()
        for held in slow:
            held.set()
        assert await task == {Outcome.ACCEPTED: 300}


async def test_what_becomes_due_meanwhile_does_not_wait_for_the_slowest():
    house = House(Far(), reminders(3))
    held = house.far.hold(0)
    async with sending(house) as task:
        await until(lambda: len(house.recorded) == 2)
        house.due.extend(reminders(2, start=10))
        await until(lambda: len(house.recorded) == 4)
        held.set()
        await task
    assert {number for number, _ in house.recorded} == {0, 1, 2, 10, 11}


async def test_results_come_in_groups_and_no_group_is_too_large():
    house = House(Far(), reminders(1_300), size=200)
    await house.send()
    assert len(house.groups) < 100
    assert max(len(group) for group in house.groups) <= window.GROUP


async def test_nothing_more_goes_while_results_pile_up(monkeypatch):
    monkeypatch.setattr(window, "MOST_UNRECORDED", 50)
    house = House(Far(), reminders(400), size=10)
    may_record = asyncio.Event()

    async def record(results) -> None:
        await may_record.wait()
        house.groups.append(list(results))

    house.record = record
    async with sending(house) as task:
        await until(lambda: len(house.far.asked) >= 50)
        await asyncio.sleep(0.05)
        assert len(house.far.asked) <= 60
        may_record.set()
        assert await task == {Outcome.ACCEPTED: 400}


async def test_a_slow_pace_is_kept_and_claims_no_more_than_goes_soon():
    house = House(Far(), reminders(40), ramp=Ramp(slowest=2, fastest=2))
    async with sending(house):
        await asyncio.sleep(0.3)
    assert len(house.far.asked) <= 2
    assert set(house.limits) == {10}
    house = House(Far(), reminders(40), size=200, ramp=Ramp(slowest=2, fastest=2))
    async with sending(house):
        await until(lambda: bool(house.limits))
    assert house.limits == [10], "five seconds' worth"


async def test_being_told_to_stop_ends_it_with_everything_on_its_way_recorded():
    house = House(Far(), reminders(50), size=10)
    held = [house.far.hold(number) for number in range(10)]
    async with sending(house) as task:
        await until(lambda: house.far.in_flight == 10)
        house.stop.set()
        await asyncio.sleep(0.02)
        assert not task.done(), "what was begun is waited for"
        for one in held:
            one.set()
        assert (await task)[Outcome.ACCEPTED] == 10
    assert sorted(house.far.asked) == list(range(10))
    assert len(house.recorded) + len(house.due) == 50
    assert {result for number, result in house.recorded if number >= 10} <= {Result(Outcome.TRY_LATER, detail=NOT_SENT)}


async def test_a_cancelled_sending_records_every_answer_that_came():
    house = House(Far(), reminders(30), size=10)
    for number in range(25, 30):
        house.far.hold(number)
    task = asyncio.create_task(house.send())
    await until(lambda: house.far.in_flight == 5 and len(house.far.asked) == 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(number for number, _ in house.recorded) == list(range(25))
    assert house.far.in_flight == 0


async def test_a_cancellation_does_not_break_off_a_recording():
    house = House(Far(), reminders(5))
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def record(results) -> None:
        begun.set()
        await may_end.wait()
        house.groups.append(list(results))

    house.record = record
    task = asyncio.create_task(house.send())
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0.02)
    task.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(house.recorded) == 5


async def test_results_that_could_not_be_recorded_are_recorded_later(monkeypatch, caplog):
    monkeypatch.setattr(window, "RECORDING_PAUSES_SECONDS", (0.01, 0.01))
    house = House(Far(), reminders(20))
    failures = iter([OSError("away"), OSError("away")])

    async def record(results) -> None:
        if (problem := next(failures, None)) is not None:
            raise problem
        house.groups.append(list(results))

    house.record = record
    assert await house.send() == {Outcome.ACCEPTED: 20}
    assert sorted(number for number, _ in house.recorded) == list(range(20))
    assert caplog.text.count("not recorded yet") == 2


async def test_a_database_that_stays_away_ends_the_sending_with_its_error(monkeypatch, caplog):
    monkeypatch.setattr(window, "RECORDING_PAUSES_SECONDS", (0.01,))
    monkeypatch.setattr(window, "MOST_UNRECORDED", 20)
    house = House(Far(), reminders(2_000))

    async def record(results) -> None:
        raise OSError("away")

    house.record = record
    with pytest.raises(OSError, match="away"):
        await house.send()
    assert len(house.far.asked) <= 30


async def test_a_claim_that_fails_ends_the_sending_with_its_answers_recorded():
    house = House(Far(), reminders(10))
    held, claim = house.far.hold(9), house.claim

    async def failing(limit: int) -> list[Outgoing]:
        if not house.due:
            asyncio.get_running_loop().call_later(0.05, held.set)
            raise OSError("away")
        return await claim(limit)

    house.claim = failing
    with pytest.raises(OSError, match="away"):
        await house.send()
    assert sorted(number for number, _ in house.recorded) == list(range(10))


async def test_a_mistake_of_ours_concerns_one_message_alone(caplog):
    def answer(message: Outgoing) -> Result:
        if message.delivery_id == 3:
            raise ZeroDivisionError
        return ACCEPTED

    house = House(Far(answer), reminders(10))
    assert await house.send() == {Outcome.ACCEPTED: 9, Outcome.TRY_LATER: 1}
    assert (3, Result(Outcome.TRY_LATER, detail="ZeroDivisionError")) in house.recorded
    assert "delivery 3" in caplog.text


async def test_who_asks_for_silence_is_asked_by_nobody_until_it_is_over():
    waits = Result(Outcome.TRY_LATER, detail="QUOTA_EXCEEDED", retry_after=timedelta(seconds=17))
    house = House(Far(lambda message: waits if message.delivery_id == 0 else ACCEPTED), reminders(40), size=5)
    await house.send()
    first = len(house.far.asked)
    assert first <= 10
    held_back = [result for _, result in house.recorded if result.detail == NOT_SENT]
    assert {result.retry_after for result in held_back} <= {timedelta(seconds=17)}
    assert len(house.recorded) + len(house.due) == 40
    house.now = 16.9
    assert await house.send() == {}
    assert len(house.far.asked) == first
    house.now = 17.0
    await house.send()
    assert not house.due


async def test_a_provider_that_is_away_is_tried_by_one_message_at_a_time(caplog):
    house = House(Far(lambda _: LATER), reminders(10_000), size=50)
    await house.send()
    assert len(house.far.asked) < lanes.DOWN_AFTER + 2 * 50, "the table is not drained"
    assert house.lane.is_down
    tries = []
    for _ in range(8):
        tries.append(house.lane.pause_seconds)
        house.now += house.lane.pause_seconds
        before = len(house.far.asked)
        await house.send()
        assert len(house.far.asked) == before + 1
        assert house.limits[-1] == 1
    assert tries == [1, 2, 4, 8, 16, 32, 60, 60]
    assert caplog.text.count("far takes nothing in") == 1


async def test_a_provider_that_is_back_is_met_slowly(caplog):
    house = House(Far(lambda _: LATER), reminders(1_000), size=50)
    house.lane.pace = RateLimiter(
        Ramp(slowest=1_000, fastest=61_000), monotonic=lambda: house.now, sleep=lambda _: asyncio.sleep(0)
    )
    await house.send()
    house.now += 30
    assert house.lane.pace.rate == 31_000
    house.far.answer = lambda _: ACCEPTED
    await house.send()
    assert not house.lane.is_down
    assert house.lane.pace.rate == 1_000
    assert "far is back" in caplog.text


async def test_failures_among_successes_leave_the_lane_open():
    house = House(Far(lambda message: LATER if message.delivery_id % 2 else ACCEPTED), reminders(500))
    assert await house.send() == {Outcome.ACCEPTED: 250, Outcome.TRY_LATER: 250}


async def test_a_closed_platform_holds_up_no_other():
    mixed = [
        message
        for pair in zip(reminders(100), reminders(100, Platform.IOS, start=1_000), strict=True)
        for message in pair
    ]
    house = House(Far(lambda message: CLOSED if message.address.platform is Platform.IOS else ACCEPTED), mixed, size=4)
    assert await house.send() == {Outcome.ACCEPTED: 100, Outcome.LANE_CLOSED: 100}
    asked = [number for number in house.far.asked if number >= 1_000]
    assert len(asked) <= 4, "those that were on their way already"
    assert house.lane.closed == {Platform.IOS}
    untried = [result for _, result in house.recorded if result.detail == NOT_SENT]
    assert len(untried) == 100 - len(asked)
    assert {result.outcome for result in untried} == {Outcome.LANE_CLOSED}


async def test_a_closed_platform_is_tried_again_by_one_message():
    house = House(Far(lambda _: CLOSED), reminders(1, Platform.IOS))
    await house.send()
    house.now += lanes.FIRST_CLOSED_SECONDS
    assert house.lane.closed == frozenset()
    house.due.extend(reminders(20, Platform.IOS, start=100))
    await house.send()
    assert len(house.far.asked) == 2
    house.now += 2 * lanes.FIRST_CLOSED_SECONDS
    house.far.answer = lambda _: ACCEPTED
    house.due.extend(reminders(1, Platform.IOS, start=200))
    await house.send()
    house.due.extend(reminders(20, Platform.IOS, start=300))
    assert await house.send() == {Outcome.ACCEPTED: 20}


async def test_texts_have_a_lane_of_their_own_that_closes_as_a_whole():
    message = replace(reminder(), address=replace(reminder().address, provider=None, kind=None, platform=None))
    house = House(Far(lambda _: CLOSED), [message])
    await house.send()
    assert house.lane.closed == {None}


async def test_three_tries_of_some_hold_up_nobody_over_the_wire(google: Google):
    """The whole way, over TLS: one address in ten answers 503 twice, and comes again when it is due."""
    google.fcm.faults.one_in, google.fcm.faults.one_in_times = 10, 2
    sender = google.sender()
    house = House(sender, reminders(300), size=20)

    async def record(results: list[tuple[Outgoing, Result]]) -> None:
        house.groups.append(list(results))
        house.due.extend(message for message, result in results if result.outcome is Outcome.TRY_LATER)

    house.record = record
    outcomes = await house.send()
    while house.due:
        house.now += house.lane.pause_seconds  # Where only those are left, they look like a provider that is away.
        outcomes += await house.send()
    assert outcomes[Outcome.ACCEPTED] == 300
    refused = Counter(number for number, result in house.recorded if result.detail == "UNAVAILABLE")
    assert set(refused.values()) == {2}
    assert google.fcm.counts["UNAVAILABLE"] == refused.total()
    assert len(google.fcm.ids) == 300
    assert set(google.fcm.ids.values()) == {1}, "what was refused was not taken, so nobody got it twice"
    await sender.aclose()
