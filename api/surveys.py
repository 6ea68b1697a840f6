"""The page behind the link of a survey, which works without signing in and without a script.

Whoever follows the link reads (GET), as mail scanners do. Each button posts what was answered so far: pages follow one
another as their conditions hold, and the last button answers.
"""

import logging
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.authentication import accepted_language
from api.errors import render_internal
from api.middleware import request_id_of
from api.requests import NotARequest, read_body
from api.state import AppState
from api.survey_pages import Section, page, said, step_of
from notifications.words import say
from resolvers.people.tokens import TokenInvalid
from resolvers.service import survey_links
from resolvers.service.survey_answers import Given
from resolvers.service.survey_links import LinkedSurvey
from rules.errors import NotFound, Refused
from rules.people.kinds import Locale
from rules.service.survey_answers import (
    LONGEST_TEXT,
    Answer,
    AnswerKept,
    AnswerNotTaken,
    AnswerProblem,
    SurveyOver,
    check_time,
    numbers_of,
    shown_pages,
)
from rules.service.surveys import MOST_QUESTIONS, SCALES, Form
from rules.text import find_forbidden
from schema.errors import RefusalAnswer

logger = logging.getLogger(__name__)

MOST_BYTES = 1_048_576
"""Room for every answer in words, at twelve bytes a character as forms send it, and some more."""
_NUMBER = re.compile(r"[0-9]{1,2}", re.ASCII)


async def survey(request: Request[AppState]) -> Response:
    """Show what is asked, and take what is posted. 404 for a link that is not ours, 409 once it cannot be answered."""
    try:
        return await _answered(request)
    except (TokenInvalid, NotFound):
        title, text = "survey_page.unknown_title", "survey_page.unknown_text"
        return page([said(locale, say(title, locale), say(text, locale)) for locale in Locale], 404)
    except NotARequest as problem:
        title, text = "survey_page.failed_title", "survey_page.unreadable_text"
        return page([said(locale, say(title, locale), say(text, locale)) for locale in Locale], problem.status)
    except Exception:
        request_id = request_id_of(request.scope)
        logger.exception("Unexpected error with a survey, request %s", request_id)
        return page([_failed(locale, request_id) for locale in Locale], 500)


def _failed(locale: Locale, request_id: str) -> Section:
    return said(locale, say("survey_page.failed_title", locale), render_internal(locale, request_id)["message"])


async def _answered(request: Request[AppState]) -> Response:
    clock, token = request.state["clock"], request.path_params["token"]
    found = await survey_links.read(clock, token)
    locale, form = found.locale or accepted_language(request) or Locale.ZH_CN, found.sheet.form
    is_posted = request.method == "POST"
    try:
        check_time(clock.now(), found.ends_at, found.answered_at)
        values = _read(await read_body(request, MOST_BYTES)) if is_posted else {"step": str(_before_first(form))}
        given = _given(form, values)
        step = _next(form, given, int(values["step"]))
        if step <= len(form.pages):
            return page([step_of(found, locale, values, step)])
        done = await survey_links.answer(clock, token, given)
    except AnswerNotTaken as refused:
        alert = RefusalAnswer(refused, locale).message
        return page([step_of(found, locale, values, _step_of(form, refused), alert)], 422)
    except (SurveyOver, AnswerKept) as refused:
        return page([_closed(refused, locale)], 409 if is_posted else 200)
    return page([_done(done, locale)])


def _read(body: bytes) -> dict[str, str]:
    """Read what a form sends. Raises `NotARequest`."""
    try:
        sent = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=2 * MOST_QUESTIONS))
    except ValueError:
        raise _unreadable() from None
    allowed = {"step", "score", "comment", *(f"q{number}" for number in range(1, MOST_QUESTIONS + 1))}
    values = {name: value.replace("\r\n", "\n").strip() for name, value in sent.items()}
    is_readable = all(len(value) <= LONGEST_TEXT and find_forbidden(value) is None for value in values.values())
    if not values.keys() <= allowed or not is_readable or not _NUMBER.fullmatch(values.get("step", "")):
        raise _unreadable()
    return {name: value for name, value in values.items() if value}


def _unreadable() -> NotARequest:
    return NotARequest(400, "BAD_USER_INPUT", "This is not what the page sends.")


def _given(form: Form, values: Mapping[str, str]) -> Given:
    """Make an answer of what was sent. Raises `NotARequest`."""
    in_words = {each.number for each in form.questions if each.lowest is None}
    answers = [
        Answer(question=number, text=value) if number in in_words else Answer(question=number, number=_number(value))
        for name, value in values.items()
        if name.startswith("q") and (number := int(name[1:]))
    ]
    score = values.get("score")
    return Given(score=None if score is None else _number(score), comment=values.get("comment"), answers=answers)


def _number(value: str) -> int:
    if not _NUMBER.fullmatch(value):
        raise _unreadable()
    return int(value)


def _before_first(form: Form) -> int:
    """Give the step before the first: a form has no score to ask."""
    return -1 if form.kind in SCALES else 0


def _next(form: Form, given: Given, step: int) -> int:
    """Give the step that is asked next; beyond the last page where nothing is."""
    if step < 0:
        return 0
    shown = shown_pages(form, numbers_of(given.score, given.answers))
    return next(
        (number for number, each in enumerate(form.pages, start=1) if number > step and each in shown),
        len(form.pages) + 1,
    )


def _step_of(form: Form, refused: AnswerNotTaken) -> int:
    """Give the step to go back to: the one that asks the question, or the first where it is asked by none."""
    first = _before_first(form) + 1
    if refused.problem is AnswerProblem.NOT_SHOWN:
        return first
    asked = [
        number
        for number, each in enumerate(form.pages, start=1)
        if refused.question in [one.number for one in each.questions]
    ]
    return asked[0] if asked else first


def _closed(refused: Refused, locale: Locale) -> Section:
    title = "survey_page.kept_title" if isinstance(refused, AnswerKept) else "survey_page.over_title"
    return said(locale, say(title, locale), RefusalAnswer(refused, locale).message)


def _done(found: LinkedSurvey, locale: Locale) -> Section:
    text = say("survey_page.done_text", locale, until=found.changeable_until)
    return said(locale, say("survey_page.done_title", locale), text)


def survey_routes() -> list[Route]:
    """Give the address of the page."""
    return [Route("/surveys/{token}", survey, methods=["GET", "POST"])]
