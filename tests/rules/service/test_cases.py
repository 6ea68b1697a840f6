from datetime import UTC, datetime, timedelta

import pytest

from rules.people.access import Role
from rules.service.cases import (
    CASE_MOVES,
    CaseCategory,
    CaseKind,
    CasePriority,
    CaseStatus,
    CaseTerms,
    Complainant,
    ProofMissing,
    ReceivedNotThen,
    TooLate,
    case_number,
    check_terms,
    check_within,
    first_priority,
)
from rules.states import NotPossibleNow

NOW = datetime(2026, 3, 16, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "category", "priority"),
    [
        (CaseKind.COMPLAINT, CaseCategory.COLLECTIONS, CasePriority.P2),
        (CaseKind.COMPLAINT, CaseCategory.STAFF, CasePriority.P2),
        (CaseKind.COMPLAINT, CaseCategory.PAYMENTS, CasePriority.P3),
        (CaseKind.REQUEST, CaseCategory.COLLECTIONS, CasePriority.P4),
    ],
)
def test_what_it_is_about_says_how_soon_it_is_answered(kind, category, priority):
    assert first_priority(kind, category) is priority


@pytest.mark.parametrize("status", [CaseStatus.WAITING_CUSTOMER, CaseStatus.CLOSED])
def test_nobody_in_charge_takes_a_complaint_back_for_its_customer(status):
    with pytest.raises(NotPossibleNow):
        CASE_MOVES.check(status, CaseStatus.WITHDRAWN, Role.MANAGER)


def test_what_is_merged_or_withdrawn_stays_so():
    assert CASE_MOVES.final == {CaseStatus.MERGED, CaseStatus.WITHDRAWN}


def test_a_window_is_open_until_its_end():
    check_within(NOW, NOW - timedelta(seconds=1))
    with pytest.raises(TooLate) as refused:
        check_within(NOW, NOW)
    assert refused.value.until == NOW


def terms(**said: object) -> CaseTerms:
    return CaseTerms(kind=CaseKind.COMPLAINT, category=CaseCategory.OTHER, **said)


@pytest.mark.parametrize(("name", "proof"), [(None, None), ("李四", None), (None, "公证书"), ("李四", "")])
def test_who_complains_for_another_is_named_and_shows_that_he_may(name, proof):
    with pytest.raises(ProofMissing):
        check_terms(terms(complainant=Complainant.HEIR, complainant_name=name, proof=proof), NOW)


def test_who_complains_for_himself_shows_nothing():
    check_terms(terms(), NOW)
    check_terms(terms(complainant=Complainant.AGENT, complainant_name="李四", proof="授权委托书"), NOW)


@pytest.mark.parametrize("ago", [timedelta(seconds=-1), timedelta(days=30, seconds=1)])
def test_what_reached_us_too_long_ago_or_has_not_yet_is_refused(ago):
    with pytest.raises(ReceivedNotThen):
        check_terms(terms(received_at=NOW - ago), NOW)
    check_terms(terms(received_at=NOW - timedelta(days=30)), NOW)


def test_a_number_is_read_aloud():
    assert case_number(7, NOW) == "C-2026-000007"
