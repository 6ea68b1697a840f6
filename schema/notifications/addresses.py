"""Push addresses: where the app on a phone, or in a browser, is reached."""

from __future__ import annotations

from datetime import datetime

import models
from resolvers.notifications import addresses
from rules.notifications.addresses import LONGEST_VALUE, AddressKind, Platform, PushProvider
from rules.people.access import CUSTOMERS, OWNER
from rules.people.masks import hidden
from rules.people.sessions import SessionOver
from schema.context import Info
from schema.declarations import VIEWER, Input, Node, computed, id_of, input, masked, mutation, node, token


def _is_current(session_id: int, viewer: models.Viewer) -> bool:
    return session_id == viewer.session_id


@node(models.PushAddress)
class PushAddress(Node):
    """One installation of the app to which messages are pushed, until one signs out there."""

    provider: PushProvider
    """Who carries pushes there."""
    kind: AddressKind
    """What the value is."""
    platform: Platform
    """What the app runs on."""
    value: str = masked(hidden, clear_to=OWNER)
    """What the carrier knows it by; empty once it was forgotten."""
    seen_at: datetime
    """When the app last named it: after 30 days without, nothing is pushed there."""
    created_at: datetime
    """When the app first named it."""
    retired_at: datetime | None
    """Since when nothing is pushed there; null while it is used."""
    is_current: bool = computed(_is_current, "session_id", VIEWER)
    """True for the one that was last named in the session whose token you send."""


@input
class RegisterPushAddressInput(Input):
    """Where this installation of the app is reached."""

    provider: PushProvider
    """Who carries pushes there."""
    kind: AddressKind
    """What the value is."""
    platform: Platform
    """What the app runs on."""
    value: str = token(LONGEST_VALUE)
    """As the provider gave it: at most 4,096 signs, without spaces."""


@mutation(allow=CUSTOMERS, refusals=(SessionOver,))
async def register_push_address(info: Info, input: RegisterPushAddressInput) -> models.PushAddress:
    """Say where the app is reached: at each start, and whenever the provider gives another value.

    It is yours from then on, whoever had it before, and until this session is ended; at most ten are kept.
    """
    return await addresses.register(info.context.viewer, **input.values())


@input
class ForgetPushAddressInput(Input):
    """Which one."""

    address_id: int = id_of(models.PushAddress)
    """One of yours."""


@mutation(allow=CUSTOMERS)
async def forget_push_address(info: Info, input: ForgetPushAddressInput) -> models.Customer:
    """Push nothing there any more. The app there says so itself by registering no more, or is signed out."""
    return await addresses.forget(info.context.viewer, **input.values())
