from datetime import UTC, datetime, timedelta

import pytest

from rules.people.sessions import GRACE, RefreshVerdict, judge_refresh

NOW = datetime(2026, 3, 16, 4, tzinfo=UTC)


def judged(**changed) -> RefreshVerdict:
    """The verdict on an unused token on its own device, but for what a test changes."""
    return judge_refresh(**{"used_at": None, "is_next_used": False, "is_same_device": True, "now": NOW, **changed})


def test_an_unused_token_leads_on():
    assert judged() is RefreshVerdict.NEXT


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(seconds=1), GRACE])
def test_a_token_used_moments_ago_gets_its_lost_answer_again(ago):
    assert judged(used_at=NOW - ago) is RefreshVerdict.AGAIN


@pytest.mark.parametrize("ago", [GRACE + timedelta(milliseconds=1), timedelta(hours=1)])
def test_a_token_used_longer_ago_is_stolen(ago):
    assert judged(used_at=NOW - ago) is RefreshVerdict.STOLEN


def test_a_token_whose_successor_was_used_is_stolen_however_soon():
    assert judged(used_at=NOW, is_next_used=True) is RefreshVerdict.STOLEN


def test_a_token_on_another_device_is_stolen_even_unused():
    assert judged(is_same_device=False) is RefreshVerdict.STOLEN
