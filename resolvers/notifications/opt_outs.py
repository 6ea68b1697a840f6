"""The link by which whoever gets an offer gets no more of them by that way: one tap, without signing in."""

from dataclasses import dataclass
from datetime import datetime

from models import Customer, Delivery, Viewer
from models.database import locked, transaction
from models.viewer import Clock
from resolvers import configured, signed_links
from resolvers.notifications import consents
from rules.errors import NotFound
from rules.notifications.classes import MessageChannel
from rules.people.kinds import Locale

AUDIENCE = "goodterms-opt-out"


@dataclass(frozen=True)
class OptOut:
    """Where somebody stands who follows such a link."""

    channel: MessageChannel
    locale: Locale | None
    """The language he chose."""
    lender: str
    is_used: bool
    """This link has opted him out once: it does so no second time."""
    is_off: bool
    """No offer comes by this way."""


def link(delivery_id: int, now: datetime) -> str:
    """Give the path of the link that a message carries. It ends only with the key that signed it."""
    return f"/opt-out/{signed_links.sign(AUDIENCE, str(delivery_id), issued_at=now)}"


async def read(clock: Clock, token: str) -> OptOut:
    """Say where he stands; nothing changes. Raises `TokenInvalid`, `NotFound`."""
    delivery = await _delivery(clock, token)
    return await _stands(await Customer.get(id=delivery.customer_id), delivery, clock.now())


async def use(clock: Clock, token: str) -> OptOut:
    """Withdraw his consent for the way that the delivery went, once a link. Raises `TokenInvalid`, `NotFound`."""
    delivery = await _delivery(clock, token)
    viewer = Viewer.house(clock)
    async with transaction(viewer, "opt_out") as unit:
        customer = await locked(Customer, viewer, delivery.customer_id)
        locale = customer.locale or viewer.locale
        await consents.withdraw_by_link(unit, customer, delivery.channel, delivery.id, locale)
        return await _stands(customer, delivery, unit.now)


async def _delivery(clock: Clock, token: str) -> Delivery:
    number = signed_links.read(token, AUDIENCE, clock.now(), must_end=False)
    delivery = await Delivery.get_or_none(id=int(number))
    if delivery is None:
        raise NotFound
    return delivery


async def _stands(customer: Customer, delivery: Delivery, now: datetime) -> OptOut:
    return OptOut(
        channel=delivery.channel,
        locale=customer.locale,
        lender=configured().lender_name,
        is_used=await consents.was_used(customer.id, delivery.channel, delivery.id),
        is_off=delivery.channel not in await consents.consented_channels(customer.id, now),
    )
