import asyncio
from datetime import timedelta

import pytest

from models import ConsentEntry, Customer, Viewer
from resolvers.documents.links import LinkKind, link_to_file, read_link
from resolvers.notifications import opt_outs
from resolvers.people import tokens
from resolvers.people.tokens import TokenInvalid
from rules.errors import NotFound
from rules.notifications.classes import MessageChannel
from rules.notifications.consents import ConsentSource
from rules.people.kinds import Locale
from tests import make
from tests.configured import configure_resolvers
from tests.resolvers.notifications.sent import offer
from tests.resolvers.notifications.test_consents import agree, withdraw

PUSH, SMS, EMAIL = MessageChannel.PUSH, MessageChannel.SMS, MessageChannel.EMAIL


@pytest.fixture
async def viewer(db) -> Viewer:
    """Somebody who agreed to offers by two ways."""
    viewer = await make.signed_in(await make.customer(locale=Locale.EN))
    await agree(viewer, SMS, EMAIL)
    return viewer


async def link(viewer: Viewer, channel: MessageChannel = SMS) -> tuple[str, int]:
    """What ends the address of a link to an offer of his, and the delivery."""
    delivery = await offer(await Customer.get(id=viewer.customer_id), channel)
    path = opt_outs.link(delivery.id, make.clock.now())
    assert path.startswith("/opt-out/")
    return path.removeprefix("/opt-out/"), delivery.id


async def is_off(viewer: Viewer, channel: MessageChannel = SMS) -> bool:
    last = await ConsentEntry.filter(customer_id=viewer.customer_id, channel=channel).order_by("-id").first()
    return not last.is_given


async def test_reading_changes_nothing(viewer):
    token, _ = await link(viewer)
    before = await make.everything()
    found = await opt_outs.read(make.clock, token)
    assert (found.channel, found.locale, found.is_used, found.is_off) == (SMS, Locale.EN, False, False)
    assert await make.everything() == before


async def test_using_it_withdraws_for_that_way_only(viewer):
    token, delivery_id = await link(viewer)
    found = await opt_outs.use(make.clock, token)
    assert (found.is_used, found.is_off) == (True, True)
    assert await is_off(viewer)
    assert not await is_off(viewer, EMAIL)
    entry = await ConsentEntry.all().order_by("-id").first()
    assert (entry.source, entry.evidence) == (ConsentSource.LINK, f"delivery {delivery_id}")
    assert (entry.text_version, entry.locale) == ("", Locale.EN)


async def test_used_again_it_adds_nothing_also_at_once(viewer):
    token, _ = await link(viewer)
    await asyncio.gather(*[opt_outs.use(make.clock, token) for _ in range(4)])
    assert await ConsentEntry.filter(source=ConsentSource.LINK).count() == 1


async def test_used_again_after_a_new_consent_it_changes_nothing(viewer):
    token, _ = await link(viewer)
    await opt_outs.use(make.clock, token)
    await agree(viewer, SMS)
    found = await opt_outs.use(make.clock, token)
    assert (found.is_used, found.is_off) == (True, False)
    assert not await is_off(viewer)


async def test_used_while_he_had_said_no_already_it_is_used_all_the_same(viewer):
    token, _ = await link(viewer)
    await withdraw(viewer, SMS)
    await opt_outs.use(make.clock, token)
    await agree(viewer, SMS)
    await opt_outs.use(make.clock, token)
    assert not await is_off(viewer)


async def test_an_old_link_that_was_never_used_works(viewer):
    token, _ = await link(viewer)
    await withdraw(viewer, SMS)
    make.clock.moment += timedelta(days=600)
    await agree(viewer, SMS)
    await opt_outs.use(make.clock, token)
    assert await is_off(viewer)


async def test_what_is_not_such_a_link_is_refused(viewer):
    token, delivery_id = await link(viewer)
    expires_at = make.clock.now() + timedelta(minutes=5)
    to_a_file = link_to_file(LinkKind.PAPER, delivery_id, expires_at).removeprefix("/files/")
    signed_in, _ = tokens.issue(viewer.session_id, make.clock.now())
    head, body, signature = token.split(".")
    forged = [f"{head}.{body}.{signature[::-1]}", f"{head}.{body}.", token[:-3], "x", to_a_file, signed_in]
    before = await make.everything()
    for each in forged:
        for follow in (opt_outs.read, opt_outs.use):
            with pytest.raises(TokenInvalid):
                await follow(make.clock, each)
    with pytest.raises(TokenInvalid):
        read_link(token, make.clock.now())
    with pytest.raises(TokenInvalid):
        tokens.verify(token, make.clock.now())
    nobodys = opt_outs.link(9_999, make.clock.now()).removeprefix("/opt-out/")
    with pytest.raises(NotFound):
        await opt_outs.use(make.clock, nobodys)
    configure_resolvers()
    with pytest.raises(TokenInvalid):
        await opt_outs.use(make.clock, token)
    assert await make.everything() == before
