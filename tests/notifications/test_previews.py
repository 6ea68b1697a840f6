import pytest

from notifications.__main__ import PAGE, page
from notifications.previews import previews
from rules.people.kinds import Locale
from tests.notifications.samples import every_event


def test_the_page_shows_every_message_as_it_is_now():
    shown = PAGE.read_text("utf-8")
    assert shown == page(), "python -m notifications writes it anew"
    for event in every_event():
        assert f"## {event.kind}\n" in shown


@pytest.mark.parametrize("locale", Locale)
def test_every_kind_is_previewed_in_every_language_with_values_of_nobody(locale):
    shown = previews(locale).messages
    assert {each.kind for each in shown} == {event.kind for event in every_event()}
    for each in shown:
        assert each.push_title
        assert each.push_body
        assert "{" not in each.inbox
        assert each.link.startswith("goodterms://")
    assert any("1,039.43" in each.inbox for each in shown)
