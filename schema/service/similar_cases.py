"""Answered cases that are like one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import models
from resolvers.service import similar_cases as likeness
from rules.people.access import IN_CHARGE
from schema.context import Info
from schema.declarations import Input, id_of, input, query, value

if TYPE_CHECKING:
    from schema.service.cases import Case


@value(likeness.SimilarCase)
class SimilarCase:
    """A case that is like another."""

    case: Case
    """Which one."""
    shared_words: int
    """How many words of what was said they share; in Chinese, how many pairs of characters."""
    cause: str | None
    """The code of its cause; null where none was named."""


@value(likeness.SimilarCases)
class SimilarCasesSuccess:
    """Answered cases that are alike."""

    similar: list[SimilarCase]
    """The most alike first, 5 at most; none where nothing is."""


@input
class SimilarCasesInput(Input):
    """Like which case."""

    case_id: int = id_of(models.Case)
    """One that you may see."""


@query(allow=IN_CHARGE)
async def similar_cases(info: Info, input: SimilarCasesInput) -> likeness.SimilarCases:
    """Find answered cases of the same category, and of the same product or cause, by what was said; none that is about you."""
    return await likeness.similar_cases(info.context.viewer, **input.values())
