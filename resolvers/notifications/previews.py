"""Sending a message to oneself."""

from models import Staff, Viewer
from models.database import locked, transaction
from notifications import outbox
from notifications.notifications.previews import PreviewSent
from notifications.previews import preview_of
from rules.errors import NotFound
from rules.notifications.previews import NoAccountOfYours
from rules.people.kinds import Locale


async def send_preview(viewer: Viewer, *, kind: str, locale: Locale) -> Staff:
    """Tell a member of staff, as the customer he is, what a message looks like. Raises `NotFound`, `NoAccountOfYours`."""
    try:
        shown = preview_of(kind, locale)
    except KeyError:
        raise NotFound from None
    assert viewer.staff_id is not None
    async with transaction(viewer, "send_preview"):
        staff = await locked(Staff, viewer, viewer.staff_id)
        if staff.customer_id is None:
            raise NoAccountOfYours
        words = {"title": shown.push_title, "body": shown.push_body, "inbox": shown.inbox}
        await outbox.record(PreviewSent(customer_id=staff.customer_id, **words))
        return staff
