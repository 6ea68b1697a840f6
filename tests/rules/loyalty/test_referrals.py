from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from rules.loyalty.referrals import (
    ReferralBonusesInvalid,
    ReferralConcern,
    ReferralConsentNeeded,
    ReferralFacts,
    ReferralPolicy,
    ReferralStartNotAllowed,
    ReferralTooLate,
    check_bonuses,
    check_consent,
    check_days,
    check_new,
    concerns,
    concerns_of,
    is_in_time,
    pay_day,
)

NOTHING = ReferralFacts(
    shares_device=False,
    shares_account=False,
    is_family=False,
    is_employer=False,
    shares_loan=False,
    is_staff=False,
    friends_in_a_day=5,
)


@pytest.mark.parametrize(
    ("known", "concern"),
    [
        ({"shares_device": True}, ReferralConcern.SAME_DEVICE),
        ({"shares_account": True}, ReferralConcern.SAME_ACCOUNT),
        ({"is_family": True}, ReferralConcern.FAMILY),
        ({"is_employer": True}, ReferralConcern.EMPLOYER),
        ({"shares_loan": True}, ReferralConcern.SHARED_LOAN),
        ({"is_staff": True}, ReferralConcern.STAFF),
        ({"friends_in_a_day": 6}, ReferralConcern.MANY_IN_A_DAY),
    ],
)
def test_each_fact_that_speaks_against_it_is_a_concern(known, concern):
    assert concerns_of(NOTHING, daily_limit=5) == ()
    assert concerns_of(replace(NOTHING, **known), daily_limit=5) == (concern,)


def test_concerns_are_read_as_they_were_written():
    assert concerns("") == []
    assert concerns(",".join(ReferralConcern)) == list(ReferralConcern)
    assert len(",".join(ReferralConcern)) <= 100


@pytest.mark.parametrize(
    ("qualified_on", "expected"),
    [
        (date(2026, 3, 1), date(2026, 5, 1)),
        (date(2026, 3, 31), date(2026, 5, 1)),
        (date(2026, 11, 30), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 2, 1)),
    ],
)
def test_rewards_come_on_the_first_of_the_month_after_next(qualified_on, expected):
    assert pay_day(qualified_on) == expected


def test_a_code_counts_for_thirty_days():
    used_at = datetime(2026, 3, 16, 4, tzinfo=UTC)
    assert is_in_time(used_at, used_at + timedelta(days=30))
    assert not is_in_time(used_at, used_at + timedelta(days=30, seconds=1))


@pytest.mark.parametrize(
    ("policy", "known", "is_new"),
    [
        (ReferralPolicy.OPEN, {}, True),
        (ReferralPolicy.LINKED, {"is_identified": True}, True),
        (ReferralPolicy.OPEN, {"is_identified": True}, False),
        (ReferralPolicy.LINKED, {"has_borrowed": True}, False),
        (ReferralPolicy.LINKED, {"is_fixed": True}, False),
    ],
)
def test_a_code_is_for_whoever_is_new(policy, known, is_new):
    facts = {"is_identified": False, "has_borrowed": False, "is_fixed": False} | known
    if is_new:
        check_new(policy, **facts)
    else:
        with pytest.raises(ReferralTooLate):
            check_new(policy, **facts)


@pytest.mark.parametrize("said", [None, "old"])
def test_consent_is_to_the_current_words_and_asked_only_where_the_other_learns_something(said):
    check_consent(ReferralPolicy.OPEN, said, {"new"}, "new")
    check_consent(ReferralPolicy.LINKED, "new", {"new"}, "new")
    with pytest.raises(ReferralConsentNeeded) as refused:
        check_consent(ReferralPolicy.LINKED, said, {"new"}, "new")
    assert refused.value.current == "new"


@pytest.mark.parametrize("after", [[3, 3], [11], [3, 11]])
def test_a_bonus_is_named_once_and_can_be_reached(after):
    check_bonuses([3, 5, 10], yearly_limit=10)
    with pytest.raises(ReferralBonusesInvalid):
        check_bonuses(after, yearly_limit=10)


def test_a_programme_begins_on_its_earliest_day_or_later_and_does_not_end_before():
    day = date(2026, 3, 16)
    check_days(day, None, day)
    check_days(day, day, day)
    for valid_from, valid_to in ((day - timedelta(days=1), None), (day, day - timedelta(days=1))):
        with pytest.raises(ReferralStartNotAllowed) as refused:
            check_days(valid_from, valid_to, day)
        assert refused.value.earliest == day
