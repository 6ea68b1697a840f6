"""E-mail addresses."""

from __future__ import annotations

from datetime import datetime

import models
from resolvers.notifications import email_addresses
from rules.notifications.email_addresses import EmailCodeWrong, EmailInvalid
from rules.people.access import CUSTOMERS, OWNER
from rules.people.masks import first_and_domain
from rules.people.sign_in import TooManyAttempts
from schema.context import Info
from schema.declarations import Input, Node, id_of, input, masked, mutation, node, text


@node(models.EmailAddress)
class EmailAddress(Node):
    """A customer's e-mail address; until it is confirmed, nothing but codes is sent there."""

    address: str = masked(first_and_domain, clear_to=OWNER)
    """Such as name@example.com."""
    confirmed_at: datetime | None
    """When he showed by a code that it is his; null before."""


@input
class GiveEmailAddressInput(Input):
    """Where you get mail."""

    address: str = text(3, 254)
    """Such as name@example.com."""


@mutation(allow=CUSTOMERS, refusals=(EmailInvalid, TooManyAttempts))
async def give_email_address(info: Info, input: GiveEmailAddressInput) -> models.EmailAddress:
    """Give an address, in place of the one before: a code of six digits is sent there, good for ten minutes."""
    return await email_addresses.give(info.context.viewer, **input.values())


@input
class ConfirmEmailAddressInput(Input):
    """What was sent to the address."""

    code: str = text(1, 20)
    """Six digits; after five wrong ones, give the address again for another."""


@mutation(allow=CUSTOMERS, refusals=(EmailCodeWrong, TooManyAttempts))
async def confirm_email_address(info: Info, input: ConfirmEmailAddressInput) -> models.EmailAddress:
    """Show by its code that the address is yours."""
    return await email_addresses.confirm(info.context.viewer, **input.values())


@input
class ForgetEmailAddressInput(Input):
    """Which one."""

    email_address_id: int = id_of(models.EmailAddress)
    """Yours."""


@mutation(allow=CUSTOMERS)
async def forget_email_address(info: Info, input: ForgetEmailAddressInput) -> models.Customer:
    """Delete your address: no mail is sent any more."""
    return await email_addresses.forget(info.context.viewer, **input.values())
