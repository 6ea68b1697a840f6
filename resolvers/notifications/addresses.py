"""Push addresses: an installation of the app says where it is reached, again and again, until it is not."""

from datetime import datetime
from hashlib import sha256

from models import Customer, PushAddress, Session, Viewer
from models.database import locked, one_at_a_time, transaction
from models.viewer import Clock
from resolvers.notifications.retiring import retire
from resolvers.people.customers import lock_customer
from rules.notifications.addresses import FORGOTTEN_AFTER, MOST_LIVE, AddressKind, Platform, PushProvider
from rules.notifications.deliveries import RetiredBecause
from rules.people.sessions import SessionOver

_BATCH = 500


async def register(
    viewer: Viewer, *, provider: PushProvider, kind: AddressKind, platform: Platform, value: str
) -> PushAddress:
    """Take down where an installation is reached, or that it still is; it belongs to whoever said so last.

    Raises `SessionOver` where the session ended at this moment: nothing would end the address afterwards.
    """
    async with transaction(viewer, "register_push_address") as unit:
        customer = await lock_customer(viewer)
        session = await _lock_session(viewer)
        value_hash = sha256(f"{provider}:{value}".encode()).hexdigest()
        await _alone(value_hash, session.device_index)
        known = await PushAddress.get_or_none(value_hash=value_hash, retired_at__isnull=True)
        if known is not None and known.customer_id != customer.id:
            await retire(RetiredBecause.MOVED, id=known.id)
            known = None
        address = known or PushAddress(
            customer_id=customer.id, provider=provider, value=value, value_hash=value_hash, created_at=unit.now
        )
        address.session_id, address.device_index, address.seen_at = session.id, session.device_index, unit.now
        address.kind, address.platform = kind, platform
        await address.save()
        await _retire_others(address)
        unit.subject = address
        return address


async def _lock_session(viewer: Viewer) -> Session:
    """Lock the viewer's session, so that whoever ends it meets what is written meanwhile. Raises `SessionOver`."""
    mine = Session.visible_to(viewer).filter(id=viewer.session_id)
    session = await mine.select_for_update(no_key=True).get_or_none()
    if session is None:
        raise SessionOver
    return session


async def _alone(value_hash: str, device_index: str | None) -> None:
    """Wait for whoever registers the same address, or another of the same device."""
    names = [f"push address {value_hash}"]
    if device_index is not None:
        names.append(f"push device {device_index}")
    for name in sorted(names):
        await one_at_a_time(name)


async def _retire_others(address: PushAddress) -> None:
    """Retire what the device had before, and what is too much for one person."""
    if address.device_index is not None:
        older = {"device_index": address.device_index, "provider": address.provider, "id__not": address.id}
        await retire(RetiredBecause.REPLACED, customer_id=address.customer_id, **older)
        await retire(RetiredBecause.MOVED, **older)  # Somebody else did not sign out there.
    live = PushAddress.filter(customer_id=address.customer_id, retired_at__isnull=True)
    kept = await live.order_by("-seen_at", "-id").limit(MOST_LIVE).values_list("id", flat=True)
    if len(kept) == MOST_LIVE:
        await retire(RetiredBecause.CROWDED_OUT, customer_id=address.customer_id, id__not_in=list(kept))


async def forget(viewer: Viewer, *, address_id: int) -> Customer:
    """Take one of his addresses off a customer's list. Raises `NotFound` for another's; once gone, nothing happens."""
    async with transaction(viewer, "forget_push_address"):
        customer = await lock_customer(viewer)
        address = await locked(PushAddress, viewer, address_id)
        await retire(RetiredBecause.FORGOTTEN, id=address.id)
        await PushAddress.filter(id=address.id).update(value="", value_hash="")
        return customer


async def forget_silent(clock: Clock) -> int:
    """Blank addresses that no app has named for 270 days, and retire those still live; some at a time, gives how many."""
    viewer = Viewer.house(clock)
    found = await _unseen_since(viewer.now - FORGOTTEN_AFTER)
    if not found:
        return 0
    async with transaction(viewer, "forget_silent_addresses"):
        still = {"id__in": found, "seen_at__lte": viewer.now - FORGOTTEN_AFTER}
        await retire(RetiredBecause.SILENT, **still)
        return await PushAddress.filter(**still).update(value="", value_hash="")


async def _unseen_since(moment: datetime) -> list[int]:
    unseen = PushAddress.filter(seen_at__lte=moment).exclude(value_hash="")
    return list(await unseen.order_by("seen_at").limit(_BATCH).values_list("id", flat=True))  # type: ignore[arg-type]
