"""Consent: the words, and who said yes or no to them."""

from __future__ import annotations

from datetime import datetime

import models
from resolvers.notifications import consents
from rules.notifications.classes import MessageChannel
from rules.notifications.consents import ConsentPurpose, ConsentSource, ConsentTextOutdated
from rules.people.access import CUSTOMERS, EVERYONE
from rules.people.kinds import Locale
from schema.context import Info
from schema.declarations import Input, Node, input, mutation, node, query, some_of, token, value


@node(models.ConsentEntry)
class ConsentEntry(Node):
    """One word of a customer on a purpose by a way. It is never changed: the last one counts, a yes for 730 days."""

    purpose: ConsentPurpose
    """What for."""
    channel: MessageChannel
    """By which way."""
    is_given: bool
    """Yes or no."""
    text_version: str
    """The version of the words he said yes to; empty where he said no."""
    locale: Locale
    """The language of those words, or his own."""
    source: ConsentSource
    """How he said it."""
    evidence: str
    """By what it can be shown: the session, or the delivery whose link was used."""
    created_at: datetime
    """When he said it."""


@value(consents.ConsentText)
class ConsentText:
    """Words that are consented to."""

    purpose: ConsentPurpose
    """What for."""
    locale: Locale
    """Their language."""
    version: str
    """Send it along with the consent."""
    words: str
    """Show them as they are."""


@value(consents.ConsentTexts)
class ConsentTextsSuccess:
    """The words of each purpose as they are now."""

    texts: list[ConsentText]
    """One for each purpose."""


@input
class ConsentTextsInput(Input):
    """In which language."""

    locale: Locale
    """One we speak."""


@query(allow=EVERYONE)
async def consent_texts(info: Info, input: ConsentTextsInput) -> consents.ConsentTexts:  # noqa: ARG001  All see the same.
    """Show the words of consent."""
    return consents.consent_texts(**input.values())


@input
class GiveConsentInput(Input):
    """To what, by which ways, by which words."""

    purpose: ConsentPurpose
    """What for."""
    channels: list[MessageChannel] = some_of(MessageChannel)
    """By which ways; those left out stay as they are."""
    text_version: str = token(40)
    """The version of the words that were shown."""


@mutation(allow=CUSTOMERS, refusals=(ConsentTextOutdated,))
async def give_consent(info: Info, input: GiveConsentInput) -> models.Customer:
    """Say yes. It holds for 730 days; saying the same again meanwhile adds nothing."""
    return await consents.give_consent(info.context.viewer, **input.values())


@input
class WithdrawConsentInput(Input):
    """From what, by which ways."""

    purpose: ConsentPurpose
    """What for."""
    channels: list[MessageChannel] = some_of(MessageChannel)
    """By which ways; those left out stay as they are."""


@mutation(allow=CUSTOMERS)
async def withdraw_consent(info: Info, input: WithdrawConsentInput) -> models.Customer:
    """Say no, at once and without a reason; saying it again adds nothing."""
    return await consents.withdraw_consent(info.context.viewer, **input.values())
