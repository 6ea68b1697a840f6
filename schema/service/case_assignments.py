"""Who answers a case."""

import models
from resolvers.service import case_assignments
from rules.people.access import IN_CHARGE, MANAGERS
from rules.people.staff import OwnAffairs
from rules.service.cases import NobodyLeft, Recused
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, id_of, input, mutation
from schema.service.case_messages import WORKING_ON_CASE


@input
class TakeCaseInput(Input):
    """Which case."""

    case_id: int = id_of(models.Case)
    """One that is yours to answer, or nobody's."""


@mutation(allow=IN_CHARGE, refusals=WORKING_ON_CASE)
async def take_case(info: Info, input: TakeCaseInput) -> models.Case:
    """Begin to work on a case."""
    return await case_assignments.take_case(info.context.viewer, **input.values())


@input
class AssignCaseInput(Input):
    """Which case, and to whom."""

    case_id: int = id_of(models.Case)
    """One that is not over."""
    staff_id: int = id_of(models.Staff)
    """Somebody in charge in the customer's branch."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow, Recused))
async def assign_case(info: Info, input: AssignCaseInput) -> models.Case:
    """Give a case to somebody, but not to whom it is about."""
    return await case_assignments.assign_case(info.context.viewer, **input.values())


@input
class RecuseInput(Input):
    """Which case, and who."""

    case_id: int = id_of(models.Case)
    """One that is about him, or about what he did."""
    staff_id: int = id_of(models.Staff)
    """Who is to have nothing to do with it."""


@mutation(allow=MANAGERS, refusals=(OwnAffairs, NotPossibleNow, NobodyLeft))
async def recuse(info: Info, input: RecuseInput) -> models.Case:
    """Keep a case from somebody for good: he sees nothing of it, and a colleague answers it."""
    return await case_assignments.recuse(info.context.viewer, **input.values())
