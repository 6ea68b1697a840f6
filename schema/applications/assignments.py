"""Who works on which application, and where its time goes."""

from __future__ import annotations

from datetime import datetime

import models
from resolvers.applications import assignments
from rules.applications.decisions import OwnApplication
from rules.applications.states import ApplicationStatus
from rules.applications.steps import Skill, SkillMissing, WithColleague
from rules.people.access import IN_CHARGE, MANAGERS
from rules.people.staff import OwnAccount
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, Node, column, id_of, input, mutation, node, whole

WORKING_REFUSALS = (NotPossibleNow, OwnApplication, SkillMissing, WithColleague)
"""What somebody can be refused who would work on an application."""


@node(models.ApplicationStep)
class ApplicationStep(Node):
    """A stretch of time in which an application stood somewhere."""

    status: ApplicationStatus
    """Where."""
    entered_at: datetime = column("created_at")
    """Since when."""
    due_at: datetime | None
    """Until when we meant to be done; null where it waited for the customer."""
    left_at: datetime | None
    """When it went on; null for where it stands now."""
    is_late: bool
    """Whether it went on after it was due."""


@node(models.StaffSkill)
class StaffSkill(Node):
    """A skill of a member of staff."""

    skill: Skill
    """Which one."""


@input
class TakeApplicationInput(Input):
    """Which application."""

    application_id: int = id_of(models.Application)
    """One that waits, and that nobody has."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(allow=IN_CHARGE, refusals=WORKING_REFUSALS)
async def take_application(info: Info, input: TakeApplicationInput) -> models.Application:
    """Take an application up: it is yours, and only a manager works on it beside you."""
    return await assignments.take_application(info.context.viewer, **input.values())


@input
class AssignApplicationInput(Input):
    """Which application, and to whom."""

    application_id: int = id_of(models.Application)
    """One that waits, is in review, or was sent back."""
    staff_id: int = id_of(models.Staff)
    """A colleague in charge of the customer's branch; yourself, too."""
    version: int = whole(1, 2**31 - 1)
    """The application's version as you saw it."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, OwnApplication, SkillMissing))
async def assign_application(info: Info, input: AssignApplicationInput) -> models.Application:
    """Give an application to a colleague, whoever had it before."""
    return await assignments.assign_application(info.context.viewer, **input.values())


@input
class SetSkillsInput(Input):
    """Whose skills, and which."""

    staff_id: int = id_of(models.Staff)
    """A colleague."""
    skills: list[Skill]
    """All of them; what is not named he has no longer."""


@mutation(allow=MANAGERS, refusals=(OwnAccount,))
async def set_skills(info: Info, input: SetSkillsInput) -> models.Staff:
    """Say which applications a colleague can work on beside the usual ones."""
    return await assignments.set_skills(info.context.viewer, **input.values())
