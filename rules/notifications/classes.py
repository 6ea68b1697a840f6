"""Why somebody is told something, what he can choose about it, and the ways to him."""

from collections.abc import Mapping
from enum import StrEnum


class MessageClass(StrEnum):
    """Why somebody is told, which decides at what hours and on what conditions he may be."""

    SECURITY = "SECURITY"
    """Something about his access; at any time."""
    PAYMENT = "PAYMENT"
    """Money moved; at any time."""
    REMINDER = "REMINDER"
    """Something is due soon; by day."""
    OVERDUE = "OVERDUE"
    """Something is overdue: a contact of collection, never 22:00–08:00."""
    SERVICE = "SERVICE"
    """An answer to what he asked for; waits for quiet hours to end."""
    PROMOTION = "PROMOTION"
    """An offer; only with consent, by day, not often."""


class Category(StrEnum):
    """What a customer chooses about: each message is of one category."""

    SECURITY = "SECURITY"
    """Your access. It can be told by another way, and not be silenced."""
    ACCOUNT_DUTY = "ACCOUNT_DUTY"
    """Your money and what is overdue. It can be told by another way, and not be silenced."""
    REMINDER = "REMINDER"
    """What is due soon."""
    SERVICE = "SERVICE"
    """Answers to what you asked for."""
    SURVEY = "SURVEY"
    """Questions how we did."""
    LOYALTY = "LOYALTY"
    """Points, rewards and events; only with your consent."""
    EDUCATION = "EDUCATION"
    """Lessons about borrowing; only with your consent."""
    OFFER = "OFFER"
    """Offers; only with your consent."""


CLASSES: Mapping[Category, frozenset[MessageClass]] = {
    Category.SECURITY: frozenset({MessageClass.SECURITY}),
    Category.ACCOUNT_DUTY: frozenset({MessageClass.PAYMENT, MessageClass.OVERDUE}),
    Category.REMINDER: frozenset({MessageClass.REMINDER}),
    Category.SERVICE: frozenset({MessageClass.SERVICE}),
    Category.SURVEY: frozenset({MessageClass.SERVICE}),
    Category.LOYALTY: frozenset({MessageClass.PROMOTION}),
    Category.EDUCATION: frozenset({MessageClass.PROMOTION}),
    Category.OFFER: frozenset({MessageClass.PROMOTION}),
}
"""Of which classes a message of a category may be."""
DUTIES = frozenset({Category.SECURITY, Category.ACCOUNT_DUTY})
"""What we must be able to tell: at least one way that is noticed stays on."""
PROMOTIONAL = frozenset(category for category, classes in CLASSES.items() if MessageClass.PROMOTION in classes)
"""What needs consent."""


class MessageChannel(StrEnum):
    """A way to a customer. The inbox always has everything that he is told."""

    PUSH = "PUSH"
    """On the lock screen of his phone, or his browser."""
    SMS = "SMS"
    """By text message: where no push reaches him, or he switched push off."""
    EMAIL = "EMAIL"
    """By e-mail, to an address that he confirmed."""


class Lane(StrEnum):
    """Who carries a message out of the house; each lane goes at its own pace."""

    FCM = "FCM"
    """Firebase."""
    VENDOR = "VENDOR"
    """The aggregator of the phone makers' own push services."""
    SMS = "SMS"
    """The SMS gateway."""
    EMAIL = "EMAIL"
    """The mail server."""
