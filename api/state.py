"""What the running app keeps at hand for every request."""

from typing import TypedDict

from strawberry import Schema

from jobs.background import Work
from models.viewer import Clock


class AppState(TypedDict):
    """Made when the app starts, and handed to each request by the server."""

    clock: Clock
    schema: Schema
    work: Work | None
    """What works in the background in this process; None where workers of their own do."""
