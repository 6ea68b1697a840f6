from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.service.survey_invitations import (
    InvitedLately,
    LinksSpent,
    Look,
    SurveySkip,
    check_address,
    check_links,
    why_not,
)
from rules.service.surveys import SurveyKind
from tests.asking import terms

NOON = datetime(2026, 3, 16, 4, tzinfo=UTC)


def reason(kind: SurveyKind = SurveyKind.CSAT, **known: object) -> SurveySkip | None:
    nothing = {"is_ended": False, "is_undone": False, "holds": (), "declined_at": None, "asked_at": ()}
    return why_not(kind, terms(), NOON, Look(**nothing | known))


def ago(**time: int) -> datetime:
    return NOON - timedelta(**time)


def test_where_nothing_speaks_against_it_he_is_asked():
    assert reason() is None
    assert reason(asked_at=[ago(days=30), ago(days=300), ago(days=365), ago(days=400)]) is None


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"is_ended": True}, SurveySkip.ENDED),
        ({"is_undone": True}, SurveySkip.UNDONE),
        *[({"holds": [each]}, each) for each in SurveySkip],
        ({"asked_at": [ago(days=30) + timedelta(seconds=1)]}, SurveySkip.ASKED_LATELY),
        ({"asked_at": [ago(days=40 * each) for each in range(1, 5)]}, SurveySkip.ASKED_OFTEN),
        ({"is_ended": True, "holds": [SurveySkip.OVERDUE], "asked_at": [NOON]}, SurveySkip.ENDED),
        ({"holds": [SurveySkip.OVERDUE, SurveySkip.HELP_ASKED]}, SurveySkip.HELP_ASKED),
    ],
)
def test_what_speaks_against_it(known, expected):
    assert reason(**known) is expected


def test_after_a_decline_nobody_is_asked_about_the_relationship_for_a_week():
    just = {"declined_at": ago(days=7) + timedelta(seconds=1)}
    assert reason(SurveyKind.NPS, **just) is SurveySkip.DECLINED
    assert reason(SurveyKind.CSAT, **just) is reason(SurveyKind.CES, **just) is None
    assert reason(SurveyKind.NPS, declined_at=ago(days=7)) is None


def test_links_are_limited_by_who_hands_them_out_and_to_whom():
    check_links(49)
    with pytest.raises(LinksSpent):
        check_links(50)
    check_address(NOON, None)
    check_address(NOON, ago(days=30))
    with pytest.raises(InvitedLately) as refused:
        check_address(NOON, ago(days=29))
    assert refused.value.again_at == NOON + timedelta(days=1)


@given(st.lists(st.integers(0, 24 * 60), min_size=1, max_size=80), st.integers(1, 90), st.integers(1, 6))
def test_however_much_happens_nobody_is_asked_more_often_than_the_terms_say(hours, cooldown_days, most_a_year):
    asked, moment = list[datetime](), NOON
    for passed in hours:
        moment += timedelta(hours=passed)
        look = Look(is_ended=False, is_undone=False, holds=(), declined_at=None, asked_at=asked)
        limits = terms(cooldown_days=cooldown_days, most_a_year=most_a_year)
        if why_not(SurveyKind.CSAT, limits, moment, look) is None:
            asked.append(moment)
    assert all(later - earlier >= timedelta(days=cooldown_days) for earlier, later in pairwise(asked))
    for first in asked:
        assert sum(first <= each < first + timedelta(days=365) for each in asked) <= most_a_year
