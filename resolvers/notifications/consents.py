"""Consent to marketing: the words, and a ledger of who said yes or no to them by which way; the last word counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from models import ConsentEntry, Customer, Viewer
from models.database import Unit, transaction
from notifications.words import say
from resolvers import configured
from resolvers.people.customers import lock_customer
from rules.notifications.classes import MessageChannel
from rules.notifications.consents import ConsentPurpose, ConsentSource, ConsentTextOutdated, holds, version_of
from rules.people.kinds import Locale


@dataclass(frozen=True)
class ConsentText:
    """The words that are consented to."""

    purpose: ConsentPurpose
    locale: Locale
    version: str
    words: str


@dataclass(frozen=True)
class ConsentTexts:
    """The words of each purpose as they are now."""

    texts: list[ConsentText]


def consent_texts(locale: Locale) -> ConsentTexts:
    """Give the current words in a language."""
    return ConsentTexts([_text(purpose, locale) for purpose in ConsentPurpose])


def _text(purpose: ConsentPurpose, locale: Locale) -> ConsentText:
    words = say(f"consent.{purpose.name}", locale, lender=configured().lender_name)
    return ConsentText(purpose, locale, version_of(words), words)


async def give_consent(
    viewer: Viewer, *, purpose: ConsentPurpose, channels: Collection[MessageChannel], text_version: str
) -> Customer:
    """Write down a yes to the current words, in whichever language they were shown. Raises `ConsentTextOutdated`.

    What holds already, by the same words, is not written again.
    """
    current = {text.version: text for text in (_text(purpose, locale) for locale in Locale)}
    shown = current.get(text_version)
    if shown is None:
        raise ConsentTextOutdated(current=_text(purpose, viewer.locale).version)
    async with transaction(viewer, "give_consent") as unit:
        customer = await lock_customer(viewer)
        said = await last_words(customer.id, purpose)
        for channel in sorted(set(channels)):
            last = said.get(channel)
            is_same = last is not None and last.text_version == text_version
            if last is None or not (is_same and holds(last.is_given, last.created_at, unit.now)):
                await _write(customer.id, purpose, channel, shown, _app(viewer))
        return customer


async def withdraw_consent(
    viewer: Viewer, *, purpose: ConsentPurpose, channels: Collection[MessageChannel]
) -> Customer:
    """Write down a no, also where nothing was said before; a no that was said last is not written again."""
    async with transaction(viewer, "withdraw_consent"):
        customer = await lock_customer(viewer)
        said = await last_words(customer.id, purpose)
        for channel in sorted(set(channels)):
            last = said.get(channel)
            if last is None or last.is_given:
                await _write(customer.id, purpose, channel, viewer.locale, _app(viewer))
        return customer


async def withdraw_by_link(
    unit: Unit, customer: Customer, channel: MessageChannel, delivery_id: int, locale: Locale
) -> None:
    """Write down a no that came by the link of a delivery, once, in a transaction in which the customer is locked.

    It is written also where he had said no already: so a link that was used never works again.
    """
    assert unit.subject is customer, "the customer is locked"
    said = (ConsentSource.LINK, evidence_of_link(delivery_id))
    if not await was_used(customer.id, channel, delivery_id):
        await _write(customer.id, ConsentPurpose.MARKETING, channel, locale, said)


async def was_used(customer_id: int, channel: MessageChannel, delivery_id: int) -> bool:
    """Say whether somebody was opted out by the link of this delivery."""
    entries = ConsentEntry.filter(customer_id=customer_id, purpose=ConsentPurpose.MARKETING, channel=channel)
    return await entries.filter(evidence=evidence_of_link(delivery_id)).exists()


def evidence_of_link(delivery_id: int) -> str:
    """Name the delivery whose link was used."""
    return f"delivery {delivery_id}"


def _app(viewer: Viewer) -> tuple[ConsentSource, str]:
    assert viewer.session_id is not None, "only who is signed in says it in the app"
    return ConsentSource.APP, f"session {viewer.session_id}"


async def _write(
    customer_id: int,
    purpose: ConsentPurpose,
    channel: MessageChannel,
    shown: ConsentText | Locale,
    said: tuple[ConsentSource, str],
) -> None:
    """Write one word: a yes to a text, or a no in a language."""
    is_given = isinstance(shown, ConsentText)
    source, evidence = said
    await ConsentEntry.create(
        customer_id=customer_id,
        purpose=purpose,
        channel=channel,
        is_given=is_given,
        text_version=shown.version if isinstance(shown, ConsentText) else "",
        locale=shown.locale if isinstance(shown, ConsentText) else shown,
        source=source,
        evidence=evidence,
    )


async def last_words(customer_id: int, purpose: ConsentPurpose) -> dict[MessageChannel, ConsentEntry]:
    """Give what a customer said last on each channel."""
    entries = ConsentEntry.filter(customer_id=customer_id, purpose=purpose)
    found = {}
    for channel in MessageChannel:
        entry = await entries.filter(channel=channel).order_by("-id").first()
        if entry is not None:
            found[channel] = entry
    return found


async def consented_channels(customer_id: int, now: datetime) -> frozenset[MessageChannel]:
    """Give the ways by which a customer's consent to marketing holds."""
    said = await last_words(customer_id, ConsentPurpose.MARKETING)
    return frozenset(channel for channel, last in said.items() if holds(last.is_given, last.created_at, now))
