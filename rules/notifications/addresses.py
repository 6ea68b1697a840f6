"""The closed lists that describe where a push goes."""

from enum import StrEnum


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
