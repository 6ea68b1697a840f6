from datetime import UTC, date, datetime

import pytest

from rules.applications.states import ApplicationStatus
from rules.applications.steps import (
    Skill,
    SkillMissing,
    WithColleague,
    check_assignee,
    check_skill,
    due_at,
    skill_for,
)
from rules.people.access import Role
from rules.products.holidays import SpecialDay, SpecialDayKind, make_calendar

FRIDAY = date(2026, 3, 13)
NOON = datetime(2026, 3, 13, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "due"),
    [
        (ApplicationStatus.SUBMITTED, datetime(2026, 3, 16, 12, tzinfo=UTC)),
        (ApplicationStatus.REVIEW, datetime(2026, 3, 18, 12, tzinfo=UTC)),
        (ApplicationStatus.RETURNED, None),
        (ApplicationStatus.OFFERED, None),
    ],
)
def test_our_own_steps_are_due_in_business_days(status, due):
    assert due_at(status, FRIDAY, NOON, make_calendar("CN", [])) == due


def test_a_holiday_puts_it_off():
    calendar = make_calendar("CN", [SpecialDay(date(2026, 3, 16), SpecialDayKind.HOLIDAY)])
    assert due_at(ApplicationStatus.SUBMITTED, FRIDAY, NOON, calendar) == datetime(2026, 3, 17, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parties", "refinances", "english", "skill"),
    [
        (False, False, False, None),
        (False, False, True, Skill.ENGLISH),
        (False, True, True, Skill.REFINANCING),
        (True, True, True, Skill.SEVERAL_PARTIES),
    ],
)
def test_the_rarest_skill_is_asked_for(parties, refinances, english, skill):
    assert skill_for(has_parties=parties, refinances=refinances, speaks_english=english) is skill


def test_whoever_lacks_it_is_refused():
    check_skill(None, [])
    check_skill(Skill.ENGLISH, [Skill.ENGLISH])
    with pytest.raises(SkillMissing):
        check_skill(Skill.ENGLISH, [Skill.REFINANCING])


def test_one_works_on_it_and_a_manager_may():
    check_assignee(Role.OFFICER, 1, None, "")
    check_assignee(Role.OFFICER, 1, 1, "李")
    check_assignee(Role.MANAGER, 1, 2, "李")
    with pytest.raises(WithColleague) as refused:
        check_assignee(Role.OFFICER, 1, 2, "李")
    assert refused.value.colleague == "李"
