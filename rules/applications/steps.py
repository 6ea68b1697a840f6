"""The steps that an application goes through: until when each is to be done, and who may take it up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from rules.applications.states import ApplicationStatus
from rules.errors import Refused
from rules.people.access import Role
from rules.products.holidays import BusinessCalendar

BUSINESS_DAYS = {ApplicationStatus.SUBMITTED: 1, ApplicationStatus.REVIEW: 3}
"""Within how many business days we mean to be done with a step: our own promise, no law names one. Others wait for the customer."""


class Skill(StrEnum):
    """What somebody has to know to work on an application that is not like most."""

    REFINANCING = "REFINANCING"
    """Settling an older loan out of a new one."""
    SEVERAL_PARTIES = "SEVERAL_PARTIES"
    """Co-borrowers and guarantors."""
    ENGLISH = "ENGLISH"
    """The customer is spoken to in English."""
    COMPLAINTS = "COMPLAINTS"
    """Answering complaints."""


BY_PEOPLE = (Skill.REFINANCING, Skill.SEVERAL_PARTIES)
"""What no policy decides."""


@dataclass(eq=False)
class SkillMissing(Refused):
    """This application takes a skill that is not among his: a manager names it, or gives the application to somebody else."""

    code = "SKILL_MISSING"
    skill: Skill
    """Which one."""


@dataclass(eq=False)
class WithColleague(Refused):
    """A colleague is working on this application. A manager can give it to you."""

    code = "WITH_COLLEAGUE"
    colleague: str
    """His name."""


def skill_for(*, has_parties: bool, refinances: bool, speaks_english: bool) -> Skill | None:
    """Give the rarest skill that an application takes; None where everybody can work on it."""
    if has_parties:
        return Skill.SEVERAL_PARTIES
    if refinances:
        return Skill.REFINANCING
    return Skill.ENGLISH if speaks_english else None


def check_skill(needed: Skill | None, skills: Collection[Skill]) -> None:
    """Raise `SkillMissing` unless it is among these."""
    if needed is not None and needed not in skills:
        raise SkillMissing(skill=needed)


def check_assignee(role: Role, staff_id: int, assignee_id: int | None, assignee_name: str) -> None:
    """Let a manager, or whoever has the application, work on it. Raises `WithColleague`."""
    if assignee_id is not None and assignee_id != staff_id and role is not Role.MANAGER:
        raise WithColleague(colleague=assignee_name)


def due_at(
    status: ApplicationStatus, today: date, now: datetime, calendar: BusinessCalendar, review_days: int | None = None
) -> datetime | None:
    """Give until when a step that begins now is to be done: at the same time some business days later; None if it is not ours.

    `review_days` is within how many a customer's level has his applications reviewed, where that is sooner.
    """
    days = BUSINESS_DAYS.get(status)
    if days is None:
        return None
    if status is ApplicationStatus.REVIEW and review_days is not None:
        days = min(days, review_days)
    day = today
    for _ in range(days):
        day = calendar.next_business_day(day + timedelta(days=1))
    return now + (day - today)
