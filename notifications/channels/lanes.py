"""A lane: one way out of the house, and what is remembered about it from one sending to the next."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from notifications.channels.gates import Gate
from notifications.channels.interface import NOT_SENT, Outcome, Outgoing, Result, Sender
from notifications.channels.pace import RateLimiter
from rules.notifications.addresses import Platform

DOWN_AFTER = 20
"""So many in a row whom nobody took in, each for the first time: the provider is away."""
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
FIRST_CLOSED_SECONDS = 60.0
LONGEST_CLOSED_SECONDS = 900.0
"""How long a platform that does not let us in is left alone: somebody has to see to its keys meanwhile."""

logger = logging.getLogger("goodterms.lanes")


class Lane:
    """A sender with its pace, its pauses, and what does not let it in; for one event loop."""

    def __init__(
        self,
        name: str,
        sender: Sender,
        pace: RateLimiter,
        *,
        window: int = 200,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`window` is the most that are on their way at once; `name` is for the log."""
        self.name = name
        self.sender = sender
        self.pace = pace
        self.window = window
        self._monotonic = monotonic
        self._gate = Gate(
            closes_after=DOWN_AFTER,
            first_pause=FIRST_PAUSE_SECONDS,
            longest_pause=LONGEST_PAUSE_SECONDS,
            monotonic=monotonic,
            chance=chance,
        )
        self._platforms: dict[Platform | None, Gate] = {}

    @property
    def closed(self) -> frozenset[Platform | None]:
        """The platforms that nothing is sent to now: whoever claims messages leaves theirs where they are."""
        return frozenset(platform for platform, gate in self._platforms.items() if not gate.lets_pass)

    @property
    def lets_pass(self) -> bool:
        """Whether a message may go now."""
        return self._gate.lets_pass

    @property
    def is_down(self) -> bool:
        """Whether the provider is away, so that one message at a time tries whether it is back."""
        return self._gate.is_closed

    @property
    def pause_seconds(self) -> float:
        """How long nothing may go."""
        return self._gate.wait_seconds

    def held_back(self) -> Result:
        """Say of a message that it was not sent, because the lane is paused or told to stop."""
        pause = self.pause_seconds
        return Result(Outcome.TRY_LATER, detail=NOT_SENT, retry_after=timedelta(seconds=pause) if pause else None)

    def enter(self, message: Outgoing) -> "Passage | Result":
        """Let a message go, or say why it may not."""
        gate = self._platform(message.address.platform)
        if not gate.lets_pass:
            wait = timedelta(seconds=gate.wait_seconds)
            return Result(Outcome.LANE_CLOSED, detail=NOT_SENT, retry_after=wait)
        return Passage(self, message.address.platform, self._gate.enter(), gate.enter(), message.is_first_try)

    def learn(self, passage: "Passage", result: Result | None) -> None:
        """Draw conclusions from an answer; None if a message was given up before it came."""
        outcome = None if result is None else result.outcome
        was_down, gate = self.is_down, self._platform(passage.platform)
        is_taken_in = None if outcome is None else outcome is not Outcome.TRY_LATER
        says_nothing = is_taken_in is False and not passage.is_first_try and not passage.tries_lane
        self._gate.leave(went_well=None if says_nothing else is_taken_in, is_trying=passage.tries_lane)
        is_let_in = outcome is not Outcome.LANE_CLOSED if is_taken_in else None
        gate.leave(went_well=is_let_in, is_trying=passage.tries_platform)
        if is_let_in is False:
            logger.error("%s does not let us in for %s: %s", self.name, passage.platform, result and result.detail)
        if result is not None and result.retry_after is not None:
            self._gate.shut_for(result.retry_after.total_seconds())
        if was_down and not self.is_down:
            self.pace.begin_anew()
            logger.warning("%s is back", self.name)
        elif self.is_down and not was_down:
            logger.error("%s takes nothing in: %s", self.name, result and result.detail)

    def _platform(self, platform: Platform | None) -> Gate:
        if platform not in self._platforms:
            self._platforms[platform] = Gate(
                closes_after=1,
                first_pause=FIRST_CLOSED_SECONDS,
                longest_pause=LONGEST_CLOSED_SECONDS,
                monotonic=self._monotonic,
                chance=lambda: 1.0,
            )
        return self._platforms[platform]


@dataclass(frozen=True, slots=True)
class Passage:
    """A message on its way through a lane."""

    lane: Lane
    platform: Platform | None
    tries_lane: bool
    tries_platform: bool
    is_first_try: bool = True
    """Where it is not, its failure says nothing of the lane: those that always fail are the last ones left."""

    def ends(self, result: Result | None) -> None:
        """Hand in the answer, once; None if it is no longer waited for."""
        self.lane.learn(self, result)
