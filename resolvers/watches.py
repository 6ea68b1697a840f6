"""Watching rows: what is looked at again whenever there is news of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from models import Row, Viewer

R = TypeVar("R", bound=Row)
PAGE = 50
"""At most so many rows are given at a time; where there are fewer, there are no more yet."""


@dataclass(frozen=True)
class Watch(Generic[R]):
    """Rows that one viewer watches."""

    topic: str
    """What there is news of: see `notifications/live.py`. Listen first, then look."""
    look: Callable[[Viewer], Awaitable[Sequence[R]]]
    """Gives what is new since it was last asked, for the viewer as he is now: `PAGE` rows at most, the oldest first."""
