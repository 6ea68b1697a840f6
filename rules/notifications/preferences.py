"""What a customer wants to be told by which way, and what he cannot switch off."""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.errors import Refused
from rules.notifications.classes import DUTIES, PROMOTIONAL, Category, MessageChannel

Choice = tuple[Category, MessageChannel]

_BY_SMS = frozenset({Category.SECURITY, Category.ACCOUNT_DUTY, Category.REMINDER})


@dataclass(eq=False)
class DutyCannotBeSilenced(Refused):
    """This is something we have to be able to tell you. Switch another way on first."""

    code = "DUTY_CANNOT_BE_SILENCED"


def by_default(category: Category, channel: MessageChannel) -> bool:
    """Say what holds where he has not chosen. What needs consent is on once there is consent for it."""
    if channel is MessageChannel.PUSH or category in PROMOTIONAL:
        return True
    return channel is MessageChannel.SMS and category in _BY_SMS


def is_on(choices: Mapping[Choice, bool], category: Category, channel: MessageChannel) -> bool:
    """Say whether he is told of a category by a way."""
    return choices.get((category, channel), by_default(category, channel))


def check_choice(choices: Mapping[Choice, bool], category: Category) -> None:
    """Keep one way on that is noticed, for what must be told. Raises `DutyCannotBeSilenced`."""
    if _is_silenced(choices, category):
        raise DutyCannotBeSilenced


def _is_silenced(choices: Mapping[Choice, bool], category: Category) -> bool:
    """Say whether what must be told would come by no way that is noticed."""
    noticed = (MessageChannel.PUSH, MessageChannel.SMS)
    return category in DUTIES and not any(is_on(choices, category, channel) for channel in noticed)


def is_last_way(choices: Mapping[Choice, bool], category: Category, channel: MessageChannel) -> bool:
    """Say whether a way cannot be switched off: it is the last that is noticed of what must be told."""
    return is_on(choices, category, channel) and _is_silenced({**choices, (category, channel): False}, category)
