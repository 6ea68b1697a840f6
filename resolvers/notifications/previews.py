"""Sending a message to oneself."""

from models import Staff, Viewer
from models.database import transaction
from notifications import outbox
from notifications.notifications.previews import KindName, PreviewSent
from notifications.previews import shown_kinds
from rules.errors import NotFound
from rules.notifications.previews import NoAccountOfYours


async def send_preview(viewer: Viewer, *, kind: str) -> Staff:
    """Tell a member of staff, as the customer he is, what a message looks like. Raises `NotFound`, `NoAccountOfYours`."""
    if kind not in shown_kinds():
        raise NotFound
    assert viewer.staff_id is not None
    async with transaction(viewer, "send_preview"):
        staff = await Staff.get(id=viewer.staff_id)
        if staff.customer_id is None:
            raise NoAccountOfYours
        await outbox.record(PreviewSent(customer_id=staff.customer_id, of=KindName(kind)))
        return staff
