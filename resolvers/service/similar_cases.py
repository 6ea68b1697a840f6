"""Answered cases that are like one: what a colleague found before."""

from collections.abc import Collection
from dataclasses import dataclass

from tortoise.expressions import Q, Subquery

from models import Case, CaseCause, CaseEntry, Viewer
from rules.errors import NotFound
from rules.service.cases import CaseStatus
from rules.service.entries import CaseEntryKind
from rules.service.searches import asked_words, index_words
from rules.service.similar_cases import MOST_COMPARED, MOST_SIMILAR, ranked

_PRODUCT = "loan__product_version__product_id"


@dataclass(frozen=True)
class SimilarCase:
    """A case that is like another, by how many words of what was said."""

    case: Case
    shared_words: int
    cause: str | None
    """The code of its cause."""


@dataclass(frozen=True)
class SimilarCases:
    """Those most alike, the best first."""

    similar: tuple[SimilarCase, ...]


async def similar_cases(viewer: Viewer, *, case_id: int) -> SimilarCases:
    """Give answered cases of the same category, and of the same product or cause, that share words with one.

    Only those that the viewer may see; of a case without loan and cause, those of its category. Five statements, and
    the latest `MOST_COMPARED` cases at most. Raises `NotFound`.
    """
    found = await Case.visible_to(viewer).filter(id=case_id).values_list("category", _PRODUCT)
    if not found:
        raise NotFound
    ((category, product_id),) = found
    cause_id = await CaseCause.visible_to(viewer).filter(case_id=case_id).first().values_list("cause_id", flat=True)
    answered = Case.visible_to(viewer).filter(category=category, status=CaseStatus.CLOSED).exclude(id=case_id)
    if product_id is not None or cause_id is not None:
        of_cause = Subquery(CaseCause.filter(cause_id=cause_id).values("case_id"))
        same = [Q(**{_PRODUCT: product_id})] if product_id is not None else []
        same += [Q(id__in=of_cause)] if cause_id is not None else []
        answered = answered.filter(Q(*same, join_type="OR"))
    cases = {case.id: case for case in await answered.order_by("-id").limit(MOST_COMPARED)}
    said = await _said(viewer, [case_id, *cases])
    asked = frozenset(asked_words(said.pop(case_id, "")))
    best = ranked(asked, {id: frozenset(index_words(words).split()) for id, words in said.items()})[:MOST_SIMILAR]
    named = CaseCause.filter(case_id__in=[each for each, _ in best])
    codes = dict(await named.values_list("case_id", "cause__code")) if best else {}
    return SimilarCases(tuple(SimilarCase(cases[each], shared, codes.get(each)) for each, shared in best))


async def _said(viewer: Viewer, case_ids: Collection[int]) -> dict[int, str]:
    """Give what was said when cases were opened."""
    entries = CaseEntry.visible_to(viewer).filter(case_id__in=list(case_ids), kind=CaseEntryKind.OPENED)
    return {case_id: words or "" for case_id, words in await entries.values_list("case_id", "words")}
