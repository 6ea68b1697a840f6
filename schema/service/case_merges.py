"""Cases that are about the same, and those that an authority has, too."""

import models
from resolvers.service import case_merges
from rules.people.access import IN_CHARGE
from rules.people.staff import OwnAffairs
from rules.service.cases import NotSameCustomer
from rules.service.redress import RedressWaits
from schema.context import Info
from schema.declarations import Input, id_of, input, mutation, text
from schema.service.case_messages import WORKING_ON_CASE


@input
class MergeCaseInput(Input):
    """Which case, and into which."""

    case_id: int = id_of(models.Case)
    """One that is not answered."""
    into_id: int = id_of(models.Case)
    """Another one of the same customer and kind that is not answered."""


@mutation(allow=IN_CHARGE, refusals=(*WORKING_ON_CASE, NotSameCustomer, RedressWaits))
async def merge_case(info: Info, input: MergeCaseInput) -> models.Case:
    """Let a case go on in another one, whose clocks then run from the earlier beginning; gives that."""
    return await case_merges.merge_case(info.context.viewer, **input.values())


@input
class ReferCaseInput(Input):
    """Which case, and what the authority calls it."""

    case_id: int = id_of(models.Case)
    """One of a customer whom you look after."""
    reference: str = text(1, 100)
    """The authority's number; the customer reads it."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs,))
async def refer_case(info: Info, input: ReferCaseInput) -> models.Case:
    """Write down that an authority has a case, too; its clocks stay as they are."""
    return await case_merges.refer_case(info.context.viewer, **input.values())
