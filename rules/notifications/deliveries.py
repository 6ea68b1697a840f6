"""What became of a message on its way: only what we know, and why it was not sent."""

from enum import StrEnum


class DeliveryState(StrEnum):
    """What we know of a message on one way."""

    QUEUED = "QUEUED"
    """It waits for its hour, or to be tried again."""
    ACCEPTED = "ACCEPTED"
    """The carrier took it. Nobody tells us whether it arrived."""
    OPENED = "OPENED"
    """It was tapped, or the message was read in the app."""
    ACTED = "ACTED"
    """He did what it was about."""
    FAILED = "FAILED"
    """It could not be sent."""
    SKIPPED = "SKIPPED"
    """It was not sent, for a reason of ours or his."""


SEEN = frozenset({DeliveryState.OPENED, DeliveryState.ACTED})


class DeliveryReason(StrEnum):
    """Why a message was not sent, or why it waits."""

    HOURS = "HOURS"
    """It came at an hour at which he is not disturbed: it waits."""
    SWITCHED_OFF = "SWITCHED_OFF"
    """He does not want such messages by this way."""
    NO_CONSENT = "NO_CONSENT"
    """He has not consented, has withdrawn his consent, or gave it too long ago."""
    CAP = "CAP"
    """He had as many offers as we allow ourselves."""
    BUDGET = "BUDGET"
    """He was spoken to about what is overdue as often as is allowed."""
    PEACE = "PEACE"
    """He asked for help, or promised to pay: he is left in peace."""
    DONE = "DONE"
    """What it was about is done: paid, for instance."""
    EXPIRED = "EXPIRED"
    """It was not worth sending any more."""
    NO_ADDRESS = "NO_ADDRESS"
    """There is no address of his for this way."""
    ADDRESS_GONE = "ADDRESS_GONE"
    """The address is not his any more, or is gone."""
    NOT_SET_UP = "NOT_SET_UP"
    """The house does not use this way."""
    REJECTED = "REJECTED"
    """The carrier says that the message is malformed: it lies with the dead letters."""
    TROUBLE = "TROUBLE"
    """The carrier had trouble: it is tried again."""
    RESTRICTED = "RESTRICTED"
    """Not told to people in his situation: something of his is overdue, or he asked for help."""


class RetiredBecause(StrEnum):
    """Why an address is not used any more."""

    GONE = "GONE"
    """The carrier does not know it any more."""
    SIGNED_OUT = "SIGNED_OUT"
    """He signed out on that device."""
    FORGOTTEN = "FORGOTTEN"
    """He took it off his list."""
    MOVED = "MOVED"
    """Somebody else signed in on that device."""
    REPLACED = "REPLACED"
    """The device has a newer one."""
    SILENT = "SILENT"
    """The app was not started for too long."""
    CROWDED_OUT = "CROWDED_OUT"
    """He has as many newer ones as we keep."""
