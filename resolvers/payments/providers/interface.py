"""What we ask of whoever moves the money."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from rules.money import Money

ANSWER_SECONDS = 10
"""How long we wait for a provider before we take it for one who answers later."""


@dataclass(frozen=True)
class Paid:
    """The money moved."""

    provider_reference: str
    """The provider's own, at most 64 characters; the same each time we ask about the same payment."""
    value_on: date | None = None
    """The day that counts for what was due; None for the business date on which we book it."""


@dataclass(frozen=True)
class Pending:
    """Not known yet: ask again later, under the same reference."""


@dataclass(frozen=True)
class Failed:
    """The money did not move, and will not under this reference."""

    reason: str
    """A short code of the provider's, at most 40 characters, such as INSUFFICIENT_FUNDS."""


Answer = Paid | Pending | Failed


@dataclass(frozen=True)
class Word:
    """What a provider tells us unasked: its answer about one of our references."""

    reference: str
    answer: Answer


class PaymentProvider(Protocol):
    """Moves money. The reference is its idempotency key: asking twice under one reference moves the money once."""

    @property
    def name(self) -> str:
        """At most 20 characters; kept with every payment."""
        ...

    async def collect(self, reference: str, amount: Money) -> Answer:
        """Take money from the customer."""
        ...

    @property
    def verifies_accounts(self) -> bool:
        """Whether it can say beforehand in whose name an account is."""
        ...

    async def verify_account(self, account_number: str, name: str, identity_number: str) -> bool | None:
        """Say whether an account is in this name; None where that cannot be said now."""
        ...

    async def pay_out(self, reference: str, amount: Money, account_number: str) -> Answer:
        """Send money to a customer's account."""
        ...

    def read_word(self, body: str) -> Word | None:
        """Understand what the provider sent us; None if it is about no payment of ours.

        That it comes from the provider at all is for the front door to check, before it is heard.
        """
        ...


async def wait_for(answer: Awaitable[Answer]) -> Answer:
    """Wait for a provider's answer; one who cannot be reached, or takes too long, is one who answers later."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await answer
    except OSError:  # TimeoutError is one, too.
        return Pending()
