import asyncio
from datetime import timedelta

import pytest

from models import ConsentEntry, Viewer
from resolvers.notifications import consents
from rules.notifications.classes import MessageChannel
from rules.notifications.consents import CONSENT_HOLDS, ConsentPurpose, ConsentSource, ConsentTextOutdated
from rules.people.kinds import Locale
from tests import make

PUSH, SMS, EMAIL = MessageChannel.PUSH, MessageChannel.SMS, MessageChannel.EMAIL
MARKETING = ConsentPurpose.MARKETING


@pytest.fixture
async def viewer(db) -> Viewer:
    return await make.signed_in(await make.customer())


async def agree(viewer: Viewer, *channels: MessageChannel, locale: Locale = Locale.ZH_CN) -> None:
    (text,) = consents.consent_texts(locale).texts
    await consents.give_consent(viewer, purpose=MARKETING, channels=channels, text_version=text.version)


async def withdraw(viewer: Viewer, *channels: MessageChannel) -> None:
    await consents.withdraw_consent(viewer, purpose=MARKETING, channels=channels)


async def ledger() -> list[tuple[MessageChannel, bool]]:
    return [(entry.channel, entry.is_given) for entry in await ConsentEntry.all().order_by("id")]


def test_the_words_name_the_lender_and_have_a_version_in_each_language():
    chinese, english = (consents.consent_texts(locale).texts[0] for locale in (Locale.ZH_CN, Locale.EN))
    assert "Goodterms" in chinese.words
    assert "Goodterms" in english.words
    assert chinese.version != english.version


async def test_a_yes_is_kept_with_the_words_it_was_said_to(viewer):
    await agree(viewer, PUSH, SMS, PUSH, locale=Locale.EN)
    assert await ledger() == [(PUSH, True), (SMS, True)]
    entry = await ConsentEntry.all().order_by("id").first()
    (text,) = consents.consent_texts(Locale.EN).texts
    assert (entry.text_version, entry.locale) == (text.version, Locale.EN)
    assert (entry.source, entry.evidence) == (ConsentSource.APP, f"session {viewer.session_id}")
    assert (entry.customer_id, entry.created_at) == (viewer.customer_id, make.clock.now())


async def test_saying_the_same_again_adds_nothing(viewer):
    for _ in range(2):
        await agree(viewer, PUSH)
    for _ in range(2):
        await withdraw(viewer, PUSH)
    await agree(viewer, PUSH)
    assert await ledger() == [(PUSH, True), (PUSH, False), (PUSH, True)]


async def test_other_words_are_not_the_same(viewer):
    await agree(viewer, PUSH)
    await agree(viewer, PUSH, locale=Locale.EN)
    assert len(await ledger()) == 2


async def test_two_at_once_who_say_the_same_add_one_word(viewer):
    await asyncio.gather(*[agree(viewer, PUSH) for _ in range(4)])
    assert await ledger() == [(PUSH, True)]


async def test_a_no_without_a_yes_is_a_word_too(viewer):
    await withdraw(viewer, EMAIL)
    assert await ledger() == [(EMAIL, False)]
    assert (await ConsentEntry.get()).text_version == ""


async def test_to_words_that_are_not_the_current_ones_nobody_says_yes(viewer):
    before = await make.everything()
    (text,) = consents.consent_texts(Locale.ZH_CN).texts
    with pytest.raises(ConsentTextOutdated) as refused:
        await consents.give_consent(viewer, purpose=MARKETING, channels=[PUSH], text_version="2020-01-0123456789ab")
    assert refused.value.current == text.version
    assert await make.everything() == before


async def test_a_yes_holds_for_730_days_and_then_it_is_said_anew(viewer):
    await agree(viewer, PUSH)
    make.clock.moment += CONSENT_HOLDS - timedelta(seconds=1)
    assert await consents.consented_channels(viewer.customer_id, make.clock.now()) == {PUSH}
    await agree(viewer, PUSH)
    assert len(await ledger()) == 1
    make.clock.moment += timedelta(seconds=1)
    assert await consents.consented_channels(viewer.customer_id, make.clock.now()) == frozenset()
    await agree(viewer, PUSH)
    assert await consents.consented_channels(viewer.customer_id, make.clock.now()) == {PUSH}
