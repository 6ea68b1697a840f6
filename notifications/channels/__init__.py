"""Ways to people. Delivery is at least once, so each channel makes a repetition harmless."""

from dataclasses import dataclass
from typing import Protocol

from models import Viewer
from notifications.events import Event


@dataclass(frozen=True)
class Delivery:
    """One event on its way to a person."""

    event_id: int
    """The row in the outbox: the same in every repetition."""
    event: Event
    viewer: Viewer
    """The system, which delivers."""


class Channel(Protocol):
    """One way to people."""

    async def deliver(self, delivery: Delivery) -> None:
        """Deliver, or raise: then it is tried again later. Doing it twice tells nobody anything twice."""
        ...
