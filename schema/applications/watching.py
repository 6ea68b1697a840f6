"""Watching an application as it moves."""

from __future__ import annotations

import models
from resolvers.applications import watching
from resolvers.watches import Watch
from rules.people.access import SIGNED_IN
from schema.context import Info
from schema.declarations import Input, id_of, input, subscription


@input
class ApplicationMovedInput(Input):
    """Which application."""

    application_id: int = id_of(models.Application)
    """One that you see."""


@subscription(allow=SIGNED_IN)
async def application_moved(info: Info, input: ApplicationMovedInput) -> Watch[models.Application]:
    """An application as it is now: at once, and whenever it has moved or was edited since.

    Of several changes in a moment you get the last.
    """
    return await watching.watch_application(info.context.viewer, **input.values())
