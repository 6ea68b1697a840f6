"""Surveys: proposed by one, approved by another manager, ended; what was approved is asked as it is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from models import Survey, SurveyPage, SurveyQuestion, SurveyVersion, Viewer
from models.database import Unit, locked, transaction
from resolvers.products.proposals import DECIDED, decided
from rules.errors import NotFound
from rules.people.access import MANAGERS
from rules.products.states import ProposalStatus
from rules.service.surveys import (
    PROPOSERS,
    Condition,
    Form,
    Page,
    Question,
    SurveyKind,
    SurveyOccasion,
    SurveyTerms,
    WrittenPage,
    WrittenQuestion,
    check_form,
    form_of,
)
from rules.states import NotPossibleNow

ENDED = "ENDED"


@dataclass(frozen=True, kw_only=True)
class WrittenSurvey:
    """What a version asks, and on what terms, as somebody writes it."""

    title_zh: str
    title_en: str
    terms: SurveyTerms
    pages: Sequence[WrittenPage] = ()


async def propose_survey(
    viewer: Viewer,
    *,
    kind: SurveyKind,
    occasion: SurveyOccasion,
    name_zh: str,
    name_en: str,
    written: WrittenSurvey,
) -> SurveyVersion:
    """Propose a survey by its first version; another manager decides. Raises `SurveyNotPossible`."""
    assert viewer.role in PROPOSERS, "surveys are proposed by marketers and managers"
    async with transaction(viewer, "propose_survey") as unit:
        form = _checked(kind, occasion, written)
        survey = await Survey.create(kind=kind, occasion=occasion, name_zh=name_zh, name_en=name_en)
        return await _write(unit, survey, 1, form, written)


async def propose_survey_version(viewer: Viewer, *, survey_id: int, written: WrittenSurvey) -> SurveyVersion:
    """Propose what a survey asks from its approval on. Raises `NotFound`, `NotPossibleNow` once it ended, `SurveyNotPossible`."""
    assert viewer.role in PROPOSERS, "surveys are proposed by marketers and managers"
    async with transaction(viewer, "propose_survey_version") as unit:
        survey = await _lock_running(viewer, survey_id)
        form = _checked(survey.kind, survey.occasion, written)
        number = await SurveyVersion.filter(survey_id=survey.id).count() + 1
        return await _write(unit, survey, number, form, written)


def _checked(kind: SurveyKind, occasion: SurveyOccasion, written: WrittenSurvey) -> Form:
    form = form_of(kind, written.pages)
    check_form(form, occasion, written.terms)
    return form


async def _lock_running(viewer: Viewer, survey_id: int) -> Survey:
    survey = await locked(Survey, viewer, survey_id)
    if survey.ended_at is not None:
        raise NotPossibleNow(current=ENDED)
    return survey


async def _write(unit: Unit, survey: Survey, number: int, form: Form, written: WrittenSurvey) -> SurveyVersion:
    unit.subject = version = await SurveyVersion.create(
        survey_id=survey.id,
        number=number,
        kind=survey.kind,
        title_zh=written.title_zh,
        title_en=written.title_en,
        status=ProposalStatus.PROPOSED,
        proposed_by_id=unit.viewer.staff_id,
        **asdict(written.terms),
    )
    for place, (page, said) in enumerate(zip(form.pages, written.pages, strict=True), start=1):
        condition = page.condition
        row = await SurveyPage.create(
            version_id=version.id,
            number=place,
            if_question=None if condition is None else condition.question,
            if_lowest=None if condition is None else condition.lowest,
            if_highest=None if condition is None else condition.highest,
        )
        pairs = zip(page.questions, said.questions, strict=True)
        await SurveyQuestion.bulk_create([_row(row, question, as_written) for question, as_written in pairs])
    return version


def _row(page: SurveyPage, question: Question, written: WrittenQuestion) -> SurveyQuestion:
    return SurveyQuestion(
        version_id=page.version_id,
        page_id=page.id,
        number=question.number,
        kind=question.kind,
        is_required=question.is_required,
        text_zh=written.text_zh,
        text_en=written.text_en,
        choices_zh="\n".join(written.choices_zh),
        choices_en="\n".join(written.choices_en),
        lowest=question.lowest,
        highest=question.highest,
    )


async def approve_survey(viewer: Viewer, *, version_id: int) -> SurveyVersion:
    """Let a version be asked from now on, in place of the one before.

    Raises `NotFound`, `NotPossibleNow`, also where its survey ended, `SamePerson`.
    """
    async with transaction(viewer, "approve_survey") as unit:
        named = await SurveyVersion.visible_to(viewer).get_or_none(id=version_id)
        if named is None:
            raise NotFound
        survey = await _lock_running(viewer, named.survey_id)
        unit.subject = version = await decided(unit, SurveyVersion, version_id, ProposalStatus.APPROVED)
        await SurveyVersion.filter(survey_id=survey.id, is_current=True).update(is_current=False)
        version.is_current = True
        await version.save(update_fields=[*DECIDED, "is_current"])
        return version


async def decline_survey(viewer: Viewer, *, version_id: int) -> SurveyVersion:
    """Ask what is asked as before. Raises `NotFound`, `NotPossibleNow`, `SamePerson`."""
    async with transaction(viewer, "decline_survey") as unit:
        version = await decided(unit, SurveyVersion, version_id, ProposalStatus.DECLINED)
        await version.save(update_fields=DECIDED)
        return version


async def end_survey(viewer: Viewer, *, survey_id: int) -> Survey:
    """Ask nobody any more; who was asked can still answer. Raises `NotFound`, `NotPossibleNow` where it ended before."""
    assert viewer.role in MANAGERS, "a manager ends a survey"
    async with transaction(viewer, "end_survey") as unit:
        survey = await _lock_running(viewer, survey_id)
        survey.ended_at, survey.ended_by_id = unit.now, viewer.staff_id
        await survey.save(update_fields=["ended_at", "ended_by_id"])
        return survey


@dataclass(frozen=True)
class Sheet:
    """A version with all that it asks, in order."""

    version: SurveyVersion
    pages: tuple[tuple[SurveyPage, tuple[SurveyQuestion, ...]], ...]

    @property
    def form(self) -> Form:
        """What answers depend on."""
        return Form(kind=self.version.kind, pages=tuple(_page(page, questions) for page, questions in self.pages))

    @property
    def question_ids(self) -> dict[int, int]:
        """The id of each question, by its number."""
        return {question.number: question.id for _, questions in self.pages for question in questions}


def _page(page: SurveyPage, questions: Sequence[SurveyQuestion]) -> Page:
    condition = None
    if page.if_question is not None and page.if_lowest is not None and page.if_highest is not None:
        condition = Condition(question=page.if_question, lowest=page.if_lowest, highest=page.if_highest)
    asked = tuple(
        Question(
            number=each.number,
            kind=each.kind,
            is_required=each.is_required,
            lowest=each.lowest,
            highest=each.highest,
        )
        for each in questions
    )
    return Page(questions=asked, condition=condition)


async def sheet_of(version_id: int) -> Sheet:
    """Read a version with all that it asks."""
    version = await SurveyVersion.get(id=version_id)
    pages = await SurveyPage.filter(version_id=version_id).order_by("number")
    questions = await SurveyQuestion.filter(version_id=version_id).order_by("number") if pages else []
    return Sheet(version, tuple((page, tuple(each for each in questions if each.page_id == page.id)) for page in pages))
