"""The inbox."""

from collections.abc import Sequence

from tortoise.queryset import QuerySet

from models import Customer, Notification, Viewer
from models.database import transaction
from notifications.live import topic
from resolvers.notifications.deliveries import mark_opened
from resolvers.watches import PAGE, Watch
from rules.errors import NotFound

REMEMBERED = 20
"""How many of the newest are known one by one: they may be committed in another order than they are numbered."""


async def read_notifications(viewer: Viewer, up_to_id: int) -> Customer:
    """Mark a notification, and all older ones of the same customer, as read; reading twice changes nothing."""
    async with transaction(viewer, "read_notifications") as unit:
        own = _own(viewer)
        if not await own.filter(id=up_to_id).exists():
            raise NotFound
        unread = own.filter(id__lte=up_to_id, is_read=False)
        await mark_opened(await unread.values_list("id", flat=True), unit.now)
        await unread.update(is_read=True, read_at=unit.now)
        customer = await Customer.visible_to(viewer).get(id=viewer.customer_id)
        unit.subject = customer
        return customer


async def watch_inbox(viewer: Viewer, *, after_id: int | None) -> Watch[Notification]:
    """Watch what comes into a customer's inbox: after one that he has, or from now on. Raises `NotFound`."""
    assert viewer.customer_id is not None, "only customers have an inbox"
    if after_id is not None and not await _own(viewer, id=after_id).exists():
        raise NotFound
    return Watch(topic("inbox", viewer.customer_id), _Unseen(after_id).look)


class _Unseen:
    """Which of a customer's notifications he has not been shown."""

    def __init__(self, after_id: int | None) -> None:
        self._after_id = after_id
        self._shown: list[int] | None = None
        """The newest ids that he knows, in order; None before the first look."""

    async def look(self, viewer: Viewer) -> Sequence[Notification]:
        """Give those that he does not know, the oldest first, so many at a time."""
        if self._shown is None:
            known = _own(viewer) if self._after_id is None else _own(viewer, id__lte=self._after_id)
            self._shown = [each.id for each in await known.order_by("-id").limit(REMEMBERED).only("id")][::-1]
        oldest = self._shown[0] if len(self._shown) == REMEMBERED else 0
        unseen = _own(viewer, id__gt=oldest).exclude(id__in=self._shown)
        found = await unseen.order_by("id").limit(PAGE)
        self._shown = sorted([*self._shown, *(each.id for each in found)])[-REMEMBERED:]
        return found


def _own(viewer: Viewer, **where: object) -> QuerySet[Notification]:
    return Notification.visible_to(viewer).filter(customer_id=viewer.customer_id, **where)
