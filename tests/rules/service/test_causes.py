import pytest

from rules.service.cases import CaseKind, CaseOutcome
from rules.service.causes import CauseNotUsable, check_usable, needs_cause


def test_only_a_complaint_that_was_right_and_what_is_systemic_needs_a_cause():
    for outcome in CaseOutcome:
        is_right = outcome in (CaseOutcome.UPHELD, CaseOutcome.PARTLY_UPHELD)
        assert needs_cause(CaseKind.COMPLAINT, outcome, is_systemic=False) is is_right
        assert not needs_cause(CaseKind.REQUEST, outcome, is_systemic=False)
        assert needs_cause(CaseKind.REQUEST, outcome, is_systemic=True)


def test_cases_have_active_causes_of_the_second_level():
    check_usable(1, is_active=True)
    for parent_id, is_active in ((None, True), (1, False)):
        with pytest.raises(CauseNotUsable):
            check_usable(parent_id, is_active=is_active)
