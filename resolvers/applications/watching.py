"""Watching an application as it moves."""

from collections.abc import Sequence

from models import Application, Viewer
from notifications.live import topic
from resolvers.watches import Watch
from rules.errors import NotFound


async def watch_application(viewer: Viewer, *, application_id: int) -> Watch[Application]:
    """Watch an application: as it is, and as it is whenever it has moved or was edited since.

    Raises `NotFound`, and where it gets out of sight, the watch's `look` raises it.
    """
    if not await Application.visible_to(viewer).filter(id=application_id).exists():
        raise NotFound
    shown: tuple[object, ...] = ()

    async def look(viewer: Viewer) -> Sequence[Application]:
        nonlocal shown
        application = await Application.visible_to(viewer).get_or_none(id=application_id)
        if application is None:
            raise NotFound
        # Who works on it is the house's affair: customers are not shown that it changed.
        is_own = application.customer_id == viewer.customer_id
        before, shown = shown, (application.version, application.branch_id, is_own or application.assignee_id)
        return () if shown == before else (application,)

    return Watch(topic("application", application_id), look)
