"""What leaves the house, and what became of it: the same for pushes, text messages and e-mails."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from rules.notifications.addresses import AddressKind, Platform, PushProvider
from rules.notifications.classes import MessageClass
from rules.people.kinds import Locale

LONGEST_TAG_BYTES = 64
"""What Apple takes as `apns-collapse-id`."""
TIMEOUT_SECONDS = 10.0
"""How long a provider may take to answer, connecting included."""
NOT_SENT = "NOT_SENT"
"""The detail of a message that was handed back untried, because its lane was paused or stopped: it costs no try."""
EXPIRED = "EXPIRED"
"""The detail of a message whose time was over before it was sent."""
TIMED_OUT = "TIMED_OUT"
"""The detail of a message that may or may not have been taken: nobody answered in time."""
CONNECTION_LOST = "CONNECTION_LOST"
"""The detail of a message that may or may not have been taken: there was no connection, or it broke."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where one message goes."""

    value: str
    """The token or id of a push, a phone number in E.164, or an e-mail address."""
    provider: PushProvider | None = None
    """None for text messages and e-mails, like the other two."""
    kind: AddressKind | None = None
    platform: Platform | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """One message to one address, in its words."""

    delivery_id: int
    """Of whoever keeps it: it comes back with the result."""
    tag: str
    """The same in every repetition and on every device, so that a phone shows it once; at most 64 bytes of ASCII."""
    notification: str
    """The opaque id of the notification, by which the app says that it was opened."""
    kind: str
    """The event's name."""
    message_class: MessageClass
    title: str
    body: str
    """Title and body are shown on lock screens: they name nothing and nobody."""
    link: str
    """Where the app leads, such as `goodterms://loans/TG9hbjox`."""
    locale: Locale
    expires_at: datetime
    """From then on it would only be late: it is no longer sent, nor kept for a phone that is off."""
    badge: int | None
    """The number on the app's icon; None leaves it as it is."""
    address: Address
    is_first_try: bool = True
    """Whether it was never tried before, as far as is known: what failed once may fail again by itself."""
    unsubscribe: str | None = None
    """An https page where its reader can say that he wants no more of these; None where he cannot."""

    @property
    def reference(self) -> str:
        """What this message to this address is by, the same in every repetition: a carrier that knows it sends once."""
        return f"{self.delivery_id}.{self.tag}"

    def __post_init__(self) -> None:
        assert self.tag.isascii(), f"{self.tag} travels in headers"
        assert 0 < len(self.tag) <= LONGEST_TAG_BYTES, f"{self.tag} is no tag"
        assert self.expires_at.tzinfo is not None, "say in which zone"


class Outcome(StrEnum):
    """What became of a message, as far as what to do next depends on it."""

    ACCEPTED = "ACCEPTED"
    """The provider has taken it. That it arrives, nobody promises."""
    ADDRESS_GONE = "ADDRESS_GONE"
    """Nobody is there any more, or never was: the address is to be retired."""
    TRY_LATER = "TRY_LATER"
    """It was not taken, or nobody knows whether it was: sending it again is right and harmless."""
    REJECTED = "REJECTED"
    """It will never be taken, and that is not the address's fault."""
    LANE_CLOSED = "LANE_CLOSED"
    """We are not let in, whatever we send: somebody has to see to keys and permissions first."""


@dataclass(frozen=True, slots=True)
class Result:
    """A provider's answer about one message, or that none came."""

    outcome: Outcome
    reference: str = ""
    """The provider's own id of what it took; empty if it gave none."""
    detail: str = ""
    """A short code for staff, such as UNREGISTERED; never a word of the message, nor its address."""
    retry_after: timedelta | None = None
    """How long the provider wants to be left alone, by everybody."""


class Sender(Protocol):
    """One way out of the house."""

    async def send(self, message: Outgoing) -> Result:
        """Send once. What the network or the provider does becomes the result, never an exception."""
        ...

    async def aclose(self) -> None:
        """Close the connections. It may send again afterwards: then it opens new ones."""
        ...
