"""Where a push goes: the closed lists that describe it, and how long an address is believed."""

from datetime import timedelta
from enum import StrEnum

LONGEST_VALUE = 4_096
"""Characters of what a carrier knows an installation by."""
MOST_LIVE = 10
"""Addresses of one customer that are used; beyond, the one unseen for longest goes."""
SILENT_AFTER = timedelta(days=30)
"""Nothing is sent there until the app names it again: Firebase calls such a token stale."""
FORGOTTEN_AFTER = timedelta(days=270)
"""Firebase drops an Android token then; Apple's never end by themselves."""


class PushProvider(StrEnum):
    """Who carries a push to a device."""

    FCM = "FCM"
    """Firebase Cloud Messaging, which also reaches Apple's devices and browsers."""
    VENDOR = "VENDOR"
    """An aggregator of the phone makers' own services, for phones without Google's."""


class AddressKind(StrEnum):
    """By what a provider knows an installation of the app."""

    TOKEN = "TOKEN"  # noqa: S105  The name of a kind.
    """A registration token, or registration id."""
    FID = "FID"
    """A Firebase installation id."""


class Platform(StrEnum):
    """What the app runs on."""

    ANDROID = "ANDROID"
    """A phone or tablet with Android."""
    IOS = "IOS"
    """An iPhone or iPad."""
    WEB = "WEB"
    """A browser."""
