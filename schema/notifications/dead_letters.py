"""What could not be told."""

from __future__ import annotations

from datetime import datetime

import models
from resolvers.notifications import dead_letters
from rules.notifications.dead_letters import BodyMalformed, LetterReplayed
from rules.people.access import ADMINS, AUDITORS
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    connection,
    id_of,
    input,
    mutation,
    node,
    root,
    text,
    value,
)


@node(models.DeadLetter)
class DeadLetter(Node):
    """An event that cannot be read, or a message that its carrier calls malformed."""

    kind: str
    """What happened, such as RepaymentReceived."""
    problem: str
    """What went wrong; it names nobody."""
    is_open: bool
    """False once it was sent again."""
    replayed_at: datetime | None
    """When it was sent again; null while it is open."""
    created_at: datetime
    """When it was laid here."""


@root
class DeadLetterRoot:
    dead_letters: Connection[DeadLetter] = connection(allow=ADMINS | AUDITORS)
    """What could not be told, oldest first."""


@value(dead_letters.LetterContents)
class DeadLetterContents:
    """A dead letter, and what its event says."""

    letter: DeadLetter
    """The letter as it is now."""
    body: str
    """The event's fields as JSON: ids and plain values."""


@input
class DeadLetterContentsInput(Input):
    """Which."""

    dead_letter_id: int = id_of(models.DeadLetter)
    """One that lies there."""


@mutation(allow=ADMINS)
async def open_dead_letter(info: Info, input: DeadLetterContentsInput) -> dead_letters.LetterContents:
    """Read what the event of a dead letter says; that you did is kept."""
    return await dead_letters.contents(info.context.viewer, **input.values())


@input
class MendDeadLetterInput(Input):
    """Which, and how it should be."""

    dead_letter_id: int = id_of(models.DeadLetter)
    """One that is open."""
    body: str = text(2, 4_000)
    """All fields of the event as JSON; the customer stays the same."""


@mutation(allow=ADMINS, refusals=(LetterReplayed, BodyMalformed))
async def mend_dead_letter(info: Info, input: MendDeadLetterInput) -> dead_letters.LetterContents:
    """Put the fields of an event right; send it again by `replayDeadLetter`."""
    return await dead_letters.mend(info.context.viewer, **input.values())


@input
class ReplayDeadLetterInput(Input):
    """Which."""

    dead_letter_id: int = id_of(models.DeadLetter)
    """One that is open."""


@mutation(allow=ADMINS, refusals=(LetterReplayed, BodyMalformed))
async def replay_dead_letter(info: Info, input: ReplayDeadLetterInput) -> models.DeadLetter:
    """Tell it again; if it fails again, there will be another letter."""
    return await dead_letters.replay(info.context.viewer, **input.values())
