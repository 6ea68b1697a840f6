"""A message shown to one of the staff on his own phone, and words that are missing."""

from dataclasses import dataclass

import pytest

from models import Notification, Staff
from notifications import inbox_words
from notifications.events import Event
from notifications.previews import WordsMissing, check_words
from resolvers.notifications.previews import send_preview
from rules.errors import NotFound
from rules.notifications.classes import MessageClass
from rules.notifications.previews import NoAccountOfYours
from rules.people.access import ALL_STAFF
from rules.people.kinds import Locale
from tests import make


@pytest.mark.parametrize("role", sorted(ALL_STAFF))
async def test_every_colleague_gets_it_as_the_customer_he_is_marked_as_a_preview(db, role):
    himself = await make.customer(locale=Locale.EN)
    staff = await make.staff(role=role)
    await Staff.filter(id=staff.id).update(customer_id=himself.id)
    await send_preview(await make.signed_in(staff), kind="RepaymentReceived")
    await make.deliver()
    told = await Notification.get()
    assert told.customer_id == himself.id
    assert inbox_words.title(told.kind, told.body, Locale.EN) == "[Preview] We have received your payment"
    assert inbox_words.text(told.kind, told.body, Locale.ZH_CN).startswith("【预览】")


async def test_without_an_account_of_his_own_or_such_a_kind_nothing_is_sent(db):
    colleague = await make.signed_in(await make.staff())
    before = await make.everything()
    with pytest.raises(NoAccountOfYours):
        await send_preview(colleague, kind="RepaymentReceived")
    for kind in ("Nonsense", "PreviewSent"):
        with pytest.raises(NotFound):
            await send_preview(colleague, kind=kind)
    assert await make.everything() == before


def test_a_house_whose_words_are_incomplete_does_not_open(monkeypatch: pytest.MonkeyPatch):
    check_words()
    monkeypatch.setattr(Event, "kinds", dict(Event.kinds))

    @dataclass(frozen=True, kw_only=True)
    class NeverWorded(Event):
        message_class = MessageClass.SERVICE

    with pytest.raises(WordsMissing, match="NeverWorded"):
        check_words([NeverWorded])
