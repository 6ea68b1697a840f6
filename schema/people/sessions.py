"""Sessions: where one is signed in, how one stays so, and how one stops."""

from __future__ import annotations

from datetime import datetime

import models
from resolvers.people import refresh_tokens, sessions
from rules.people.access import EVERYONE, SIGNED_IN
from rules.people.sessions import SessionOver
from schema.context import Info
from schema.declarations import VIEWER, Input, Node, computed, id_of, input, mutation, node, text, value


def _is_current(session_id: int, viewer: models.Viewer) -> bool:
    return session_id == viewer.session_id


@node(models.Session)
class Session(Node):
    """One sign-in on one device, while it lasts; seen by the person himself only."""

    device_name: str | None
    """As the app called the device; null where it did not."""
    created_at: datetime
    """When one signed in."""
    expires_at: datetime
    """When one has to sign in again."""
    is_current: bool = computed(_is_current, "id", VIEWER)
    """True for the session whose token you send."""


@input
class RefreshSessionInput(Input):
    """What the session goes on by."""

    refresh_token: str = text(1, 200)
    """The newest one. Keep the old one until the answer is there: within seconds, it gets the same answer again."""
    device_id: str | None = text(1, 200)
    """The same as at sign-in, if one was sent then."""


@value(refresh_tokens.SessionRefreshed)
class RefreshSessionSuccess:
    """Still signed in."""

    access_token: str
    """Send it as `Authorization: Bearer …`."""
    expires_at: datetime
    """When the access token ends."""
    refresh_token: str
    """Keep it in place of the one you sent, which is used up."""


@mutation(allow=EVERYONE, refusals=(SessionOver,))
async def refresh_session(info: Info, input: RefreshSessionInput) -> refresh_tokens.SessionRefreshed:
    """Stay signed in: new tokens for the refresh token of the last answer.

    Send no `Authorization`. A token used before ends its session on every copy: it may have been stolen.
    """
    device = sessions.Device(input.device_id)
    return await refresh_tokens.refresh_session(info.context.viewer, input.refresh_token, device)


@input
class EndSessionInput(Input):
    """Which session to end."""

    is_everywhere: bool
    """True: every session of yours, on every device; false: one."""
    session_id: int | None = id_of(models.Session)
    """Another session of yours; nothing for the one whose token you send."""


@mutation(allow=SIGNED_IN)
async def end_session(info: Info, input: EndSessionInput) -> sessions.SessionEnded:
    """Sign out; the tokens of an ended session are worth nothing."""
    viewer = info.context.viewer
    ended = await sessions.end_session(viewer, **input.values())
    if input.is_everywhere or input.session_id in (None, viewer.session_id):
        info.context.viewer = await sessions.viewer_of(None, viewer.clock, viewer.locale, viewer.address)
    return ended


@value(sessions.SessionEnded)
class EndSessionSuccess:
    """Signed out."""

    ended_count: int
    """How many sessions ended."""
